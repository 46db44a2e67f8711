package api

import (
	"slices"
	"testing"

	"github.com/migdalor/migdalor/internal/store"
)

func TestTheRoomHasWhatTheConsoleShows(t *testing.T) {
	r := newRoom(t)
	d := r.dana.get(r.at("")).is(200)
	for _, key := range []string{"id", "number", "client_id", "client_name", "title", "severity", "severity_confirmed", "stage", "status", "wave", "lead", "opened_at",
		"closed_at", "next_clock", "spark", "negative_share", "last_event_at", "rev", "server_time", "zone", "stages", "clocks", "tasks", "gate", "publishing",
		"alert_id", "playbook", "assessment", "acknowledgement", "schedule_decision", "metrics", "escalations", "engine"} {
		if _, ok := d[key]; !ok {
			t.Errorf("the room lacks %s", key)
		}
	}
	if len(d["spark"].([]any)) != 24 || len(d["stages"].([]any)) != 5 || d["engine"] != "running" || d["lead"].(object)["id"] != r.dana.userID {
		t.Errorf("room: %v", d)
	}
	gate := d["gate"].(object)
	if gate["stage"] != "detect" || len(gate["missing"].([]any)) == 0 || gate["can_override"] != true {
		t.Errorf("gate: %v", gate)
	}
	if w := r.writer.get(r.at("")).is(200); w["gate"].(object)["can_override"] != false {
		t.Error("a writer may override the gate")
	}
	items := r.dana.get("/crises?status=open&sort=severity&q=yogh").items()
	if len(items) != 1 || items[0]["number"] != r.number {
		t.Errorf("list: %v", items)
	}
	stranger := r.person(store.GrantSpec{Role: "account_manager", ClientID: r.sibling.ID})
	stranger.get(r.at("")).refused(404, "not_found")
	if len(stranger.get("/crises").items()) != 0 {
		t.Error("a stranger sees the crisis")
	}
}

func TestBadInputOfTheQueue(t *testing.T) {
	r := newRoom(t)
	for path, status := range map[string]int{
		"/crises?cursor=nonsense": 422, "/crises?stage=panic": 422, "/crises?severity=9": 422, "/crises?sort=colour": 422, "/crises?client=nobody": 404,
		"/crises/C-2026-9999": 404, "/crises/" + store.NewID(): 404, "/crises?limit=1000": 422,
	} {
		if got := r.dana.get(path).status; got != status {
			t.Errorf("%s gives %d, want %d", path, got, status)
		}
	}
	for name, body := range map[string]object{
		"no title": {"client_id": r.own.ID, "title": "", "severity": 3}, "severity 0": {"client_id": r.own.ID, "title": "T", "severity": 0},
		"unknown type": {"client_id": r.own.ID, "title": "T", "severity": 3, "crisis_type": "flood"}, "blank title": {"client_id": r.own.ID, "title": "   ", "severity": 3},
	} {
		if got := r.dana.post("/crises", body).status; got != 422 {
			t.Errorf("%s gives %d", name, got)
		}
	}
	r.dana.post("/crises", object{"client_id": r.sibling.ID, "title": "T", "severity": 3}).refused(404, "not_found")
	r.writer.post("/crises", object{"client_id": r.own.ID, "title": "T", "severity": 3}).refused(403, "forbidden")
}

