package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"math"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/sentiment"
)

// Mention is one stored public utterance.
type Mention struct {
	ID               string `gorm:"primaryKey"`
	ClientID         string
	SourceID         string
	DedupeKey        string
	ExternalID       string
	Platform         string
	Kind             string
	AuthorHandle     string
	AuthorName       string
	AuthorFollowers  int64
	Text             string
	MatchText        string
	Title            string
	Lang             string
	URL              string
	GroupName        string
	ParentExternalID string
	PublishedAt      At
	PublishedZone    string
	ReceivedAt       At
	BucketAt         At
	Reach            int64
	Engagement       int64
	// Rating is in tenths of a star, 0 for none.
	Rating          int64
	SourceSentiment string
	Sentiment       string
	// SentimentScore is in thousandths, -1000 (furious) to 1000 (delighted).
	SentimentScore    int64
	SentimentUnsure   bool
	PersonSentiment   string
	PersonSentimentBy string
	// Concerns and Flags are codes separated by spaces.
	Concerns      string
	Flags         string
	Fresh         bool
	Demo          bool
	ScreenshotSha string
	Raw           string
}

// mentionColumns is how many columns a mention has.
const mentionColumns = 33

// Effective is the sentiment that counts: a person's, else ours.
func (m Mention) Effective() sentiment.Label {
	return sentiment.Effective(sentiment.Label(m.PersonSentiment), sentiment.Label(m.Sentiment))
}

// countsNegative tells whether the mention is in the negative count: what the
// judge is unsure of is counted apart.
func (m Mention) countsNegative() bool {
	if m.PersonSentiment != "" {
		return m.PersonSentiment == string(sentiment.Negative)
	}
	return m.Sentiment == string(sentiment.Negative) && !m.SentimentUnsure
}

// Judged is a mention with what our judges say of it.
type Judged struct {
	mention.Mention
	Concerns []string
	Flags    []string
	// Fresh mentions may ring; older ones are back-fill that only feeds the baseline.
	Fresh bool
	Demo  bool
	// Screenshot is the picture of a mention added by hand; nil when there is none.
	Screenshot *Media
}

// Media is a picture kept with a mention, re-encoded.
type Media struct {
	ClientID  string `gorm:"primaryKey"`
	Sha       string `gorm:"primaryKey"`
	Mime      string
	Bytes     []byte
	CreatedAt At
}

// TableName names the table.
func (Media) TableName() string { return "media" }

func rowOf(j Judged) Mention {
	m := j.Mention
	row := Mention{
		ID: m.ID, ClientID: m.ClientID, SourceID: m.SourceID, DedupeKey: m.DedupeKey, ExternalID: m.ExternalID, Platform: string(m.Platform),
		Kind: string(m.Kind), AuthorHandle: m.Author.Handle, AuthorName: m.Author.Name, AuthorFollowers: m.Author.Followers, Text: m.Text,
		MatchText: m.MatchText, Title: m.Title, Lang: m.Language, URL: m.URL, GroupName: m.GroupName, ParentExternalID: m.ParentExternalID,
		PublishedAt: AtOf(m.PublishedAt), PublishedZone: m.PublishedZone, ReceivedAt: AtOf(m.ReceivedAt), BucketAt: AtOf(mention.Bucket(m.PublishedAt)),
		Reach: m.Reach, Engagement: m.Engagement, SourceSentiment: string(m.SourceSentiment), Sentiment: string(m.Judged.Label),
		SentimentScore: int64(math.Round(m.Judged.Score * 1000)), SentimentUnsure: m.Judged.Unsure,
		Concerns: strings.Join(j.Concerns, " "), Flags: strings.Join(j.Flags, " "), Fresh: j.Fresh, Demo: j.Demo, Raw: string(m.Raw),
	}
	if m.Rating != nil {
		row.Rating = int64(math.Round(*m.Rating * 10))
	}
	if j.Screenshot != nil {
		row.ScreenshotSha = j.Screenshot.Sha
	}
	return row
}

// Appended says what became of a batch, in the order it came.
type Appended struct {
	// IDs are the stored mentions': for one that was there already, the old id.
	IDs []string
	// New counts those that were not there.
	New int
}

// Append is the one writer of mentions: it stores a batch of one source once,
// counts it by event time and writes one ledger entry, then the caller may
// answer 2xx. action says how it came: ingested, imported or added by hand.
func (d *DB) Append(ctx context.Context, by audit.Actor, action audit.Action, sourceID string, batch []Judged) (Appended, error) {
	if len(batch) == 0 {
		return Appended{}, nil
	}
	var out Appended
	var err error
	// Two sources of one client may deliver the same address at the same moment;
	// the second try then finds the first one's rows.
	for range 3 {
		out = Appended{}
		err = d.Change(ctx, by, func(tx *Tx) error {
			out = Appended{}
			return tx.appendMentions(action, sourceID, batch, &out)
		})
		if !duplicate(err) {
			break
		}
	}
	return out, err
}

