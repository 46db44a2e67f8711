package store

import (
	"context"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/mention"
)

// MentionFilter narrows a list of mentions; empty fields do not.
type MentionFilter struct {
	ClientID, Platform, Sentiment, Query, SourceID string
	From, To                                       time.Time
	// Order is "newest" (default), "oldest" or "reach".
	Order string
	// Negative limits to what is in the negative count.
	Negative bool
}

// Mentions lists mentions in the scope.
func (d *DB) Mentions(ctx context.Context, scope Scope, f MentionFilter, p Page) ([]Mention, string, error) {
	c, on, err := p.at()
	if err != nil {
		return nil, "", err
	}
	q := scope.on(d.read.WithContext(ctx), "client_id").Omit("raw")
	for column, value := range map[string]string{"client_id": f.ClientID, "platform": f.Platform, "source_id": f.SourceID} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if f.Sentiment != "" {
		q = q.Where("(CASE WHEN person_sentiment <> '' THEN person_sentiment ELSE sentiment END) = ?", f.Sentiment)
	}
	if f.Negative {
		q = q.Where("(person_sentiment = 'negative' OR (person_sentiment = '' AND sentiment = 'negative' AND NOT sentiment_unsure))")
	}
	if f.Query != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(mention.MatchText(f.Query)) + "%"
		q = q.Where(`(match_text LIKE ? ESCAPE '\' OR LOWER(author_handle) LIKE ? ESCAPE '\' OR LOWER(author_name) LIKE ? ESCAPE '\')`, like, like, like)
	}
	if !f.From.IsZero() {
		q = q.Where("published_at >= ?", AtOf(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("published_at < ?", AtOf(f.To))
	}
	column, order, compare := "published_at", "published_at DESC, id DESC", "<"
	switch f.Order {
	case "", "newest":
	case "oldest":
		order, compare = "published_at, id", ">"
	case "reach":
		column, order = "reach", "reach DESC, id DESC"
	default:
		return nil, "", fault.New(fault.Invalid, "bad_order", "Mentions are ordered by newest, oldest or reach.")
	}
	if on {
		q = q.Where("("+column+", id) "+compare+" (?, ?)", c.At, c.ID)
	}
	var out []Mention
	if err := q.Order(order).Limit(p.limit() + 1).Find(&out).Error; err != nil {
		return nil, "", translate(err)
	}
	out, next := cut(out, p.limit(), func(m Mention) cursor {
		if column == "reach" {
			return cursor{m.Reach, m.ID}
		}
		return cursor{m.PublishedAt.Micros(), m.ID}
	})
	return out, next, nil
}

// Mention reads one mention whole.
func (d *DB) Mention(ctx context.Context, id string) (Mention, error) {
	var m Mention
	err := d.read.WithContext(ctx).Where("id = ?", id).Take(&m).Error
	return m, translate(missing(err, "mention"))
}

// Screenshot reads the picture of a mention. Errors: not_found.
func (d *DB) Screenshot(ctx context.Context, m Mention) (Media, error) {
	var out Media
	err := d.read.WithContext(ctx).Where("sha = ? AND client_id = ?", m.ScreenshotSha, m.ClientID).Take(&out).Error
	return out, translate(missing(err, "screenshot"))
}

// MentionsByID reads mentions in the scope; those that are not there are left out.
func (d *DB) MentionsByID(ctx context.Context, scope Scope, ids []string) ([]Mention, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var out []Mention
	err := scope.on(d.read.WithContext(ctx), "client_id").Omit("raw").Where("id IN ?", ids).Order("published_at DESC, id DESC").Find(&out).Error
	return out, translate(err)
}
