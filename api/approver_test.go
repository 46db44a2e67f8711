package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/store"
)

const ourWords = "We are sorry. The boats sail again <tomorrow> & after."

func TestApproverDecides(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	b := w.browser()
	b.get("/a/"+token).says(200, "Opening it decides nothing.").silentOn("Own brand", "sorry")
	b.open(token)
	page := b.get("/a/review").says(200, ourWords, "Own brand", "own.brand", "Facebook", a["version_hash"].(string), "ההחלטה שלכם")
	if len(page.raw) > 100_000 || !strings.Contains(string(page.raw), `dir="rtl"`) || strings.Contains(string(page.raw), "<script") || strings.Contains(string(page.raw), "style=") {
		t.Fatal("the page is heavy or has script or inline style")
	}
	b.decide("approve", "", "").says(422, "כתבו את שמכם המלא")
	b.decide("", "Dana", "").says(422, "בחרו אחת מהאפשרויות")
	b.decide("changes", "Dana", "").says(422, "כתבו בהערה")
	if n := len(w.decisions(a["id"].(string))); n != 0 {
		t.Fatalf("%d decisions out of unfinished forms", n)
	}
	if r := b.decide("approve", "דנה לוי", "<b>fine</b>"); r.status != http.StatusSeeOther || r.header.Get("Location") != "/a/receipt" {
		t.Fatalf("the decision was not taken: %d %s", r.status, r.raw)
	}
	b.get("/a/receipt").says(200, "ההחלטה נרשמה", "דנה לוי", a["version_hash"].(string), "<b>fine</b>").silentOn("<b>fine")
	if got := w.manager.get("/approvals/" + a["id"].(string)).is(200); got["state"] != "approved" {
		t.Fatalf("the console sees %v", got["state"])
	}
	made := w.decisions(a["id"].(string))
	if len(made) != 1 || made[0].TypedName != "דנה לוי" || made[0].VersionHash != a["version_hash"] {
		t.Fatalf("recorded: %+v", made)
	}
	// The link now leads to the receipt, also from another browser.
	again := w.browser().open(token)
	if r := again.get("/a/review"); r.header.Get("Location") != "/a/receipt" {
		t.Fatalf("after the decision: %d %s", r.status, r.raw)
	}
}

func TestApproverAsksForChangesAndDeclines(t *testing.T) {
	w := newWordsWorld(t)
	for choice, state := range map[string]string{"changes": "changes_requested", "decline": "declined"} {
		a, token := w.atClient("Words for " + choice)
		if r := w.browser().open(token).decide(choice, "Dana", "softer please"); r.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", choice, r.status, r.raw)
		}
		got := w.manager.get("/drafts/" + a["draft_id"].(string)).is(200)
		if got["state"] != state || len(got["publications"].([]any)) != 0 {
			t.Fatalf("%s: the draft is %v", choice, got["state"])
		}
	}
}

// GET and HEAD change nothing: whatever fetches links, however often.
func TestFetchingChangesNothing(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	_, second := w.atClient("Other words.")
	b := w.browser().open(second)
	lc, err := w.db.LinkCase(t.Context(), strings.Split(token, ".")[2])
	w.must(err)
	dispute, err := lc.DisputeToken(w.api.Links)
	w.must(err)
	before := w.dump()
	fetcher := w.browser()
	fetcher.header.Set("Purpose", "prefetch")
	for range 100 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, path := range []string{"/a/" + token, "/a/" + token + "x", "/a/not-me/" + dispute, "/a/style.css"} {
				fetcher.do(method, path, nil).says(200)
			}
			b.do(method, "/a/review", nil).says(200)
			b.do(method, "/a/receipt", nil)
		}
	}
	for _, path := range []string{"/a/open", "/a/code", "/a/verify", "/a/confirm", "/a/decide", "/a/not-me"} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete} {
			if r := b.do(method, path, nil); method != http.MethodGet && method != http.MethodHead && r.status < 400 && r.status != http.StatusNoContent {
				t.Fatalf("%s %s answers %d", method, path, r.status)
			}
		}
	}
	w.same(before)
	if len(w.decisions(a["id"].(string))) != 0 {
		t.Fatal("fetching decided")
	}
}