func (tx *Tx) appendMentions(action audit.Action, sourceID string, batch []Judged, out *Appended) error {
	var src Source
	if err := tx.locked(tx.g.Where("id = ?", sourceID)).Take(&src).Error; err != nil {
		return missing(err, "source")
	}
	known, err := tx.knownMentions(src.ClientID, batch)
	if err != nil {
		return err
	}
	var rows []Mention
	digest := sha256.New()
	for _, j := range batch {
		if j.ClientID != src.ClientID || j.SourceID != src.ID || j.DedupeKey == "" {
			return fault.New(fault.Internal, "mention_owner", "A mention was brought under another source's name.")
		}
		if id, ok := known[j.DedupeKey]; ok {
			out.IDs = append(out.IDs, id)
			continue
		}
		if err := tx.keepScreenshot(j); err != nil {
			return err
		}
		row := rowOf(j)
		known[j.DedupeKey] = row.ID
		out.IDs = append(out.IDs, row.ID)
		rows = append(rows, row)
		digest.Write([]byte(row.DedupeKey))
	}
	out.New = len(rows)
	if len(rows) == 0 {
		return nil
	}
	if err := tx.g.CreateInBatches(rows, tx.db.chunk(mentionColumns)).Error; err != nil {
		return err
	}
	if err := tx.count(rows, 1); err != nil {
		return err
	}
	if err := tx.g.Exec("UPDATE sources SET last_received_at = ? WHERE id = ?", tx.now, src.ID).Error; err != nil {
		return err
	}
	object := audit.Object{ID: src.ID}
	if action == audit.MentionAddedByHand {
		object.ID = rows[0].ID
	}
	tx.Record(audit.Event{Stream: audit.ClientStream(src.ClientID), Action: action, ClientID: src.ClientID, Object: object,
		Changes: []audit.Change{audit.Set("count", len(rows)), audit.Set("digest", audit.Hash(digest.Sum(nil)))}})
	return tx.announce("mention", src.ClientID, "", rows[len(rows)-1].ID)
}

func (tx *Tx) knownMentions(clientID string, batch []Judged) (map[string]string, error) {
	known := make(map[string]string, len(batch))
	for start := 0; start < len(batch); start += 500 {
		keys := make([]string, 0, 500)
		for _, j := range batch[start:min(start+500, len(batch))] {
			keys = append(keys, j.DedupeKey)
		}
		var rows []struct{ ID, DedupeKey string }
		if err := tx.g.Table("mentions").Select("id", "dedupe_key").Where("client_id = ? AND dedupe_key IN ?", clientID, keys).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			known[r.DedupeKey] = r.ID
		}
	}
	return known, nil
}

func (tx *Tx) keepScreenshot(j Judged) error {
	if j.Screenshot == nil {
		return nil
	}
	j.Screenshot.ClientID, j.Screenshot.CreatedAt = j.ClientID, tx.now
	return tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(j.Screenshot).Error
}

// count adds rows to (or, with sign -1, takes them from) the five-minute counts.
func (tx *Tx) count(rows []Mention, sign int64) error {
	type place struct {
		at       int64
		platform string
	}
	sums := map[place]*Bucket{}
	for _, r := range rows {
		k := place{r.BucketAt.Micros(), r.Platform}
		b := sums[k]
		if b == nil {
			b = &Bucket{ClientID: r.ClientID, BucketAt: r.BucketAt, Platform: r.Platform}
			sums[k] = b
		}
		b.Mentions += sign
		b.Reach += sign * r.Reach
		if r.countsNegative() {
			b.Negative += sign
		} else if r.SentimentUnsure && r.PersonSentiment == "" {
			b.Unsure += sign
		}
	}
	list := make([]Bucket, 0, len(sums))
	for _, b := range sums {
		list = append(list, *b)
	}
	return tx.g.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "client_id"}, {Name: "bucket_at"}, {Name: "platform"}},
		DoUpdates: clause.Assignments(map[string]any{
			"mentions": gorm.Expr("buckets.mentions + excluded.mentions"), "negative": gorm.Expr("buckets.negative + excluded.negative"),
			"unsure": gorm.Expr("buckets.unsure + excluded.unsure"), "reach": gorm.Expr("buckets.reach + excluded.reach"),
		}),
	}).CreateInBatches(list, tx.db.chunk(7)).Error
}

// CorrectSentiment stores a person's judgement, which wins for ever, and counts anew.
func (d *DB) CorrectSentiment(ctx context.Context, by audit.Actor, id string, label sentiment.Label) (Mention, error) {
	var m Mention
	err := d.Change(ctx, by, func(tx *Tx) error {
		if err := tx.locked(tx.g.Where("id = ?", id)).Take(&m).Error; err != nil {
			return missing(err, "mention")
		}
		before := m.Effective()
		if err := tx.count([]Mention{m}, -1); err != nil {
			return err
		}
		m.PersonSentiment, m.PersonSentimentBy = string(label), by.ID
		if err := tx.g.Select("person_sentiment", "person_sentiment_by").Updates(&m).Error; err != nil {
			return err
		}
		if err := tx.count([]Mention{m}, 1); err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(m.ClientID), Action: audit.MentionSentimentCorrected, ClientID: m.ClientID, Object: audit.Object{ID: id},
			Changes: []audit.Change{audit.Changed("sentiment", string(before), string(label))}})
		return tx.announce("mention", m.ClientID, "", id)
	})
	return m, err
}

// RawJSON is the payload as it came, or null.
func (m Mention) RawJSON() json.RawMessage {
	if m.Raw == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(m.Raw)
}
