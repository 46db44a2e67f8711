package workflows

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
)

// stage is a test environment that writes down which activity ran when.
type stage struct {
	*testsuite.TestWorkflowEnvironment
	t     *testing.T
	begin time.Time
	ran   []string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	s := &stage{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t, begin: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	s.SetStartTime(s.begin)
	s.SetTestTimeout(20 * time.Second)
	return s
}

// note writes down "<name>@<time since the beginning>".
func (s *stage) note(name string) {
	s.ran = append(s.ran, fmt.Sprintf("%s@%s", name, s.Now().Sub(s.begin).Round(time.Second)))
}

func on[I, O any](s *stage, name string, fn func(I) (O, error)) {
	s.RegisterActivityWithOptions(func(_ context.Context, in I) (O, error) { return fn(in) }, activity.RegisterOptions{Name: name})
}

func (s *stage) is(want ...string) {
	s.t.Helper()
	if !s.IsWorkflowCompleted() {
		s.t.Fatal("it has not ended")
	}
	if err := s.GetWorkflowError(); err != nil {
		s.t.Fatal(err)
	}
	if !slices.Equal(s.ran, want) {
		s.t.Fatalf("ran\n  %s\nwant\n  %s", strings.Join(s.ran, "\n  "), strings.Join(want, "\n  "))
	}
}

// tell sends a fact later.
func (s *stage) tell(after time.Duration, change func()) {
	s.RegisterDelayedCallback(func() {
		if change != nil {
			change()
		}
		s.SignalWorkflow(FactSignal, Fact{ID: "f"})
	}, after)
}

// approvalRow is the row that the approval's activities change, as the store does.
type approvalRow struct {
	s *stage
	p ApprovalProgress
	// away is how many reminders fail before one is taken.
	away int
	// behind is how far the database's clock is behind the workflow's.
	behind time.Duration
}

func newApprovalRow(t *testing.T, life time.Duration) *approvalRow {
	t.Helper()
	r := &approvalRow{s: newStage(t)}
	r.p = ApprovalProgress{Open: true, Deadline: r.s.begin.Add(life)}
	on(r.s, ActStartRound, func(ApprovalRef) (ApprovalProgress, error) {
		if r.p.Open && r.p.Started.IsZero() {
			r.p.Started = r.s.Now()
			r.s.note(fmt.Sprint("round ", r.p.Round))
		}
		return r.p, nil
	})
	on(r.s, ActRemindApprovers, func(in Reminder) (any, error) {
		if r.away > 0 {
			r.away--
			return nil, fmt.Errorf("the database is away")
		}
		r.s.note("remind " + in.Step)
		return nil, nil
	})
	on(r.s, ActEscalateApproval, func(ApprovalRef) (any, error) { r.s.note("escalate"); return nil, nil })
	on(r.s, ActExpireApproval, func(ApprovalRef) (ApprovalProgress, error) {
		r.s.note("expire")
		if !r.s.Now().Add(-r.behind).Before(r.p.Deadline) {
			r.p.Open = false
		}
		return r.p, nil
	})
	return r
}

func (r *approvalRow) run() { r.s.ExecuteWorkflow(Approval, Input{ObjectID: "a1"}) }

func TestApprovalReminds(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.run()
	r.s.is("round 0@0s", "remind half@5h0m0s", "remind late@8h0m0s", "escalate@8h0m0s", "expire@10h0m0s")
}

func TestApprovalWaitsForTheDatabasesClock(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.behind = 2500 * time.Millisecond
	r.run()
	r.s.is("round 0@0s", "remind half@5h0m0s", "remind late@8h0m0s", "escalate@8h0m0s", "expire@10h0m0s", "expire@10h0m1s", "expire@10h0m2s", "expire@10h0m3s")
}

func TestApprovalEndsWhenDecided(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.s.tell(6*time.Hour, func() { r.p.Open = false })
	r.run()
	r.s.is("round 0@0s", "remind half@5h0m0s")
}

func TestApprovalStartsTheNextRound(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.s.tell(6*time.Hour, func() { r.p.Round, r.p.Started = 1, time.Time{} })
	r.run()
	// The second round has four hours: half of it is gone after two.
	r.s.is("round 0@0s", "remind half@5h0m0s", "round 1@6h0m0s", "remind half@8h0m0s", "remind late@9h12m0s", "escalate@9h12m0s", "expire@10h0m0s")
}

func TestApprovalHearsTwiceAndReadsTheRow(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.s.tell(time.Hour, nil)
	r.s.tell(time.Hour, nil)
	r.s.tell(7*time.Hour, nil)
	r.run()
	r.s.is("round 0@0s", "remind half@5h0m0s", "remind late@8h0m0s", "escalate@8h0m0s", "expire@10h0m0s")
}

func TestApprovalStartedLate(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.p.Started = r.s.begin.Add(-40 * time.Hour) // forty of forty-four hours are gone
	r.p.Deadline = r.s.begin.Add(4 * time.Hour)
	r.run()
	r.s.is("remind late@0s", "escalate@0s", "expire@4h0m0s")
}

func TestApprovalThatHasEnded(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.p.Open = false
	r.run()
	r.s.is()
}

func TestApprovalOutlivesTheDatabase(t *testing.T) {
	r := newApprovalRow(t, 10*time.Hour)
	r.away = 8
	r.run()
	if err := r.s.GetWorkflowError(); err != nil || r.away != 0 || r.p.Open {
		t.Fatalf("with %d failures left: %v", r.away, err)
	}
}
