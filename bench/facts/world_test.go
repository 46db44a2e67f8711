package facts

import (
	"context"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"gorm.io/driver/postgres" //nolint:depguard // the baseline is plain gorm
	"gorm.io/driver/sqlite"   //nolint:depguard // the baseline is plain gorm
	"gorm.io/gorm"            //nolint:depguard // the baseline is plain gorm
	"gorm.io/gorm/logger"     //nolint:depguard // the baseline is plain gorm

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/pgtest"
	"github.com/migdalor/migdalor/internal/store"
)

var operator = audit.Actor{Type: audit.ActorSystem, ID: "bench", Via: audit.ViaCLI}

// world is a deployment and a plain gorm handle on the same database.
type world struct {
	db     *store.DB
	plain  *gorm.DB
	client store.Client
	source store.Source
	crises []store.Crisis
	sign   store.SignHead
	// chunk is how many rows plain gorm puts into one INSERT: what is fastest there.
	chunk int
}

// writers is how many write at once in the crowded measurements.
const writers = 16

// eachDatabase runs a benchmark on SQLite, with the durability that serve has,
// and on a private PostgreSQL.
func eachDatabase(b *testing.B, run func(*testing.B, *world)) {
	b.Run("sqlite", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "m.db")
		pragmas := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
		run(b, newWorld(b, store.Options{Path: path}, sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + path + "?" + pragmas.Encode()}, 1, 10))
	})
	b.Run("postgres", func(b *testing.B) {
		server, err := pgtest.Start(context.Background())
		must(b, err)
		b.Cleanup(func() { must(b, server.Stop()) })
		address, err := server.NewDatabase(context.Background())
		must(b, err)
		run(b, newWorld(b, store.Options{URL: address}, postgres.Open(address), 20, batch))
	})
}

func newWorld(b *testing.B, o store.Options, dialector gorm.Dialector, conns, chunk int) *world {
	b.Helper()
	ctx := context.Background()
	w := &world{chunk: chunk}
	var err error
	o.Keys, err = store.NewKeys(make([]byte, 32))
	must(b, err)
	w.db, err = store.Open(ctx, o)
	must(b, err)
	b.Cleanup(func() { must(b, w.db.Close()) })
	must(b, w.db.Migrate(ctx))
	agency, _, err := w.db.SetUp(ctx, store.Setup{AgencyName: "Bench", Admin: store.NewUser{Email: "a@example.test", Name: "A", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}}}})
	must(b, err)
	w.plain, err = gorm.Open(dialector, &gorm.Config{Logger: logger.Discard, SkipDefaultTransaction: true})
	must(b, err)
	pool, err := w.plain.DB()
	must(b, err)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	b.Cleanup(func() { must(b, pool.Close()) })
	w.fill(b)
	origin := audit.Origin("bench.example", agency.ID)
	secret, _, err := audit.NewKey(zeros{}, origin)
	must(b, err)
	w.sign = func(size int64, root audit.Hash) (string, error) {
		signed, err := audit.Checkpoint{Origin: origin, Size: size, Root: root}.Sign(secret)
		return string(signed), err
	}
	return w
}

// fill makes a client, a source and a crisis for each writer.
func (w *world) fill(b *testing.B) {
	b.Helper()
	ctx := context.Background()
	var err error
	w.client, err = w.db.AddClient(ctx, operator, store.NewClient{Slug: "brand", Name: "Brand"})
	must(b, err)
	sources, err := w.db.Sources(ctx, w.client.ID)
	must(b, err)
	w.source = sources[0]
	for range writers {
		c, err := w.db.OpenCrisis(ctx, operator, store.OpenCrisis{ClientID: w.client.ID, Title: "bench", Severity: crisis.S2})
		must(b, err)
		w.crises = append(w.crises, c)
	}
}

// zeros is the randomness of a key that protects nothing.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// pair sums what the baseline and the product took for the same work.
type pair struct{ plain, ours time.Duration }

func took(work func()) time.Duration {
	begin := time.Now()
	work()
	return time.Since(begin)
}

// report prints rates and the ratio of times: 1.5 means half as long again as plain gorm.
func (p pair) report(b *testing.B, n int, unit string) {
	b.Helper()
	b.ReportMetric(float64(n)/p.plain.Seconds(), unit+"/s_plain")
	b.ReportMetric(float64(n)/p.ours.Seconds(), unit+"/s")
	b.ReportMetric(p.ours.Seconds()/p.plain.Seconds(), "x_of_plain")
	b.ReportMetric(0, "ns/op")
}
