package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
)

// meets says which clock a fact is what it waited for.
var meets = map[FactKind]clock.Kind{
	FactTriaged: clock.Triage, FactAcknowledged: clock.Acknowledge, FactAssessed: clock.FirstAssessment,
	FactResponded: clock.Statement, FactPrivatelyAnswered: clock.PrivateAnswer, FactReviewDecided: clock.Review,
}

// apply takes over what people have recorded. A fact of an earlier wave, told
// late, says nothing about this one's clocks.
func (w *crisisRun) apply(ctx workflow.Context, f Fact) error {
	if !w.state.first(f.ID) {
		return nil
	}
	switch f.Kind {
	case FactReopened:
		if w.state.Now.Status == crisis.Closed {
			return w.load(ctx)
		}
		return nil
	case FactWaitingForClient:
		return w.wait(ctx, f, clock.WaitingClient)
	case FactWaitingForLegal:
		return w.wait(ctx, f, clock.WaitingLegal)
	case FactNoLongerWaiting:
		return w.goOn(ctx, f)
	case FactEscalationTaken:
		w.taken(f)
		return nil
	case FactReviewDecided:
		w.reviewed(f.ObjectID)
	}
	if kind, ok := meets[f.Kind]; ok && !f.At.Before(w.state.Now.WaveStart) {
		w.meet(kind, f.At)
	}
	return nil
}

func (w *crisisRun) meet(kind clock.Kind, at time.Time) {
	for i, c := range w.state.Clocks {
		if c.Kind == kind && c.State != clock.Met {
			w.put(i, c.Meet(at, w.cal, clock.BySystem))
		}
	}
}

// wait pauses the clock that an approval holds up, from when the fact was recorded.
func (w *crisisRun) wait(ctx workflow.Context, f Fact, reason clock.PauseReason) error {
	kind, err := waitingClock(ctx, f.ObjectID)
	if err := w.tolerate(ctx, "find the waiting clock", err); err != nil {
		return err
	}
	for i, c := range w.state.Clocks {
		if c.Kind != kind || c.Ended() || c.State == clock.Paused && c.Reason == reason {
			continue
		}
		// From legal to client, or back: the pause changes its reason.
		if resumed, err := c.Resume(f.At, w.cal, clock.BySystem); err == nil {
			c = resumed
		}
		if paused, err := c.Pause(f.At, reason, w.cal, clock.BySystem); err == nil {
			w.put(i, paused)
		} else if late, events := c.Advance(workflow.Now(ctx)); len(events) > 0 {
			w.put(i, late)
		}
	}
	return nil
}

// goOn lets the clock run on that an approval has held up.
func (w *crisisRun) goOn(ctx workflow.Context, f Fact) error {
	kind, err := waitingClock(ctx, f.ObjectID)
	if err := w.tolerate(ctx, "find the waiting clock", err); err != nil {
		return err
	}
	for i, c := range w.state.Clocks {
		if c.Kind != kind {
			continue
		}
		if resumed, err := c.Resume(f.At, w.cal, clock.BySystem); err == nil {
			w.put(i, resumed)
		}
	}
	return nil
}

// taken keeps the ladder of a clock still until the acknowledgement expires.
// The fact names the clock.
func (w *crisisRun) taken(f Fact) {
	for i := range w.state.Ladders {
		if l := &w.state.Ladders[i]; string(l.Kind) == f.ObjectID {
			l.hold(f.At.Add(w.state.Escalation.AckExpires.Std()))
		}
	}
}
