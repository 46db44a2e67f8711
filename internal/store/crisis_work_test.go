package store

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/report"
)

func ptr[T any](v T) *T { return &v }

func TestTasks(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c := w.open(crisis.S3)
	d, err := w.CrisisDetail(t.Context(), ScopeAll(), c.ID)
	w.ok(err)
	find := func(template string) Task {
		return d.Tasks[slices.IndexFunc(d.Tasks, func(x Task) bool { return x.TemplateID == template })]
	}
	tone := find("tone-check")
	for _, tc := range []struct {
		name, code string
		change     TaskChange
	}{
		{"unknown state", "unknown_state", TaskChange{State: ptr("gone")}},
		{"waived without a note", "task_note", TaskChange{State: ptr(TaskWaived)}},
		{"unknown person", "not_found", TaskChange{AssigneeID: ptr(NewID())}},
	} {
		_, err := w.ChangeTask(t.Context(), w.dana, c.ID, tone.ID, tc.change)
		w.refused(err, tc.code)
	}
	got, err := w.ChangeTask(t.Context(), w.writer, c.ID, tone.ID, TaskChange{State: ptr(TaskWaived), Note: ptr("Read it twice"), AssigneeID: &w.writer.ID})
	w.ok(err)
	if got.State != TaskWaived || got.DoneBy != w.writer.ID || got.AssigneeID != w.writer.ID {
		t.Errorf("waived: %+v", got)
	}
	got, err = w.ChangeTask(t.Context(), w.dana, c.ID, tone.ID, TaskChange{State: ptr(TaskOpen)})
	w.ok(err)
	if got.DoneBy != "" || !got.DoneAt.IsZero() {
		t.Errorf("opened again: %+v", got)
	}
	_, err = w.ChangeTask(t.Context(), w.dana, c.ID, NewID(), TaskChange{State: ptr(TaskDone)})
	w.refused(err, "not_found")

	auto, err := w.OpenCrisis(t.Context(), keeper, OpenCrisis{ClientID: w.client.ID, Title: "T", Severity: crisis.S3})
	w.ok(err)
	d, err = w.CrisisDetail(t.Context(), ScopeAll(), auto.ID)
	w.ok(err)
	_, err = w.ChangeTask(t.Context(), w.dana, auto.ID, find("acknowledge").ID, TaskChange{State: ptr(TaskDone)})
	w.refused(err, "task_blocked")
}

func TestTwoFinishATaskAtOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S3)
		detail, err := d.CrisisDetail(t.Context(), ScopeAll(), c.ID)
		w.ok(err)
		task := detail.Tasks[slices.IndexFunc(detail.Tasks, func(x Task) bool { return x.State == TaskOpen })]
		done := w.recorded(c, audit.TaskDone)
		var all sync.WaitGroup
		for _, who := range []audit.Actor{w.dana, w.roni} {
			all.Go(func() {
				if _, err := d.ChangeTask(t.Context(), who, c.ID, task.ID, TaskChange{State: ptr(TaskDone)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.recorded(c, audit.TaskDone); n != done+1 {
			t.Errorf("recorded %d times", n-done)
		}
	})
}

func TestAssessmentRevisions(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S3)
		id := w.mention(w.at, "facebook", "negative", "safety service")
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []audit.Actor{w.dana, w.roni} {
			all.Go(func() { _, errs[i] = d.SaveAssessment(t.Context(), who, c.ID, 0, whole(id), 0) })
		}
		all.Wait()
		lost := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if len(lost) != 1 {
			t.Fatalf("both saved the first revision: %v", errs)
		}
		if f := w.refusal(lost[0], "stale"); f.Details["revision"] != int64(1) || f.Details["changed_by"] == "" {
			t.Errorf("stale says %+v", f.Details)
		}
		mixed := whole(id)
		mixed.Strategy, mixed.StrategyReason = []crisis.Strategy{crisis.Deny, crisis.Rebuild}, ""
		_, err := d.SaveAssessment(t.Context(), w.dana, c.ID, 1, mixed, 0)
		w.refused(err, "strategy_mixed")
		wrong := whole(id)
		wrong.Impact.Trust.Score = ptr(9)
		_, err = d.SaveAssessment(t.Context(), w.dana, c.ID, 1, wrong, 0)
		w.refused(err, "assessment_invalid")
		_, err = d.SaveAssessment(t.Context(), w.dana, c.ID, 1, whole(id), crisis.S1)
		w.refused(err, "severity_differs")
		a, err := d.SaveAssessment(t.Context(), w.dana, c.ID, 1, whole(id), crisis.S3)
		w.ok(err)
		row := w.row(c)
		if a.Revision != 2 || !row.SeverityConfirmed || row.CrisisType != string(crisis.TechnicalHarm) || w.recorded(c, audit.StrategyChosen) != 1 {
			t.Errorf("saved: %+v %+v %v", a, row, w.actions(c))
		}
		form, err := d.AssessmentSuggestion(t.Context(), ScopeAll(), c.ID)
		w.ok(err)
		if len(form.Platforms) != 1 || form.Platforms[0].Platform != "facebook" || len(form.Concerns) != 2 || form.Concerns[0].MentionIDs[0] != id || form.Sentiment.NegativeShare != 1 {
			t.Errorf("suggested: %+v", form)
		}
	})
}

