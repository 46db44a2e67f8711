package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/keyring"
	"github.com/migdalor/migdalor/internal/ledger"
	"github.com/migdalor/migdalor/internal/store"
)

var operator = audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}

// deployment is a database and a keys folder, with a clock that can be put ahead.
type deployment struct {
	path  string
	keys  *keyring.Set
	seal  *store.Keys
	ahead atomic.Int64
}

func newDeployment(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{path: filepath.Join(t.TempDir(), "m.db")}
	d.keys = openKeys(t, filepath.Join(t.TempDir(), "keys"))
	var err error
	if d.seal, err = store.NewKeys(d.keys.Seal); err != nil {
		t.Fatal(err)
	}
	return d
}

func openKeys(t *testing.T, dir string) *keyring.Set {
	t.Helper()
	keys, err := keyring.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// open is one process of the deployment.
func (d *deployment) open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: d.path, Keys: d.seal, Now: func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }})
	if err == nil {
		err = db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func setUp(t *testing.T, db *store.DB) store.Crisis {
	t.Helper()
	_, _, err := db.SetUp(t.Context(), store.Setup{AgencyName: "Agency", Admin: store.NewUser{Email: "a@agency.test", Name: "A", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}}}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := db.AddClient(t.Context(), operator, store.NewClient{Slug: "dairy", Name: "Dairy"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.OpenCrisis(t.Context(), operator, store.OpenCrisis{ClientID: client.ID, Title: "Spoiled milk", Severity: crisis.S2})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t *testing.T, what string, within time.Duration, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.After(within)
	for !ok() {
		select {
		case <-end:
			t.Fatalf("%s did not happen within %s", what, within)
		case <-tick.C:
		}
	}
}

func TestRunWaitsThenSequences(t *testing.T) {
	d := newDeployment(t)
	db := d.open(t)
	k := ledger.New(db, d.keys, "desk.example.org", slog.New(slog.DiscardHandler))
	if _, err := k.Sequence(t.Context()); !fault.Is(err, "not_set_up") {
		t.Fatalf("before the first run: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.Run(ctx) }()
	c := setUp(t, db)
	eventually(t, "the first checkpoint", 5*time.Second, func() bool {
		lag, waiting, err := db.Unsequenced(t.Context())
		return err == nil && !waiting && lag == 0
	})
	st, err := k.Status(t.Context())
	if err != nil || st.Size == 0 || len(st.Root) != 64 || len(st.KeyID) != 8 {
		t.Fatalf("status %+v, %v", st, err)
	}
	// What comes just before the end is still placed.
	if _, err := db.AddNote(t.Context(), operator, c.ID, "the last word"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, waiting, err := db.Unsequenced(t.Context()); waiting || err != nil {
		t.Errorf("something waits after the end: %v", err)
	}
}

func TestCheckpointIsSignedByThePublishedKey(t *testing.T) {
	d := newDeployment(t)
	db := d.open(t)
	k := ledger.New(db, d.keys, "desk.example.org", slog.New(slog.DiscardHandler))
	setUp(t, db)
	if _, err := k.Checkpoint(t.Context()); !fault.Is(err, "not_found") {
		t.Errorf("before the first: %v", err)
	}
	n, err := k.Sequence(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := k.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key, err := k.Key(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := audit.ParseVKey(strings.TrimSpace(key))
	if err != nil {
		t.Fatal(err)
	}
	cp, _, err := audit.OpenCheckpoint([]byte(text), verifier)
	if err != nil || cp.Size != int64(n) || !strings.HasPrefix(cp.Origin, "desk.example.org/audit/") {
		t.Errorf("checkpoint %+v, %v", cp, err)
	}
}

func TestKeysNameWinsWhenTheServerMoves(t *testing.T) {
	d := newDeployment(t)
	db := d.open(t)
	setUp(t, db)
	first, err := ledger.New(db, d.keys, "old.example.org", slog.New(slog.DiscardHandler)).Key(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	moved := ledger.New(db, d.keys, "new.example.org", slog.New(slog.DiscardHandler))
	second, err := moved.Key(t.Context())
	if err != nil || first != second || !strings.HasPrefix(second, "old.example.org/") {
		t.Errorf("the log was renamed from %q to %q, %v", first, second, err)
	}
	if _, err := moved.Sequence(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnotherAgencysKeyIsRefused(t *testing.T) {
	a, b := newDeployment(t), newDeployment(t)
	dbA, dbB := a.open(t), b.open(t)
	setUp(t, dbA)
	setUp(t, dbB)
	if _, err := ledger.New(dbA, a.keys, "h", slog.New(slog.DiscardHandler)).Key(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.New(dbB, a.keys, "h", slog.New(slog.DiscardHandler)).Sequence(t.Context()); !fault.Is(err, "ledger_key_foreign") {
		t.Errorf("got %v", err)
	}
}

func TestLagIsSeen(t *testing.T) {
	d := newDeployment(t)
	db := d.open(t)
	setUp(t, db)
	k := ledger.New(db, d.keys, "h", slog.New(slog.DiscardHandler))
	d.ahead.Store(int64(6 * time.Minute))
	if st, err := k.Status(t.Context()); err != nil || st.Lag < 6*time.Minute || st.Size != 0 {
		t.Errorf("before: %+v, %v", st, err)
	}
	if _, err := k.Sequence(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st, err := k.Status(t.Context()); err != nil || st.Lag != 0 || st.Size == 0 {
		t.Errorf("after catching up: %+v, %v", st, err)
	}
}

// TestExportBesideAServer exports from a second process on the same files, with
// the first one's sequencer running and without.
func TestExportBesideAServer(t *testing.T) {
	for name, running := range map[string]bool{"alone": false, "beside": true} {
		t.Run(name, func(t *testing.T) {
			d := newDeployment(t)
			db := d.open(t)
			c := setUp(t, db)
			if running {
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- ledger.New(db, d.keys, "desk.example.org", slog.New(slog.DiscardHandler)).Run(ctx) }()
				defer func() {
					cancel()
					if err := <-done; err != nil {
						t.Error(err)
					}
				}()
			}
			k := ledger.New(d.open(t), d.keys, "desk.example.org", slog.New(slog.DiscardHandler))
			var zip bytes.Buffer
			e, err := k.Export(t.Context(), operator, c.Number, store.ExportOptions{}, &zip)
			if err != nil {
				t.Fatal(err)
			}
			key, err := k.Key(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r, err := audit.Verify(bytes.NewReader(zip.Bytes()), int64(zip.Len()), audit.VerifyOptions{Keys: key})
			if err != nil || !r.OK() || r.Entries != e.Seq {
				t.Errorf("%v\n%s", err, r.Summary())
			}
		})
	}
}

func TestExportThatCannotBeWritten(t *testing.T) {
	d := newDeployment(t)
	db := d.open(t)
	c := setUp(t, db)
	k := ledger.New(db, d.keys, "h", slog.New(slog.DiscardHandler))
	full := errors.New("the disk is full")
	if _, err := k.Export(t.Context(), operator, c.ID, store.ExportOptions{}, refusing{full}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if _, err := k.Export(t.Context(), operator, "C-1999-0001", store.ExportOptions{}, &bytes.Buffer{}); !fault.Is(err, "not_found") {
		t.Errorf("an unknown crisis: %v", err)
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }
