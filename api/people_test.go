package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

func TestPeople(t *testing.T) {
	w := newWorld(t)
	r := w.admin.post("/users", object{"name": "Noa Levi", "email": "noa@agency.test", "lang": "he", "grants": []object{{"role": "analyst", "client_id": w.own.ID}}}).is(201)
	user, plain := r["user"].(object), r["password"].(string)
	id := user["id"].(string)
	v := w.anonymous()
	s := v.post("/session", object{"email": "noa@agency.test", "password": plain}).is(200)
	if s["must_change_password"] != true {
		t.Errorf("a one-time password need not be changed: %v", s)
	}
	v.get("/alerts").is(200)
	v.do(http.MethodPost, "/clients", object{"slug": "x", "name": "x"}).refused(403, "forbidden")

	w.admin.do(http.MethodPut, "/users/"+id+"/grants", object{"grants": []object{{"role": "writer", "client_id": w.sibling.ID}}}).is(200)
	v.get("/clients/own").refused(404, "not_found")
	v.get("/clients/sibling").is(200)

	w.admin.do(http.MethodPatch, "/users/"+id, object{"name": "Noa L."}).is(200)
	fresh := w.admin.post("/users/"+id+"/reset-password", nil).is(200)["password"].(string)
	v.get("/clients/sibling").refused(401, "not_signed_in")
	if fresh == plain {
		t.Error("the one-time password did not change")
	}
	w.admin.post("/users/"+id+"/disable", nil).is(200)
	w.anonymous().post("/session", object{"email": "noa@agency.test", "password": fresh}).refused(401, "sign_in_failed")
	w.admin.post("/users/"+id+"/enable", nil).is(200)
	w.anonymous().post("/session", object{"email": "noa@agency.test", "password": fresh}).is(200)
}

