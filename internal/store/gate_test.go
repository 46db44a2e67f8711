package store

import (
	"slices"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
)

// gateCase does what a stage's gate asks for, one thing after another; after
// each step the code it settles is no longer missing.
type gateCase struct {
	stage crisis.Stage
	steps []gateStep
}

type gateStep struct {
	settles []string
	do      func(w *crisisWorld, c Crisis)
}

func TestEachGateOpensStepByStep(t *testing.T) {
	for _, tc := range []gateCase{detectGate(), assessGate(), respondGate(), refocusGate(), sustainGate()} {
		t.Run(string(tc.stage), func(t *testing.T) {
			eachDialect(t, func(t *testing.T, d *DB) {
				w := newCrisisWorld(t, d)
				c := w.advance(w.openByRule(), tc.stage)
				for i, step := range tc.steps {
					before := w.missing(c)
					for _, code := range step.settles {
						if !slices.Contains(before, code) {
							t.Fatalf("step %d: %s is not asked for before it is done: %v", i, code, before)
						}
					}
					step.do(w, c)
					after := w.missing(c)
					for _, code := range step.settles {
						if slices.Contains(after, code) {
							t.Errorf("step %d: %s is still missing: %v", i, code, after)
						}
					}
				}
				if rest := w.missing(c); len(rest) != 0 {
					t.Errorf("the gate stays shut: %v", rest)
				}
				_, err := d.LeaveStage(t.Context(), w.command(w.row(c), w.dana, "open gate"), LeaveStage{Expected: tc.stage})
				w.ok(err)
			})
		})
	}
}

// openByRule opens a crisis that nobody has triaged yet.
func (w *crisisWorld) openByRule() Crisis {
	w.t.Helper()
	c, err := w.OpenCrisis(w.t.Context(), keeper, OpenCrisis{ClientID: w.client.ID, Title: "T", Severity: crisis.S3, FirstMentionAt: w.at.Add(-time.Minute)})
	w.ok(err)
	return c
}

func (w *crisisWorld) missing(c Crisis) []string {
	w.t.Helper()
	all, err := w.Missing(w.t.Context(), w.row(c))
	w.ok(err)
	var out []string
	for _, m := range all {
		out = append(out, m.Code)
	}
	return out
}

func detectGate() gateCase {
	return gateCase{crisis.Detect, []gateStep{
		{[]string{crisis.MissingTriage}, func(w *crisisWorld, c Crisis) {
			d, err := w.CrisisDetail(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			done := TaskDone
			_, err = w.ChangeTask(w.t.Context(), w.dana, c.ID, d.Tasks[0].ID, TaskChange{State: &done})
			w.ok(err)
			if w.told(c, FactTriaged) != 1 {
				w.t.Error("the workflow was not told of the triage")
			}
		}},
		{[]string{crisis.MissingTriageOwner}, func(w *crisisWorld, c Crisis) {
			_, err := w.HandOver(w.t.Context(), w.command(c, w.dana, "lead"), w.dana.ID)
			w.ok(err)
		}},
		{[]string{crisis.MissingScheduled}, func(w *crisisWorld, c Crisis) {
			_, err := w.DecideSchedule(w.t.Context(), w.dana, c.ID, ScheduleHold, "")
			w.ok(err)
		}},
		{[]string{crisis.MissingAcknowledge}, func(w *crisisWorld, c Crisis) {
			w.publish(c, "acknowledgement", "x", w.at.Add(-time.Hour)) // another time, another crisis: does not count
			if !slices.Contains(w.missing(c), crisis.MissingAcknowledge) {
				w.t.Error("what was published before the crisis counts as its acknowledgement")
			}
			w.publish(c, "acknowledgement", "facebook", w.at)
		}},
	}}
}

// whole is an assessment with nothing missing.
func whole(mentionID string) AssessmentForm {
	two := 2
	effect := EffectForm{Score: &two, Confidence: crisis.Medium, Evidence: "forty complaints"}
	return AssessmentForm{
		Platforms:  []PlatformRank{{Platform: "facebook", Rank: 1}, {Platform: "x", Rank: 2}},
		Concerns:   []ConcernForm{{Code: "safety", Title: "Safety", MentionIDs: []string{mentionID}}},
		Impact:     ImpactForm{Trust: effect, Brand: effect, Revenue: effect},
		Facts:      []FactForm{{Text: "One cup with glass", Status: crisis.Verified, Source: "factory"}},
		CrisisType: string(crisis.TechnicalHarm), Strategy: []crisis.Strategy{crisis.Instruct, crisis.Diminish}, StrategyReason: "as the theory advises here",
	}
}

func assessGate() gateCase {
	return gateCase{crisis.Assess, []gateStep{
		{[]string{crisis.MissingAssessment}, func(w *crisisWorld, c Crisis) {
			_, err := w.SaveAssessment(w.t.Context(), w.dana, c.ID, 0, AssessmentForm{}, 0)
			w.ok(err)
		}},
		{[]string{crisis.MissingPlatforms, crisis.MissingSentiment, crisis.MissingConcerns, crisis.MissingImpact, crisis.MissingFacts, crisis.MissingStrategy},
			func(w *crisisWorld, c Crisis) {
				id := w.mention(w.at, "facebook", "negative", "safety")
				a, err := w.SaveAssessment(w.t.Context(), w.dana, c.ID, 1, whole(id), 0)
				w.ok(err)
				if a.Body.V.Sentiment.Negative != 1 || a.Body.V.Platforms[0].Mentions != 1 || a.Advice.V.Advice.Cluster != crisis.Accidental {
					w.t.Errorf("counts and advice come from the data: %+v %+v", a.Body.V, a.Advice.V)
				}
				if w.told(c, FactAssessed) != 1 {
					w.t.Error("a complete assessment meets the clock")
				}
			}},
		{[]string{crisis.MissingSeverityConfirmed}, func(w *crisisWorld, c Crisis) {
			_, err := w.ChangeSeverity(w.t.Context(), w.command(c, w.dana, "sev"), crisis.S3, crisis.S3, "")
			w.ok(err)
		}},
	}}
}

func respondGate() gateCase {
	return gateCase{crisis.Respond, []gateStep{
		{[]string{crisis.MissingResponseApproved, crisis.MissingResponseTargets}, func(w *crisisWorld, c Crisis) {
			w.exec("INSERT INTO assessments (id, client_id, crisis_id, revision, body, created_by, created_at) VALUES (?, ?, ?, 1, ?, 'u', ?)",
				NewID(), c.ClientID, c.ID, `{"platforms":[{"platform":"facebook","rank":1},{"platform":"news","rank":2,"affected":false}]}`, AtOf(w.at))
			w.approve(c, "response")
			w.publish(c, "response", "x", w.at)
		}},
		{[]string{crisis.MissingResponsePublished}, func(w *crisisWorld, c Crisis) { w.publish(c, "response", "facebook", w.at) }},
		{[]string{crisis.MissingSolutionSteps}, func(w *crisisWorld, c Crisis) {
			text := "Call every shop"
			_, err := w.AddStep(w.t.Context(), w.dana, c.ID, StepChange{Text: &text})
			w.ok(err)
		}},
		{[]string{crisis.MissingStepOwner, crisis.MissingStepDue}, func(w *crisisWorld, c Crisis) {
			steps, err := w.Steps(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			due := w.at.Add(-time.Minute)
			_, err = w.ChangeStep(w.t.Context(), w.dana, c.ID, steps[0].ID, StepChange{OwnerID: &w.roni.ID, DueAt: &due})
			w.ok(err)
		}},
		{[]string{crisis.MissingStepsOverdue}, func(w *crisisWorld, c Crisis) {
			steps, err := w.Steps(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			done := true
			_, err = w.ChangeStep(w.t.Context(), w.dana, c.ID, steps[0].ID, StepChange{Done: &done})
			w.ok(err)
		}},
		{nil, func(w *crisisWorld, c Crisis) {
			title, channel := "Mother of two", "private message"
			_, err := w.OpenHandoff(w.t.Context(), w.dana, c.ID, HandoffChange{Title: &title, Channel: &channel})
			w.ok(err)
			w.at = w.at.Add(2 * time.Hour)
			if !slices.Contains(w.missing(c), crisis.MissingHandoffsLate) {
				w.t.Error("a private conversation past its limit goes unnoticed")
			}
		}},
		{[]string{crisis.MissingHandoffsLate}, func(w *crisisWorld, c Crisis) {
			all, err := w.Handoffs(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			answered := HandoffAnswered
			_, err = w.ChangeHandoff(w.t.Context(), w.dana, c.ID, all[0].ID, HandoffChange{State: &answered})
			w.ok(err)
			if w.told(c, FactPrivatelyAnswered) != 1 {
				w.t.Error("the first private answer meets the clock")
			}
			w.said(w.at.Add(-5*time.Minute), 30, 20)
		}},
		{[]string{crisis.MissingNegativeRate}, func(w *crisisWorld, c Crisis) {
			w.at = w.at.Add(2 * time.Hour)
			if !slices.Contains(w.missing(c), crisis.MissingNegativeHold) {
				w.t.Error("two calm hours are not a day")
			}
		}},
		{[]string{crisis.MissingNegativeHold}, func(w *crisisWorld, c Crisis) { w.at = w.at.Add(24 * time.Hour) }},
	}}
}

func refocusGate() gateCase {
	return gateCase{crisis.Refocus, []gateStep{
		{[]string{crisis.MissingPlanKind}, func(w *crisisWorld, c Crisis) {
			for _, k := range planKinds() {
				title := "Item " + k
				_, err := w.AddPlanItem(w.t.Context(), w.writer, c.ID, PlanChange{Kind: &k, Title: &title})
				w.ok(err)
			}
		}},
		{[]string{crisis.MissingPlanConsent}, func(w *crisisWorld, c Crisis) {
			items, err := w.Plan(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			note := "Signed, folder 12"
			for _, i := range items {
				_, err = w.ChangePlanItem(w.t.Context(), w.writer, c.ID, i.ID, PlanChange{ConsentNote: &note})
				w.ok(err)
			}
		}},
		{[]string{crisis.MissingPlanPublished}, func(w *crisisWorld, c Crisis) {
			items, err := w.Plan(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			out := PlanPublished
			_, err = w.ChangePlanItem(w.t.Context(), w.writer, c.ID, items[0].ID, PlanChange{State: &out})
			w.refused(err, "positive_locked")
			w.publish(c, "response", "x", w.at)
			for _, i := range items {
				_, err = w.ChangePlanItem(w.t.Context(), w.writer, c.ID, i.ID, PlanChange{State: &out})
				w.ok(err)
			}
			w.said(w.at.Add(-10*time.Minute), 10, 6)
		}},
		{[]string{crisis.MissingShareCalm}, func(w *crisisWorld, c Crisis) {
			if locked, code, err := w.PositiveLock(w.t.Context(), c.ID); err != nil || !locked || code != crisis.LockShareClimbing {
				w.t.Errorf("a climbing share locks again: %v %s %v", locked, code, err)
			}
			w.said(w.at.Add(-time.Hour), 1000, 0)
		}},
	}}
}

func sustainGate() gateCase {
	return gateCase{crisis.Sustain, []gateStep{
		{[]string{crisis.MissingReview}, func(w *crisisWorld, c Crisis) {
			reviews, err := w.Reviews(w.t.Context(), ScopeAll(), c.ID)
			w.ok(err)
			_, err = w.HoldReview(w.t.Context(), w.dana, c.ID, reviews[0].ID, "calm", "none")
			w.ok(err)
			_, err = w.WaiveReview(w.t.Context(), w.roni, c.ID, reviews[0].ID, because)
			w.refused(err, "review_decided")
			for _, r := range reviews[1:] {
				_, err = w.WaiveReview(w.t.Context(), w.dana, c.ID, r.ID, because)
				w.ok(err)
			}
			if w.told(c, FactReviewDecided) != 5 {
				w.t.Error("each review is told to the workflow, once")
			}
		}},
		{[]string{crisis.MissingLessons, crisis.MissingPlaybookChange}, func(w *crisisWorld, c Crisis) {
			_, err := w.WriteLessons(w.t.Context(), w.dana, c.ID, "We were late.", "Ring at three.")
			w.ok(err)
		}},
		{[]string{crisis.MissingReportApproved}, func(w *crisisWorld, c Crisis) { w.approve(c, "report") }},
		{[]string{crisis.MissingCalm}, func(w *crisisWorld, c Crisis) {
			w.said(w.at.Add(10*time.Hour), 30, 20)
			w.at = w.at.Add(73 * time.Hour)
			if !slices.Contains(w.missing(c), crisis.MissingCalm) {
				w.t.Error("a rise ten hours in breaks the 72 hours")
			}
			w.at = w.at.Add(24 * time.Hour)
		}},
	}}
}
