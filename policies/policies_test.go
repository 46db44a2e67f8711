package policies_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/policies"
)

// source is a hand-written table of grants.
type source struct {
	mu       sync.Mutex
	grants   []policies.Grant
	revision int64
	err      error
	loads    int
}

func (s *source) Grants(context.Context) ([]policies.Grant, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	return slices.Clone(s.grants), s.revision, s.err
}

func (s *source) PolicyRevision(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.revision, s.err
}

func (s *source) set(grants ...policies.Grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants, s.revision = grants, s.revision+1
}

func (s *source) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	s.revision++
}

func authorizer(t *testing.T, s *source) *policies.Authorizer {
	t.Helper()
	a, err := policies.NewAuthorizer(t.Context(), s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func grant(user, role, domain string) policies.Grant {
	return policies.Grant{UserID: user, Role: role, Domain: domain}
}

var clientA, clientB = policies.ClientDomain("a"), policies.ClientDomain("b")

// TestRolesAreAsWrittenByHand compares each role, held for one client and for
// the agency, with a table that was not made from roles.csv.
func TestRolesAreAsWrittenByHand(t *testing.T) {
	file, err := os.Open("testdata/expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	table, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	roles := table[0][1:]
	if !slices.Equal(roles, policies.Roles()) {
		t.Fatalf("the roles are %v, the table has %v", policies.Roles(), roles)
	}
	expected := map[string]map[string]string{}
	for _, row := range table[1:] {
		expected[row[0]] = map[string]string{}
		for i, role := range roles {
			expected[row[0]][role] = row[i+1]
		}
	}
	if len(expected) != len(policies.All()) {
		t.Errorf("%d permissions, %d rows", len(policies.All()), len(expected))
	}
	answer := map[bool]string{true: "yes", false: "no"}
	for _, role := range roles {
		a := authorizer(t, &source{grants: []policies.Grant{
			grant("one", role, clientA), grant("wide", role, policies.AgencyDomain),
		}})
		for _, p := range policies.All() {
			want := expected[p.String()][role]
			checks := []struct{ user, domain, want string }{
				{"one", clientA, want},
				{"one", clientB, "no"},
				{"one", policies.AgencyDomain, "no"},
				{"wide", clientA, want},
				{"wide", policies.AgencyDomain, want},
				{"nobody", clientA, "no"},
			}
			for _, c := range checks {
				if got := answer[a.Allowed(c.user, c.domain, p)]; got != c.want {
					t.Errorf("%s as %s may %s in %s: %s, want %s", c.user, role, p, c.domain, got, c.want)
				}
			}
		}
	}
}

func TestRolesAreTheDomains(t *testing.T) {
	var want []string
	for _, role := range crisis.Roles() {
		want = append(want, string(role))
	}
	if !slices.Equal(policies.Roles(), want) {
		t.Errorf("got %v, want %v", policies.Roles(), want)
	}
}

func TestNamesGiveNothing(t *testing.T) {
	a := authorizer(t, &source{grants: []policies.Grant{
		grant("real", "admin", policies.AgencyDomain),
		grant("admin", "auditor", clientA), // holds a role, but not that of the name
	}})
	for _, user := range []string{"admin", "role:admin", "u:real", "u:admin", "real ", "REAL", "*", ""} {
		for _, domain := range []string{policies.AgencyDomain, clientA, clientB} {
			if a.Allowed(user, domain, policies.PeopleManage) {
				t.Errorf("%q may manage people in %s", user, domain)
			}
		}
	}
	if !a.Allowed("real", policies.AgencyDomain, policies.PeopleManage) {
		t.Error("the administrator may not")
	}
}

func TestUnknownIsRefused(t *testing.T) {
	a := authorizer(t, &source{grants: []policies.Grant{
		grant("boss", "admin", policies.AgencyDomain),
		grant("odd", "emperor", policies.AgencyDomain),
		grant("odd", "role:admin", policies.AgencyDomain),
		grant("odd", "admin", ""),
		grant("odd", "admin", "client:"),
		grant("odd", "admin", "*"),
		grant("", "admin", policies.AgencyDomain),
	}})
	cases := map[string]struct {
		user, domain string
		permission   policies.Permission
	}{
		"unknown object":           {"boss", policies.AgencyDomain, policies.Permission{Object: "moon", Action: "view"}},
		"unknown action":           {"boss", policies.AgencyDomain, policies.Permission{Object: "people", Action: "eat"}},
		"no permission":            {"boss", policies.AgencyDomain, policies.Permission{}},
		"wildcard":                 {"boss", policies.AgencyDomain, policies.Permission{Object: "*", Action: "*"}},
		"unknown domain":           {"boss", "planet:earth", policies.ClientsView},
		"no domain":                {"boss", "", policies.ClientsView},
		"client without id":        {"boss", "client:", policies.ClientsView},
		"unknown role":             {"odd", policies.AgencyDomain, policies.ClientsView},
		"role in a broken domain":  {"odd", "*", policies.ClientsView},
		"nobody, whom a grant has": {"", policies.AgencyDomain, policies.ClientsView},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if a.Allowed(c.user, c.domain, c.permission) {
				t.Error("allowed")
			}
		})
	}
}

func TestVisibleClientsAndPermissions(t *testing.T) {
	a := authorizer(t, &source{grants: []policies.Grant{
		grant("mix", "analyst", clientB), grant("mix", "writer", clientA), grant("mix", "writer", clientB),
		grant("wide", "auditor", policies.AgencyDomain), grant("wide", "writer", clientA),
	}})
	cases := []struct {
		user string
		p    policies.Permission
		all  bool
		ids  []string
	}{
		{"mix", policies.ClientsView, false, []string{"a", "b"}},
		{"mix", policies.AlertsTriage, false, []string{"b"}},
		{"mix", policies.DraftsSend, false, nil},
		{"wide", policies.ClientsView, true, nil},
		{"wide", policies.DraftsEdit, false, []string{"a"}},
		{"nobody", policies.ClientsView, false, nil},
	}
	for _, c := range cases {
		all, ids := a.VisibleClients(c.user, c.p)
		if all != c.all || !slices.Equal(ids, c.ids) {
			t.Errorf("%s %s: got %v %v, want %v %v", c.user, c.p, all, ids, c.all, c.ids)
		}
	}
	both := a.Permissions("mix", clientB)
	if !slices.Contains(both, policies.AlertsTriage) || !slices.Contains(both, policies.DraftsEdit) || slices.Contains(both, policies.DraftsSend) {
		t.Errorf("two roles for one client give %v", both)
	}
	if got := a.Permissions("mix", policies.AgencyDomain); len(got) > 0 {
		t.Errorf("client roles give %v in the agency", got)
	}
}

func TestRevocationCountsAfterRefresh(t *testing.T) {
	s := &source{}
	s.set(grant("ann", "writer", clientA))
	a := authorizer(t, s)
	if !a.Allowed("ann", clientA, policies.DraftsEdit) {
		t.Fatal("the writer may not edit")
	}
	s.set()
	if err := a.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a.Allowed("ann", clientA, policies.DraftsEdit) {
		t.Error("allowed after the role was revoked")
	}
	before := s.loads
	if err := a.Refresh(t.Context()); err != nil || s.loads != before {
		t.Errorf("an unchanged revision was loaded again, %v", err)
	}
}

func TestFailedLoadKeepsOldPolicy(t *testing.T) {
	s := &source{}
	s.set(grant("ann", "writer", clientA))
	a := authorizer(t, s)
	gone := errors.New("database is away")
	s.fail(gone)
	if err := a.Refresh(t.Context()); !errors.Is(err, gone) {
		t.Fatalf("got %v", err)
	}
	if !a.Allowed("ann", clientA, policies.DraftsEdit) {
		t.Error("the last known grants were dropped")
	}
	s.fail(nil)
	s.set()
	if err := a.Refresh(t.Context()); err != nil || a.Allowed("ann", clientA, policies.DraftsEdit) {
		t.Errorf("did not recover: %v", err)
	}
	if _, err := policies.NewAuthorizer(t.Context(), &source{err: gone}, slog.New(slog.DiscardHandler)); !errors.Is(err, gone) {
		t.Errorf("a first load that fails gave %v", err)
	}
}

func TestRunRefreshesWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{}
		s.set(grant("ann", "writer", clientA))
		a := authorizer(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); a.Run(ctx) }()
		s.set()
		<-time.After(1100 * time.Millisecond) // simulated
		synctest.Wait()
		if a.Allowed("ann", clientA, policies.DraftsEdit) {
			t.Error("the revocation was not noticed")
		}
		cancel()
		<-done
	})
}

func TestConcurrentUse(t *testing.T) {
	s := &source{}
	s.set(grant("ann", "writer", clientA), grant("bob", "auditor", policies.AgencyDomain))
	a := authorizer(t, s)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				if i == 0 {
					s.set(grant("ann", "writer", clientA), grant("bob", "auditor", policies.AgencyDomain), grant("c", "writer", policies.ClientDomain(fmt.Sprint(j))))
					if err := a.Refresh(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if !a.Allowed("ann", clientA, policies.DraftsEdit) || a.Allowed("bob", clientA, policies.DraftsEdit) {
					t.Error("wrong while reloading")
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkAllowed(b *testing.B) {
	s := &source{grants: []policies.Grant{grant("bob", "auditor", policies.AgencyDomain)}}
	a, err := policies.NewAuthorizer(b.Context(), s, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		a.Allowed("bob", clientA, policies.ReportsView)
	}
}
