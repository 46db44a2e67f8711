package workflows

import (
	"fmt"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestTheSecondPersonIsToldWhatHappened(t *testing.T) {
	s := newScript(t, crisis.S3)
	first := s.leave(time.Minute, "a", crisis.Detect)
	second := s.leave(time.Minute+time.Second, "b", crisis.Detect)
	s.stop(time.Hour)
	s.run()
	if first.err != nil || first.result.Stage != crisis.Assess {
		t.Fatalf("the first: %+v", first)
	}
	f, ok := Refused(second.rejected)
	if !ok || f.Code != CodeStageMoved || f.Kind != fault.Conflict || fmt.Sprint(f.Details["stage"]) != "assess" || f.Details["by"] != "dana" {
		t.Errorf("the second: %v", second.rejected)
	}
}

func TestTwoAtTheSameMomentTakeTurns(t *testing.T) {
	s := newScript(t, crisis.S3)
	a, b := &answered{}, &answered{}
	s.RegisterDelayedCallback(func() {
		s.UpdateWorkflow(UpdateLeaveStage, "a", a, LeaveStage{By: by("a"), Expected: crisis.Detect})
		s.UpdateWorkflow(UpdateLeaveStage, "b", b, LeaveStage{By: by("b"), Expected: crisis.Detect})
	}, time.Minute)
	s.stop(time.Hour)
	s.run()
	if (a.err == nil) == (b.err == nil && b.rejected == nil) || len(s.db.keys) != 1 {
		t.Errorf("a %+v, b %+v, carried out %v", a, b, s.db.keys)
	}
}

func TestARefusalOfTheDatabaseReachesThePerson(t *testing.T) {
	s := newScript(t, crisis.S3)
	s.db.refuse = fault.New(fault.Invalid, "gate_missing", "2 things are missing.").With("missing", []crisis.Missing{{Code: "triage_decision"}})
	refused := s.leave(time.Minute, "a", crisis.Detect)
	passed := s.leave(2*time.Minute, "b", crisis.Detect)
	s.stop(time.Hour)
	s.run()
	f, ok := Refused(refused.err)
	if !ok || f.Code != "gate_missing" || f.Details["missing"] == nil || f.Message == "" {
		t.Errorf("got %v", refused.err)
	}
	if passed.err != nil || passed.rejected != nil {
		t.Errorf("a refused command must not block the next one: %+v", passed)
	}
}

func TestTheSameCommandAgainGetsTheSameAnswer(t *testing.T) {
	s := newScript(t, crisis.S3)
	s.leave(time.Minute, "a", crisis.Detect)
	s.tell(2*time.Minute, FactReviewDecided, "no such review")
	again := s.leave(3*time.Minute, "a2", crisis.Detect)
	retried := &answered{}
	s.RegisterDelayedCallback(func() {
		// Another update id, the same command: as after a continue-as-new.
		s.UpdateWorkflow(UpdateLeaveStage, "other", retried, LeaveStage{By: by("a"), Expected: crisis.Detect})
	}, 4*time.Minute)
	s.stop(time.Hour)
	s.run()
	if again.rejected == nil || retried.rejected != nil || retried.result.Stage != crisis.Assess || len(s.db.keys) != 1 {
		t.Errorf("again %+v, retried %+v, carried out %v", again, retried, s.db.keys)
	}
}

func TestLeavingAStageCancelsItsClocks(t *testing.T) {
	s := newScript(t, crisis.S2)
	s.tell(time.Minute, FactTriaged, "")
	s.leave(40*time.Minute, "a", crisis.Detect) // the acknowledgement ran out ten minutes ago
	s.stop(3 * time.Hour)
	s.run()
	s.state(clock.Acknowledge, clock.Breached)
	if len(s.db.cancel) != 1 || s.db.cancel[0] != clock.Acknowledge {
		t.Errorf("cancelled: %v", s.db.cancel)
	}
	asked := 0
	for _, a := range s.db.asked {
		if a.Kind == clock.Acknowledge {
			asked++
		}
	}
	if asked != 2 { // at the breach and ten minutes on; nobody afterwards
		t.Errorf("asked %d times about a stage that was left", asked)
	}
}

func TestRaisingTheSeverityRearms(t *testing.T) {
	s := newScript(t, crisis.S4)
	s.tell(5*time.Minute, FactTriaged, "")
	raised := s.command(10*time.Minute, UpdateChangeSeverity, "a", ChangeSeverity{By: by("a"), Expected: crisis.S4, Severity: crisis.S2, Reason: "boycott call"})
	s.stop(11 * time.Minute)
	s.run()
	if raised.err != nil || raised.result.Severity != crisis.S2 {
		t.Fatalf("%+v", raised)
	}
	if c := s.state(clock.Acknowledge, clock.Running); !c.Due.Equal(monday.Add(30*time.Minute)) || c.Budget != 30*time.Minute {
		t.Errorf("acknowledge: due %v of %v", c.Due, c.Budget)
	}
	if c := s.state(clock.Statement, clock.Running); !c.Due.Equal(monday.Add(2 * time.Hour)) {
		t.Errorf("statement: due %v", c.Due)
	}
	s.state(clock.Triage, clock.Met)
}

func TestLoweringLeavesTheClocks(t *testing.T) {
	s := newScript(t, crisis.S2)
	s.command(time.Minute, UpdateChangeSeverity, "a", ChangeSeverity{By: by("a"), Expected: crisis.S2, Severity: crisis.S4, Reason: "one angry person"})
	bad := s.command(2*time.Minute, UpdateChangeSeverity, "b", ChangeSeverity{By: by("b"), Expected: crisis.S4, Severity: 7})
	s.stop(3 * time.Minute)
	s.run()
	if c := s.state(clock.Acknowledge, clock.Running); c.Budget != 30*time.Minute {
		t.Errorf("budget %v", c.Budget)
	}
	if f, ok := Refused(bad.rejected); !ok || f.Code != "unknown_severity" {
		t.Errorf("severity 7: %v", bad.rejected)
	}
}

func TestANewWaveStartsNewClocks(t *testing.T) {
	s := newScript(t, crisis.S3)
	s.tell(time.Minute, FactTriaged, "")
	s.tell(time.Minute, FactAcknowledged, "")
	s.leave(2*time.Minute, "a", crisis.Detect)
	s.leave(3*time.Minute, "b", crisis.Assess)
	wave := s.command(30*time.Minute, UpdateStartWave, "w", StartWave{By: by("w"), Stage: crisis.Detect, Reason: "new photo"})
	s.RegisterDelayedCallback(func() { // an answer of the first wave, told late
		s.SignalWorkflow(FactSignal, Fact{ID: "late", Kind: FactAcknowledged, At: monday.Add(time.Minute)})
	}, 31*time.Minute)
	s.stop(32 * time.Minute)
	s.run()
	if wave.err != nil || wave.result.Wave != 2 {
		t.Fatalf("%+v", wave)
	}
	if c := s.state(clock.Acknowledge, clock.Running); !c.Due.Equal(monday.Add(90 * time.Minute)) {
		t.Errorf("the second wave's clock is due %v", c.Due)
	}
	if len(s.db.cancel) == 0 {
		t.Error("the first wave's running clocks go on")
	}
}

func TestReviewsOverNinetyDays(t *testing.T) {
	s := newScript(t, crisis.S3)
	for _, f := range []FactKind{FactTriaged, FactAcknowledged, FactAssessed, FactPrivatelyAnswered} {
		s.tell(time.Second, f, "")
	}
	for i, st := range []crisis.Stage{crisis.Detect, crisis.Assess, crisis.Respond, crisis.Refocus} {
		s.leave(time.Duration(i+1)*time.Minute, string(st), st)
	}
	resolved := monday.Add(4 * time.Minute)
	// Nobody holds the first review: a reminder when it is due, then after a day, then two more.
	s.tell(5*24*time.Hour, FactReviewDecided, "review-01")
	s.run()
	in := s.handedOn()
	if len(s.db.reminds) != 3 {
		t.Fatalf("reminded at %v", s.db.remAt)
	}
	for i, days := range []int{1, 2, 4} {
		late := s.db.remAt[i].Sub(resolved.AddDate(0, 0, days))
		if late < 0 || late >= reviewJitter {
			t.Errorf("reminder %d came at %v", i, s.db.remAt[i])
		}
	}
	s.state(clock.Review, clock.Met)
	// The state is handed on whole, and the same command again still gets its answer.
	if in.State == nil || in.State.Now.Stage != crisis.Sustain || len(in.State.Done) != 4 || len(in.State.Now.Reviews) != 5 || !in.State.Now.Reviews[0].Decided {
		t.Fatalf("handed on: %+v", in.State)
	}
	again := s.db.script(t, s.Now())
	retried := again.leave(time.Minute, "refocus", crisis.Refocus)
	for i, id := range []string{"review-07", "review-30", "review-60", "review-90"} {
		again.tell(time.Duration(i+1)*time.Hour, FactReviewDecided, id)
	}
	again.ExecuteWorkflow(CrisisWorkflow, in)
	if retried.rejected != nil || retried.result.Stage != crisis.Sustain {
		t.Errorf("after a new run: %+v", retried)
	}
	for _, r := range again.handedOn().State.Now.Reviews[:2] {
		if !r.Decided {
			t.Errorf("review %s is lost", r.ID)
		}
	}
}

func TestClosingEndsAndReopeningInTheLastMomentGoesOn(t *testing.T) {
	s := newScript(t, crisis.S3)
	s.db.plan.Now.Stage, s.db.plan.Now.ResolvedAt = crisis.Sustain, monday
	closed := s.leave(time.Minute, "a", crisis.Sustain)
	s.run()
	if err := s.GetWorkflowError(); err != nil || !s.IsWorkflowCompleted() || closed.result.Status != crisis.Closed {
		t.Fatalf("closing: %v %+v", err, closed)
	}
	if len(s.db.cancel) != 1 || s.db.cancel[0] != clock.Review {
		t.Errorf("cancelled %v", s.db.cancel)
	}

	// The row is open again as wave 2; the engine starts the process anew.
	s.db.plan.Now = CrisisNow{Status: crisis.Open, Stage: crisis.Assess, Severity: crisis.S3, Wave: 2, WaveStart: monday.Add(time.Hour)}
	s.db.plan.Run = 2
	again := s.db.script(t, monday.Add(time.Hour))
	again.tell(0, FactReopened, "2")
	again.stop(time.Minute)
	again.run()
	if c := again.state(clock.FirstAssessment, clock.Running); !c.Due.Equal(monday.Add(3 * time.Hour)) {
		t.Errorf("wave 2 is due %v", c.Due)
	}
}

func TestRebuiltFromTheDatabase(t *testing.T) {
	s := newScript(t, crisis.S2)
	cal, err := clock.New(clock.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	paused, _ := clock.Start(clock.Acknowledge, monday, 30*time.Minute, true, cal, clock.BySystem)
	if paused, err = paused.Pause(monday.Add(10*time.Minute), clock.WaitingClient, cal, "dana"); err != nil {
		t.Fatal(err)
	}
	s.db.plan.Stored = []clock.Clock{paused}
	s.db.plan.Cancelled = []clock.Kind{clock.PrivateAnswer}
	s.db.plan.Known = []Fact{{ID: "known:1", Kind: FactTriaged, At: monday.Add(3 * time.Minute)}}
	s = s.db.script(t, monday.Add(24*time.Hour))
	s.stop(time.Minute)
	s.run()
	if c := s.state(clock.Triage, clock.Met); c.Late() {
		t.Error("a decision that was made in time counts as late after a rebuild")
	}
	s.state(clock.Acknowledge, clock.Paused)
	if _, ok := s.db.saved[clock.PrivateAnswer]; ok {
		t.Error("a cancelled clock has started again")
	}
	s.state(clock.Statement, clock.Breached)
}

func TestHandedOnWhenTheHistoryGrowsLong(t *testing.T) {
	s := newScript(t, crisis.S3)
	s.RegisterDelayedCallback(func() { s.SetContinueAsNewSuggested(true) }, time.Minute)
	s.tell(2*time.Minute, FactTriaged, "")
	s.run()
	in := s.handedOn()
	if in.ObjectID != caseID || in.State.clock(clock.Triage).State != clock.Met || len(in.State.Seen) == 0 {
		t.Errorf("handed on: %+v", in.State)
	}
}
