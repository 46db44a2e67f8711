package recorded

import (
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

const because = "The client asked for it on the phone."

func by(id string) workflows.By {
	return workflows.By{CommandID: id, UserID: shared.dana.ID, Via: "console", MayOverride: true}
}

func openCase(t *testing.T, severity crisis.Severity, first time.Duration) store.Crisis {
	t.Helper()
	c, err := shared.db.OpenCrisis(t.Context(), shared.dana, store.OpenCrisis{ClientID: shared.client.ID, Title: "Glass in the yoghurt", Severity: severity,
		FirstMentionAt: time.Now().Add(-first)})
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func detail(t *testing.T, id string) store.CrisisDetail {
	t.Helper()
	d, err := shared.db.CrisisDetail(t.Context(), store.ScopeAll(), id)
	must(t, err)
	return d
}

func clockState(t *testing.T, id string, k clock.Kind) clock.State {
	t.Helper()
	d := detail(t, id)
	for _, c := range d.Clocks {
		if c.Kind == k && c.Wave == d.Wave {
			return c.State
		}
	}
	return ""
}

func leave(t *testing.T, id string, from crisis.Stage) workflows.CommandResult {
	t.Helper()
	r, err := shared.commands.LeaveStage(t.Context(), id, workflows.LeaveStage{By: by(store.NewID()), Expected: from, OverrideReason: because})
	must(t, err)
	return r
}

// TestCrisisFromOpeningToReopening takes a severe case through everything.
func TestCrisisFromOpeningToReopening(t *testing.T) {
	ctx := t.Context()
	// Severity 1 ignores the calendar, so the clocks count whenever the test runs.
	c := openCase(t, crisis.S1, 16*time.Minute)
	id := workflows.CrisisID(c.ID)
	eventually(t, "the breach of the acknowledgement and its escalation", func() bool {
		return clockState(t, c.ID, clock.Acknowledge) == clock.Breached && len(detail(t, c.ID).Escalations) > 0
	})
	eventually(t, "the triage", func() bool { return clockState(t, c.ID, clock.Triage) == clock.Met })
	first := runID(t, id)

	for _, e := range detail(t, c.ID).Escalations {
		must(t, shared.db.AcknowledgeEscalation(ctx, shared.dana, c.ID, e.ID))
	}
	_, err := shared.db.WaiveAcknowledgement(ctx, shared.dana, c.ID, because)
	must(t, err)
	eventually(t, "the late acknowledgement", func() bool { return clockState(t, c.ID, clock.Acknowledge) == clock.Met })

	_, err = shared.commands.PauseClock(ctx, c.ID, workflows.ClockCommand{By: by("pause"), Kind: clock.Statement, Reason: clock.WaitingLegal})
	must(t, err)
	_, err = shared.commands.ResumeClock(ctx, c.ID, workflows.ClockCommand{By: by("resume"), Kind: clock.Statement})
	must(t, err)
	_, err = shared.commands.LeaveStage(ctx, c.ID, workflows.LeaveStage{By: by("gate"), Expected: crisis.Detect})
	if f, ok := fault.As(err); !ok || f.Code != "gate_missing" || f.Details["missing"] == nil {
		t.Fatalf("the gate: %v", err)
	}
	leave(t, c.ID, crisis.Detect)
	_, err = shared.commands.ChangeSeverity(ctx, c.ID, workflows.ChangeSeverity{By: by("severity"), Expected: crisis.S1, Severity: crisis.S2, Reason: because})
	must(t, err)
	_, err = shared.commands.ChangeSeverity(ctx, c.ID, workflows.ChangeSeverity{By: by("severity 2"), Expected: crisis.S2, Severity: crisis.S1, Reason: because})
	must(t, err)
	_, err = shared.commands.HandOver(ctx, c.ID, workflows.HandOver{By: by("lead"), LeadID: shared.roni.ID})
	must(t, err)
	leave(t, c.ID, crisis.Assess)
	_, err = shared.commands.StartWave(ctx, c.ID, workflows.StartWave{By: by("wave"), Stage: crisis.Assess, Reason: because})
	must(t, err)
	for _, s := range crisis.Stages()[1:4] {
		leave(t, c.ID, s)
	}
	reviews, err := shared.db.Reviews(ctx, store.ScopeAll(), c.ID)
	must(t, err)
	_, err = shared.db.HoldReview(ctx, shared.roni, c.ID, reviews[0].ID, "Calm again.", "")
	must(t, err)
	eventually(t, "a new run after the review", func() bool { return runID(t, id) != first })
	keep(t, "crisis-first-run", id, first)

	second := runID(t, id)
	// The same command again, after the engine has forgotten its id.
	again, err := shared.commands.StartWave(ctx, c.ID, workflows.StartWave{By: by("wave"), Stage: crisis.Assess, Reason: because})
	if err != nil || again.Wave != 2 {
		t.Errorf("the repeated command: %+v %v", again, err)
	}
	if r := leave(t, c.ID, crisis.Sustain); r.Status != crisis.Closed {
		t.Errorf("closing gives %+v", r)
	}
	eventually(t, "the end of the process", func() bool { return !running(t, workflows.CrisisWorkflow, c.ID) })
	keep(t, "crisis-closed", id, second)

	_, err = shared.db.Reopen(ctx, shared.dana, c.ID, crisis.Detect, because)
	must(t, err)
	eventually(t, "the third wave's clocks", func() bool { return clockState(t, c.ID, clock.Acknowledge) == clock.Running })
	keep(t, "crisis-reopened", id, "")
}

func TestTwoPeopleOneStage(t *testing.T) {
	c := openCase(t, crisis.S3, time.Minute)
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, id := range []string{"one", "two"} {
		all.Go(func() {
			_, errs[i] = shared.commands.LeaveStage(t.Context(), c.ID, workflows.LeaveStage{By: by(id), Expected: crisis.Detect, OverrideReason: because})
		})
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both or none: %v", errs)
	}
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	f, ok := fault.As(lost)
	if !ok || f.Code != workflows.CodeStageMoved || f.Details["stage"] != string(crisis.Assess) || f.Details["by"] != shared.dana.ID {
		t.Errorf("the second is told %v", lost)
	}
	keep(t, "crisis-two-people", workflows.CrisisID(c.ID), "")
}

// TestUnknownMeansTryAgain stops the worker under a command: its answer is
// "unknown", and the same command later is carried out once.
func TestUnknownMeansTryAgain(t *testing.T) {
	c := openCase(t, crisis.S3, time.Minute)
	eventually(t, "the start", func() bool { return clockState(t, c.ID, clock.Triage) == clock.Met })
	shared.worker.Stop()
	cmd := workflows.LeaveStage{By: by("patient"), Expected: crisis.Detect, OverrideReason: because}
	_, err := shared.commands.LeaveStage(t.Context(), c.ID, cmd)
	if !fault.Is(err, "engine_pending") || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("without a worker: %v", err)
	}
	shared.newWorker()
	must(t, shared.worker.Start())
	r, err := shared.commands.LeaveStage(t.Context(), c.ID, cmd)
	if err != nil || r.Stage != crisis.Assess {
		t.Fatalf("again: %+v %v", r, err)
	}
	if d := detail(t, c.ID); d.Stage != crisis.Assess {
		t.Errorf("carried out twice: %s", d.Stage)
	}
}

// TestALostProcessIsRebuilt ends the workflow behind the product's back.
func TestALostProcessIsRebuilt(t *testing.T) {
	c := openCase(t, crisis.S3, time.Minute)
	eventually(t, "the start", func() bool { return clockState(t, c.ID, clock.Triage) == clock.Met })
	must(t, shared.temporal.TerminateWorkflow(t.Context(), workflows.CrisisID(c.ID), "", "lost"))
	_, err := shared.db.WaiveAcknowledgement(t.Context(), shared.dana, c.ID, because)
	must(t, err)
	eventually(t, "the fact in the rebuilt process", func() bool { return clockState(t, c.ID, clock.Acknowledge) == clock.Met })
	must(t, shared.temporal.TerminateWorkflow(t.Context(), workflows.CrisisID(c.ID), "", "lost again"))
	if r := leave(t, c.ID, crisis.Detect); r.Stage != crisis.Assess {
		t.Errorf("a command to a lost process: %+v", r)
	}
	if _, err := shared.commands.LeaveStage(t.Context(), store.NewID(), workflows.LeaveStage{By: by("x"), Expected: crisis.Detect}); err == nil {
		t.Error("a command to a crisis that is not there was carried out")
	}
}
