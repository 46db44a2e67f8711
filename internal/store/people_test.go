package store

import (
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

func addUser(t *testing.T, d *DB, email string, grants ...GrantSpec) User {
	t.Helper()
	u, err := d.AddUser(t.Context(), keeper, NewUser{Email: email, Name: "Somebody", Lang: "en", PasswordHash: "x", Grants: grants})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func addClient(t *testing.T, d *DB, slug string) Client {
	t.Helper()
	c, err := d.AddClient(t.Context(), keeper, NewClient{Slug: slug, Name: "Brand " + slug})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// entries counts the ledger's lines of an action.
func entries(t *testing.T, d *DB, action audit.Action) (n int64) {
	t.Helper()
	if err := d.read.Raw("SELECT COUNT(*) FROM audit_entries WHERE action = ?", action).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSetUpOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		_, _, err := d.SetUp(t.Context(), Setup{AgencyName: "Second", Admin: NewUser{Email: "b@agency.test", Name: "B", PasswordHash: "x"}})
		if !fault.Is(err, "setup_done") {
			t.Errorf("a second agency: %v", err)
		}
		if a, err := d.Agency(t.Context()); err != nil || a.Name != "Agency" {
			t.Errorf("%v %v", a, err)
		}
	})
	t.Run("before", func(t *testing.T) {
		d := bare(t, Options{Path: t.TempDir() + "/m.db"})
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Agency(t.Context()); !fault.Is(err, "not_set_up") {
			t.Errorf("%v", err)
		}
		if _, err := d.AddUser(t.Context(), keeper, NewUser{Email: "a@b.test", Name: "A", PasswordHash: "x"}); err == nil {
			t.Error("a person without an agency, and so without a ledger")
		}
	})
}

// TestSetUpAtTheSameMoment lets two browsers answer the first run at once.
func TestSetUpAtTheSameMoment(t *testing.T) {
	for _, address := range []Options{{Path: t.TempDir() + "/m.db"}, {URL: postgresDatabase(t)}} {
		d := bare(t, address)
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d"} {
			wg.Go(func() {
				_, _, err := d.SetUp(t.Context(), Setup{AgencyName: name, Admin: NewUser{Email: name + "@agency.test", Name: name, PasswordHash: "x", Grants: []GrantSpec{{Role: "admin"}}}})
				if err != nil && !fault.Is(err, "setup_done") {
					t.Errorf("%s: %v", d.dialect, err)
				}
			})
		}
		wg.Wait()
		var n int64
		if err := d.read.Raw("SELECT COUNT(*) FROM agency").Scan(&n).Error; err != nil || n != 1 {
			t.Errorf("%s: %d agencies, %v", d.dialect, n, err)
		}
	}
}

func TestGrants(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx := t.Context()
		c := addClient(t, d, "own")
		u := addUser(t, d, "u@agency.test", GrantSpec{Role: "writer", ClientID: c.ID})
		before, err := d.PolicyRevision(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.SetGrants(ctx, keeper, u.ID, []GrantSpec{{Role: "analyst", ClientID: c.ID}, {Role: "auditor"}}); err != nil {
			t.Fatal(err)
		}
		have, rev, err := d.Grants(ctx)
		if err != nil || rev <= before {
			t.Fatalf("revision %d after %d, %v", rev, before, err)
		}
		got := map[string]string{}
		for _, g := range have {
			if g.UserID == u.ID {
				got[g.Role] = g.ClientID()
			}
		}
		if len(got) != 2 || got["analyst"] != c.ID || got["auditor"] != "" {
			t.Errorf("%v", got)
		}
		for name, c := range map[string]struct {
			by    audit.Actor
			id    string
			specs []GrantSpec
			code  string
		}{
			"unknown role":     {keeper, u.ID, []GrantSpec{{Role: "emperor"}}, "unknown_role"},
			"unknown client":   {keeper, u.ID, []GrantSpec{{Role: "writer", ClientID: NewID()}}, "not_found"},
			"admin of one":     {keeper, u.ID, []GrantSpec{{Role: "admin", ClientID: c.ID}}, "admin_is_agency_wide"},
			"one's own":        {audit.Actor{Type: audit.ActorUser, ID: u.ID, Via: audit.ViaConsole}, u.ID, nil, "not_yourself"},
			"the last admin's": {keeper, admin(t, d).ID, nil, "last_admin"},
			"nobody's":         {keeper, NewID(), nil, "not_found"},
		} {
			if err := d.SetGrants(ctx, c.by, c.id, c.specs); !fault.Is(err, c.code) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after, err := d.GrantsOf(ctx, u.ID); err != nil || len(after) != 2 {
			t.Errorf("a refused change stayed: %v %v", after, err)
		}
		if err := d.DisableUser(ctx, keeper, u.ID); err != nil {
			t.Fatal(err)
		}
		have, _, err = d.Grants(ctx)
		for _, g := range have {
			if g.UserID == u.ID {
				t.Errorf("a disabled person has %v, %v", g, err)
			}
		}
	})
}

