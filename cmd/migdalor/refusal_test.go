package main

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/engine"
)

// nobody is a loopback address that was free a moment ago.
func nobody(t *testing.T) string {
	t.Helper()
	l := taken(t)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func taken(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// refused insists on the exit code and one clear sentence.
func refused(t *testing.T, want int, sentence string, args ...string) {
	t.Helper()
	code, out, errs := call(t, args...)
	if code != want || !strings.HasPrefix(errs, "migdalor: ") || !strings.Contains(errs, sentence) {
		t.Errorf("%v: exit code %d, %q", args, code, errs)
	}
	if lines := strings.Count(strings.TrimSpace(errs), "\n"); lines > 0 || out != "" {
		t.Errorf("%v says more than a sentence: %q %q", args, errs, out)
	}
}

func TestBadUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"an unknown command":       {"fly"},
		"an unknown flag":          {"serve", "--fast"},
		"a flag without a value":   {"serve", "--addr"},
		"a value out of its list":  {"serve", "--log-level", "loud"},
		"an argument missing":      {"verify"},
		"a required flag missing":  {"export", "--crisis", "C-2026-0001"},
		"a file that is not there": {"import", filepath.Join(t.TempDir(), "none.csv"), "--client", "x"},
		"a number that is none":    {"engine", "--port", "http"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, exitUsage, "Try migdalor --help.", args...) })
	}
}

func TestEveryFlagReadsTheEnvironment(t *testing.T) {
	t.Setenv("MIGDALOR_ADDR", "nowhere")
	t.Setenv("MIGDALOR_DATA", t.TempDir())
	refused(t, exitFailed, `The address "nowhere" of --addr is not of the form host:port.`, "serve")
	t.Setenv("MIGDALOR_LOG_LEVEL", "loud")
	refused(t, exitUsage, "--log-level", "serve")
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	port, free := taken(t).Addr().String(), nobody(t)
	grown := []string{"--temporal-address", nobody(t), "--data", filepath.Join(dir, "grown")}
	for _, c := range []struct {
		name, sentence string
		args           []string
	}{
		{"a port in use", "The address " + port + " cannot be listened on", []string{"serve", "--data", filepath.Join(dir, "port"), "--addr", port}},
		{"a data folder that is a file", "The data folder " + file + " cannot be written", []string{"serve", "--data", file, "--addr", free}},
		{"a data folder under a file", "cannot be written", []string{"serve", "--data", filepath.Join(file, "data"), "--addr", free}},
		{"a public address that is none", "is not of the form https://host", []string{"serve", "--data", filepath.Join(dir, "url"), "--public-url", "ftp://x"}},
		{"a worker without a database", "give --database-url and --temporal-address, or run serve", []string{"worker", "--data", filepath.Join(dir, "none")}},
		{"no PostgreSQL", "The database does not answer", append([]string{"api", "--addr", free, "--database-url", "postgres://app@" + nobody(t) + "/x?sslmode=disable"}, grown...)},
		{"a database that is none", "postgres://user:password@host:port/name", append([]string{"worker", "--database-url", "mysql://x"}, grown...)},
		{"no Temporal", "Temporal", []string{"serve", "--data", filepath.Join(dir, "engine"), "--addr", free, "--temporal-address", nobody(t)}},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, exitFailed, c.sentence, append(c.args, "--log-level", "error")...) })
	}
	for _, made := range []string{"port", "url", "none"} {
		if _, err := os.Stat(filepath.Join(dir, made)); !os.IsNotExist(err) {
			t.Errorf("a refused start made the folder %s", made)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "in the way" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

func TestFolderInUse(t *testing.T) {
	data, _ := deployment(t)
	lock, err := engine.LockFolder(data)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, exitFailed, "is in use by another running Migdalor", "serve", "--data", data, "--addr", nobody(t), "--log-level", "error")
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestDatabaseOfANewerVersion(t *testing.T) {
	data, number := deployment(t)
	path := filepath.Join(data, "migdalor.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := sum(t, path)
	for _, args := range [][]string{{"serve", "--addr", nobody(t)}, {"migrate"}, {"export", "--crisis", number, "--out", filepath.Join(t.TempDir(), "x.zip")}} {
		refused(t, exitFailed, "written by a newer Migdalor", append(args, "--data", data, "--log-level", "error")...)
	}
	if sum(t, path) != before {
		t.Error("a refused start changed the database")
	}
}

func sum(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(raw))
}

func TestVerifyRefusesWhatIsNoBundle(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "text": "not a zip at all", "half a zip": "PK\x03\x04\x14\x00\x00\x00"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, errs := call(t, "verify", path)
			if code != exitFailed || strings.HasPrefix(out, "VALID") || len(errs)+len(out) == 0 {
				t.Errorf("%d %q %q", code, out, errs)
			}
			t.Logf("%q %q", out, errs)
		})
	}
}
