package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/migdalor/migdalor/internal/fault"
)

// TestSchemasAreTheSame compares tables, columns and indexes of both databases.
func TestSchemasAreTheSame(t *testing.T) {
	lite, pg := open(t), ready(t, Options{URL: postgresDatabase(t)})
	a, b := columnsOf(t, lite), columnsOf(t, pg)
	for _, c := range a {
		if !slices.Contains(b, c) {
			t.Errorf("only on SQLite: %s", c)
		}
	}
	for _, c := range b {
		if !slices.Contains(a, c) {
			t.Errorf("only on PostgreSQL: %s", c)
		}
	}
	if len(a) < 200 {
		t.Errorf("only %d columns were found", len(a))
	}
	if x, y := indexesOf(t, lite), indexesOf(t, pg); fmt.Sprint(x) != fmt.Sprint(y) {
		t.Errorf("indexes differ:\n%v\n%v", x, y)
	}
}

func columnsOf(t *testing.T, d *DB) []string {
	t.Helper()
	query := `SELECT m.name || '.' || p.name || ' ' || CASE WHEN p."notnull" = 1 OR p.pk > 0 THEN 'required' ELSE 'optional' END
		FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'goose_db_version'`
	if d.dialect == Postgres {
		query = `SELECT table_name || '.' || column_name || ' ' || CASE is_nullable WHEN 'NO' THEN 'required' ELSE 'optional' END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`
	}
	var out []string
	if err := d.read.Raw(query).Scan(&out).Error; err != nil {
		t.Fatal(err)
	}
	return out
}

// indexesOf lists the indexes that have a name of ours.
func indexesOf(t *testing.T, d *DB) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%' ORDER BY name"
	if d.dialect == Postgres {
		query = `SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\_pkey' AND indexname NOT LIKE '%\_key' AND indexname NOT LIKE 'goose%' ORDER BY indexname`
	}
	var out []string
	if err := d.read.Raw(query).Scan(&out).Error; err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMigrateTwiceAndNewer(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatalf("a second time: %v", err)
		}
		if err := d.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)").Error; err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context()); !fault.Is(err, "database_newer") {
			t.Errorf("a database of a newer program: %v", err)
		}
	})
}

// Processes of the grown form that start at the same moment all find the schema.
func TestMigrateAtTheSameMoment(t *testing.T) {
	url := postgresDatabase(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			d, err := Open(t.Context(), Options{URL: url})
			if err == nil {
				err = errors.Join(d.Migrate(t.Context()), d.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]struct {
		o    Options
		code string
	}{
		"nobody listens":    {Options{URL: "postgres://app:hunter2@127.0.0.1:1/x?connect_timeout=1"}, "database_unreachable"},
		"no address":        {Options{URL: "postgres:///x"}, "database_url"},
		"another database":  {Options{URL: "mysql://app@127.0.0.1/x"}, "database_url"},
		"a folder":          {Options{Path: folder}, "database_unreachable"},
		"no such folder":    {Options{Path: filepath.Join(folder, "gone", "m.db")}, "database_unreachable"},
		"not a database":    {Options{Path: junk(t)}, "database_unreachable"},
		"a broken address":  {Options{URL: "postgres://app:hunter2@127.0.0.1:port/x"}, "database_url"},
		"an unknown schema": {Options{URL: "x"}, "database_url"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Open(t.Context(), c.o)
			if err == nil {
				err = d.Migrate(t.Context())
				_ = d.Close()
			}
			if !fault.Is(err, c.code) {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if f, ok := fault.As(err); ok && strings.Contains(f.Message, "hunter2") {
				t.Errorf("the message shows the password: %s", f.Message)
			}
		})
	}
}

func junk(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDatabaseFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	bare(t, Options{Path: path})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestFactsNeedEntries tries to change a fact without writing what was done.
func TestFactsNeedEntries(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		for name, fn := range map[string]func(*Tx) error{
			"raw update": func(tx *Tx) error { return tx.g.Exec("UPDATE users SET name = 'x'").Error },
			"gorm update": func(tx *Tx) error {
				return tx.g.Model(&User{}).Where("1 = 1").Update("name", "x").Error
			},
			"create": func(tx *Tx) error {
				return tx.g.Create(&Client{ID: NewID(), Slug: "x", Name: "x", Zone: "UTC", Lang: "he"}).Error
			},
			"delete": func(tx *Tx) error { return tx.g.Exec("DELETE FROM grants").Error },
		} {
			if err := d.Change(t.Context(), keeper, fn); !fault.Is(err, "fact_without_entry") {
				t.Errorf("%s: %v", name, err)
			}
		}
		users, err := d.Users(t.Context())
		if err != nil || len(users) != 1 || users[0].Name != "Admin" {
			t.Errorf("a refused change stayed: %v %v", users, err)
		}
	})
}
