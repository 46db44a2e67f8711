package journey

import (
	"net/http"
	"slices"
	"sync"

	"github.com/migdalor/migdalor/e2e/desk"
)

const why = "Agreed with the client on the phone; the rest follows tomorrow."

// detect does stage 1: the decisions, and the acknowledgement out.
func (w *walk) detect() {
	w.Helper()
	at := "/crises/" + w.crisis
	var gate struct {
		Details struct{ Missing []struct{ Code string } }
	}
	w.lead.Is(w, http.StatusUnprocessableEntity, "gate_missing", http.MethodPost, at+"/leave-stage", object{"expected_stage": "detect"}).Into(w, &gate)
	if len(gate.Details.Missing) == 0 {
		w.Error("the refusal does not say what is missing")
	}
	for _, task := range w.room(w.crisis).Tasks {
		if task.Kind == "triage" && task.State == "open" {
			w.lead.Must(w, http.MethodPatch, at+"/tasks/"+task.ID, object{"state": "done"}, nil)
		}
	}
	w.lead.Must(w, http.MethodPut, at+"/schedule-decision", object{"decision": "hold", "reason": why}, nil)
	d := w.acknowledge()
	w.stopped(d)
	w.byHand(d)
	if left := w.room(w.crisis).misses(); len(left) != 0 {
		w.Errorf("stage 1 still misses %v", left)
	}
}

// leaveTogether lets two people leave stage 1 at once.
func (w *walk) leaveTogether() {
	w.Helper()
	people := []*desk.Person{w.admin, w.lead}
	answers := make([]desk.Answer, len(people))
	var both sync.WaitGroup
	for i, p := range people {
		both.Go(func() {
			var err error
			if answers[i], err = p.Call(http.MethodPost, "/crises/"+w.crisis+"/leave-stage", object{"expected_stage": "detect"}); err != nil {
				w.Error(err)
			}
		})
	}
	both.Wait()
	slices.SortFunc(answers, func(a, b desk.Answer) int { return a.Status - b.Status })
	if answers[0].Status != http.StatusOK || answers[1].Status != http.StatusConflict || answers[1].Code() != "stage_moved" {
		w.Fatalf("two left the stage: %d %s and %d %s", answers[0].Status, answers[0].Code(), answers[1].Status, answers[1].Body)
	}
	var refusal struct {
		Details struct {
			Stage string
			By    any
			At    string
		}
	}
	answers[1].Into(w, &refusal)
	if refusal.Details.Stage != "assess" || refusal.Details.By == nil || refusal.Details.At == "" {
		w.Errorf("the slower one does not learn what happened: %s", answers[1].Body)
	}
	if r := w.room(w.crisis); r.Stage != "assess" {
		w.Errorf("the crisis is at stage %s", r.Stage)
	}
}

// assess takes the suggestion, adds what only a person can judge, and saves it.
func (w *walk) assess() {
	w.Helper()
	at := "/crises/" + w.crisis
	var form object
	w.lead.Must(w, http.MethodGet, at+"/assessment/suggestion", nil, &form)
	if platforms, _ := form["platforms"].([]any); len(platforms) != 2 {
		w.Fatalf("the suggestion ranks %v", form["platforms"])
	}
	for _, p := range form["platforms"].([]any) {
		for _, counted := range []string{"mentions", "negative_share"} {
			delete(p.(object), counted)
		}
	}
	form["sentiment"] = object{"negative_share": form["sentiment"].(object)["negative_share"], "note": "People are disgusted and feel ignored."}
	effect := object{"score": 2, "confidence": "medium", "evidence": "Sixty complaints in five minutes."}
	form["impact"] = object{"trust": effect, "brand": effect, "revenue": effect}
	form["facts"] = []any{object{"text": "One batch was spoiled.", "status": "verified", "source": "The factory's log"}}
	form["stakeholders"] = []string{"The regulator"}
	form["crisis_type"], form["strategy"], form["strategy_reason"] = "technical_product_harm", []string{"instruct", "adjust", "rebuild"}, why
	form["severity_confirmed"] = 3
	w.lead.Must(w, http.MethodPut, at+"/assessment", form, nil, "If-Match", `"0"`)
	w.admin.Is(w, http.StatusPreconditionFailed, "stale", http.MethodPut, at+"/assessment", form, "If-Match", `"0"`)
	if left := w.room(w.crisis).misses(); len(left) != 0 {
		w.Fatalf("stage 2 still misses %v", left)
	}
	w.leave("assess", "")
}

