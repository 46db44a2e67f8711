package intake

import (
	"context"
	"log/slog"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/concern"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/sentiment"
	"github.com/migdalor/migdalor/internal/store"
)

// Intake takes mentions in. Judge and Finder are replaceable.
type Intake struct {
	DB       *store.DB
	Judge    sentiment.Judge
	Finder   concern.Finder
	Detector detection.Detector
	Log      *slog.Logger
	// wake asks Watch to look at once instead of at its next tick.
	wake chan struct{}
}

// New makes an intake with the built-in judge and finder.
func New(db *store.DB, log *slog.Logger) *Intake {
	return &Intake{DB: db, Judge: sentiment.NewLexicon(), Finder: concern.NewKeywords(), Log: log, wake: make(chan struct{}, 1)}
}

// Rejected is one mention of a batch that was not taken, and why.
type Rejected struct {
	// Index is its place in the batch, from 0.
	Index int
	Err   *fault.Error
}

// Result says what became of a batch.
type Result struct {
	// IDs are the stored mentions', in the order of those that were taken.
	IDs []string
	// Stored counts the new ones, Known those that were there already.
	Stored, Known int
	Rejected      []Rejected
}

// Batch is what a source brings at once.
type Batch struct {
	Source store.Source
	Inputs []mention.Input
	// Action says how it came, for the ledger.
	Action audit.Action
	By     audit.Actor
	// Screenshot belongs to the only mention of a batch added by hand.
	Screenshot *store.Media
	Demo       bool
}

// Take stores what is valid in the batch, in one transaction, and says what is
// not. When it returns without an error, everything it counted is durable.
func (in *Intake) Take(ctx context.Context, b Batch) (Result, error) {
	now := in.DB.Now().Time
	var out Result
	rows := make([]store.Judged, 0, len(b.Inputs))
	for i, input := range b.Inputs {
		m, err := mention.Normalise(input, now)
		if err != nil {
			f, ok := fault.As(err)
			if !ok {
				return out, err
			}
			out.Rejected = append(out.Rejected, Rejected{Index: i, Err: f})
			continue
		}
		rows = append(rows, in.judge(m.For(store.NewID(), b.Source.ClientID, b.Source.ID), b, now))
	}
	if len(rows) == 0 {
		return out, nil
	}
	done, err := in.DB.Append(ctx, b.By, b.Action, b.Source.ID, rows)
	if err != nil {
		return Result{}, err
	}
	out.IDs, out.Stored, out.Known = done.IDs, done.New, len(done.IDs)-done.New
	select {
	case in.wake <- struct{}{}:
	default:
	}
	return out, nil
}

func (in *Intake) judge(m mention.Mention, b Batch, now time.Time) store.Judged {
	text := m.Text
	if m.Title != "" {
		text = m.Title + "\n" + text
	}
	m.Judged = in.Judge.Judge(text, m.Language)
	found := in.Finder.Find(text, m.Language)
	j := store.Judged{Mention: m, Fresh: detection.Settings{}.Fresh(m.PublishedAt, now), Demo: b.Demo, Screenshot: b.Screenshot}
	for _, c := range found.Concerns {
		j.Concerns = append(j.Concerns, string(c))
	}
	for _, f := range found.Flags {
		j.Flags = append(j.Flags, string(f))
	}
	return j
}
