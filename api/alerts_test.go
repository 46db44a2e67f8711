package api

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/migdalor/migdalor/internal/store"
)

func containsWord(raw []byte, word string) bool { return bytes.Contains(raw, []byte(word)) }

// rung gives the own client an alert and somebody to triage it.
func rung(t *testing.T) (*world, *visitor, string) {
	t.Helper()
	w := newWorld(t)
	own := w.furnish(w.own, ownCanary)
	return w, w.person(store.GrantSpec{Role: "analyst", ClientID: w.own.ID}), own.alert
}

func TestAlertShowsItsEvidence(t *testing.T) {
	_, v, id := rung(t)
	a := v.get("/alerts/" + id).is(200)
	for key, want := range map[string]any{"state": "open", "stream": "negative", "observed": 30.0, "ratio": 10.0, "window_minutes": 60.0, "severity_proposed": 3.0,
		"client_name": "Own brand", "rule": "rise", "crisis_id": nil, "dismissed": nil} {
		if a[key] != want {
			t.Errorf("%s is %v, want %v", key, a[key], want)
		}
	}
	e := a["evidence"].(object)
	if len(e["mentions"].([]any)) != 1 || len(e["terms"].([]any)) != 1 || len(e["points"].([]any)) < 70 {
		t.Errorf("evidence %v", e)
	}
	if r := a["reasons"].([]any); len(r) != 1 || r[0].(object)["params"].(object)["points"] != "20" {
		t.Errorf("reasons %v", r)
	}
	if list := v.get("/alerts?state=open&client=own").items(); len(list) != 1 || list[0]["id"] != id {
		t.Errorf("listed %v", list)
	}
	if list := v.get("/alerts?state=dismissed").items(); len(list) != 0 {
		t.Errorf("listed %v", list)
	}
}

func TestAlertBecomesACrisis(t *testing.T) {
	w, v, id := rung(t)
	for name, body := range map[string]object{"no title": {"title": "", "severity": 2}, "severity 0": {"title": "x", "severity": 0}, "severity 5": {"title": "x", "severity": 5}} {
		if r := v.post("/alerts/"+id+"/open", body); r.status != 422 {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	v.post("/alerts/"+id+"/open", object{"title": "x", "severity": 2, "crisis_type": "weather"}).refused(422, "unknown_crisis_type")
	v.post("/alerts/"+id+"/open", object{"title": "x", "severity": 2, "lead_id": store.NewID()}).refused(422, "lead_without_role")
	c := v.post("/alerts/"+id+"/open", object{"title": "The ferry", "severity": 2}).is(201)
	if c["number"] == "" || c["alert_id"] != id || c["stage"] != "detect" || c["status"] != "open" || c["severity"] != 2.0 {
		t.Errorf("%v", c)
	}
	a := v.get("/alerts/" + id).is(200)
	if a["state"] != "opened" || a["crisis_id"] != c["id"] || a["crisis_number"] != c["number"] {
		t.Errorf("%v", a)
	}
	p := w.admin.post("/alerts/"+id+"/dismiss", object{"reason": "spam"}).refused(409, "alert_decided")
	if d := p["details"].(object); d["state"] != "opened" || !strings.HasPrefix(d["by"].(string), "person") {
		t.Errorf("the second one is not told what happened: %v", d)
	}
}

func TestAlertIsOpenedOnce(t *testing.T) {
	w, v, id := rung(t)
	before := len(w.admin.get("/crises").items())
	var wg sync.WaitGroup
	statuses := make(chan int, 6)
	for range 6 {
		wg.Go(func() { statuses <- v.post("/alerts/"+id+"/open", object{"title": "The ferry", "severity": 2}).status })
	}
	wg.Wait()
	close(statuses)
	count := map[int]int{}
	for s := range statuses {
		count[s]++
	}
	if count[201] != 1 || count[409] != 5 || len(w.admin.get("/crises").items()) != before+1 {
		t.Errorf("six at once: %v", count)
	}
}

func TestAlertIsAttachedSnoozedDismissed(t *testing.T) {
	t.Run("attached", func(t *testing.T) {
		w, v, id := rung(t)
		sibling := w.furnish(w.sibling, siblingCanary)
		v.post("/alerts/"+id+"/attach", object{"crisis_id": sibling.crisis}).refused(404, "not_found")
		v.post("/alerts/"+id+"/attach", object{"crisis_id": "C-2026-0099"}).refused(404, "not_found")
		if a := v.post("/alerts/"+id+"/attach", object{"crisis_id": "C-2026-0001"}).is(200); a["state"] != "attached" || a["crisis_number"] != "C-2026-0001" {
			t.Errorf("%v", a)
		}
	})
	t.Run("snoozed", func(t *testing.T) {
		_, v, id := rung(t)
		v.post("/alerts/"+id+"/snooze", object{"minutes": 0}).refused(422, "validation")
		v.post("/alerts/"+id+"/snooze", object{"minutes": 1441}).refused(422, "validation")
		if a := v.post("/alerts/"+id+"/snooze", object{"minutes": 30}).is(200); a["state"] != "snoozed" || a["snoozed_until"] == nil {
			t.Errorf("%v", a)
		}
	})
	t.Run("dismissed", func(t *testing.T) {
		_, v, id := rung(t)
		v.post("/alerts/"+id+"/dismiss", object{"reason": "bored"}).refused(422, "validation")
		v.post("/alerts/"+id+"/dismiss", object{"reason": "other"}).refused(422, "dismissal_note")
		a := v.post("/alerts/"+id+"/dismiss", object{"reason": "other", "note": "a drill"}).is(200)
		if d := a["dismissed"].(object); d["note"] != "a drill" || d["by"] == "" {
			t.Errorf("%v", a)
		}
	})
}