// The shell says the same for a good link and a bad one, and never repeats what is no token.
func TestShellIsConstant(t *testing.T) {
	w := newWordsWorld(t)
	_, token := w.atClient(ourWords)
	b := w.browser()
	good := string(b.get("/a/" + token).says(200).raw)
	forged := token[:len(token)-4] + "AAAA"
	if other := string(b.get("/a/" + forged).says(200).raw); strings.ReplaceAll(other, forged, "") != strings.ReplaceAll(good, token, "") {
		t.Fatal("a forged token gets another shell")
	}
	for _, bad := range []string{"x", "v1.k1.x.y", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", strings.Repeat("a", 10_000), "v2" + token[2:], token + ".x", "%00", "%d7%90"} {
		r := b.get("/a/" + bad)
		if r.status == 200 && (strings.Contains(string(r.raw), "hidden") || strings.Contains(string(r.raw), "script")) {
			t.Fatalf("%.40s is repeated: %s", bad, r.raw)
		}
	}
	for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"} {
		if got := b.get("/a/" + token).header.Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
}

func TestForgedTokensLookAlike(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	_, other := w.atClient("Other words.")
	part, foreign := strings.Split(token, "."), strings.Split(other, ".")
	join := func(p ...string) string { return strings.Join(p, ".") }
	flip := func(s string) string {
		c := byte('b')
		if s[3] == c {
			c = 'c'
		}
		return s[:3] + string(c) + s[4:]
	}
	lc, err := w.db.LinkCase(t.Context(), part[2])
	w.must(err)
	dispute, err := lc.DisputeToken(w.api.Links)
	w.must(err)
	ring, err := approval.NewKeyRing(approval.Key{ID: "k1", Root: []byte(strings.Repeat("z", 32))})
	w.must(err)
	otherKey, err := lc.Token(ring)
	w.must(err)
	page := ""
	for name, bad := range map[string]string{
		"bit in the id": join(part[0], part[1], flip(part[2]), part[3]), "bit in the code": join(part[0], part[1], part[2], flip(part[3])),
		"cut short": token[:len(token)-1], "a fifth part": token + ".a", "another version": join("v2", part[1], part[2], part[3]), "unknown key": join(part[0], "k9", part[2], part[3]),
		"code of another link": join(part[0], part[1], part[2], foreign[3]), "id of another link": join(part[0], part[1], foreign[2], part[3]),
		"padded code": token + "=", "10 KB": strings.Repeat(token, 110), "NUL": token + "\x00", "empty": "", "a dispute's": dispute, "signed by another key": otherKey,
		"upper case": strings.ToUpper(token),
	} {
		b := w.browser()
		r := b.post("/a/open", "token", bad).says(404)
		if page == "" {
			page = string(r.raw)
		}
		if string(r.raw) != page || b.cookie != "" {
			t.Errorf("%s: another page than the others, or a cookie", name)
		}
		w.api.limits = newLimits()
	}
	w.must(w.db.RevokeLink(t.Context(), tester, a["id"].(string), part[2], "wrong person"))
	if r := w.browser().post("/a/open", "token", token).says(404); string(r.raw) != page {
		t.Error("a revoked link looks different from an unknown one")
	}
	w.later(73 * time.Hour)
	if r := w.browser().post("/a/open", "token", other).says(404); string(r.raw) != page {
		t.Error("an expired link looks different from an unknown one")
	}
	if strings.Contains(w.log.String(), token) || strings.Contains(w.log.String(), part[3]) {
		t.Error("the log holds a token")
	}
}