func (w *walk) leave(stage, reason string) {
	w.Helper()
	w.lead.Must(w, http.MethodPost, "/crises/"+w.crisis+"/leave-stage", object{"expected_stage": stage, "override_reason": reason}, nil)
}

// respond publishes the response; positive content waits for it.
func (w *walk) respond() {
	w.Helper()
	at := "/crises/" + w.crisis
	early := w.write(w.crisis, "content", "How our farmers work: a morning in the dairy.")
	w.approvedByLink(early, true)
	w.inState(early, len(w.targets), "held")

	d := w.write(w.crisis, "response", "A batch was spoiled. We took it back, pay everybody back, and test every cup.")
	w.approvedByLink(d, true)
	w.byHand(d)
	w.lead.Must(w, http.MethodPost, at+"/steps", object{"text": "Call back everybody who complained", "owner_id": w.leadID, "due_at": "2099-01-01T00:00:00Z"}, nil)
	var handoff ref
	w.lead.Must(w, http.MethodPost, at+"/handoffs", object{"title": "The family of the first complaint", "channel": "phone", "owner_id": w.leadID}, &handoff)
	w.lead.Must(w, http.MethodPatch, at+"/handoffs/"+handoff.ID, object{"state": "closed", "outcome": "Paid back and thanked."}, nil)
	if left := w.room(w.crisis).misses(); !slices.Equal(left, []string{"negative_rate"}) && !slices.Equal(left, []string{"negative_rate_24h"}) {
		w.Errorf("stage 3 misses %v, not only 24 calm hours", left)
	}
	w.leave("respond", why)
}

// refocus plans one piece of each kind.
func (w *walk) refocus() {
	w.Helper()
	for _, kind := range []string{"story", "achievement", "value"} {
		item := object{"kind": kind, "title": "A " + kind, "planned_for": "2099-01-01T00:00:00Z"}
		if kind == "story" {
			item["consent_note"] = "Signed form in the client's folder."
		}
		w.lead.Must(w, http.MethodPost, "/crises/"+w.crisis+"/plan", item, nil)
	}
	w.lead.Is(w, http.StatusUnprocessableEntity, "gate_missing", http.MethodPost, "/crises/"+w.crisis+"/leave-stage", object{"expected_stage": "refocus"})
	w.leave("refocus", why)
}

// sustain holds the reviews, has the report approved by link, and closes.
func (w *walk) sustain() {
	w.Helper()
	at := "/crises/" + w.crisis
	var reviews struct{ Items []ref }
	w.lead.Must(w, http.MethodGet, at+"/reviews", nil, &reviews)
	if len(reviews.Items) == 0 {
		w.Fatal("there are no reviews")
	}
	for i, r := range reviews.Items {
		if i == 0 {
			w.lead.Must(w, http.MethodPost, at+"/reviews/"+r.ID+"/hold", object{"findings": "The anger has gone.", "actions": "Keep answering."}, nil)
			continue
		}
		w.lead.Must(w, http.MethodPost, at+"/reviews/"+r.ID+"/waive", object{"reason": why}, nil)
	}
	w.lead.Must(w, http.MethodPut, at+"/lessons", object{"text": "We were fast and should have been faster.", "playbook_change": "Call the factory first."}, nil)
	d := w.write(w.crisis, "report", "The crisis of the spoiled cups: what happened and what we did.")
	w.approvedByLink(d, false)
	if left := w.room(w.crisis).misses(); !slices.Equal(left, []string{"calm_72h"}) {
		w.Errorf("stage 5 misses %v, not only 72 calm hours", left)
	}
	w.lead.Must(w, http.MethodPost, at+"/close", object{"override_reason": why}, nil)
	if r := w.room(w.crisis); r.Status != "closed" {
		w.Errorf("the crisis is %s", r.Status)
	}
	w.lead.Is(w, http.StatusConflict, "stage_moved", http.MethodPost, at+"/leave-stage", object{"expected_stage": "sustain"})
}
