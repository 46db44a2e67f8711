package facts

import (
	"context"
	"sync"
	"testing"

	"gorm.io/gorm" //nolint:depguard // the baseline is plain gorm

	"github.com/migdalor/migdalor/internal/store"
)

// perWriter is how many facts one writer writes in a row.
const perWriter = 4

// BenchmarkFacts writes notes, a fact like any other, with what a fact comes
// with (a chained ledger entry whose personal values are sealed, a live event),
// against the note's row alone, each in a transaction of its own.
func BenchmarkFacts(b *testing.B) {
	eachDatabase(b, func(b *testing.B, w *world) {
		for name, n := range map[string]int{"1_writer": 1, "16_writers": writers} {
			b.Run(name, func(b *testing.B) {
				var p pair
				for b.Loop() {
					p.plain += took(func() { w.atOnce(b, n, w.plainNote) })
					p.ours += took(func() { w.atOnce(b, n, w.note) })
				}
				p.report(b, n*perWriter*b.N, "facts")
				_, err := w.db.Sequence(context.Background(), w.sign)
				must(b, err)
			})
		}
		b.Run("sequenced", w.sequenced)
	})
}

// sequenced is what the background adds: places, nodes and a signature for the
// entries of a storm, against the time it took to save them.
func (w *world) sequenced(b *testing.B) {
	var p pair
	total := 0
	for b.Loop() {
		p.plain += took(func() { w.atOnce(b, writers, w.note) })
		p.ours += took(func() {
			n, err := w.db.Sequence(context.Background(), w.sign)
			must(b, err)
			total += n
		})
	}
	b.ReportMetric(float64(total)/p.ours.Seconds(), "entries/s")
	b.ReportMetric(p.ours.Seconds()/p.plain.Seconds(), "x_of_saving")
	b.ReportMetric(0, "ns/op")
}

const noteText = "The plant confirmed: batch 4417 only. The lab's answer comes at four; do not promise a time before."

func (w *world) note(c store.Crisis) error {
	_, err := w.db.AddNote(context.Background(), operator, c.ID, noteText)
	return err
}

func (w *world) plainNote(c store.Crisis) error {
	return w.plain.Transaction(func(g *gorm.DB) error {
		return g.Create(&store.Note{ID: store.NewID(), ClientID: c.ClientID, CrisisID: c.ID, AuthorID: operator.ID, Text: noteText, CreatedAt: w.db.Now()}).Error
	})
}

// atOnce lets n writers, each in its own crisis, write at the same time.
func (w *world) atOnce(b *testing.B, n int, write func(store.Crisis) error) {
	b.Helper()
	var wg sync.WaitGroup
	errs := make(chan error, n*perWriter)
	for i := range n {
		wg.Go(func() {
			for range perWriter {
				errs <- write(w.crises[i])
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		must(b, err)
	}
}
