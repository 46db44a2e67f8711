package engine

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	// The plugin registers the driver "sqlite"; nothing else in the process may.
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"golang.org/x/mod/semver"

	"github.com/migdalor/migdalor/internal/fault"
)

// The embedded server's files. Visibility has a file of its own: with one, its
// writes hold up the workflows' (55 % more starts per second with two).
const (
	filesDir       = "db"
	historyFile    = "history.db"
	visibilityFile = "visibility.db"
	markerFile     = "schema.json"
)

// marker says which server made the files. Temporal does not migrate SQLite, and
// starts on a foreign schema without a word, to fail later in a running case.
type marker struct {
	ServerVersion string `json:"server_version"`
	SchemaHash    string `json:"schema_sha256"`
}

// prepareFiles makes the files when there are none and otherwise checks that
// this server can use them. The caller holds the folder's lock.
func prepareFiles(ctx context.Context, dir string) error {
	target := filepath.Join(dir, filesDir)
	_, err := os.Stat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return createFiles(ctx, dir, target)
	}
	if err != nil {
		return notWritable(dir, err)
	}
	return checkMarker(ctx, target)
}

// createFiles builds everything in a side folder and renames it: a process
// killed in the middle of the many schema statements leaves nothing half made.
func createFiles(ctx context.Context, dir, target string) error {
	stale, err := filepath.Glob(filepath.Join(dir, ".new-*"))
	if err != nil {
		return err
	}
	for _, path := range stale {
		if err := os.RemoveAll(path); err != nil {
			return notWritable(dir, err)
		}
	}
	side, err := os.MkdirTemp(dir, ".new-*") // mode 0700
	if err != nil {
		return notWritable(dir, err)
	}
	var hash string
	for _, name := range []string{historyFile, visibilityFile} {
		path := filepath.Join(side, name)
		if err := touch(path); err != nil {
			return notWritable(dir, err)
		}
		if hash, err = buildSchema(ctx, fileDSN(path, SyncFull, "rw")); err != nil {
			return fmt.Errorf("make %s: %w", name, err)
		}
	}
	if err := writeMarker(side, marker{ServerVersion: headers.ServerVersion, SchemaHash: hash}); err != nil {
		return notWritable(dir, err)
	}
	if err := os.Rename(side, target); err != nil {
		return notWritable(dir, err)
	}
	return syncFolder(dir)
}

// checkMarker compares the files' maker with this server. Files of an older
// server with the very same tables are taken over; all others are refused.
func checkMarker(ctx context.Context, target string) error {
	raw, err := os.ReadFile(filepath.Join(target, markerFile))
	if err != nil {
		return foreignFiles(target, "an unknown version").Because(err)
	}
	var made marker
	if err := json.Unmarshal(raw, &made); err != nil {
		return foreignFiles(target, "an unknown version").Because(err)
	}
	want, err := buildSchema(ctx, "file::memory:")
	if err != nil {
		return fmt.Errorf("compute the schema's hash: %w", err)
	}
	made.ServerVersion = strings.TrimPrefix(made.ServerVersion, "v")
	newer := semver.Compare("v"+made.ServerVersion, "v"+headers.ServerVersion) > 0
	if newer || made.SchemaHash != want {
		return foreignFiles(target, made.ServerVersion)
	}
	if made.ServerVersion == headers.ServerVersion {
		return nil
	}
	return writeMarker(target, marker{ServerVersion: headers.ServerVersion, SchemaHash: want})
}

func foreignFiles(target, version string) *fault.Error {
	return fault.New(fault.Conflict, "engine_data_version",
		"The engine's files in %s were made by Temporal %s and this Migdalor carries %s, which cannot read them: run the Migdalor that made them, "+
			"or move that folder away and start again (open cases are then taken up from the database).",
		target, version, headers.ServerVersion)
}

// schemaTarget lets the server's schema code write through a connection that
// can be closed; the plugin's own pool never closes one. Of the interface that
// code uses Exec only.
type schemaTarget struct {
	sqlplugin.AdminDB
	exec func(stmt string) error
}

// Exec runs one statement of the schema.
func (t schemaTarget) Exec(stmt string, _ ...any) error { return t.exec(stmt) }

// buildSchema makes all tables in the empty database and gives the hash of
// what is then in it.
func buildSchema(ctx context.Context, dsn string) (string, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1) // each further connection to memory would see another database
	err = sqliteschema.SetupSchemaOnDB(schemaTarget{exec: func(stmt string) error {
		_, err := db.ExecContext(ctx, stmt)
		return err
	}})
	if err != nil {
		return "", err
	}
	rows, err := db.QueryContext(ctx, `SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name`)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	hash := sha256.New()
	for rows.Next() {
		var kind, name, text string
		if err := rows.Scan(&kind, &name, &text); err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(hash, "%s %s\n%s\n", kind, name, text)
	}
	return hex.EncodeToString(hash.Sum(nil)), rows.Err()
}

// checkPragmas proves on a connection of its own that the driver obeys the
// settings in the connection string: drivers have ignored them silently before.
func checkPragmas(ctx context.Context, path string, sync Sync) error {
	db, err := sql.Open("sqlite", fileDSN(path, sync, "rw"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var journal string
	var level int
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal); err != nil {
		return fmt.Errorf("read the journal mode of %s: %w", path, err)
	}
	if err := db.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&level); err != nil {
		return fmt.Errorf("read the sync level of %s: %w", path, err)
	}
	if want := map[Sync]int{SyncNormal: 1, SyncFull: 2}[sync]; journal != "wal" || level != want {
		return fmt.Errorf("%s has journal %q and sync level %d; want wal and %d", path, journal, level, want)
	}
	return nil
}

// pragmas are set on each connection to the files.
func pragmas(sync Sync) map[string]string {
	return map[string]string{
		"journal_mode": "wal",
		"synchronous":  string(sync),
		"busy_timeout": "10000", // ms
	}
}

// fileDSN is the connection string as the server's plugin would make it.
func fileDSN(path string, sync Sync, mode string) string {
	values := url.Values{"mode": {mode}}
	for name, value := range pragmas(sync) {
		values.Add("_pragma", name+"="+value)
	}
	return "file:" + uriPath(path) + "?" + values.Encode()
}

// uriPath keeps a path whole inside a SQLite URI.
func uriPath(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

func writeMarker(dir string, m marker) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	temp := filepath.Join(dir, markerFile+".new")
	if err := os.WriteFile(temp, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, markerFile))
}

// touch makes an empty file that only its owner can read; SQLite copies the
// mode to the write-ahead log.
func touch(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