func admin(t *testing.T, d *DB) User {
	t.Helper()
	u, err := d.UserByEmail(t.Context(), " ADMIN@agency.test ")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOneAdministratorRemains(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		a, b := admin(t, d), addUser(t, d, "b@agency.test", GrantSpec{Role: "admin"})
		// Both are disabled at the same moment: one of the two must stay.
		var wg sync.WaitGroup
		for _, id := range []string{a.ID, b.ID} {
			wg.Go(func() {
				if err := d.DisableUser(t.Context(), keeper, id); err != nil && !fault.Is(err, "last_admin") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int64
		err := d.read.Raw("SELECT COUNT(*) FROM users WHERE disabled_at = 0").Scan(&n).Error
		if err != nil || n < 1 {
			t.Errorf("%d administrators remain, %v", n, err)
		}
	})
}

func TestSignInPause(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), time.Now()
		d.now = func() time.Time { return now }
		u := admin(t, d)
		var wg sync.WaitGroup
		for range signInTries {
			wg.Go(func() {
				if err := d.SignInFailed(ctx, keeper, u.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if u = admin(t, d); u.FailedSignIns != signInTries || !u.LockedUntil.After(now) {
			t.Fatalf("%d tries at once are %d, locked until %v", signInTries, u.FailedSignIns, u.LockedUntil)
		}
		if err := d.SignedIn(ctx, keeper, u.ID, ""); !fault.Is(err, "sign_in_refused") {
			t.Errorf("a right guess among wrong ones: %v", err)
		}
		now = now.Add(signInPause + time.Second)
		if err := d.SignedIn(ctx, keeper, u.ID, "renewed"); err != nil {
			t.Fatal(err)
		}
		if u = admin(t, d); u.FailedSignIns != 0 || u.PasswordHash != "renewed" || u.LastSeenAt.IsZero() {
			t.Errorf("%+v", u)
		}
		if n := entries(t, d, audit.UserSignInFailed); n != signInTries {
			t.Errorf("%d entries of failed sign-ins", n)
		}
	})
}

func TestSessions(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), time.Now()
		d.now = func() time.Time { return now }
		s, u := d.Sessions(), admin(t, d)
		begin := func(token string) {
			t.Helper()
			if err := s.CommitCtx(ctx, token, []byte("data"), now.Add(SessionLifetime)); err != nil {
				t.Fatal(err)
			}
			if err := s.Own(ctx, token, u.ID); err != nil {
				t.Fatal(err)
			}
		}
		found := func(token string) bool {
			t.Helper()
			_, ok, err := s.FindCtx(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		begin("a")
		if !found("a") || found("b") {
			t.Fatal("sessions are mixed up")
		}
		now = now.Add(SessionIdle - time.Minute)
		if !found("a") {
			t.Error("ended although it was used")
		}
		now = now.Add(SessionIdle + time.Minute)
		if found("a") {
			t.Error("goes on although nobody used it")
		}
		begin("b")
		for i := time.Duration(0); i < SessionLifetime; i += 6 * time.Hour {
			if !found("b") {
				t.Fatalf("ended after %v of use", i)
			}
			now = now.Add(6 * time.Hour)
		}
		if found("b") {
			t.Error("goes on for more than a week")
		}
		begin("c")
		if err := d.SetPassword(ctx, keeper, u.ID, "new", false); err != nil {
			t.Fatal(err)
		}
		if found("c") {
			t.Error("goes on after the password changed")
		}
		if err := d.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		var n int64
		if err := d.read.Raw("SELECT COUNT(*) FROM sessions").Scan(&n).Error; err != nil || n != 0 {
			t.Errorf("%d sessions remain after the sweep, %v", n, err)
		}
	})
}

func TestTokensEnd(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), time.Now()
		d.now = func() time.Time { return now }
		u := addUser(t, d, "u@agency.test")
		make := func(expires time.Time) (APIToken, string) {
			t.Helper()
			row, secret, err := d.AddToken(ctx, keeper, u.ID, "ci", []string{"write"}, expires)
			if err != nil {
				t.Fatal(err)
			}
			if row.TokenHash == secret || row.Scopes != "read write" {
				t.Errorf("%+v", row)
			}
			return row, secret
		}
		known := func(secret string) bool {
			_, err := d.TokenBySecret(ctx, secret)
			if err != nil && !fault.Is(err, "token_unknown") {
				t.Fatal(err)
			}
			return err == nil
		}
		short, a := make(now.Add(time.Hour))
		_, b := make(time.Time{})
		if !known(a) || !known(b) || known(a+"x") || known("") || known(short.TokenHash) {
			t.Error("tokens are mixed up")
		}
		now = now.Add(2 * time.Hour)
		if known(a) || !known(b) {
			t.Error("the first has expired, the second never does")
		}
		if err := d.RevokeToken(ctx, keeper, admin(t, d).ID, short.ID); !fault.Is(err, "not_found") {
			t.Errorf("somebody else's token: %v", err)
		}
		if err := d.DisableUser(ctx, keeper, u.ID); err != nil {
			t.Fatal(err)
		}
		if known(b) {
			t.Error("goes on for a disabled person")
		}
	})
}
