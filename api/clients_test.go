package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

func TestClientIsEditedByOneAtATime(t *testing.T) {
	w := newWorld(t)
	first := w.admin.get("/clients/own")
	first.is(200)
	tag := first.header.Get("ETag")
	edit := func(tag string, body object) reply {
		v := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"If-Match": {tag}}}
		return v.do(http.MethodPatch, "/clients/own", body)
	}
	after := edit(tag, object{"name": "Own and better", "settings": object{"sensitivity": 5}})
	if c := after.is(200); c["name"] != "Own and better" || c["settings"].(object)["sensitivity"] != 5.0 || after.header.Get("ETag") == tag {
		t.Fatalf("%s", after.raw)
	}
	p := edit(tag, object{"name": "Own and worse"}).refused(412, "stale")
	d := p["details"].(object)
	if d["changed_by"] != "Admin" || d["current"].(object)["name"] != "Own and better" || d["changed_at"] == nil {
		t.Errorf("the loser is not told what happened: %v", d)
	}
	edit("nonsense", object{"name": "x"}).refused(422, "if_match")
	kept := edit("*", object{"settings": object{"auto_open": true}}).is(200)["settings"].(object)
	if kept["sensitivity"] != 5.0 || kept["auto_open"] != true {
		t.Errorf("a setting that was left out changed: %v", kept)
	}
}

func TestClientRefusals(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"short name taken":    {http.MethodPost, "/clients", object{"slug": "own", "name": "X"}, 409, "client_exists"},
		"short name not one":  {http.MethodPost, "/clients", object{"slug": "Own Brand", "name": "X"}, 422, "client_slug"},
		"no name":             {http.MethodPost, "/clients", object{"slug": "x", "name": " "}, 422, "client_name"},
		"unknown zone":        {http.MethodPost, "/clients", object{"slug": "x", "name": "X", "zone": "Moon/Sea"}, 422, "zone_unknown"},
		"too sensitive":       {http.MethodPatch, "/clients/own", object{"settings": object{"sensitivity": 9}}, 422, "validation"},
		"less verification":   {http.MethodPatch, "/clients/own", object{"settings": object{"verification": "none"}}, 422, "validation"},
		"a day that is none":  {http.MethodPatch, "/clients/own", object{"settings": object{"closed_days": []string{"tomorrow"}}}, 422, "client_settings"},
		"unknown client":      {http.MethodPatch, "/clients/nobody", object{"name": "X"}, 404, "not_found"},
		"contact's address":   {http.MethodPost, "/clients/own/contacts", object{"name": "X", "email": "x", "party": "client"}, 422, "contact_email"},
		"contact's party":     {http.MethodPost, "/clients/own/contacts", object{"name": "X", "email": "x@y.test", "party": "press"}, 422, "validation"},
		"contact of nobody":   {http.MethodPatch, "/clients/own/contacts/" + store.NewID(), object{"name": "X"}, 404, "not_found"},
		"target's platform":   {http.MethodPost, "/clients/own/targets", object{"platform": "moon", "kind": "by_hand", "account": "x"}, 422, "target_platform"},
		"target's address":    {http.MethodPost, "/clients/own/targets", object{"platform": "x", "kind": "by_hand", "account": "x", "url": "javascript:x"}, 422, "target_url"},
		"target's password":   {http.MethodPost, "/clients/own/targets", object{"platform": "bluesky", "kind": "bluesky", "account": "x", "identifier": "x"}, 422, "target_credentials"},
		"bluesky on facebook": {http.MethodPost, "/clients/own/targets", object{"platform": "facebook", "kind": "bluesky", "account": "x", "identifier": "x", "app_password": "p"}, 422, "target_kind"},
		"source's kind":       {http.MethodPost, "/clients/own/sources", object{"name": "x", "kind": "demo"}, 422, "validation"},
		"rotation of nothing": {http.MethodPost, "/clients/own/sources/" + store.NewID() + "/rotate", nil, 404, "not_found"},
		"volume backwards":    {http.MethodGet, "/clients/own/volume?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", nil, 422, "volume_range"},
		"volume of a year":    {http.MethodGet, "/clients/own/volume?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&step=300", nil, 422, "volume_range"},
		"volume by the hour2": {http.MethodGet, "/clients/own/volume?step=7200", nil, 422, "validation"},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.admin.do(c.method, c.path, c.body)
			r.w = &world{T: t}
			r.refused(c.status, c.code)
		})
	}
}

