package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/playbook"
)

// startClocks starts every clock that the stage and the severity ask for and
// that is not there yet.
func (w *crisisRun) startClocks(ctx workflow.Context) {
	s := &w.state
	if s.Now.Status != crisis.Open {
		return
	}
	for _, spec := range s.Specs {
		// Rounds of approvals keep their own deadline.
		if spec.Kind == clock.ApprovalRound || !s.matters(spec.Kind) || s.clock(spec.Kind) != nil || slices.Contains(s.Cancelled, spec.Kind) {
			continue
		}
		from := s.Now.WaveStart
		if spec.Stage == crisis.Sustain {
			if from = s.Now.ResolvedAt; s.Now.Stage != crisis.Sustain {
				continue
			}
		}
		budget, ok := (playbook.Playbook{Clocks: s.Specs}).Clock(spec.Kind, s.Now.Severity)
		if !ok {
			continue
		}
		c, err := clock.Start(spec.Kind, from, budget.Budget, budget.Follows, w.cal, clock.BySystem)
		if err != nil { // the playbook was checked: a budget is above zero
			workflow.GetLogger(ctx).Error("clock not started", "kind", spec.Kind, "error", err)
			continue
		}
		s.Clocks = append(s.Clocks, c)
		w.unsaved = true
	}
}

// tick applies what time has done to the clocks; a breach begins a ladder.
func (w *crisisRun) tick(ctx workflow.Context) {
	now := workflow.Now(ctx)
	for i := range w.state.Clocks {
		c, events := w.state.Clocks[i].Advance(now)
		if len(events) > 0 {
			w.put(i, c)
		}
	}
}

// put replaces a clock, and begins or ends its ladder when it ran out or was met.
func (w *crisisRun) put(i int, c clock.Clock) {
	was := w.state.Clocks[i].State
	w.state.Clocks[i], w.unsaved = c, true
	switch {
	case c.State == was:
	case c.State == clock.Breached:
		w.state.dropLadder(c.Kind)
		w.state.Ladders = append(w.state.Ladders, begin(c, w.state.Escalation))
	case was == clock.Breached:
		w.state.dropLadder(c.Kind)
	}
}

// save stores the clocks that have moved.
func (w *crisisRun) save(ctx workflow.Context) error {
	if !w.unsaved {
		return nil
	}
	err := saveClocks(ctx, SaveClocks{CrisisID: w.id, Wave: w.state.Now.Wave, Clocks: w.state.Clocks})
	if err := w.tolerate(ctx, "save clocks", err); err != nil {
		return err
	}
	w.unsaved = false
	return nil
}

// climb asks the next people about each clock that ran out.
func (w *crisisRun) climb(ctx workflow.Context) error {
	for i := 0; i < len(w.state.Ladders); i++ {
		l := &w.state.Ladders[i]
		now := workflow.Now(ctx)
		if l.NextAt.After(now) {
			continue
		}
		e := w.state.Escalation
		n, a := l.due(e, now)
		answer, err := escalate(ctx, Escalate{CrisisID: w.id, Wave: w.state.Now.Wave, Kind: l.Kind, Ask: n, Step: a.step, Role: a.role,
			WithLead: a.step == 1, AckExpires: e.AckExpires.Std(), BreachedAt: l.BreachedAt})
		if err := w.tolerate(ctx, "escalate", err); err != nil {
			return err
		}
		switch {
		case err == nil && answer.Over:
			w.state.dropLadder(l.Kind)
			i--
		case err == nil && answer.HoldUntil.After(now):
			l.hold(answer.HoldUntil)
		default:
			l.asked(e, n)
		}
	}
	return nil
}

// cancel ends the clocks that still count and belong to what was left; every
// ladder of theirs ends, too.
func (w *crisisRun) cancel(left func(clock.Kind) bool) []clock.Kind {
	var out []clock.Kind
	kept := w.state.Clocks[:0:0]
	for _, c := range w.state.Clocks {
		if !left(c.Kind) || c.State == clock.Met {
			kept = append(kept, c)
			continue
		}
		w.state.dropLadder(c.Kind)
		out = append(out, c.Kind)
		if c.State == clock.Breached {
			kept = append(kept, c)
			continue
		}
		w.state.Cancelled = append(w.state.Cancelled, c.Kind)
	}
	w.state.Clocks = kept
	return out
}

// rearm gives the clocks that count the budgets of a worse severity.
func (w *crisisRun) rearm(now time.Time, by string) {
	book := playbook.Playbook{Clocks: w.state.Specs}
	for i := range w.state.Clocks {
		c := w.state.Clocks[i]
		spec, ok := book.Clock(c.Kind, w.state.Now.Severity)
		if c.Ended() || !ok {
			continue
		}
		if c, _, err := c.Rearm(now, spec.Budget, spec.Follows, w.cal, by); err == nil {
			w.put(i, c)
		}
	}
}
