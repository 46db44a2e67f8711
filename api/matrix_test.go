package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
)

// expectation is one line of testdata/permissions.csv.
type expectation struct {
	method, path string
	byRole       map[string]string
	elsewhere    string
}

func (e expectation) key() string {
	if path, ok := strings.CutPrefix(e.path, "//"); ok {
		return e.method + " /" + path
	}
	return e.method + " " + prefix + e.path
}

// here is what the role meets at its own client, there at another's.
func (e expectation) here(role string) string { return e.byRole[role] }

func (e expectation) there(role string) string {
	if e.elsewhere == "same" {
		return e.byRole[role]
	}
	return e.elsewhere
}

func readExpectations(t *testing.T) []expectation {
	t.Helper()
	file, err := os.Open("testdata/permissions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	reader := csv.NewReader(file)
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []expectation
	for _, row := range rows[1:] {
		method, path, _ := strings.Cut(row[0], " ")
		e := expectation{method: method, path: path, byRole: map[string]string{}, elsewhere: row[len(row)-1]}
		for i, role := range rows[0][1 : len(rows[0])-1] {
			e.byRole[role] = row[i+1]
		}
		out = append(out, e)
	}
	return out
}

// address fills a route's path with the ids of one client's objects. What is no
// object of a client gets an id that was never given out.
func (o objects) address(path string) string {
	parts := strings.Split(path, "/")
	ids := map[string]string{"clients": o.client.ID, "crises": o.crisis, "alerts": o.alert, "mentions": o.mention, "drafts": o.draft,
		"approvals": o.approval, "publications": o.publication}
	for i, p := range parts {
		switch {
		case p == "{id}" && ids[parts[1]] != "":
			parts[i] = ids[parts[1]]
		case p == "{kind}":
			parts[i] = "triage"
		case strings.HasPrefix(p, "{"):
			parts[i] = store.NewID()
		}
	}
	return strings.Join(parts, "/")
}

// call makes a request that does no harm where it is allowed: its body is of no
// type that a route takes. The one route that finds its client in the body gets a real one.
func (v *visitor) call(e expectation, o objects) reply {
	v.w.Helper()
	var body any
	switch {
	case e.key() == "POST "+prefix+"/crises":
		body = object{"client_id": o.client.ID, "title": "opened by the matrix", "severity": 4}
	case e.method != http.MethodGet:
		body = "[]"
	}
	if e.path == "/events" {
		return v.peek(e.path)
	}
	return v.do(e.method, o.address(e.path), body)
}

// peek reads the head of a stream and goes.
func (v *visitor) peek(path string) reply {
	v.w.Helper()
	ctx, cancel := context.WithCancel(v.w.Context())
	defer cancel()
	res, err := v.w.http.Client().Do(v.request(http.MethodGet, prefix+path, nil).WithContext(ctx))
	v.w.must(err)
	defer func() { _ = res.Body.Close() }()
	r := reply{v.w, res.StatusCode, res.Header, nil}
	if res.StatusCode != http.StatusOK {
		r.raw, _ = io.ReadAll(res.Body)
	}
	return r
}

type actor struct {
	name  string
	role  string
	who   *visitor
	meets func(expectation) string
	// hidden is what none of the answers may hold.
	hidden []string
}

// cast is everybody who tries: nobody, somebody disabled, each role for the own
// client and, except the administrator, whose role is for the agency, for the sibling.
func (w *world) cast() []actor {
	w.Helper()
	gone := w.person(store.GrantSpec{Role: "account_manager", ClientID: w.own.ID})
	w.must(w.db.DisableUser(w.Context(), tester, gone.userID))
	w.must(w.api.Auth.Refresh(w.Context()))
	gone = w.visit(gone.userID) // a session that came back must not help
	nobody := func(e expectation) string {
		if e.elsewhere == "public" {
			return "public"
		}
		return "401"
	}
	out := []actor{{"nobody", "", w.anonymous(), nobody, nil}, {"somebody disabled", "", gone, nobody, nil},
		{"admin", "admin", w.admin, func(e expectation) string { return e.here("admin") }, nil}}
	for _, r := range crisis.Roles() {
		role := string(r)
		if role == "admin" {
			continue
		}
		out = append(out,
			actor{role + " here", role, w.person(store.GrantSpec{Role: role, ClientID: w.own.ID}), func(e expectation) string { return e.here(role) }, []string{siblingCanary, w.sibling.ID}},
			actor{role + " elsewhere", role, w.person(store.GrantSpec{Role: role, ClientID: w.sibling.ID}), func(e expectation) string { return e.there(role) }, []string{ownCanary, w.own.ID}})
	}
	return out
}

const ownCanary, siblingCanary = "CANARYOWN", "CANARYSIBLING"

func TestEveryRouteHasAnExpectation(t *testing.T) {
	w := newWorld(t)
	expected := map[string]bool{}
	for _, e := range readExpectations(t) {
		expected[e.key()] = true
		if _, ok := w.api.rules[e.key()]; !ok {
			t.Errorf("%s is in the table and is no route", e.key())
		}
		for role, cell := range e.byRole {
			if !slices.Contains([]string{"yes", "403", "public"}, cell) {
				t.Errorf("%s: the cell of %s says %q", e.key(), role, cell)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.api.rules)) {
		if !expected[key] {
			t.Errorf("%s is not in testdata/permissions.csv: say who may", key)
		}
	}
}

// TestMatrix tries every route as everybody. What is refused changes nothing and
// leaves one entry in the ledger; what is allowed shows nothing of the sibling.
func TestMatrix(t *testing.T) {
	w := newWorld(t)
	own := w.furnish(w.own, ownCanary)
	w.furnish(w.sibling, siblingCanary)
	table, cast := readExpectations(t), w.cast()
	before := w.dump()
	for _, a := range cast {
		for _, e := range table {
			if want := a.meets(e); want != "yes" && want != "public" {
				w.mustBeRefused(a, e, own, want)
			}
		}
	}
	for name, sum := range w.dump() {
		if before[name] != sum {
			t.Errorf("refused calls changed the table %s", name)
		}
	}
	for _, a := range cast {
		for _, e := range table {
			if a.meets(e) == "yes" {
				w.mustBeAllowed(a, e, own)
			}
		}
	}
}

func (w *world) mustBeRefused(a actor, e expectation, own objects, want string) {
	w.Helper()
	had := w.denials()
	r := a.who.call(e, own)
	var p Problem
	_ = json.Unmarshal(r.raw, &p)
	code := map[string]string{"401": "not_signed_in", "403": "forbidden", "404": "not_found"}[want]
	if r.header.Get("Content-Type") != "application/problem+json" || p.Code != code || http.StatusText(r.status) != p.Title || p.Status != r.status || codeOf(want) != r.status {
		w.Errorf("%s, %s: status %d %s, want %s", a.name, e.key(), r.status, r.raw, want)
		return
	}
	entries := 1
	if want == "401" {
		entries = 0
	}
	if n := w.denials() - had; n != entries {
		w.Errorf("%s, %s: %d entries in the ledger, want %d", a.name, e.key(), n, entries)
	}
	if want != "404" || e.path == "/crises" {
		return
	}
	// What may not be known of is answered like what never was.
	var unknown Problem
	_ = json.Unmarshal(a.who.call(e, objects{client: store.Client{ID: store.NewID()}, crisis: store.NewID(), alert: store.NewID(), mention: store.NewID(),
		draft: store.NewID(), approval: store.NewID(), publication: store.NewID()}).raw, &unknown)
	if unknown.Status != p.Status || unknown.Code != p.Code || unknown.Detail != p.Detail {
		w.Errorf("%s, %s: a foreign id answers %q, an unknown one %q", a.name, e.key(), p.Detail, unknown.Detail)
	}
}

func codeOf(want string) int {
	return map[string]int{"401": http.StatusUnauthorized, "403": http.StatusForbidden, "404": http.StatusNotFound}[want]
}

func (w *world) mustBeAllowed(a actor, e expectation, own objects) {
	w.Helper()
	had := w.denials()
	r := a.who.call(e, own)
	if r.status == http.StatusUnauthorized || r.status == http.StatusForbidden || r.status >= 500 && r.status != http.StatusServiceUnavailable {
		w.Errorf("%s, %s: status %d %s", a.name, e.key(), r.status, r.raw)
	}
	if n := w.denials() - had; n != 0 {
		w.Errorf("%s, %s: allowed, yet the ledger has a denial", a.name, e.key())
	}
	for _, word := range a.hidden {
		if strings.Contains(string(r.raw), word) {
			w.Errorf("%s, %s shows what another client's people must not know of: %s", a.name, e.key(), r.raw)
		}
	}
}

// TestWallOfLists asks the lists for the sibling by every filter there is.
func TestWallOfLists(t *testing.T) {
	w := newWorld(t)
	own, sibling := w.furnish(w.own, ownCanary), w.furnish(w.sibling, siblingCanary)
	v := w.person(store.GrantSpec{Role: "account_manager", ClientID: w.own.ID})
	for _, path := range []string{"/mentions", "/alerts", "/crises", "/drafts", "/approvals", "/publications", "/ledger"} {
		r := v.get(path)
		if r.is(200); !strings.Contains(string(r.raw), own.client.ID) {
			t.Errorf("%s does not show the own client: %s", path, r.raw)
		}
		for _, query := range []string{"?client=" + sibling.client.ID, "?client=" + sibling.client.Slug, "?crisis=" + sibling.crisis, "?crisis=" + sibling.crisisNumber, "?q=" + siblingCanary} {
			r := v.get(path + query)
			if strings.Contains(string(r.raw), siblingCanary) || r.status == 200 && strings.Contains(string(r.raw), sibling.client.ID) {
				t.Errorf("%s%s: %s", path, query, r.raw)
			}
			if r.status == 200 && len(r.items()) > 0 {
				t.Errorf("%s%s gives %d items", path, query, len(r.items()))
			}
		}
	}
	counts := v.get("/counts").is(200)
	for _, key := range []string{"alerts_open", "crises_open", "mentions_24h", "drafts_open", "approvals_waiting"} {
		if counts[key] != 1.0 {
			t.Errorf("%s is %v, the own client has one", key, counts[key])
		}
	}
	for _, u := range v.get("/users").items() {
		for _, g := range u["grants"].([]any) {
			if id := g.(object)["client_id"]; id == w.sibling.ID {
				t.Errorf("the people's list names the sibling: %v", u)
			}
		}
	}
}

func TestReadOnlyTokenOnlyReads(t *testing.T) {
	w := newWorld(t)
	own := w.furnish(w.own, ownCanary)
	_, secret, err := w.db.AddToken(t.Context(), tester, w.admin.userID, "reader", []string{"read"}, w.now().Add(1e12))
	w.must(err)
	v := w.anonymous()
	v.bearer = secret
	for _, e := range readExpectations(t) {
		if e.elsewhere == "public" {
			continue
		}
		r := v.call(e, own)
		if writes := e.method != http.MethodGet; writes != (r.status == http.StatusForbidden) {
			t.Errorf("%s: status %d %s", e.key(), r.status, r.raw)
		}
	}
}
