package api

import (
	"net/http"
	"testing"

	"github.com/migdalor/migdalor/internal/store"
)

func TestDraftOverHTTP(t *testing.T) {
	w := newWordsWorld(t)
	dr := w.draft("First.")
	path := "/drafts/" + dr["id"].(string)
	if dr["version"] != 1.0 || dr["content"].(object)["texts"].([]any)[0].(object)["text"] != "First." || dr["limits"].(object)["bluesky"] != 300.0 {
		t.Fatalf("begun: %v", dr)
	}
	next := w.writer.post(path+"/versions", object{"base_version": 1, "title": "Renamed", "content": w.content("Second.")}).is(201)
	if next["version"] != 2.0 || next["title"] != "Renamed" || len(next["versions"].([]any)) != 2 {
		t.Fatalf("edited: %v", next)
	}
	stale := w.writer.post(path+"/versions", object{"base_version": 1, "content": w.content("Mine.")}).refused(http.StatusPreconditionFailed, "stale")
	if d := stale["details"].(object); d["changed_by"] == "" || d["current"].(object)["version"] != 2.0 {
		t.Fatalf("the refusal says %v", d)
	}
	rounds := w.writer.get(path + "/rounds").items()
	if len(rounds) != 2 || rounds[0]["party"] != "manager" || rounds[1]["party"] != "client" || len(rounds[1]["candidates"].([]any)) != 1 {
		t.Fatalf("the rounds: %v", rounds)
	}
	for _, c := range rounds[0]["candidates"].([]any) {
		if c.(object)["user_id"] == w.writer.userID {
			t.Fatal("a writer may approve")
		}
	}
	send := object{"publish_on_approval": false, "rounds": []object{round("manager", "any", user(w.second))}}
	w.writer.post(path+"/send", send).refused(http.StatusForbidden, "forbidden")
	w.manager.post(path+"/send", send).refused(http.StatusConflict, "rounds_weaker")
	w.manager.post(path+"/publish", nil).refused(http.StatusConflict, "not_approved")
	third := w.person(store.GrantSpec{Role: "approver", ClientID: w.own.ID})
	a := w.send(dr["id"].(string), round("manager", "any", user(w.second)), round("legal", "any", user(third)), round("client", "any", contact(w.dana)))
	if mine := third.get("/approvals?mine=true").items(); len(mine) != 0 {
		t.Fatalf("what waits for somebody of a later round: %v", mine)
	}
	w.manager.post(path+"/send", send).refused(http.StatusConflict, "already_sent")
	if mine := w.second.get("/approvals?mine=true").items(); len(mine) != 1 || mine[0]["id"] != a["id"] {
		t.Fatalf("what waits for her: %v", mine)
	}
	if mine := w.manager.get("/approvals?mine=true").items(); len(mine) != 0 {
		t.Fatalf("what waits for somebody else: %v", mine)
	}
	w.manager.post("/approvals/"+a["id"].(string)+"/decision", object{"decision": "approve", "version_hash": a["version_hash"]}).refused(http.StatusForbidden, "not_asked")
	if got := w.manager.get("/drafts?state=in_review").items(); len(got) != 1 || got[0]["crisis_number"] == "" {
		t.Fatalf("the list: %v", got)
	}
	stranger := w.person()
	stranger.get(path).refused(http.StatusNotFound, "not_found")
	if got := stranger.get("/session").is(200); got["signed_in"] != true {
		t.Fatal("the stranger is nobody")
	}
}

func TestHoldOverHTTP(t *testing.T) {
	w := newWordsWorld(t)
	_, token := w.atClient("Words.")
	if r := w.browser().open(token).decide("approve", "Dana", ""); r.status != http.StatusSeeOther {
		t.Fatal(r.status)
	}
	hold := "/clients/" + w.own.ID + "/hold"
	w.writer.post(hold, object{"reason": "because I say so"}).refused(http.StatusForbidden, "forbidden")
	w.manager.post(hold, object{"reason": "the lawyer asked"}).is(200)
	pub := w.manager.get("/publications").items()[0]
	path := "/publications/" + pub["id"].(string)
	if pub["state"] != "held" || pub["reason"] != "hold" {
		t.Fatalf("under hold it is %v", pub)
	}
	w.manager.post(path+"/release", object{"reason": "it is harmless"}).refused(http.StatusConflict, "hold_active")
	w.manager.do(http.MethodDelete, hold, object{"reason": "the lawyer agrees"}).is(200)
	if got := w.manager.get(path).is(200); got["state"] != "held" {
		t.Fatalf("lifting the hold let it go: %v", got["state"])
	}
	w.manager.post(path+"/release", object{"reason": "checked with the lawyer"}).is(200)
	_, err := w.db.PreparePublication(t.Context(), ofWorkflow, pub["id"].(string))
	w.must(err)
	if got := w.manager.get(path).is(200); got["state"] != "awaiting_hand" || got["text"] != "Words." {
		t.Fatalf("released it is %v", got)
	}
	for _, bad := range []string{"http://facebook.com/p/1", "https://evil.test/p/1", "https://facebook.com/", "javascript:alert(1)"} {
		w.manager.post(path+"/confirm", object{"url": bad}).refused(http.StatusUnprocessableEntity, "pasted_link_invalid")
	}
	if got := w.manager.post(path+"/confirm", object{"url": "https://www.facebook.com/own.brand/posts/1"}).is(200); got["state"] != "published" {
		t.Fatalf("confirmed it is %v", got["state"])
	}
	if got := w.manager.get("/drafts/" + pub["draft_id"].(string)).is(200); got["state"] != "published" {
		t.Fatalf("the draft is %v", got["state"])
	}
}