func TestCommandsOverHTTP(t *testing.T) {
	r := newRoom(t)
	missing := r.dana.post(r.at("/leave-stage"), object{"expected_stage": "detect"}).refused(422, "gate_missing")
	if list := missing["details"].(object)["missing"].([]any); len(list) == 0 || list[0].(object)["code"] == "" {
		t.Errorf("the gate does not say what is missing: %v", missing)
	}
	r.writer.post(r.at("/leave-stage"), object{"expected_stage": "detect"}).refused(403, "forbidden")
	r.dana.header.Set("Idempotency-Key", "leave once")
	first := r.dana.post(r.at("/leave-stage"), object{"expected_stage": "detect", "override_reason": inWriting}).is(200)
	again := r.dana.post(r.at("/leave-stage"), object{"expected_stage": "detect", "override_reason": inWriting}).is(200)
	r.dana.header.Del("Idempotency-Key")
	if first["stage"] != "assess" || again["stage"] != "assess" {
		t.Errorf("first %v, again %v", first["stage"], again["stage"])
	}
	late := r.roni.post(r.at("/leave-stage"), object{"expected_stage": "detect", "override_reason": inWriting}).refused(409, "stage_moved")
	if d := late["details"].(object); d["by"] != r.name(r.dana) || d["stage"] != "assess" || d["at"] == "" {
		t.Errorf("the second is told %v", d)
	}
	r.roni.post(r.at("/severity"), object{"expected": 3, "severity": 2, "reason": inWriting}).is(200)
	r.roni.post(r.at("/severity"), object{"expected": 3, "severity": 1, "reason": inWriting}).refused(409, "stage_moved")
	if d := r.dana.post(r.at("/lead"), object{"lead_id": r.roni.userID}).is(200); d["lead"].(object)["name"] != r.name(r.roni) {
		t.Errorf("lead: %v", d["lead"])
	}
	r.advance("respond")
	if d := r.dana.post(r.at("/wave"), object{"stage": "assess", "reason": inWriting}).is(200); d["wave"] != 2.0 || d["stage"] != "assess" {
		t.Errorf("wave: %v", d)
	}
	r.advance("sustain")
	r.dana.post(r.at("/close"), object{"override_reason": inWriting}).is(200)
	r.dana.post(r.at("/leave-stage"), object{"expected_stage": "sustain"}).refused(409, "stage_moved")
	r.dana.post(r.at("/notes"), object{"text": "A last word."}).is(201)
	if d := r.dana.post(r.at("/reopen"), object{"stage": "detect", "reason": inWriting}).is(200); d["status"] != "open" || d["wave"] != 3.0 {
		t.Errorf("re-opened: %v", d)
	}
}

func TestWithoutTheEngineFactsAreStillTaken(t *testing.T) {
	w := newWorld(t)
	dana := w.person(store.GrantSpec{Role: "account_manager", ClientID: w.own.ID})
	id := dana.post("/crises", object{"client_id": w.own.ID, "title": "T", "severity": 3}).is(201)["id"].(string)
	dana.post("/crises/"+id+"/leave-stage", object{"expected_stage": "detect"}).refused(503, "engine_unreachable")
	dana.do("PUT", "/crises/"+id+"/schedule-decision", object{"decision": "hold", "reason": "all of it"}).is(200)
	d := dana.post("/crises/"+id+"/acknowledgement/waive", object{"reason": inWriting}).is(200)
	if d["acknowledgement"].(object)["state"] != "waived" || d["schedule_decision"].(object)["decision"] != "hold" || d["engine"] != "unreachable" {
		t.Errorf("room: %v", d)
	}
}

func TestTasksAndTheTimeline(t *testing.T) {
	r := newRoom(t)
	tasks := r.dana.get(r.at("")).is(200)["tasks"].([]any)
	task := tasks[slices.IndexFunc(tasks, func(x any) bool { return x.(object)["state"] == "open" })].(object)
	path := r.at("/tasks/" + task["id"].(string))
	r.writer.do("PATCH", path, object{"state": "waived"}).refused(422, "task_note")
	done := r.writer.do("PATCH", path, object{"state": "done", "assignee_id": r.writer.userID}).is(200)
	if done["state"] != "done" || done["done_by"].(object)["id"] != r.writer.userID || done["assignee"].(object)["name"] != r.name(r.writer) {
		t.Errorf("done: %v", done)
	}
	r.dana.do("PATCH", r.at("/tasks/"+store.NewID()), object{"state": "done"}).refused(404, "not_found")
	items := r.dana.get(r.at("/timeline?limit=2")).items()
	if len(items) != 2 || items[0]["action"] != "task.done" || items[0]["words_he"] == "" || items[0]["actor"].(object)["name"] != r.name(r.writer) {
		t.Errorf("timeline: %v", items)
	}
}

