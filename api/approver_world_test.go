package api

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
)

var ofWorkflow = audit.Actor{Type: audit.ActorWorkflow, ID: "approval-test", Via: audit.ViaWorkflow}

// wordsWorld has people, contacts and an open crisis, and approval links.
type wordsWorld struct {
	*world
	writer, manager, second *visitor
	crisis                  store.Crisis
	target                  store.Target
	dana, lawyer            store.Contact
}

func newWordsWorld(t *testing.T) *wordsWorld {
	t.Helper()
	w := &wordsWorld{world: newWorld(t)}
	ring, err := approval.NewKeyRing(approval.Key{ID: "k1", Root: bytes.Repeat([]byte{9}, 32)})
	w.must(err)
	w.api.Links, w.api.PublicURL = ring, w.http.URL
	role := func(r string) store.GrantSpec { return store.GrantSpec{Role: r, ClientID: w.own.ID} }
	w.writer, w.manager, w.second = w.person(role("writer")), w.person(role("account_manager")), w.person(role("account_manager"))
	w.target, err = w.db.PutTarget(t.Context(), tester, store.Target{ClientID: w.own.ID, Platform: "facebook", Kind: store.TargetByHand, Account: "own.brand"}, "")
	w.must(err)
	w.dana, w.lawyer = w.contactOf("Dana", "client", "he"), w.contactOf("Liora", "legal", "en")
	w.crisis = w.openCrisis(3)
	return w
}

func (w *wordsWorld) contactOf(name, party, lang string) store.Contact {
	w.Helper()
	c, err := w.db.PutContact(w.Context(), tester, store.Contact{ClientID: w.own.ID, Name: name, Email: name + "@brand.test", Party: party, Lang: lang})
	w.must(err)
	return c
}

func (w *wordsWorld) openCrisis(severity crisis.Severity) store.Crisis {
	w.Helper()
	c, err := w.db.OpenCrisis(w.Context(), audit.Actor{Type: audit.ActorUser, ID: w.manager.userID, Via: audit.ViaConsole},
		store.OpenCrisis{ClientID: w.own.ID, Title: "Boats late", Severity: severity})
	w.must(err)
	return c
}

func (w *wordsWorld) content(text string) object {
	return object{"texts": []object{{"platform": "facebook", "lang": "en", "text": text}}, "targets": []string{w.target.ID}, "links": []string{}}
}

// draft begins a response through the API.
func (w *wordsWorld) draft(text string) object {
	w.Helper()
	return w.writer.post("/crises/"+w.crisis.ID+"/drafts", object{"kind": "response", "title": "Our answer", "content": w.content(text)}).is(201)
}

// send sends a draft through the API and starts its first round.
func (w *wordsWorld) send(draftID string, rounds ...object) object {
	w.Helper()
	a := w.manager.post("/drafts/"+draftID+"/send", object{"publish_on_approval": true, "rounds": rounds}).is(201)
	w.start(a)
	return a
}

func (w *wordsWorld) start(a object) {
	w.Helper()
	_, err := w.db.StartRound(w.Context(), ofWorkflow, a["id"].(string), w.api.Links.ActiveID())
	w.must(err)
}

func round(party, mode string, approvers ...object) object {
	return object{"party": party, "mode": mode, "approvers": approvers}
}

func contact(c store.Contact) object { return object{"contact_id": c.ID} }
func user(v *visitor) object         { return object{"user_id": v.userID} }

// atClient gives a request that waits for Dana, and Dana's link.
func (w *wordsWorld) atClient(text string) (a object, token string) {
	w.Helper()
	if w.crisis.Severity != crisis.S3 {
		w.crisis = w.openCrisis(3)
	}
	dr := w.draft(text)
	a = w.send(dr["id"].(string), round("manager", "any", user(w.second)), round("client", "any", contact(w.dana)))
	a = w.second.post("/approvals/"+a["id"].(string)+"/decision", object{"decision": "approve", "version_hash": a["version_hash"]}).is(200)
	w.start(a)
	return a, w.token(a["id"].(string), w.dana)
}

// atLegal gives a request at severity 2 that waits for the lawyer, who needs a code.
func (w *wordsWorld) atLegal(text string) (a object, token string) {
	w.Helper()
	w.crisis = w.openCrisis(2)
	dr := w.draft(text)
	a = w.send(dr["id"].(string), round("manager", "any", user(w.second)), round("legal", "any", contact(w.lawyer)), round("client", "any", contact(w.dana)))
	w.second.post("/approvals/"+a["id"].(string)+"/decision", object{"decision": "approve", "version_hash": a["version_hash"]}).is(200)
	w.start(a)
	return a, w.token(a["id"].(string), w.lawyer)
}

func (w *wordsWorld) token(approvalID string, c store.Contact) string {
	w.Helper()
	a, err := w.db.ApprovalCase(w.Context(), approvalID)
	w.must(err)
	for _, l := range a.Links {
		if l.ApproverKey == "contact:"+c.ID {
			lc, err := w.db.LinkCase(w.Context(), l.ID)
			w.must(err)
			token, err := lc.Token(w.api.Links)
			w.must(err)
			return token
		}
	}
	w.Fatal("there is no link")
	return ""
}

// browser is an approver's: it keeps the visit's cookie and follows nothing by itself.
type browser struct {
	w      *wordsWorld
	cookie string
	header http.Header
}

