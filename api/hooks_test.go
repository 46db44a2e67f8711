package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/source"
	"github.com/migdalor/migdalor/internal/store"
)

// feed is a webhook of the own client.
type feed struct {
	w      *world
	id     string
	secret string
}

func (w *world) feed() feed {
	w.Helper()
	r := w.admin.post("/clients/own/sources", object{"name": "monitor", "kind": "webhook"}).is(201)
	return feed{w, r["id"].(string), r["secret"].(string)}
}

// signed makes a call that is right in every way; spoil then breaks something.
func (f feed) signed(body []byte, spoil func(*http.Request)) reply {
	f.w.Helper()
	v := f.w.anonymous()
	v.header.Set("Content-Type", "application/json")
	r := v.request(http.MethodPost, "/hooks/"+f.id, body)
	f.w.must(source.Sign(f.secret, "msg_1", f.w.now(), body, r.Header))
	if spoil != nil {
		spoil(r)
	}
	res, err := f.w.http.Client().Do(r)
	f.w.must(err)
	defer func() { _ = res.Body.Close() }()
	var raw bytes.Buffer
	_, err = raw.ReadFrom(res.Body)
	f.w.must(err)
	return reply{f.w, res.StatusCode, res.Header, raw.Bytes()}
}

func (w *world) stored() int {
	w.Helper()
	rows, _, err := w.db.Mentions(w.Context(), store.ScopeAll(), store.MentionFilter{}, store.Page{Limit: 200})
	w.must(err)
	return len(rows)
}

