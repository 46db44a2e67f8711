package facts

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"gorm.io/gorm" //nolint:depguard // the baseline is plain gorm

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/concern"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/sentiment"
	"github.com/migdalor/migdalor/internal/store"
)

// batch is how many mentions a source brings at once.
const batch = 200

var texts = []string{
	"קניתי אתמול והמוצר הגיע מקולקל, שירות הלקוחות לא עונה כבר שעתיים",
	"Third delay this month and nobody at the desk knows anything. Never again.",
	"דווקא היה בסדר גמור, תודה לצוות בסניף",
	"Is the recall also about the small packs? Asking for my daughter.",
}

// inputs makes a batch that the source has not brought before.
func inputs(round int) []mention.Input {
	out := make([]mention.Input, batch)
	at := time.Now().Add(-time.Minute)
	for i := range out {
		out[i] = mention.Input{ExternalID: fmt.Sprintf("%d-%d", round, i), Platform: "facebook", AuthorHandle: fmt.Sprintf("person%d", i),
			AuthorFollowers: int64(i), Text: fmt.Sprintf("%s (%d-%d)", texts[i%len(texts)], round, i), PublishedAt: at.Add(time.Duration(i) * time.Millisecond).Format(time.RFC3339Nano), Reach: int64(10 * i)}
	}
	return out
}

// judged is a batch as the intake hands it to the store.
func (w *world) judged(b *testing.B, round int, judge sentiment.Judge, finder concern.Finder) []store.Judged {
	b.Helper()
	var out []store.Judged
	for _, in := range inputs(round) {
		m, err := mention.Normalise(in, time.Now())
		must(b, err)
		m = m.For(store.NewID(), w.client.ID, w.source.ID)
		m.Judged = judge.Judge(m.Text, m.Language)
		j := store.Judged{Mention: m, Fresh: true}
		for _, c := range finder.Find(m.Text, m.Language).Concerns {
			j.Concerns = append(j.Concerns, string(c))
		}
		out = append(out, j)
	}
	return out
}

// BenchmarkMentions stores batches with dedupe, counts and ledger entry, against
// plain inserts of the same rows in one transaction. "stored" begins with judged
// mentions, "taken_in" with what a source sent: normalised and judged on the way.
func BenchmarkMentions(b *testing.B) {
	eachDatabase(b, func(b *testing.B, w *world) {
		judge, finder := sentiment.NewLexicon(), concern.NewKeywords()
		round := w.settle(b, judge, finder)
		b.Run("stored", func(b *testing.B) {
			var p pair
			for b.Loop() {
				round++
				rows := w.judged(b, round, judge, finder)
				var done store.Appended
				var err error
				p.ours += took(func() {
					done, err = w.db.Append(context.Background(), operator, audit.MentionsIngested, w.source.ID, rows)
				})
				must(b, err)
				w.insertAgain(b, done.IDs, &p)
			}
			p.report(b, batch*b.N, "mentions")
		})
		b.Run("taken_in", func(b *testing.B) {
			in := intake.New(w.db, slog.New(slog.DiscardHandler))
			var p pair
			for b.Loop() {
				round++
				brought := intake.Batch{Source: w.source, Inputs: inputs(round), Action: audit.MentionsIngested, By: operator}
				var done intake.Result
				var err error
				p.ours += took(func() { done, err = in.Take(context.Background(), brought) })
				must(b, err)
				w.insertAgain(b, done.IDs, &p)
			}
			p.report(b, batch*b.N, "mentions")
		})
	})
}

// settle stores some thousand mentions first and lets PostgreSQL count them, as
// its autovacuum does within a minute: before that it reads whole tables.
func (w *world) settle(b *testing.B, judge sentiment.Judge, finder concern.Finder) (rounds int) {
	b.Helper()
	for rounds < 25 {
		rounds++
		_, err := w.db.Append(context.Background(), operator, audit.MentionsIngested, w.source.ID, w.judged(b, rounds, judge, finder))
		must(b, err)
	}
	if w.db.Dialect() == store.Postgres {
		must(b, w.plain.Exec("ANALYZE").Error)
	}
	return rounds
}

// insertAgain writes the same rows under other names, as plain gorm does.
func (w *world) insertAgain(b *testing.B, ids []string, p *pair) {
	b.Helper()
	if len(ids) != batch {
		b.Fatalf("%d mentions were stored of %d", len(ids), batch)
	}
	var rows []store.Mention
	must(b, w.plain.Where("id IN ?", ids).Find(&rows).Error)
	for i := range rows {
		rows[i].ID, rows[i].DedupeKey = store.NewID(), "again "+rows[i].DedupeKey
	}
	p.plain += took(func() {
		must(b, w.plain.Transaction(func(g *gorm.DB) error { return g.CreateInBatches(rows, w.chunk).Error }))
	})
}
