package store

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestTwoPeopleLeaveTheSameStageAtOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S3)
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []audit.Actor{w.dana, w.roni} {
			all.Go(func() {
				_, errs[i] = d.LeaveStage(t.Context(), w.command(c, who, "leave "+who.ID), LeaveStage{Expected: crisis.Detect, OverrideReason: because, MayOverride: true})
			})
		}
		all.Wait()
		lost, winner := errs[0], w.roni
		if lost == nil {
			lost, winner = errs[1], w.dana
		}
		f := w.refusal(lost, "stage_moved")
		if f.Details["by"] != winner.ID || f.Details["stage"] != crisis.Assess {
			t.Errorf("the second is told %v, the winner is %s", f.Details, winner.ID)
		}
		if n := w.recorded(c, audit.CrisisStageLeft); n != 1 || w.row(c).Stage != crisis.Assess {
			t.Errorf("left %d times", n)
		}
	})
}

func TestACommandIsCarriedOutOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S3)
		leave := LeaveStage{Expected: crisis.Detect, OverrideReason: because, MayOverride: true}
		first, err := d.LeaveStage(t.Context(), w.command(c, w.dana, "k"), leave)
		w.ok(err)
		w.at = w.at.Add(time.Hour)
		again, err := d.LeaveStage(t.Context(), w.command(c, w.dana, "k"), leave)
		w.ok(err)
		if first.Stage != again.Stage || !first.MovedAt.Equal(again.MovedAt) || w.recorded(c, audit.CrisisStageLeft) != 1 {
			t.Errorf("first %+v, again %+v", first, again)
		}
	})
}

func TestACommandRunTwiceAtOnceHasOneAnswer(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S3)
		var all sync.WaitGroup
		answers := make([]CrisisNow, 4)
		for i := range answers {
			all.Go(func() {
				var err error
				answers[i], err = d.LeaveStage(t.Context(), w.command(c, w.dana, "one key"), LeaveStage{Expected: crisis.Detect, OverrideReason: because, MayOverride: true})
				if err != nil {
					t.Errorf("run %d: %v", i, err)
				}
			})
		}
		all.Wait()
		if n := w.recorded(c, audit.CrisisStageLeft); n != 1 || answers[0].Stage != crisis.Assess || answers[3].Stage != crisis.Assess {
			t.Errorf("carried out %d times: %+v", n, answers)
		}
	})
}

func TestTheGateAsksAndAWrittenReasonPasses(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c := w.open(crisis.S3)
	for _, tc := range []struct {
		name, code string
		leave      LeaveStage
	}{
		{"nothing said", "gate_missing", LeaveStage{Expected: crisis.Detect, MayOverride: true}},
		{"not allowed", "gate_override_forbidden", LeaveStage{Expected: crisis.Detect, OverrideReason: because}},
		{"too short", "gate_reason_short", LeaveStage{Expected: crisis.Detect, OverrideReason: "go", MayOverride: true}},
		{"another stage", "stage_moved", LeaveStage{Expected: crisis.Assess, OverrideReason: because, MayOverride: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := w.LeaveStage(t.Context(), w.command(c, w.dana, tc.name), tc.leave)
			f := w.refusal(err, tc.code)
			if tc.code == "gate_missing" && (len(f.Details["missing"].([]crisis.Missing)) == 0 || f.Kind != fault.Invalid) {
				t.Errorf("the gate does not say what is missing: %+v", f)
			}
		})
	}
	if w.recorded(c, audit.CrisisStageLeft) != 0 {
		t.Fatal("a refused command left the stage")
	}
	w.leave(c, crisis.Detect)
	d, err := w.CrisisDetail(t.Context(), ScopeAll(), c.ID)
	w.ok(err)
	i := slices.IndexFunc(d.Stages, func(s CrisisStage) bool { return s.Stage == crisis.Detect })
	if s := d.Stages[i]; !s.Overridden || s.OverrideReason != because || len(s.Missing.V) == 0 || s.LeftBy != w.dana.ID {
		t.Errorf("the override is not on the record: %+v", s)
	}
	items, _, err := w.Timeline(t.Context(), ScopeAll(), c.ID, Page{})
	w.ok(err)
	i = slices.IndexFunc(items, func(x TimelineItem) bool { return x.Action == audit.CrisisGateOverridden })
	if items[i].Reason != because || items[i].ActorName != "Dana" {
		t.Errorf("the timeline shows %+v", items[i])
	}
}

