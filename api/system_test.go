package api

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/internal/store"
)

func TestReadiness(t *testing.T) {
	away := func(context.Context) error { return errors.New("away") }
	fine := func(context.Context) error { return nil }
	cases := map[string]struct {
		health Health
		spoil  func(*world)
		status int
		want   string
	}{
		"all well":        {Health{Temporal: fine, Worker: fine}, nil, 200, `"status":"ready"`},
		"knows no engine": {Health{}, nil, 200, `"status":"ready"`},
		"Temporal away":   {Health{Temporal: away, Worker: fine}, nil, 200, `"status":"degraded"`},
		"worker away":     {Health{Temporal: fine, Worker: away}, nil, 200, `"worker":"does not answer"`},
		"database away":   {Health{Temporal: fine}, func(w *world) { w.must(w.db.Close()) }, 503, `"database":"does not answer"`},
		"ledger behind":   {Health{Temporal: fine}, func(w *world) { w.later(10 * time.Minute) }, 503, `"status":"not_ready"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.api.Health = c.health
			if c.spoil != nil {
				c.spoil(w)
			}
			r := w.anonymous().do(http.MethodGet, "//readyz", nil)
			if r.is(c.status); !strings.Contains(string(r.raw), c.want) {
				t.Errorf("%s, want %s", r.raw, c.want)
			}
			w.anonymous().do(http.MethodGet, "//healthz", nil).is(200)
		})
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	own := w.furnish(w.own, ownCanary)
	w.admin.get("/mentions/" + own.mention).is(200)
	r := w.anonymous().do(http.MethodGet, "//metrics", nil)
	r.is(200)
	for _, want := range []string{`migdalor_http_request_seconds_count{method="GET",route="/api/v1/mentions/:id",status="200"} 1`,
		`migdalor_open{kind="crisis"} 1`, `migdalor_open{kind="alert"} 1`, `migdalor_outbox_events{state="pending"}`, "migdalor_ledger_lag_seconds"} {
		if !strings.Contains(string(r.raw), want) {
			t.Errorf("no %s", want)
		}
	}
	if containsWord(r.raw, own.mention) || containsWord(r.raw, ownCanary) {
		t.Error("a label holds an id or a name")
	}
}

func TestSystemShowsMoreToAdministrators(t *testing.T) {
	w := newWorld(t)
	if s := w.admin.get("/system").is(200); s["database"].(object)["kind"] != "sqlite" || s["outbox"] == nil {
		t.Errorf("%v", s)
	}
	v := w.person(store.GrantSpec{Role: "writer", ClientID: w.own.ID})
	s := v.get("/system").is(200)
	if s["database"] != nil || s["outbox"] != nil || s["temporal"].(object)["ok"] != true {
		t.Errorf("%v", s)
	}
}

func TestLabels(t *testing.T) {
	w := newWorld(t)
	l := w.anonymous().get("/labels").is(200)
	if l["stages"].(object)["detect"].(object)["he"] == "" {
		t.Errorf("%v", l["stages"])
	}
}

func TestMailbox(t *testing.T) {
	w := newWorld(t)
	box, err := notify.NewMailboxSender(w.mailbox, "desk@agency.test")
	w.must(err)
	id := store.NewID()
	w.must(box.Send(t.Context(), notify.Message{ID: id, Kind: notify.News, To: "dana@client.test", Lang: "he", Subject: "שלום", Text: "text", HTML: "<p>html</p>", At: w.now()}))
	list := w.admin.get("/mailbox").items()
	if len(list) != 1 || list[0]["subject"] != "שלום" || list[0]["html"] != nil {
		t.Fatalf("%v", list)
	}
	if m := w.admin.get("/mailbox/" + id).is(200); m["html"] != "<p>html</p>" || m["text"] != "text" || m["to"] == "" {
		t.Errorf("%v", m)
	}
	w.admin.get("/mailbox/..%2f..%2fetc%2fpasswd").is(404)
	w.admin.get("/mailbox/"+store.NewID()).refused(404, "mail_not_found")
	if w.admin.get("/counts").is(200)["mailbox"] != 1.0 || w.admin.get("/session").is(200)["mailbox"] != true {
		t.Error("the mail is not counted")
	}
	w.api.MailboxDir = ""
	w.admin.get("/mailbox").refused(404, "mailbox_off")
}

// page asks a console for a path.
func page(k console, method, path string) *httptest.ResponseRecorder {
	e := echo.New()
	r := httptest.NewRequest(method, path, nil)
	w := httptest.NewRecorder()
	c := e.NewContext(r, w)
	if err := k.serve(c); err != nil {
		e.HTTPErrorHandler(err, c)
	}
	return w
}

func TestConsole(t *testing.T) {
	built := console{fs.FS(fstest.MapFS{"index.html": {Data: []byte(`<meta name="csp-nonce" content="__CSP_NONCE__">`)}, "favicon.svg": {Data: []byte("<svg/>")},
		"assets/index-1.js": {Data: []byte("1")}, ".keep": {Data: []byte("")}}), true}
	for path, want := range map[string]struct {
		status int
		cache  string
	}{
		"/": {200, "no-store"}, "/crises/C-2026-0001": {200, "no-store"}, "/index.html": {200, "no-store"},
		"/assets/index-1.js": {200, "public, max-age=31536000, immutable"}, "/favicon.svg": {200, "no-cache"},
		"/assets/gone.js": {404, ""}, "/gone.js": {404, ""}, "/api/v1/gone": {404, ""}, "/api": {404, ""}, "/hooks/x": {404, ""}, "/a/token": {404, ""},
		"/.keep": {404, ""}, "/.git/config": {404, ""}, "/assets/../.keep": {404, ""}, "/metrics/x": {404, ""},
	} {
		w := page(built, http.MethodGet, path)
		if w.Code != want.status || want.cache != "" && w.Header().Get("Cache-Control") != want.cache {
			t.Errorf("%s: %d %q", path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if w := page(built, http.MethodPost, "/"); w.Code != 404 {
		t.Errorf("POST: %d", w.Code)
	}
	first, second := page(built, http.MethodGet, "/"), page(built, http.MethodGet, "/")
	nonce := regexp.MustCompile(`content="([^"]{20,})"`).FindStringSubmatch(first.Body.String())
	if nonce == nil || !strings.Contains(first.Header().Get("Content-Security-Policy"), "'nonce-"+nonce[1]+"'") || first.Body.String() == second.Body.String() {
		t.Errorf("nonce: %s %s", first.Body, first.Header().Get("Content-Security-Policy"))
	}
	if strings.Contains(first.Header().Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy allows what is unsafe")
	}
	unbuilt := page(console{fstest.MapFS{}, false}, http.MethodGet, "/")
	if unbuilt.Code != 503 || !strings.Contains(unbuilt.Body.String(), "build the console with make web") {
		t.Errorf("unbuilt: %d %s", unbuilt.Code, unbuilt.Body)
	}
}

func TestSecurityHeaders(t *testing.T) {
	w := newWorld(t)
	r := w.anonymous().get("/labels")
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Strict-Transport-Security": ""} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := r.header.Get("X-Request-Id"); len(id) != 36 {
		t.Errorf("request id %q", id)
	}
}
