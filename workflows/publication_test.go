package workflows

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
)

// publicationRow is the row that the publication's activities change, as the store does.
type publicationRow struct {
	s     *stage
	state string
	until time.Time
	// results are what the calls and the looks bring, in order; the last one stays.
	results []func(r *publicationRow) (CallResult, error)
	calls   int
	// reading runs after the row was read and before the workflow hears of it; may be nil.
	reading func()
}

func newPublicationRow(t *testing.T, results ...func(*publicationRow) (CallResult, error)) *publicationRow {
	t.Helper()
	r := &publicationRow{s: newStage(t), state: "planned", results: results}
	on(r.s, ActPreparePublication, func(PublicationRef) (PublicationStep, error) {
		step := r.step()
		if r.reading != nil {
			r.reading()
		}
		return step, nil
	})
	on(r.s, ActSendPublication, func(PublicationRef) (CallResult, error) {
		r.s.note("send")
		r.state = "sending"
		r.calls++
		return r.next()
	})
	on(r.s, ActLookUpPublication, func(in LookUp) (CallResult, error) {
		r.s.note(fmt.Sprintf("look %v", in.GiveUp))
		out, err := r.next()
		if in.GiveUp && r.state == "sending" {
			r.state = "unknown"
		}
		return out, err
	})
	return r
}

func (r *publicationRow) next() (CallResult, error) {
	if len(r.results) == 0 {
		return CallResult{State: r.state}, nil
	}
	result := r.results[0]
	r.results = r.results[1:]
	return result(r)
}

func (r *publicationRow) step() PublicationStep {
	step := PublicationStep{State: r.state}
	switch r.state {
	case "planned":
		step.Next = NextSend
		if r.s.Now().Before(r.until) {
			step.Next, step.Until = NextWait, r.until
		}
	case "sending":
		step.Next = NextReconcile
	case "published", "refused", "failed":
		step.Next = NextDone
	default:
		step.Next = NextPerson
	}
	return step
}

// becomes is a result that leaves the row in a state.
func becomes(state string, wait time.Duration) func(*publicationRow) (CallResult, error) {
	return func(r *publicationRow) (CallResult, error) {
		r.state = state
		return CallResult{State: state, RetryAfter: wait}, nil
	}
}

// breaks is a call that the worker died in, before or after the intent was stored.
func breaks(state string) func(*publicationRow) (CallResult, error) {
	return func(r *publicationRow) (CallResult, error) {
		r.state = state
		return CallResult{}, temporal.NewApplicationError("the worker died", "", errors.New("killed"))
	}
}

func (r *publicationRow) run() { r.s.ExecuteWorkflow(Publication, Input{ObjectID: "p1"}) }

func TestPublicationGoesOut(t *testing.T) {
	r := newPublicationRow(t, becomes("published", 0))
	r.run()
	r.s.is("send@0s")
}

func TestPublicationWaitsItsTime(t *testing.T) {
	r := newPublicationRow(t, becomes("published", 0))
	r.until = r.s.begin.Add(20 * time.Hour)
	r.run()
	r.s.is("send@20h0m0s")
}

func TestPublicationWithdrawnWhileWaiting(t *testing.T) {
	r := newPublicationRow(t, becomes("published", 0))
	r.until = r.s.begin.Add(20 * time.Hour)
	r.s.tell(3*time.Hour, func() { r.state = "refused" })
	r.run()
	r.s.is()
}

func TestPublicationHeldUntilReleased(t *testing.T) {
	r := newPublicationRow(t, becomes("published", 0))
	r.state = "held"
	r.s.tell(time.Hour, nil)
	r.s.tell(50*time.Hour, func() { r.state = "planned" })
	r.run()
	r.s.is("send@50h0m0s")
}

// What had ended is planned anew after the row was read and before the run is over.
func TestPublicationPlannedAnewAtItsEnd(t *testing.T) {
	r := newPublicationRow(t, becomes("published", 0))
	r.state = "refused"
	r.reading = func() {
		if r.state == "refused" {
			r.state = "planned"
			r.s.SignalWorkflow(FactSignal, Fact{ID: "f"})
		}
	}
	r.run()
	r.s.is("send@0s")
}

func TestPublicationByHand(t *testing.T) {
	r := newPublicationRow(t)
	r.state = "awaiting_hand"
	r.s.tell(30*time.Hour, func() { r.state = "published" })
	r.run()
	r.s.is()
}

func TestPublicationIsNotSentBlindly(t *testing.T) {
	for name, tc := range map[string]struct {
		results []func(*publicationRow) (CallResult, error)
		want    []string
		calls   int
	}{
		"no answer, then found": {[]func(*publicationRow) (CallResult, error){becomes("sending", 0), becomes("published", 0)}, []string{"send@0s", "look false@2s"}, 1},
		"no answer, then not there, then sent": {[]func(*publicationRow) (CallResult, error){becomes("sending", 0), becomes("planned", 0), becomes("published", 0)},
			[]string{"send@0s", "look false@2s", "send@2s"}, 2},
		"worker died after the intent": {[]func(*publicationRow) (CallResult, error){breaks("sending"), becomes("published", 0)}, []string{"send@0s", "look false@3s"}, 1},
		"worker died before it":        {[]func(*publicationRow) (CallResult, error){breaks("planned"), becomes("published", 0)}, []string{"send@0s", "send@1s"}, 2},
		"asked to wait":                {[]func(*publicationRow) (CallResult, error){becomes("planned", 10*time.Minute), becomes("published", 0)}, []string{"send@0s", "send@10m0s"}, 2},
		"never an answer": {[]func(*publicationRow) (CallResult, error){becomes("sending", 0)},
			[]string{"send@0s", "look false@2s", "look false@17s", "look false@1m17s", "look false@6m17s", "look true@21m17s"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newPublicationRow(t, tc.results...)
			r.s.tell(48*time.Hour, func() { r.state = "published" }) // a person settles what is unknown
			r.run()
			r.s.is(tc.want...)
			if r.calls != tc.calls {
				t.Fatalf("%d calls", r.calls)
			}
		})
	}
}

func TestPublicationBacksOff(t *testing.T) {
	var results []func(*publicationRow) (CallResult, error)
	for range 4 {
		results = append(results, becomes("planned", 0))
	}
	r := newPublicationRow(t, append(results, becomes("failed", 0))...)
	r.run()
	r.s.is("send@0s", "send@1s", "send@3s", "send@7s", "send@15s")
}