func TestPeopleRefusals(t *testing.T) {
	w := newWorld(t)
	other := w.person(store.GrantSpec{Role: "writer", ClientID: w.own.ID})
	me := w.admin.userID
	grants := func(role, client string) object {
		g := object{"role": role}
		if client != "" {
			g["client_id"] = client
		}
		return object{"grants": []object{g}}
	}
	person := func(email string, g object) object {
		return object{"name": "X", "email": email, "grants": g["grants"]}
	}
	cases := map[string]struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		"unknown role":             {http.MethodPut, "/users/" + other.userID + "/grants", grants("emperor", ""), 422, "unknown_role"},
		"a role with its prefix":   {http.MethodPut, "/users/" + other.userID + "/grants", grants("role:admin", ""), 422, "unknown_role"},
		"unknown client":           {http.MethodPut, "/users/" + other.userID + "/grants", grants("writer", store.NewID()), 404, "not_found"},
		"admin of one client":      {http.MethodPut, "/users/" + other.userID + "/grants", grants("admin", w.own.ID), 422, "admin_is_agency_wide"},
		"my own roles":             {http.MethodPut, "/users/" + me + "/grants", grants("writer", ""), 409, "not_yourself"},
		"myself disabled":          {http.MethodPost, "/users/" + me + "/disable", nil, 409, "not_yourself"},
		"my own reset":             {http.MethodPost, "/users/" + me + "/reset-password", nil, 409, "not_yourself"},
		"nobody's grants":          {http.MethodPut, "/users/" + store.NewID() + "/grants", grants("writer", ""), 404, "not_found"},
		"the same address":         {http.MethodPost, "/users", person("ADMIN@agency.test", grants("writer", "")), 409, "user_exists"},
		"no address":               {http.MethodPost, "/users", person("x", grants("writer", "")), 422, "user_email"},
		"a key in two cases":       {http.MethodPost, "/users", `{"name":"X","email":"x@y.test","grants":[],"GRANTS":[{"role":"admin"}]}`, 422, "validation"},
		"a field that is ours":     {http.MethodPost, "/users", with(person("x@y.test", grants("writer", "")), "password_hash", "x"), 422, "validation"},
		"the wrong type":           {http.MethodPost, "/users", `{"name":7,"email":"x@y.test","grants":[]}`, 422, "validation"},
		"not JSON":                 {http.MethodPost, "/users", `{"name":`, 400, "bad_request"},
		"a list instead":           {http.MethodPost, "/users", `[]`, 422, "validation"},
		"a method that is not":     {http.MethodPut, "/users", object{}, 404, "not_found"},
		"an address that is not":   {http.MethodGet, "/usres", nil, 404, "not_found"},
		"an unknown query":         {http.MethodGet, "/users?role=admin", nil, 422, "validation"},
		"an idempotency key of 1k": {http.MethodPost, "/users", object{}, 422, "validation"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := w.admin.do(c.method, c.path, c.body)
			r.w = &world{T: t}
			r.refused(c.status, c.code)
		})
	}
	t.Run("another media type", func(t *testing.T) {
		v := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"Content-Type": {"text/plain"}}}
		if r := v.post("/users", `{"name":"X","email":"x@y.test","grants":[]}`); r.status != 415 {
			t.Errorf("status %d %s", r.status, r.raw)
		}
	})
	if n := len(w.admin.get("/users").items()); n != 2 {
		t.Errorf("%d people are here, two were", n)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	w.admin.post("/me/tokens", object{"name": "ci", "scopes": []string{"fly"}}).refused(422, "token_scope")
	w.admin.post("/me/tokens", object{"name": "ci", "scopes": []string{"read"}, "expires_at": w.now().Add(-time.Hour)}).refused(422, "token_expiry")
	made := w.admin.post("/me/tokens", object{"name": "ci", "scopes": []string{"read", "write"}, "expires_at": w.now().Add(time.Hour)}).is(201)
	v := w.anonymous()
	v.bearer = made["token"].(string)
	v.do(http.MethodPatch, "/me", object{"name": "Admin"}).is(200)
	v.post("/me/tokens", object{"name": "forever", "scopes": []string{"write"}}).refused(403, "console_only")
	v.post("/me/password", object{"current": goodPassword, "new": "a lantern on the old pier"}).refused(403, "console_only")
	if list := w.admin.get("/me/tokens"); strings.Contains(string(list.raw), v.bearer) || len(list.items()) != 1 {
		t.Errorf("the list shows the secret or not the token: %s", list.raw)
	}
	for name, bearer := range map[string]string{"another": made["token"].(string) + "x", "empty": "", "of no form": "x"} {
		u := w.anonymous()
		u.header.Set("Authorization", "Bearer "+bearer)
		if r := u.get("/me/tokens"); r.status != 401 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	w.later(2 * time.Hour)
	v.get("/me/tokens").refused(401, "token_unknown")
	w.admin.do(http.MethodDelete, "/me/tokens/"+made["id"].(string), nil).is(204)
	w.admin.do(http.MethodDelete, "/me/tokens/"+made["id"].(string), nil).refused(404, "not_found")
}

func TestRetriesAreAnsweredOnce(t *testing.T) {
	w := newWorld(t)
	v := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"Idempotency-Key": {"one"}}}
	first := v.post("/clients", object{"slug": "new", "name": "New"})
	first.is(201)
	again := v.post("/clients", object{"slug": "new", "name": "New"})
	if again.is(201)["id"] != first.is(201)["id"] || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the retry was not answered from the first: %s", again.raw)
	}
	v.post("/clients", object{"slug": "other", "name": "New"}).refused(409, "idempotency_key_reused")

	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			u := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"Idempotency-Key": {"at once"}}}
			if r := u.post("/clients/new/contacts", object{"name": "Dana", "email": "dana@client.test", "party": "client"}); r.status != 201 {
				t.Errorf("%d %s", r.status, r.raw)
			}
		})
	}
	both.Wait()
	if n := len(w.admin.get("/clients/new/contacts").items()); n != 1 {
		t.Errorf("%d contacts of one request that came four times at once", n)
	}

	secret := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"Idempotency-Key": {"two"}}}
	a := secret.post("/me/tokens", object{"name": "ci", "scopes": []string{"read"}}).is(201)
	b := secret.post("/me/tokens", object{"name": "ci", "scopes": []string{"read"}})
	if b.is(201)["token"] == a["token"] || b.header.Get("Idempotency-Replayed") != "" {
		t.Error("an answer with a secret was kept")
	}
}

// TestLogsTellNobody looks for what people typed in everything that was logged.
func TestLogsTellNobody(t *testing.T) {
	w := newWorld(t)
	own := w.furnish(w.own, ownCanary)
	w.anonymous().post("/session", object{"email": "canary-mail@agency.test", "password": "canary-password-typed"})
	w.admin.get("/mentions?q=canary-search")
	w.admin.get("/mentions/" + own.mention)
	w.admin.post("/users", object{"name": "canary-name", "email": "canary-mail@agency.test", "grants": []object{}})
	bearer := w.anonymous()
	bearer.bearer = "mgd_canary-token"
	bearer.get("/users")
	log := w.log.String()
	if !strings.Contains(log, "route=/api/v1/mentions/:id") || !strings.Contains(log, "request_id=") {
		t.Errorf("requests are not logged by route and id: %s", log)
	}
	for _, word := range []string{"canary", ownCanary, own.mention, w.admin.cookie} {
		if strings.Contains(strings.ToLower(log), strings.ToLower(word)) {
			t.Errorf("the log has %q", word)
		}
	}
}
