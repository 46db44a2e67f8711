package store

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the engine's own driver, so that one process holds one SQLite

	"github.com/migdalor/migdalor/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// The two databases.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options say which database to open and what a DB stands on.
type Options struct {
	// URL is a postgres:// address; when empty, Path is used.
	URL string
	// Path is the SQLite file.
	Path string
	// Keys seal what must not be readable in the database or its backup.
	Keys *Keys
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// Rand is the source of randomness; nil means the system's.
	Rand io.Reader
	Log  *slog.Logger
}

// DB is the open database: one connection that writes and a pool that reads on
// SQLite, one pool on PostgreSQL.
type DB struct {
	write, read *gorm.DB
	dialect     string
	keys        *Keys
	now         func() time.Time
	rand        io.Reader
	log         *slog.Logger
}

// Open connects; it does not migrate. Errors: database_unreachable.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{keys: o.Keys, now: o.Now, rand: o.Rand, log: o.Log}
	if d.now == nil {
		d.now = time.Now
	}
	if d.rand == nil {
		d.rand = rand.Reader
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if o.URL != "" {
		err = d.openPostgres(ctx, o.URL)
	} else {
		err = d.openSQLite(ctx, o.Path)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (d *DB) config() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return d.Now().Time },
	}
}

func (d *DB) openSQLite(ctx context.Context, path string) error {
	d.dialect = SQLite
	dsn := func(extra ...string) string {
		q := url.Values{"_pragma": append([]string{
			"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)",
		}, extra...)}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode() + "&_txlock=immediate"
	}
	var err error
	if d.write, err = d.dial(ctx, sqlite.Dialector{DriverName: "sqlite", DSN: dsn()}, 1); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fault.New(fault.Unavailable, "database_unreachable", "The database file cannot be protected.").Because(err)
	}
	d.read, err = d.dial(ctx, sqlite.Dialector{DriverName: "sqlite", DSN: dsn("query_only(1)")}, 4)
	return err
}

func (d *DB) openPostgres(ctx context.Context, address string) error {
	d.dialect = Postgres
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "postgres") {
		return fault.New(fault.Invalid, "database_url", "The database address is not of the form postgres://user:password@host:port/name.")
	}
	q := u.Query()
	for k, v := range map[string]string{
		"timezone": "UTC", "statement_timeout": "30000", "lock_timeout": "10000",
		"idle_in_transaction_session_timeout": "30000", "connect_timeout": "5",
	} {
		if !q.Has(k) {
			q.Set(k, v)
		}
	}
	u.RawQuery = q.Encode()
	if d.write, err = d.dial(ctx, postgres.New(postgres.Config{DSN: u.String()}), 20); err != nil {
		return err
	}
	d.read = d.write
	return nil
}

func (d *DB) dial(ctx context.Context, dialector gorm.Dialector, conns int) (*gorm.DB, error) {
	unreachable := fault.New(fault.Unavailable, "database_unreachable", "The database does not answer: check that it runs and that its address is right.")
	g, err := gorm.Open(dialector, d.config())
	if err != nil {
		return nil, unreachable.Because(err)
	}
	if err := installGuard(g); err != nil {
		return nil, err
	}
	pool, err := g.DB()
	if err != nil {
		return nil, unreachable.Because(err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		return nil, unreachable.Because(errors.Join(err, pool.Close()))
	}
	return g, nil
}

// Migrate brings the schema to this program's version. A database that a newer
// program has already migrated is refused with database_newer, untouched.
func (d *DB) Migrate(ctx context.Context) error {
	provider, err := d.provider()
	if err != nil {
		return err
	}

	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("store: read schema version: %w", err)
	}
	known := provider.ListSources()
	newest := known[len(known)-1].Version
	if have > newest {
		return fault.New(fault.Conflict, "database_newer",
			"The database was written by a newer Migdalor (schema %d, this program knows %d): start that version, or restore an older backup.", have, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return nil
}

func (d *DB) provider() (*goose.Provider, error) {
	pool, err := d.write.DB()
	if err != nil {
		return nil, err
	}
	dir, err := fs.Sub(migrations, "migrations/"+d.dialect)
	if err != nil {
		return nil, err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{}
	if d.dialect == Postgres {
		// Several processes start at once: one migrates, the others wait and find it done.
		one, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return nil, fmt.Errorf("store: migrations: %w", err)
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(one))
	}
	p, err := goose.NewProvider(dialect, pool, dir, options...)
	if err != nil {
		return nil, fmt.Errorf("store: migrations: %w", err)
	}
	return p, nil
}

// Ping reports whether the database answers and takes writes.
func (d *DB) Ping(ctx context.Context) error {
	return d.write.WithContext(ctx).Exec("UPDATE agency SET policy_revision = policy_revision WHERE 1 = 0").Error
}

// Dialect is SQLite or Postgres.
func (d *DB) Dialect() string { return d.dialect }

// Now is the store's clock, in stored precision.
func (d *DB) Now() At { return AtOf(d.now()) }

// Close ends all connections; on SQLite it folds the write-ahead log in first.
func (d *DB) Close() error {
	var errs []error
	if d.dialect == SQLite {
		errs = append(errs, d.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error)
	}
	for _, g := range []*gorm.DB{d.write, d.read} {
		if pool, err := g.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
		if d.dialect == Postgres {
			break
		}
	}
	return errors.Join(errs...)
}

// NewID makes a time-ordered id (UUIDv7, RFC 9562).
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