func TestHandoffsGoForwardOnly(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c := w.open(crisis.S1)
	w.at = time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC) // Friday night
	h, err := w.OpenHandoff(t.Context(), w.dana, c.ID, HandoffChange{Title: ptr("A hurt customer"), Channel: ptr("phone"), OwnerID: &w.roni.ID})
	w.ok(err)
	if !h.LimitAt.Equal(w.at.Add(time.Hour)) {
		t.Errorf("severity 1 does not wait for Sunday: %v", h.LimitAt)
	}
	_, err = w.OpenHandoff(t.Context(), w.dana, c.ID, HandoffChange{Title: ptr("T"), Channel: ptr("phone"), MentionID: ptr(NewID())})
	w.refused(err, "not_found")
	_, err = w.OpenHandoff(t.Context(), w.dana, c.ID, HandoffChange{})
	w.refused(err, "text_invalid")
	h, err = w.ChangeHandoff(t.Context(), w.roni, c.ID, h.ID, HandoffChange{State: ptr(HandoffClosed), Outcome: ptr("refunded")})
	w.ok(err)
	if h.AnsweredAt.IsZero() || h.ClosedAt.IsZero() || h.Outcome != "refunded" {
		t.Errorf("closed: %+v", h)
	}
	_, err = w.ChangeHandoff(t.Context(), w.roni, c.ID, h.ID, HandoffChange{State: ptr(HandoffOpen)})
	w.refused(err, "handoff_order")
}

func TestNotesTitleAndLessons(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c := w.open(crisis.S3)
	_, err := w.RenameCrisis(t.Context(), w.dana, c.ID, "Another title", c.Rev+7)
	w.refused(err, "stale")
	_, err = w.RenameCrisis(t.Context(), w.dana, c.ID, "", 0)
	w.refused(err, "crisis_title")
	renamed, err := w.RenameCrisis(t.Context(), w.dana, c.ID, "Another title", c.Rev)
	w.ok(err)
	if renamed.Title != "Another title" || renamed.Rev != c.Rev+1 {
		t.Errorf("renamed: %+v", renamed)
	}
	_, err = w.AddNote(t.Context(), w.dana, c.ID, strings.Repeat("א", maxNote+1))
	w.refused(err, "note_text")
	_, err = w.AddNote(t.Context(), w.dana, c.ID, "The factory calls back at four.")
	w.ok(err)
	notes, err := w.Notes(t.Context(), ScopeAll(), c.ID)
	w.ok(err)
	if len(notes) != 1 || notes[0].AuthorID != w.dana.ID {
		t.Errorf("notes: %+v", notes)
	}
	_, err = w.DecideSchedule(t.Context(), w.dana, c.ID, "maybe", "")
	w.refused(err, "unknown_decision")
	_, err = w.WaiveAcknowledgement(t.Context(), w.dana, c.ID, "no")
	w.refused(err, "reason_short")
	_, err = w.WaiveAcknowledgement(t.Context(), w.dana, c.ID, because)
	w.ok(err)
	if w.told(c, FactAcknowledged) != 1 {
		t.Error("waiving meets the clock")
	}
	before := w.row(c).AuditSeq
	_, err = w.WriteLessons(t.Context(), w.dana, c.ID, "", "")
	w.ok(err)
	if w.row(c).AuditSeq != before {
		t.Error("nothing changed, yet something was recorded")
	}
}

func TestTimelineReadsTheLedger(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S2)
		w.save(c, w.started(clock.Acknowledge, 30*time.Minute))
		_, err := d.WaiveAcknowledgement(t.Context(), w.roni, c.ID, because)
		w.ok(err)
		var all []TimelineItem
		p := Page{Limit: 3}
		for {
			items, next, err := d.Timeline(t.Context(), ScopeAll(), c.ID, p)
			w.ok(err)
			all = append(all, items...)
			if next == "" {
				break
			}
			p.Cursor = next
		}
		if int64(len(all)) != w.row(c).AuditSeq || all[len(all)-1].Seq != 1 {
			t.Fatalf("%d items of %d", len(all), w.row(c).AuditSeq)
		}
		i := slices.IndexFunc(all, func(x TimelineItem) bool { return x.Action == audit.AcknowledgementWaived })
		if all[i].Reason != because || all[i].ActorName != "Roni" {
			t.Errorf("waived: %+v", all[i])
		}
		i = slices.IndexFunc(all, func(x TimelineItem) bool { return x.Action == audit.ClockStarted })
		if all[i].Fields["kind"] != "acknowledge" || all[i].ActorType != "workflow" {
			t.Errorf("clock: %+v", all[i])
		}
	})
}

func TestReportFiguresFromRows(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		for day := 2; day < 20; day++ {
			w.said(w.at.AddDate(0, 0, -day), 10, 2)
		}
		w.mention(w.at.AddDate(0, 0, -3), "x", "positive", "")
		w.mention(w.at.AddDate(0, 0, -3), "x", "negative", "")
		c := w.open(crisis.S2)
		w.publish(c, "acknowledgement", "x", w.at.Add(12*time.Minute))
		w.publish(c, "response", "x", w.at.Add(90*time.Minute))
		w.said(w.at.Add(5*time.Minute), 40, 30)
		w.mention(w.at.Add(time.Minute), "x", "negative", "")
		done, due := true, w.at.Add(time.Hour)
		_, err := d.AddStep(t.Context(), w.dana, c.ID, StepChange{Text: ptr("Recall"), Done: &done, DueAt: &due})
		w.ok(err)
		approval := w.approve(c, "response")
		w.exec(`INSERT INTO decisions (id, client_id, approval_id, draft_id, version_hash, approver_key, approver_name, round, decision, via, idempotency_key, decided_at)
			SELECT ?, client_id, id, draft_id, 'h', 'k', 'n', 0, 'approve', 'link', 'i', ? FROM approvals WHERE id = ?`, NewID(), AtOf(w.at.Add(20*time.Minute)), approval)
		w.at = w.at.Add(5 * time.Hour)
		figures, err := d.ReportFigures(t.Context(), ScopeAll(), c.ID)
		w.ok(err)
		value := func(key string) any {
			i := slices.IndexFunc(figures, func(f report.Figure) bool { return f.Key == key })
			if i < 0 || figures[i].Value == nil {
				return nil
			}
			return *figures[i].Value
		}
		for key, want := range map[string]any{"time_to_acknowledge": 12.0, "time_to_statement": 90.0, "approval_turnaround": 20.0, "negative_share": 75.0,
			"peak_negative_rate": 30.0, "actions_on_time": 100.0, "detection_delay": nil, "recovery_time": nil, "trust_proxy": 66.7} {
			if got := value(key); got != want {
				t.Errorf("%s is %v, want %v", key, got, want)
			}
		}
	})
}

func TestPlaybooks(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	w.ok(w.EnsureDefaultPlaybook(t.Context(), keeper))
	all, err := w.Playbooks(t.Context())
	w.ok(err)
	if len(all) != 1 || all[0].Version != 1 {
		t.Fatalf("playbooks: %+v", all)
	}
	c := w.open(crisis.S3)
	// A newer version does not reach a crisis that runs.
	newer := strings.Replace(all[0].YAML, "version: 1", "version: 2", 1)
	w.exec("INSERT INTO playbooks (id, version, yaml, hash, created_by, created_at) VALUES (?, 2, ?, 'h2', 'u', 1)", all[0].ID, newer)
	if next := w.open(crisis.S3); next.PlaybookVersion != 2 || w.row(c).PlaybookVersion != 1 {
		t.Errorf("pinned %d, new %d", w.row(c).PlaybookVersion, next.PlaybookVersion)
	}
	_, err = w.Playbook(t.Context(), "none", 0)
	w.refused(err, "not_found")
}