func TestTheWholeWayAndBackAgain(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S2)
		c = w.advance(c, crisis.Respond)
		detail, err := d.CrisisDetail(t.Context(), ScopeAll(), c.ID)
		w.ok(err)
		if len(detail.Stages) != 4 || w.recorded(c, audit.CrisisStageEntered) != 4 {
			t.Errorf("refocus must be opened beside respond: %+v", detail.Stages)
		}
		c = w.advance(c, crisis.Sustain)
		reviews, err := d.Reviews(t.Context(), ScopeAll(), c.ID)
		w.ok(err)
		if len(reviews) != 5 || c.ResolvedAt.IsZero() || reviews[0].DueAt.In(mustZone(t)).Format("02.01 15:04") != "24.11 09:00" {
			t.Errorf("reviews: %+v", reviews)
		}
		if now := w.leave(c, crisis.Sustain); now.Status != crisis.Closed {
			t.Errorf("leaving sustain gives %+v", now)
		}
		_, err = d.AddStep(t.Context(), w.dana, c.ID, StepChange{Text: new(string)})
		w.refused(err, "crisis_closed")
		_, err = d.Reopen(t.Context(), w.roni, c.ID, crisis.Assess, "why")
		w.refused(err, "reason_short")
		c, err = d.Reopen(t.Context(), w.roni, c.ID, crisis.Assess, "The same photo is going round again.")
		w.ok(err)
		if c.Wave != 2 || c.Run != 2 || c.Status != crisis.Open || c.SeverityConfirmed || !c.ClosedAt.IsZero() || w.told(c, FactReopened) != 1 {
			t.Errorf("re-opened: %+v", c)
		}
		_, err = d.Reopen(t.Context(), w.roni, c.ID, crisis.Assess, because)
		w.refused(err, "crisis_open")
		_, err = d.StartWave(t.Context(), w.command(c, w.dana, "w"), crisis.Respond, because)
		w.refused(err, "reopen_refused")
	})
}

func mustZone(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Jerusalem")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestSeverityLeadAndWave(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c := w.open(crisis.S3)
	_, err := w.ChangeSeverity(t.Context(), w.command(c, w.roni, "1"), crisis.S4, crisis.S1, because)
	w.refused(err, "stage_moved")
	_, err = w.ChangeSeverity(t.Context(), w.command(c, w.roni, "2"), crisis.S3, crisis.S1, "worse")
	w.refused(err, "reason_short")
	now, err := w.ChangeSeverity(t.Context(), w.command(c, w.roni, "3"), crisis.S3, crisis.S1, because)
	w.ok(err)
	if now.Severity != crisis.S1 || !w.row(c).SeverityConfirmed || w.notices("severity_changed", w.dana) != 1 {
		t.Errorf("raised: %+v", now)
	}
	_, err = w.ChangeSeverity(t.Context(), w.command(c, w.roni, "4"), crisis.S1, crisis.S1, "")
	w.ok(err)
	if w.recorded(c, audit.CrisisSeverityConfirmed) != 1 || w.recorded(c, audit.CrisisSeverityChanged) != 1 {
		t.Error("confirming is not changing")
	}
	_, err = w.HandOver(t.Context(), w.command(c, w.dana, "5"), w.auditor.ID)
	w.refused(err, "lead_without_role")
	_, err = w.HandOver(t.Context(), w.command(c, w.dana, "6"), w.roni.ID)
	w.ok(err)
	if w.row(c).LeadID != w.roni.ID || w.notices("lead_assigned", w.roni) != 1 {
		t.Error("the lead was not handed over")
	}
	_, err = w.WaiveAcknowledgement(t.Context(), w.dana, c.ID, because)
	w.ok(err)
	c = w.advance(w.row(c), crisis.Respond)
	wave, err := w.StartWave(t.Context(), w.command(c, w.dana, "7"), crisis.Detect, because)
	w.ok(err)
	c = w.row(c)
	if wave.Wave != 2 || c.AckWaivedReason != "" || c.SeverityConfirmed || !wave.WaveStart.Equal(w.at) {
		t.Errorf("what belonged to the first wave must be decided anew: %+v", c)
	}
	var open int
	w.ok(w.read.Raw("SELECT COUNT(*) FROM crisis_stages WHERE crisis_id = ? AND wave = 1 AND left_at = 0", c.ID).Scan(&open).Error)
	if open != 0 {
		t.Errorf("%d stages of the first wave stay open", open)
	}
}
