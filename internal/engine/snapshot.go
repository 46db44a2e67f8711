package engine

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
)

// Snapshot copies the embedded server's files of dir into dest, which must not
// exist, while the server may be running in this or another process. Placed
// back as dir they start like after a kill: the two files are of two instants,
// which the server bears because visibility follows history.
func Snapshot(ctx context.Context, dir, dest string) error {
	source := filepath.Join(dir, filesDir)
	target := filepath.Join(dest, filesDir)
	if err := os.MkdirAll(dest, 0o700); err != nil {
		return notWritable(dest, err)
	}
	if err := os.Mkdir(target, 0o700); err != nil {
		return notWritable(dest, err)
	}
	for _, name := range []string{historyFile, visibilityFile} {
		if err := vacuumInto(ctx, filepath.Join(source, name), filepath.Join(target, name)); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	raw, err := os.ReadFile(filepath.Join(source, markerFile))
	if err != nil {
		return fmt.Errorf("copy %s: %w", markerFile, err)
	}
	return os.WriteFile(filepath.Join(target, markerFile), raw, 0o600)
}

func vacuumInto(ctx context.Context, from, to string) error {
	if err := touch(to); err != nil { // for the mode; VACUUM takes an empty file
		return err
	}
	db, err := sql.Open("sqlite", fileDSN(from, SyncFull, "rw"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
	return err
}
