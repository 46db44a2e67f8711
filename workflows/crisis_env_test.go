package workflows

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/playbook"
)

// monday is 10:00 in Jerusalem on a working day.
var monday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

const caseID = "018f0000-0000-7000-8000-000000000001"

// fakeCase stands for the database: it does what the store does to a row, and
// remembers what it was asked.
type fakeCase struct {
	plan    CrisisPlan
	now     func() time.Time
	saved   map[clock.Kind]clock.Clock
	cancel  []clock.Kind
	asked   []Escalate
	askedAt []time.Time
	reminds []RemindReview
	remAt   []time.Time
	holdFor time.Duration // an acknowledgement that only the database knows
	holds   clock.Kind    // what WaitingClock answers
	keys    []string
	refuse  *fault.Error // what the next command is refused with
}

func (f *fakeCase) LoadPlan(context.Context, CrisisRef) (CrisisPlan, error) { return f.plan, nil }

func (f *fakeCase) move(key, by string, change func(*CrisisNow)) (CrisisNow, error) {
	if f.refuse != nil {
		r := f.refuse
		f.refuse = nil
		return CrisisNow{}, Refuse(r)
	}
	f.keys = append(f.keys, key)
	n := &f.plan.Now
	change(n)
	n.MovedBy, n.MovedAt = by, f.now()
	return *n, nil
}

func (f *fakeCase) LeaveStage(_ context.Context, in CommandInput[LeaveStage]) (CrisisNow, error) {
	return f.move(in.Key, in.Command.By.UserID, func(n *CrisisNow) {
		next, more := n.Stage.Next()
		if !more {
			n.Status = crisis.Closed
			return
		}
		n.Stage = next
		if next == crisis.Sustain {
			n.ResolvedAt = f.now()
			for _, d := range []int{1, 7, 30, 60, 90} {
				n.Reviews = append(n.Reviews, ReviewDue{ID: "review-" + string(rune('0'+d/10)) + string(rune('0'+d%10)), Days: d, DueAt: f.now().AddDate(0, 0, d)})
			}
		}
	})
}

func (f *fakeCase) ChangeSeverity(_ context.Context, in CommandInput[ChangeSeverity]) (CrisisNow, error) {
	return f.move(in.Key, in.Command.By.UserID, func(n *CrisisNow) { n.Severity = in.Command.Severity })
}

func (f *fakeCase) HandOver(_ context.Context, in CommandInput[HandOver]) (CrisisNow, error) {
	return f.move(in.Key, in.Command.By.UserID, func(*CrisisNow) {})
}

func (f *fakeCase) StartWave(_ context.Context, in CommandInput[StartWave]) (CrisisNow, error) {
	return f.move(in.Key, in.Command.By.UserID, func(n *CrisisNow) {
		n.Wave, n.Stage, n.WaveStart, n.Reviews, n.ResolvedAt = n.Wave+1, in.Command.Stage, f.now(), nil, time.Time{}
	})
}

func (f *fakeCase) SaveClocks(_ context.Context, in SaveClocks) error {
	for _, c := range in.Clocks {
		f.saved[c.Kind] = c
	}
	f.cancel = append(f.cancel, in.Cancel...)
	return nil
}

func (f *fakeCase) EscalateClock(_ context.Context, in Escalate) (Escalated, error) {
	if f.holdFor > 0 {
		until := f.now().Add(f.holdFor)
		f.holdFor = 0
		return Escalated{HoldUntil: until}, nil
	}
	f.asked, f.askedAt = append(f.asked, in), append(f.askedAt, f.now())
	return Escalated{}, nil
}

func (f *fakeCase) RemindReview(_ context.Context, in RemindReview) (ReviewState, error) {
	f.reminds, f.remAt = append(f.reminds, in), append(f.remAt, f.now())
	return ReviewState{}, nil
}

func (f *fakeCase) WaitingClock(context.Context, ApprovalRef) (HeldClock, error) {
	return HeldClock{Kind: f.holds}, nil
}

// stage is one scripted test of the workflow, with time skipped.
type script struct {
	*testsuite.TestWorkflowEnvironment
	t    *testing.T
	db   *fakeCase
	nth  int
	base time.Time
}

func newScript(t *testing.T, severity crisis.Severity) *script {
	t.Helper()
	book := playbook.Default()
	db := &fakeCase{saved: map[clock.Kind]clock.Clock{}, plan: CrisisPlan{Run: 1, Calendar: clock.DefaultConfig(), Clocks: book.Clocks, Escalation: book.Escalation,
		Now: CrisisNow{Status: crisis.Open, Stage: crisis.Detect, Severity: severity, Wave: 1, WaveStart: monday, MovedAt: monday}}}
	return db.script(t, monday)
}

// script makes a fresh engine over the same database.
func (f *fakeCase) script(t *testing.T, start time.Time) *script {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	s := &script{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t, db: f, base: start}
	s.SetStartTime(start)
	s.SetTestTimeout(30 * time.Second)
	s.RegisterWorkflowWithOptions(Crisis, workflow.RegisterOptions{Name: CrisisWorkflow})
	f.now = func() time.Time { return s.Now() }
	s.RegisterActivity(f)
	return s
}

// tell signals a fact some time after the start.
func (s *script) tell(after time.Duration, kind FactKind, about string) {
	s.nth++
	id := string(kind) + string(rune('a'+s.nth))
	s.RegisterDelayedCallback(func() {
		s.SignalWorkflow(FactSignal, Fact{ID: id, Kind: kind, ObjectID: about, At: s.Now()})
	}, after)
}

// answered is what a command was answered.
type answered struct {
	accepted bool
	rejected error
	result   CommandResult
	err      error
}

// Accept is part of the engine's callbacks.
func (a *answered) Accept() { a.accepted = true }

// Reject is part of the engine's callbacks.
func (a *answered) Reject(err error) { a.rejected = err }

// Complete is part of the engine's callbacks.
func (a *answered) Complete(result any, err error) {
	a.err = err
	if r, ok := result.(CommandResult); ok {
		a.result = r
	}
}

// command sends an update some time after the start.
func (s *script) command(after time.Duration, name, id string, cmd any) *answered {
	a := &answered{}
	s.RegisterDelayedCallback(func() { s.UpdateWorkflow(name, id, a, cmd) }, after)
	return a
}

func by(id string) By { return By{CommandID: id, UserID: "dana", MayOverride: true} }

// leave sends the command to leave a stage.
func (s *script) leave(after time.Duration, id string, from crisis.Stage) *answered {
	return s.command(after, UpdateLeaveStage, id, LeaveStage{By: by(id), Expected: from})
}

// stop ends the test's run from outside.
func (s *script) stop(after time.Duration) {
	s.RegisterDelayedCallback(s.CancelWorkflow, after)
}

func (s *script) run() { s.ExecuteWorkflow(CrisisWorkflow, Input{ObjectID: caseID}) }

// handedOn is the state of a continue-as-new.
func (s *script) handedOn() Input {
	s.t.Helper()
	var next *workflow.ContinueAsNewError
	if !errors.As(s.GetWorkflowError(), &next) {
		s.t.Fatalf("the run ended with %v, not with a new run", s.GetWorkflowError())
	}
	var in Input
	if err := converter.GetDefaultDataConverter().FromPayloads(next.Input, &in); err != nil {
		s.t.Fatal(err)
	}
	return in
}

func (s *script) state(k clock.Kind, want clock.State) clock.Clock {
	s.t.Helper()
	c, ok := s.db.saved[k]
	if !ok || c.State != want {
		s.t.Errorf("clock %s is %q, want %q", k, c.State, want)
	}
	return c
}
