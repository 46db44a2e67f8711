package workflows

import (
	"hash/fnv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/crisis"
)

const (
	reviewJitter = 10 * time.Minute
	// remindDays is how far apart the last reminders are.
	remindDays = 16
)

// remindAt is when to remind of a review next: when it is due, then after one,
// two, four days and so on. Reviews of many crises fall due at the same hour,
// so each has a place of its own in the minutes after it.
func (r ReviewDue) remindAt() time.Time {
	h := fnv.New32a()
	h.Write([]byte(r.ID))
	at := r.DueAt.Add(time.Duration(h.Sum32()) % reviewJitter)
	pause := 1
	for range r.Reminders {
		at = at.Add(time.Duration(pause) * 24 * time.Hour)
		pause = min(2*pause, remindDays)
	}
	return at
}

// remind reminds of the reviews whose time has come.
func (w *crisisRun) remind(ctx workflow.Context) error {
	if w.state.Now.Status != crisis.Open {
		return nil
	}
	for i := range w.state.Now.Reviews {
		r := &w.state.Now.Reviews[i]
		if r.Decided || r.remindAt().After(workflow.Now(ctx)) {
			continue
		}
		answer, err := remindReview(ctx, RemindReview{CrisisID: w.id, ReviewID: r.ID, Count: r.Reminders})
		if err := w.tolerate(ctx, "remind of a review", err); err != nil {
			return err
		}
		r.Reminders++
		r.Decided = answer.Decided
	}
	return nil
}

// reviewed marks a review as decided. Each review ends a run of the workflow:
// cases live for months and their histories must not.
func (w *crisisRun) reviewed(id string) {
	for i := range w.state.Now.Reviews {
		if w.state.Now.Reviews[i].ID == id {
			w.state.Now.Reviews[i].Decided = true
			w.renew = true
		}
	}
}