func TestWorkOfLaterStages(t *testing.T) {
	r := newRoom(t)
	step := r.dana.post(r.at("/steps"), object{"text": "Call the shops", "owner_id": r.roni.userID, "due_at": "2026-12-01T08:00:00Z"}).is(201)
	if step["owner"].(object)["name"] != r.name(r.roni) || step["done"] != false {
		t.Errorf("step: %v", step)
	}
	r.dana.do("PATCH", r.at("/steps/"+step["id"].(string)), object{"done": true}).is(200)
	if list := r.dana.get(r.at("/steps")).items(); len(list) != 1 || list[0]["done"] != true {
		t.Errorf("steps: %v", list)
	}
	handoff := r.dana.post(r.at("/handoffs"), object{"title": "A hurt customer", "channel": "phone"}).is(201)
	closed := r.dana.do("PATCH", r.at("/handoffs/"+handoff["id"].(string)), object{"state": "closed", "outcome": "refunded"}).is(200)
	if closed["state"] != "closed" || closed["due_at"] == nil {
		t.Errorf("handoff: %v", closed)
	}
	r.dana.do("PATCH", r.at("/handoffs/"+handoff["id"].(string)), object{"state": "open"}).refused(409, "handoff_order")
	item := r.dana.post(r.at("/plan"), object{"kind": "story", "title": "A family's week", "planned_for": "2026-12-02T08:00:00Z"}).is(201)
	r.dana.do("PATCH", r.at("/plan/"+item["id"].(string)), object{"state": "published"}).refused(409, "positive_locked")
	r.dana.do("PUT", r.at("/lessons"), object{"text": "We were late.", "playbook_change": "Ring at three."}).is(200)
	if l := r.dana.get(r.at("/lessons")).is(200); l["text"] != "We were late." {
		t.Errorf("lessons: %v", l)
	}
	r.advance("sustain")
	reviews := r.dana.get(r.at("/reviews")).items()
	if len(reviews) != 5 || reviews[0]["offset_days"] != 1.0 || reviews[0]["state"] != "open" {
		t.Fatalf("reviews: %v", reviews)
	}
	held := r.dana.post(r.at("/reviews/"+reviews[0]["id"].(string)+"/hold"), object{"findings": "calm", "actions": "none"}).is(200)
	if held["state"] != "held" || held["metrics"].(object)["mentions"] == nil {
		t.Errorf("held: %v", held)
	}
	r.dana.post(r.at("/reviews/"+reviews[0]["id"].(string)+"/waive"), object{"reason": inWriting}).refused(409, "review_decided")
	if f := r.dana.get(r.at("/report")).is(200)["figures"].([]any); len(f) < 12 || f[0].(object)["formula"] == "" {
		t.Errorf("report: %v", f)
	}
	if list := r.dana.get("/playbooks").items(); len(list) != 1 {
		t.Errorf("playbooks: %v", list)
	}
	if p := r.dana.get("/playbooks/social-crisis").is(200); len(p["book"].(object)["stages"].([]any)) != 5 {
		t.Errorf("playbook: %v", p)
	}
}

func TestAssessmentOverHTTP(t *testing.T) {
	r := newRoom(t)
	r.dana.get(r.at("/assessment")).refused(404, "not_found")
	form := r.dana.get(r.at("/assessment/suggestion")).is(200)
	form["crisis_type"], form["strategy"], form["strategy_reason"] = "human_error", []string{"instruct", "rebuild"}, "as the theory advises"
	form["severity_confirmed"] = 2
	r.dana.header.Set("If-Match", `"0"`)
	saved := r.dana.do("PUT", r.at("/assessment"), form)
	if got := saved.is(200); got["revision"] != 1.0 || saved.header.Get("ETag") != `"1"` || got["advice"].(object)["cluster"] != "preventable" {
		t.Errorf("saved: %v", got)
	}
	d := r.dana.get(r.at("")).is(200)
	if d["severity"] != 2.0 || d["severity_confirmed"] != true || d["assessment"].(object)["revision"] != 1.0 {
		t.Errorf("another severity is a command on the process: %v %v", d["severity"], d["severity_confirmed"])
	}
	delete(form, "severity_confirmed")
	r.roni.header.Set("If-Match", `"0"`)
	stale := r.roni.do("PUT", r.at("/assessment"), form).refused(412, "stale")
	if x := stale["details"].(object); x["changed_by"] != r.name(r.dana) || x["current"] == nil {
		t.Errorf("stale: %v", x)
	}
	r.roni.header.Set("If-Match", `"1"`)
	form["strategy"] = []string{"deny", "rebuild"}
	form["strategy_reason"] = ""
	r.roni.do("PUT", r.at("/assessment"), form).refused(422, "strategy_mixed")
	if a := r.roni.get(r.at("/advice?crisis_type=rumor&poor_reputation=true")).is(200); a["may_deny"] != true || a["intensified"] != true {
		t.Errorf("advice: %v", a)
	}
	r.roni.get(r.at("/advice?crisis_type=flood")).refused(422, "unknown_crisis_type")
}
