package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

// scan behaves like a mail gateway at its worst: it opens the link, follows
// whatever it gets and presses every button of every page, typing nothing.
func (w *wordsWorld) scan(token string) {
	w.Helper()
	b := w.browser()
	pages := []reply{b.get("/a/" + token)}
	for range 12 {
		if len(pages) == 0 {
			return
		}
		page := pages[0]
		pages = pages[1:]
		for action, fields := range page.forms() {
			r := b.do(http.MethodPost, action, fields)
			for range 3 {
				if r.status != http.StatusSeeOther {
					break
				}
				r = b.get(r.header.Get("Location"))
			}
			pages = append(pages, r)
		}
	}
}

func TestScannerThatPressesButtons(t *testing.T) {
	w := newWordsWorld(t)
	for name, ask := range map[string]func(string) (object, string){"typed name": w.atClient, "code": w.atLegal} {
		a, token := ask("Words for a scanner, " + name)
		for range 5 {
			w.scan(token)
			w.api.limits = newLimits()
		}
		if n := len(w.decisions(a["id"].(string))); n != 0 {
			t.Fatalf("%s: the scanner decided %d times", name, n)
		}
		w.later(2 * time.Minute)
		b := w.browser().open(token)
		if name == "code" {
			w.typeCode(b, strings.Split(token, ".")[2])
		}
		if r := b.decide("approve", "Dana", ""); r.header.Get("Location") != "/a/receipt" {
			t.Fatalf("%s: the person after the scanner: %d %s", name, r.status, r.raw)
		}
	}
}

// typeCode asks for a code, reads it as the mail's receiver does, and types it.
func (w *wordsWorld) typeCode(b *browser, linkID string) {
	w.Helper()
	if r := b.post("/a/code"); r.status != http.StatusSeeOther {
		w.Fatalf("no code: %d %s", r.status, r.raw)
	}
	if r := b.post("/a/verify", "code", w.mailedCode(linkID)); r.status != http.StatusSeeOther {
		w.Fatalf("the code is not taken: %d %s", r.status, r.raw)
	}
}

// mailedCode reads the newest code out of the outbox, as the relay does.
func (w *wordsWorld) mailedCode(linkID string) string {
	w.Helper()
	events, err := w.db.ClaimOutbox(w.Context(), store.NewID(), []string{store.OutboxMail}, 200, time.Millisecond)
	w.must(err)
	code := ""
	for _, e := range events {
		var m store.MailEvent
		w.must(unmarshal(e.Payload, &m))
		if m.Kind == "approval_code" && m.LinkID == linkID {
			code, err = w.db.OpenSealed(linkID, m.Sealed)
			w.must(err)
		}
	}
	if code == "" {
		w.Fatal("no code was mailed")
	}
	return code
}

func TestCodeStep(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atLegal(ourWords)
	b := w.browser().open(token)
	hash := a["version_hash"].(string)
	hidden := []string{"We are sorry", hash}
	b.get("/a/review").says(200, "l•••@brand.test").silentOn(append(hidden, "liora@brand.test")...)
	b.decideAtOnce("approve", hash).says(403).silentOn(hidden...)
	b.post("/a/confirm", "decision", "approve", "version_hash", hash).says(403).silentOn(hidden...)
	b.post("/a/verify", "code", "12345678").says(409).silentOn(hidden...)
	b.post("/a/code", "email", "thief@evil.test").says(303)
	b.post("/a/verify", "code", "abc").says(422, "eight digits").silentOn(hidden...)
	code, before := w.mailedCode(strings.Split(token, ".")[2]), b.cookie
	b.post("/a/verify", "code", code).says(303)
	if b.cookie == before {
		t.Fatal("the visit kept its secret across the code")
	}
	b.get("/a/review").says(200, ourWords, hash)
	old := w.browser()
	old.cookie = before
	old.get("/a/review").says(401).silentOn(hidden...)
	if r := b.decide("approve", "", ""); r.header.Get("Location") != "/a/receipt" {
		t.Fatalf("with the code: %d %s", r.status, r.raw)
	}
	// Another visit without the code learns that it is decided, and nothing else.
	w.browser().open(token).get("/a/review").says(200, "has been recorded").silentOn(hidden...)
	if strings.Contains(w.log.String(), code) {
		t.Error("the log holds the code")
	}
}

// Who has not typed the code learns nothing of a link that was revoked meanwhile.
func TestRevokedBeforeTheCodeLooksUnknown(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atLegal(ourWords)
	b := w.browser().open(token)
	unknown := w.browser().post("/a/open", "token", token[:len(token)-4]+"AAAA").says(404)
	w.must(w.db.RevokeLink(t.Context(), tester, a["id"].(string), strings.Split(token, ".")[2], "wrong person"))
	if r := b.get("/a/review").says(404); string(r.raw) != string(unknown.raw) {
		t.Fatalf("it says more than an unknown link: %s", r.raw)
	}
}
