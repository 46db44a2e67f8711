package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

func TestSetUpOnce(t *testing.T) {
	w := emptyWorld(t)
	v := w.anonymous()
	if s := v.get("/session").is(200); s["setup_needed"] != true || s["signed_in"] != false {
		t.Fatalf("before: %v", s)
	}
	form := object{"agency_name": "Harbour", "name": "Noa Levi", "email": "Noa@Agency.test", "password": goodPassword}
	for name, wrong := range map[string]struct {
		field, value, code string
	}{
		"short password":  {"password", "short", "password_short"},
		"common password": {"password", "passwordpassword", "password_common"},
		"no address":      {"email", "nobody", "user_email"},
		"no name":         {"name", "  ", "user_name"},
		"no agency":       {"agency_name", "", "agency_name"},
	} {
		bad := object{}
		for k, x := range form {
			bad[k] = x
		}
		bad[wrong.field] = wrong.value
		if p := v.post("/setup", bad); p.status != 422 || !strings.Contains(string(p.raw), wrong.code) {
			t.Errorf("%s: %d %s", name, p.status, p.raw)
		}
	}
	s := v.post("/setup", form).is(200)
	if s["signed_in"] != true || s["setup_needed"] != false || s["all_clients"] != true {
		t.Fatalf("after: %v", s)
	}
	if user := v.get("/session").is(200)["user"].(object); user["email"] != "noa@agency.test" {
		t.Errorf("the cookie is not hers: %v", user)
	}
	v.post("/setup", form).refused(409, "setup_done")
}

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	v := w.anonymous()
	v.get("/users").refused(401, "not_signed_in")
	for name, c := range map[string][2]string{
		"wrong password":      {"admin@agency.test", "another password altogether"},
		"unknown person":      {"nobody@agency.test", goodPassword},
		"empty password":      {"admin@agency.test", ""},
		"an address with SQL": {"' OR 1=1 --", goodPassword},
	} {
		p := w.anonymous().post("/session", object{"email": c[0], "password": c[1]})
		if p.status != 401 || p.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", name, p.status, p.raw)
		}
		p.refused(401, "sign_in_failed")
	}
	planted := w.anonymous()
	planted.cookie = "planted-by-somebody"
	r := planted.post("/session", object{"email": "ADMIN@agency.test", "password": goodPassword})
	r.is(200)
	if planted.cookie == "planted-by-somebody" || planted.cookie == "" {
		t.Error("the session kept a token that somebody else knew")
	}
	c := r.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(c, part) {
			t.Errorf("cookie %q has no %s", c, part)
		}
	}
	planted.get("/users").is(200)
	old := planted.cookie
	planted.do(http.MethodDelete, "/session", nil).is(204)
	after := w.anonymous()
	after.cookie = old
	after.get("/users").refused(401, "not_signed_in")
}

func TestManyWrongPasswordsPause(t *testing.T) {
	w := newWorld(t)
	try := func(password string) int {
		return w.anonymous().post("/session", object{"email": "admin@agency.test", "password": password}).status
	}
	for range 8 {
		if got := try("another password altogether"); got != 401 {
			t.Fatalf("status %d", got)
		}
	}
	if got := try(goodPassword); got != 401 {
		t.Errorf("the right password during the pause: %d", got)
	}
	w.later(11 * time.Minute)
	if got := try(goodPassword); got != 200 {
		t.Errorf("after the pause: %d", got)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	w := newWorld(t)
	limited := false
	for range 40 {
		r := w.anonymous().post("/session", object{"email": "nobody@agency.test", "password": "x"})
		limited = limited || r.status == 429
	}
	if !limited {
		t.Error("forty tries from one address were all looked at")
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Run("when nobody uses them", func(t *testing.T) {
		w := newWorld(t)
		w.later(store.SessionIdle - time.Minute)
		w.admin.get("/users").is(200)
		w.later(store.SessionIdle - time.Minute)
		w.admin.get("/users").is(200)
		w.later(store.SessionIdle + time.Minute)
		w.admin.get("/users").refused(401, "not_signed_in")
	})
	t.Run("after a week, used or not", func(t *testing.T) {
		w := newWorld(t)
		for range 20 {
			w.later(8 * time.Hour)
			w.admin.get("/users").is(200)
		}
		w.later(9 * time.Hour)
		w.admin.get("/users").refused(401, "not_signed_in")
	})
	t.Run("when the person is disabled", func(t *testing.T) {
		w := newWorld(t)
		p := w.person(store.GrantSpec{Role: "analyst", ClientID: w.own.ID})
		p.get("/clients").is(200)
		w.admin.post("/users/"+p.userID+"/disable", nil).is(200)
		p.get("/clients").refused(401, "not_signed_in")
	})
	t.Run("the others, when the password changes", func(t *testing.T) {
		w := newWorld(t)
		other := w.visit(w.admin.userID)
		w.admin.post("/me/password", object{"current": "wrong", "new": "a lantern on the old pier"}).refused(422, "password_wrong")
		w.admin.post("/me/password", object{"current": goodPassword, "new": "a lantern on the old pier"}).is(200)
		w.admin.get("/users").is(200)
		other.get("/users").refused(401, "not_signed_in")
	})
}

func TestPermissionsOfASession(t *testing.T) {
	w := newWorld(t)
	p := w.person(store.GrantSpec{Role: "analyst", ClientID: w.own.ID})
	s := p.get("/session").is(200)
	held := s["permissions"].(object)
	if _, told := held[w.sibling.ID]; told || s["all_clients"] != false || len(held["agency"].([]any)) != 0 {
		t.Errorf("permissions %v", held)
	}
	if list := held[w.own.ID].([]any); len(list) == 0 {
		t.Error("no permission for the own client")
	}
}

func TestCrossOriginIsRefused(t *testing.T) {
	w := newWorld(t)
	for name, header := range map[string]http.Header{
		"another site":    {"Sec-Fetch-Site": {"cross-site"}},
		"a sibling site":  {"Sec-Fetch-Site": {"same-site"}},
		"a foreign page":  {"Origin": {"https://evil.test"}},
		"a sandboxed one": {"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}},
	} {
		v := &visitor{w: w, cookie: w.admin.cookie, header: header}
		if r := v.do(http.MethodPatch, "/me", object{"name": "Eve"}); r.status != 403 {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	v := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"Sec-Fetch-Site": {"same-origin"}}}
	v.do(http.MethodPatch, "/me", object{"name": "Admin"}).is(200)
}