func utterance(id string, at time.Time) object {
	return object{"platform": "x", "external_id": id, "text": "the ferry was late " + id, "published_at": at.Format(time.RFC3339)}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestHookStoresOnce(t *testing.T) {
	w := newWorld(t)
	f := w.feed()
	batch := encoded(t, object{"mentions": []object{utterance("1", w.now()), {"platform": "moon", "text": "x", "published_at": "2026-01-01T00:00:00Z"}, utterance("2", w.now())}})
	a := f.signed(batch, nil).is(200)
	if a["stored"] != 2.0 || a["known"] != 0.0 {
		t.Fatalf("%v", a)
	}
	rejected := a["rejected"].([]any)
	if len(rejected) != 1 || rejected[0].(object)["index"] != 1.0 || rejected[0].(object)["code"] != "unknown_platform" {
		t.Errorf("rejected %v", rejected)
	}
	if w.stored() != 2 {
		t.Errorf("%d mentions are stored", w.stored())
	}
	if again := f.signed(batch, nil).is(200); again["stored"] != 0.0 || again["known"] != 2.0 {
		t.Errorf("the same call again: %v", again)
	}
	items := w.admin.get("/mentions?client=own&order=oldest").items()
	if len(items) != 2 || items[0]["source"].(object)["name"] != "monitor" {
		t.Errorf("listed: %v", items)
	}
}

func TestHookAtTheSameMoment(t *testing.T) {
	w := newWorld(t)
	f := w.feed()
	body := encoded(t, []object{utterance("1", w.now()), utterance("2", w.now())})
	var wg sync.WaitGroup
	stored := make(chan float64, 8)
	for range 8 {
		wg.Go(func() {
			if r := f.signed(body, nil); r.status == 200 {
				stored <- r.is(200)["stored"].(float64)
			} else {
				t.Errorf("status %d %s", r.status, r.raw)
			}
		})
	}
	wg.Wait()
	close(stored)
	sum := 0.0
	for n := range stored {
		sum += n
	}
	if sum != 2 || w.stored() != 2 {
		t.Errorf("counted %v as new, %d are stored", sum, w.stored())
	}
}

func TestHookRefusals(t *testing.T) {
	w := newWorld(t)
	f := w.feed()
	good := encoded(t, utterance("1", w.now()))
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	cases := map[string]struct {
		body   []byte
		spoil  func(*http.Request)
		status int
		code   string
	}{
		"no signature":           {good, func(r *http.Request) { r.Header.Del("webhook-signature") }, 401, "webhook_unsigned"},
		"no id":                  {good, func(r *http.Request) { r.Header.Del("webhook-id") }, 401, "webhook_unsigned"},
		"another id":             {good, header("webhook-id", "msg_2"), 401, "webhook_tampered"},
		"no time stamp":          {good, func(r *http.Request) { r.Header.Del("webhook-timestamp") }, 401, "webhook_unsigned"},
		"an old time stamp":      {good, header("webhook-timestamp", fmt.Sprint(w.now().Add(-6*time.Minute).Unix())), 401, "webhook_stale"},
		"a time stamp ahead":     {good, header("webhook-timestamp", fmt.Sprint(w.now().Add(6*time.Minute).Unix())), 401, "webhook_stale"},
		"no time at all":         {good, header("webhook-timestamp", "now"), 401, "webhook_tampered"},
		"somebody's signature":   {good, header("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), 401, "webhook_tampered"},
		"an empty signature":     {good, header("webhook-signature", ""), 401, "webhook_unsigned"},
		"compressed":             {good, header("Content-Encoding", "gzip"), 415, "content_encoding"},
		"not JSON":               {[]byte("text"), nil, 422, "bad_json"},
		"empty":                  {[]byte(""), nil, 422, "empty_batch"},
		"an empty batch":         {[]byte("[]"), nil, 422, "empty_batch"},
		"not text":               {[]byte("{\"text\":\"\xff\"}"), nil, 415, "bad_encoding"},
		"UTF-16":                 {[]byte("\xff\xfe{\x00}\x00"), nil, 415, "bad_encoding"},
		"too many mentions":      {[]byte("[" + strings.Repeat("{},", 1000) + "{}]"), nil, 413, "too_many_mentions"},
		"ten megabytes":          {encoded(t, object{"text": strings.Repeat("a", 10<<20)}), nil, 413, "too_large"},
		"a text of 20,001":       {encoded(t, with(utterance("1", w.now()), "text", strings.Repeat("א", 20_001))), nil, 422, "all_rejected"},
		"a script as address":    {encoded(t, with(utterance("1", w.now()), "url", "javascript:alert(1)")), nil, 422, "all_rejected"},
		"a file as address":      {encoded(t, with(utterance("1", w.now()), "url", "file:///etc/passwd")), nil, 422, "all_rejected"},
		"from the future":        {encoded(t, utterance("1", w.now().Add(time.Hour))), nil, 422, "all_rejected"},
		"without a zone":         {encoded(t, with(utterance("1", w.now()), "published_at", "2026-11-22 10:00")), nil, 422, "all_rejected"},
		"a number where text is": {encoded(t, with(utterance("1", w.now()), "text", 7)), nil, 422, "bad_json"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := f.signed(c.body, c.spoil)
			r.w = &world{T: t}
			r.refused(c.status, c.code)
			if n := w.stored(); n != 0 {
				t.Errorf("%d mentions are stored", n)
			}
		})
	}
	t.Run("a body changed on the way", func(t *testing.T) {
		changed := bytes.Replace(good, []byte("late"), []byte("lost"), 1)
		r := f.signed(good, func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0; *r = *rebody(r, changed) })
		r.w = &world{T: t}
		r.refused(401, "webhook_tampered")
	})
}

func rebody(r *http.Request, body []byte) *http.Request {
	next, err := http.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	next.Header = r.Header
	return next
}

func with(o object, key string, value any) object { o[key] = value; return o }

// TestHookOfUnknownSource sees that nobody can find out which sources exist.
func TestHookOfUnknownSource(t *testing.T) {
	w := newWorld(t)
	known := w.feed()
	manual, err := w.db.SourceOf(t.Context(), tester, w.own.ID, store.SourceManual, "by hand")
	w.must(err)
	body := encoded(t, utterance("1", w.now()))
	wrong := known
	wrong.secret, err = source.NewSecret(bytes.NewReader(bytes.Repeat([]byte{3}, 32)))
	w.must(err)
	want := wrong.signed(body, nil).refused(401, "webhook_tampered")
	for name, id := range map[string]string{"unknown": store.NewID(), "no id": "x", "of another kind": manual.ID, "with a quote": "%27%20OR%201%3D1"} {
		f := known
		f.id = id
		got := f.signed(body, nil).refused(401, "webhook_tampered")
		if got["detail"] != want["detail"] || got["title"] != want["title"] {
			t.Errorf("%s: %v, a wrong secret gives %v", name, got, want)
		}
		if r := f.signed(body, func(r *http.Request) { r.Header.Del("webhook-signature") }); r.status != 401 || !strings.Contains(string(r.raw), "webhook_unsigned") {
			t.Errorf("%s unsigned: %s", name, r.raw)
		}
	}
	if w.stored() != 0 {
		t.Error("something was stored")
	}
}

func TestHookSecretRotates(t *testing.T) {
	w := newWorld(t)
	old := w.feed()
	fresh := old
	fresh.secret = w.admin.post("/clients/own/sources/"+old.id+"/rotate", nil).is(200)["secret"].(string)
	old.signed(encoded(t, utterance("1", w.now())), nil).is(200)
	fresh.signed(encoded(t, utterance("2", w.now())), nil).is(200)
	w.later(25 * time.Hour)
	w.admin = w.visit(w.admin.userID)
	old.signed(encoded(t, utterance("3", w.now())), nil).refused(401, "webhook_tampered")
	fresh.signed(encoded(t, utterance("4", w.now())), nil).is(200)
	sources := w.admin.get("/clients/own/sources").items()
	for _, s := range sources {
		if s["secret"] != nil {
			t.Errorf("the secret comes back: %v", s)
		}
		if s["id"] == old.id && (s["state"] != "ok" || s["received_24h"] != 1.0 || s["hook_url"] != "http://migdalor.test/hooks/"+old.id) {
			t.Errorf("source %v", s)
		}
	}
}