func (w *wordsWorld) browser() *browser { return &browser{w: w, header: http.Header{}} }

func (b *browser) do(method, path string, form url.Values) reply {
	b.w.Helper()
	var in io.Reader
	if form != nil {
		in = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.w.Context(), method, b.w.http.URL+path, in)
	b.w.must(err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-review", Value: b.cookie})
	}
	for k, v := range b.header {
		r.Header[k] = v
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	b.w.must(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	b.w.must(err)
	for _, c := range res.Cookies() {
		if c.Name == "__Host-review" {
			b.cookie = c.Value
		}
	}
	return reply{b.w.world, res.StatusCode, res.Header, raw}
}

func (b *browser) get(path string) reply { b.w.Helper(); return b.do(http.MethodGet, path, nil) }
func (b *browser) post(path string, pairs ...string) reply {
	b.w.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

// open opens a link as a person does.
func (b *browser) open(token string) *browser {
	b.w.Helper()
	if r := b.post("/a/open", "token", token); r.status != http.StatusSeeOther || r.header.Get("Location") != "/a/review" || b.cookie == "" {
		b.w.Fatalf("the link does not open: %d %s", r.status, r.raw)
	}
	return b
}

// says checks the page's status and words.
func (r reply) says(status int, words ...string) reply {
	r.w.Helper()
	if r.status != status {
		r.w.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	for _, word := range words {
		if !strings.Contains(string(r.raw), html.EscapeString(word)) {
			r.w.Fatalf("the page does not say %q: %s", word, r.raw)
		}
	}
	return r
}

func (r reply) silentOn(words ...string) reply {
	r.w.Helper()
	for _, word := range words {
		if strings.Contains(string(r.raw), word) {
			r.w.Fatalf("the page says %q: %s", word, r.raw)
		}
	}
	return r
}

var (
	formPattern  = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)"[^>]*>(.*?)</form>`)
	inputPattern = regexp.MustCompile(`<input[^>]*>`)
	attrPattern  = regexp.MustCompile(`(name|value|type)="([^"]*)"`)
)

// forms are a page's forms with what is in their fields before anybody types.
func (r reply) forms() map[string]url.Values {
	out := map[string]url.Values{}
	for _, f := range formPattern.FindAllStringSubmatch(string(r.raw), -1) {
		fields := url.Values{}
		for _, in := range inputPattern.FindAllString(f[2], -1) {
			attr := map[string]string{}
			for _, a := range attrPattern.FindAllStringSubmatch(in, -1) {
				attr[a[1]] = html.UnescapeString(a[2])
			}
			if attr["type"] != "radio" {
				fields.Set(attr["name"], attr["value"])
			}
		}
		out[f[1]] = fields
	}
	return out
}

// decide answers as a person does: choice, confirmation, receipt.
func (b *browser) decide(choice, name, comment string) reply {
	b.w.Helper()
	form := b.get("/a/review").says(200).forms()["/a/confirm"]
	form.Set("decision", choice)
	form.Set("typed_name", name)
	form.Set("comment", comment)
	confirm := b.do(http.MethodPost, "/a/confirm", form)
	if confirm.status != http.StatusOK {
		return confirm
	}
	return b.do(http.MethodPost, "/a/decide", confirm.forms()["/a/decide"])
}

// dump is the whole database as one fingerprint for each table.
func (w *wordsWorld) dump() map[string]string {
	w.Helper()
	db, err := sql.Open("sqlite", "file:"+w.path+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)")
	w.must(err)
	defer func() { _ = db.Close() }()
	tables, err := db.QueryContext(w.Context(), "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
	w.must(err)
	defer func() { _ = tables.Close() }()
	var names []string
	for tables.Next() {
		var name string
		w.must(tables.Scan(&name))
		names = append(names, name)
	}
	w.must(tables.Err())
	out := map[string]string{}
	for _, name := range names {
		out[name] = w.fingerprint(db, name)
	}
	return out
}

func (w *wordsWorld) fingerprint(db *sql.DB, table string) string {
	w.Helper()
	rows, err := db.QueryContext(w.Context(), `SELECT * FROM "`+table+`" ORDER BY rowid`)
	if err != nil {
		rows, err = db.QueryContext(w.Context(), `SELECT * FROM "`+table+`"`)
	}
	w.must(err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	w.must(err)
	sum := sha256.New()
	for rows.Next() {
		values, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			at[i] = &values[i]
		}
		w.must(rows.Scan(at...))
		fmt.Fprintf(sum, "%v\n", values)
	}
	w.must(rows.Err())
	return hex.EncodeToString(sum.Sum(nil))
}

// same fails when anything in the database differs.
func (w *wordsWorld) same(before map[string]string) {
	w.Helper()
	for table, sum := range w.dump() {
		if before[table] != sum {
			w.Fatalf("the table %s changed", table)
		}
	}
}

func (w *wordsWorld) decisions(approvalID string) []store.Decision {
	w.Helper()
	a, err := w.db.ApprovalCase(w.Context(), approvalID)
	w.must(err)
	var out []store.Decision
	for _, d := range a.Decisions {
		if d.LinkID != "" {
			out = append(out, d)
		}
	}
	return out
}

func unmarshal(text string, to any) error { return json.Unmarshal([]byte(text), to) }
