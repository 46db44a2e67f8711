package store

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/detection"
)

// Bucket is a count of five minutes of event time on one platform.
type Bucket struct {
	ClientID string `gorm:"primaryKey"`
	BucketAt At     `gorm:"primaryKey"`
	Platform string `gorm:"primaryKey"`
	Mentions int64
	Negative int64
	Unsure   int64
	Reach    int64
}

// Counts is what was said in one span, over all platforms.
type Counts struct {
	At                              At
	Mentions, Negative, Unsure, Sum int64
}

// CountsBetween gives the five-minute counts of a client, oldest first, without
// the empty ones.
func (d *DB) CountsBetween(ctx context.Context, clientID string, from, to time.Time) ([]Counts, error) {
	var out []Counts
	err := d.read.WithContext(ctx).Raw(`SELECT bucket_at AS at, SUM(mentions) AS mentions, SUM(negative) AS negative, SUM(unsure) AS unsure, SUM(reach) AS sum
		FROM buckets WHERE client_id = ? AND bucket_at >= ? AND bucket_at < ? GROUP BY bucket_at ORDER BY bucket_at`,
		clientID, AtOf(from), AtOf(to)).Scan(&out).Error
	return out, translate(err)
}

// History loads what detection needs to judge a client at a moment.
func (d *DB) History(ctx context.Context, clientID string, at time.Time) (*detection.History, error) {
	return d.HistoryBetween(ctx, clientID, at, at)
}

// HistoryBetween loads what detection needs to judge a client at every moment of a span.
func (d *DB) HistoryBetween(ctx context.Context, clientID string, first, last time.Time) (*detection.History, error) {
	from := first.Add(-detection.HistoryLength - 2*time.Hour)
	counts, err := d.CountsBetween(ctx, clientID, from, last.Add(detection.Bucket))
	if err != nil {
		return nil, err
	}
	h := detection.NewHistory(from, last)
	for _, c := range counts {
		h.Add(c.At.Time, int(c.Mentions), int(c.Negative))
	}
	return h, nil
}

// PlatformCounts sums a client's counts per platform in a span, largest first.
func (d *DB) PlatformCounts(ctx context.Context, clientID string, from, to time.Time) ([]Bucket, error) {
	var out []Bucket
	err := d.read.WithContext(ctx).Raw(`SELECT platform, SUM(mentions) AS mentions, SUM(negative) AS negative, SUM(unsure) AS unsure, SUM(reach) AS reach
		FROM buckets WHERE client_id = ? AND bucket_at >= ? AND bucket_at < ? GROUP BY platform HAVING SUM(mentions) > 0 ORDER BY 3 DESC, 2 DESC, platform`,
		clientID, AtOf(from), AtOf(to)).Scan(&out).Error
	return out, translate(err)
}
