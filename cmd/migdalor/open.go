package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/engine"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/keyring"
	"github.com/migdalor/migdalor/internal/store"
)

// foundation is what every command that touches facts stands on.
type foundation struct {
	keys *keyring.Set
	db   *store.DB
	lock *engine.FolderLock
}

// openFoundation opens keys and database and brings the schema up to date. alone
// takes the data folder for this process, which the embedded form needs: two
// processes on one SQLite deployment would both be the one.
func openFoundation(ctx context.Context, c config.Common, alone bool, log *slog.Logger) (*foundation, error) {
	f := &foundation{}
	if err := prepareFolder(c.Data); err != nil {
		return nil, err
	}
	var err error
	if alone {
		if f.lock, err = engine.LockFolder(c.Data); err != nil {
			return nil, err
		}
	}
	if err := f.open(ctx, c, log); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *foundation) open(ctx context.Context, c config.Common, log *slog.Logger) error {
	var err error
	if f.keys, err = keyring.Open(c.Keys); err != nil {
		return err
	}
	sealing, err := store.NewKeys(f.keys.Seal)
	if err != nil {
		return err
	}
	if f.db, err = store.Open(ctx, store.Options{URL: c.DatabaseURL, Path: c.Database(), Keys: sealing, Log: log}); err != nil {
		return err
	}
	return f.db.Migrate(ctx)
}

// Close gives everything back.
func (f *foundation) Close() error {
	var errs []error
	if f.db != nil {
		errs = append(errs, f.db.Close())
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Release())
	}
	return errors.Join(errs...)
}

// prepareFolder makes the data folder and sees that it can be written.
func prepareFolder(dir string) error {
	refused := fault.New(fault.Unavailable, "data_not_writable", "The data folder %s cannot be written: choose another with --data, or give this user the right to write there.", dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return refused.Because(err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return refused.Because(err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
