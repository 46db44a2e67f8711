package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/pgtest"
)

// TestMain ends the PostgreSQL that eachDialect started.
func TestMain(m *testing.M) {
	code := m.Run()
	if private.server != nil {
		if err := private.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "PostgreSQL did not stop:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// private is this run's one PostgreSQL, started by the first test that needs it.
var private struct {
	once   sync.Once
	server *pgtest.Server
	err    error
}

// keeper is who changes things in tests of the store.
var keeper = audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}

// open gives a migrated SQLite database with an agency and its administrator.
func open(t *testing.T) *DB {
	t.Helper()
	return ready(t, Options{Path: filepath.Join(t.TempDir(), "migdalor.db")})
}

// eachDialect runs a test on a fresh SQLite and on a fresh PostgreSQL database,
// both as open gives them.
func eachDialect(t *testing.T, test func(t *testing.T, d *DB)) {
	t.Helper()
	t.Run(SQLite, func(t *testing.T) { test(t, open(t)) })
	t.Run(Postgres, func(t *testing.T) { test(t, ready(t, Options{URL: postgresDatabase(t)})) })
}

func postgresDatabase(t *testing.T) string {
	t.Helper()
	// The server outlives the test that starts it.
	private.once.Do(func() { private.server, private.err = pgtest.Start(context.WithoutCancel(t.Context())) })
	if private.err != nil {
		t.Fatal(private.err)
	}
	address, err := private.server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// bare opens a database with keys and leaves it empty.
func bare(t *testing.T, o Options) *DB {
	t.Helper()
	if o.Keys == nil {
		root := make([]byte, 32)
		if _, err := rand.Read(root); err != nil {
			t.Fatal(err)
		}
		keys, err := NewKeys(root)
		if err != nil {
			t.Fatal(err)
		}
		o.Keys = keys
	}
	d, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func ready(t *testing.T, o Options) *DB {
	t.Helper()
	d := bare(t, o)
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	admin := NewUser{Email: "admin@agency.test", Name: "Admin", Lang: "he", PasswordHash: "x", Grants: []GrantSpec{{Role: "admin"}}}
	if _, _, err := d.SetUp(t.Context(), Setup{AgencyName: "Agency", Admin: admin}); err != nil {
		t.Fatal(err)
	}
	return d
}