// TestNobodyReachesAnotherClientsParts names a sibling's part below the own client.
func TestNobodyReachesAnotherClientsParts(t *testing.T) {
	w := newWorld(t)
	sibling := w.furnish(w.sibling, siblingCanary)
	for _, path := range []string{"/clients/own/contacts/" + sibling.contact, "/clients/own/targets/" + sibling.target} {
		w.admin.do(http.MethodPatch, path, object{}).refused(404, "not_found")
		w.admin.do(http.MethodDelete, path, nil).refused(404, "not_found")
	}
}

func TestContactsAndTargets(t *testing.T) {
	w := newWorld(t)
	c := w.admin.post("/clients/own/contacts", object{"name": "Dana", "email": "Dana@Client.test", "party": "legal"}).is(201)
	if c["email"] != "dana@client.test" || c["lang"] != "he" {
		t.Errorf("%v", c)
	}
	path := "/clients/own/contacts/" + c["id"].(string)
	if got := w.admin.do(http.MethodPatch, path, object{"title": "Counsel"}).is(200); got["title"] != "Counsel" || got["name"] != "Dana" || got["party"] != "legal" {
		t.Errorf("%v", got)
	}
	w.admin.do(http.MethodDelete, path, nil).is(204)
	if got := w.admin.get("/clients/own/contacts").items(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	target := w.admin.post("/clients/own/targets", object{"platform": "bluesky", "kind": "bluesky", "account": "own.test", "identifier": "own.test", "app_password": "canary-secret"})
	made := target.is(201)
	path = "/clients/own/targets/" + made["id"].(string)
	w.admin.do(http.MethodPatch, path, object{"account": "renamed.test"}).is(200)
	for _, r := range []reply{target, w.admin.get("/clients/own/targets")} {
		if string(r.raw) == "" || containsWord(r.raw, "canary-secret") {
			t.Errorf("the password comes back: %s", r.raw)
		}
	}
	_, kept, err := w.db.TargetWithPassword(t.Context(), made["id"].(string))
	if err != nil || kept != "canary-secret" {
		t.Errorf("an edit without a password changed it: %v", err)
	}
}

func TestVolume(t *testing.T) {
	w := newWorld(t)
	at := w.now().Add(-30 * time.Minute)
	for i := range 3 {
		w.admin.post("/clients/own/mentions", object{"text": "a terrible ferry", "platform": "facebook", "group_name": string(rune('a' + i)), "published_at": at.Add(time.Duration(i) * time.Second).Format(time.RFC3339Nano)}).is(201)
	}
	v := w.admin.get("/clients/own/volume?step=300").is(200)
	points := v["points"].([]any)
	if len(points) < 288 || len(points) > 290 {
		t.Errorf("a day has %d steps of five minutes", len(points))
	}
	sum := 0.0
	for _, p := range points {
		o := p.(object)
		sum += o["mentions"].(float64)
		if o["threshold"].(float64) <= 0 || o["threshold"].(float64) < o["expected"].(float64) {
			t.Errorf("threshold %v, expected %v", o["threshold"], o["expected"])
		}
	}
	if sum != 3 {
		t.Errorf("%v mentions are counted", sum)
	}
	if v["baseline"].(object)["learning"] != true {
		t.Error("three mentions are a rhythm")
	}
	own := w.furnish(w.own, ownCanary)
	events := w.admin.get("/clients/own/volume").is(200)["events"].([]any)
	kinds := map[string]bool{}
	for i, e := range events {
		o := e.(object)
		kinds[o["kind"].(string)] = true
		if o["n"] != float64(i+1) {
			t.Errorf("event %d is numbered %v", i, o["n"])
		}
		if o["kind"] == "crisis_opened" && o["label"] != own.crisisNumber {
			t.Errorf("%v", o)
		}
	}
	if !kinds["alert"] || !kinds["crisis_opened"] {
		t.Errorf("events %v", events)
	}
}
