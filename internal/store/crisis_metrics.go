package store

import (
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/report"
)

// shareWindow is how far "now" reaches back for the negative share: long enough
// not to jump with each mention, short enough to show that things calm down.
const shareWindow = 6 * time.Hour

// Metrics are a crisis' headline figures since the wave's first mention.
type Metrics struct {
	Mentions int `json:"mentions"`
	Negative int `json:"negative"`
	// NegativeShare is of the whole span, NegativeShareNow of the last six hours; 0 to 1.
	NegativeShare    float64 `json:"negative_share"`
	NegativeShareNow float64 `json:"negative_share_now"`
	// Peak is the most negative mentions in an hour.
	Peak int `json:"peak"`
	// Ratio is the mentions of the peak's hour, all of them, over the usual hour's; less than one usual counts as one.
	Ratio   float64 `json:"ratio"`
	Reach   int64   `json:"reach"`
	Authors int     `json:"authors"`
}

// until is where the crisis' data end: now, or when it was closed.
func (c Crisis) until(now At) At {
	if c.Status == crisis.Closed && !c.ClosedAt.IsZero() {
		return c.ClosedAt
	}
	return now
}

// seriesOf loads the client's counts of a span.
func seriesOf(g *gorm.DB, clientID string, from, to At) (report.Series, error) {
	var rows []struct {
		BucketAt           At
		Mentions, Negative int
	}
	s := report.NewSeries(from.Time, to.Time, nil)
	err := g.Raw(`SELECT bucket_at, SUM(mentions) AS mentions, SUM(negative) AS negative FROM buckets
		WHERE client_id = ? AND bucket_at >= ? AND bucket_at < ? GROUP BY bucket_at ORDER BY bucket_at`, clientID, AtOf(s.From), AtOf(s.To)).Scan(&rows).Error
	for _, r := range rows {
		s.Points = append(s.Points, report.Point{At: r.BucketAt.Time, Mentions: r.Mentions, Negative: r.Negative})
	}
	return s, err
}

// shareNow is the negative share of the last hours before at.
func shareNow(s report.Series, at At) float64 {
	mentions, negative := 0, 0
	for _, p := range s.Points {
		if !p.At.Before(at.Add(-shareWindow)) {
			mentions += p.Mentions
			negative += p.Negative
		}
	}
	return report.Share(negative, mentions)
}

// metricsOf computes the figures of the wave that runs.
func metricsOf(g *gorm.DB, c Crisis, now At) (Metrics, error) {
	start, err := waveStartOf(g, c)
	if err != nil {
		return Metrics{}, err
	}
	end := c.until(now)
	s, err := seriesOf(g, c.ClientID, start, end)
	if err != nil {
		return Metrics{}, err
	}
	var m Metrics
	m.Mentions, m.Negative = s.Sum()
	m.NegativeShare, m.NegativeShareNow = report.Share(m.Negative, m.Mentions), shareNow(s, end)
	m.Peak, _, _ = s.Rates()
	m.Ratio = busiestHour(s) / max(1, c.Baseline.V.MentionsPerHour)
	var more struct {
		Reach   int64
		Authors int
	}
	err = g.Raw(`SELECT (SELECT COALESCE(SUM(reach), 0) FROM buckets WHERE client_id = ? AND bucket_at >= ? AND bucket_at < ?) AS reach,
		(SELECT COUNT(DISTINCT author_handle) FROM mentions WHERE client_id = ? AND published_at >= ? AND published_at <= ? AND author_handle <> '') AS authors`,
		c.ClientID, AtOf(s.From), AtOf(s.To), c.ClientID, start, end).Scan(&more).Error
	m.Reach, m.Authors = more.Reach, more.Authors
	return m, err
}

// busiestHour is the most mentions in any trailing hour.
func busiestHour(s report.Series) float64 {
	best, sum, tail := 0, 0, 0
	for i, p := range s.Points {
		sum += p.Mentions
		for ; tail < i && p.At.Sub(s.Points[tail].At) >= time.Hour; tail++ {
			sum -= s.Points[tail].Mentions
		}
		best = max(best, sum)
	}
	return float64(best)
}

// waveStart is what the wave's clocks and figures count from: the first
// qualifying mention of wave 1, the beginning of every later wave.
func (tx *Tx) waveStart(c Crisis) (At, error) { return waveStartOf(tx.g, c) }

func waveStartOf(g *gorm.DB, c Crisis) (At, error) {
	if c.Wave == 1 {
		return c.FirstMentionAt, nil
	}
	var at At
	err := g.Raw("SELECT COALESCE(MIN(entered_at), 0) FROM crisis_stages WHERE crisis_id = ? AND wave = ?", c.ID, c.Wave).Row().Scan(&at)
	return at, err
}