func TestOpeningIsLimited(t *testing.T) {
	w := newWordsWorld(t)
	_, token := w.atClient(ourWords)
	limited := 0
	for range 30 {
		if w.browser().post("/a/open", "token", token).status == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited < 5 || limited > 10 {
		t.Fatalf("of 30 openings in a moment %d were put off", limited)
	}
}

func TestCrossSiteFormsAreRefused(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	b := w.browser().open(token)
	form := b.get("/a/review").forms()["/a/confirm"]
	before := w.dump()
	for name, header := range map[string]http.Header{
		"cross-site":     {"Sec-Fetch-Site": {"cross-site"}},
		"same-site":      {"Sec-Fetch-Site": {"same-site"}},
		"null origin":    {"Sec-Fetch-Site": {""}, "Origin": {"null"}},
		"foreign origin": {"Sec-Fetch-Site": {""}, "Origin": {"https://evil.test"}},
	} {
		b.header = header
		for _, path := range []string{"/a/open", "/a/code", "/a/confirm", "/a/decide"} {
			f := url.Values{"token": {token}, "decision": {"approve"}, "typed_name": {"Dana"}, "version_hash": {form.Get("version_hash")}, "idempotency_key": {"k"}}
			if r := b.do(http.MethodPost, path, f); r.status != http.StatusForbidden {
				t.Errorf("%s: %s answers %d", name, path, r.status)
			}
		}
	}
	w.same(before)
	if len(w.decisions(a["id"].(string))) != 0 {
		t.Fatal("another site decided")
	}
}

func TestCookieIsStrict(t *testing.T) {
	w := newWordsWorld(t)
	_, token := w.atClient(ourWords)
	set := w.browser().post("/a/open", "token", token).header.Get("Set-Cookie")
	for _, part := range []string{"__Host-review=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"} {
		if !strings.Contains(set, part) {
			t.Errorf("the cookie lacks %s: %s", part, set)
		}
	}
	w.api.PublicURL = "http://migdalor.example:8080"
	set = w.browser().post("/a/open", "token", token).header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "review=") || strings.Contains(set, "Secure") || !strings.Contains(set, "SameSite=Strict") {
		t.Errorf("over plain http to another host: %s", set)
	}
}

func TestVisitsDoNotOpenTheConsole(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	b := w.browser().open(token)
	v := w.anonymous()
	v.cookie = b.cookie
	v.get("/approvals/"+a["id"].(string)).refused(401, "not_signed_in")
	v.header.Set("Cookie", "__Host-review="+b.cookie)
	v.get("/approvals/"+a["id"].(string)).refused(401, "not_signed_in")
	console := w.browser()
	console.cookie = w.manager.cookie
	console.get("/a/review").says(401)
	_, err := w.db.ReviewPage(t.Context(), w.manager.cookie)
	if err == nil {
		t.Fatal("a session of the console opened a review")
	}
}

func TestEditedWhileThePageIsOpen(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient("The boats sail tomorrow.")
	b := w.browser().open(token)
	form := b.get("/a/review").forms()["/a/confirm"]
	form.Set("decision", "approve")
	form.Set("typed_name", "Dana")
	confirm := b.do(http.MethodPost, "/a/confirm", form).says(200).forms()["/a/decide"]
	w.writer.post("/drafts/"+a["draft_id"].(string)+"/versions", object{"base_version": 1, "content": w.content("The boats sail on Friday.")}).is(201)
	r := b.do(http.MethodPost, "/a/decide", confirm).says(410, "הנוסח שונה אחרי שנשלח")
	if !strings.Contains(string(r.raw), "<del>tomorrow.</del><ins>on Friday.</ins>") {
		t.Fatalf("the difference is not shown: %s", r.raw)
	}
	b.do(http.MethodPost, "/a/confirm", form).says(410, "הנוסח שונה אחרי שנשלח")
	b.get("/a/review").says(200, "הנוסח שונה אחרי שנשלח")
	if len(w.decisions(a["id"].(string))) != 0 {
		t.Fatal("old words were approved")
	}
}

func TestDoubleSubmitAndTwoTabs(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	one, two := w.browser().open(token), w.browser().open(token)
	confirm := func(b *browser, choice string) url.Values {
		form := b.get("/a/review").forms()["/a/confirm"]
		form.Set("decision", choice)
		form.Set("typed_name", "Dana")
		form.Set("comment", "hm")
		return b.do(http.MethodPost, "/a/confirm", form).says(200).forms()["/a/decide"]
	}
	first, second := confirm(one, "approve"), confirm(two, "decline")
	for range 3 {
		if r := one.do(http.MethodPost, "/a/decide", first); r.header.Get("Location") != "/a/receipt" {
			t.Fatalf("the same click again: %d %s", r.status, r.raw)
		}
	}
	two.do(http.MethodPost, "/a/decide", second).says(409, "ההחלטה שלכם כבר נרשמה קודם")
	if made := w.decisions(a["id"].(string)); len(made) != 1 || made[0].Decision != "approved" {
		t.Fatalf("recorded: %+v", made)
	}
}

