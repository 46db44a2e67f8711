package bench_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/migdalor/migdalor/internal/store"
)

// openStore opens a fresh SQLite deployment with full durability, as serve has it.
func openStore(b *testing.B) *store.DB {
	b.Helper()
	ctx := context.Background()
	keys, err := store.NewKeys(make([]byte, 32))
	if err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(b.TempDir(), "m.db"), Keys: keys})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	admin := store.NewUser{Email: "a@example.test", Name: "A", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}}}
	if _, _, err := db.SetUp(ctx, store.Setup{AgencyName: "Bench", Admin: admin}); err != nil {
		b.Fatal(err)
	}
	return db
}