func TestEndedPages(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(*wordsWorld, object)
		says string
	}{
		"withdrawn": {func(w *wordsWorld, a object) {
			w.writer.post("/drafts/"+a["draft_id"].(string)+"/withdraw", object{"reason": "not needed"}).is(200)
		}, "הבקשה נמשכה"},
		"revoked": {func(w *wordsWorld, a object) {
			got := w.manager.get("/approvals/" + a["id"].(string)).is(200)
			link := got["rounds"].([]any)[1].(object)["approvers"].([]any)[0].(object)["link_id"].(string)
			w.manager.post("/approvals/"+a["id"].(string)+"/links/"+link+"/revoke", object{"reason": "wrong person"}).is(200)
		}, "הקישור הזה בוטל"},
		"expired": {func(w *wordsWorld, _ object) { w.later(11 * time.Minute) }, "הזמן להחליט חלף"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWordsWorld(t)
			dr := w.draft(ourWords)
			deadline := w.now().Add(10 * time.Minute)
			a := w.manager.post("/drafts/"+dr["id"].(string)+"/send", object{"publish_on_approval": true, "deadline": deadline.UTC().Format(time.RFC3339Nano),
				"rounds": []object{round("manager", "any", user(w.second)), round("client", "any", contact(w.dana))}}).is(201)
			w.start(a)
			w.second.post("/approvals/"+a["id"].(string)+"/decision", object{"decision": "approve", "version_hash": a["version_hash"]}).is(200)
			w.start(a)
			b := w.browser().open(w.token(a["id"].(string), w.dana))
			tc.end(w, a)
			b.get("/a/review").says(200, tc.says).silentOn("<form")
			if r := b.decideAtOnce("approve", a["version_hash"].(string)); r.status != 410 {
				t.Fatalf("deciding answers %d", r.status)
			}
			if len(w.decisions(a["id"].(string))) != 0 {
				t.Fatal("an ended link decided")
			}
		})
	}
}

// decideAtOnce posts a decision straight away, without the pages before it.
func (b *browser) decideAtOnce(choice, hash string) reply {
	b.w.Helper()
	return b.post("/a/decide", "decision", choice, "typed_name", "Dana", "version_hash", hash, "idempotency_key", store.NewID(), "comment", "x")
}

func TestNotMe(t *testing.T) {
	w := newWordsWorld(t)
	a, token := w.atClient(ourWords)
	b := w.browser().open(token)
	if r := b.decide("approve", "Dana", ""); r.status != http.StatusSeeOther {
		t.Fatal(r.status)
	}
	lc, err := w.db.LinkCase(t.Context(), strings.Split(token, ".")[2])
	w.must(err)
	dispute, err := lc.DisputeToken(w.api.Links)
	w.must(err)
	page := b.get("/a/not-me/"+dispute).says(200, "This was not me")
	before := w.dump()
	b.do(http.MethodPost, "/a/not-me", page.forms()["/a/not-me"]).says(422) // a scanner presses the button
	b.post("/a/not-me", "token", token, "typed_name", "Dana", "reason", "not me").says(404)
	w.same(before)
	b.post("/a/not-me", "token", dispute, "typed_name", "Dana", "reason", "I was asleep").says(200, "Your report is recorded")
	pubs := w.manager.get("/publications?crisis=" + w.crisis.ID).items()
	if len(pubs) != 1 || pubs[0]["state"] != "held" || pubs[0]["reason"] != "decision_disputed" {
		t.Fatalf("what was approved is %v", pubs)
	}
	if got := w.manager.get("/approvals/" + a["id"].(string)).is(200); got["state"] != "withdrawn" {
		t.Fatalf("the request is %v", got["state"])
	}
}
