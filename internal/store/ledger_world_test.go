package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
)

// ledgerWorld is a database with an agency, two clients, a crisis of each, and a
// key that signs the log.
type ledgerWorld struct {
	*DB
	t              *testing.T
	by             audit.Actor
	clients        [2]Client
	crises         [2]Crisis
	origin, secret string
	public         string
}

func newLedgerWorld(t *testing.T, d *DB) *ledgerWorld {
	t.Helper()
	ctx := t.Context()
	w := &ledgerWorld{DB: d, t: t}
	u, err := d.AddUser(ctx, audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI},
		NewUser{Email: "noa@agency.example", Name: "Noa Levi", Lang: "he", PasswordHash: "x", Grants: []GrantSpec{{Role: "admin"}}})
	w.must(err)
	w.by = audit.Actor{Type: audit.ActorUser, ID: u.ID, Name: "Noa Levi", Via: audit.ViaConsole}
	for i, slug := range []string{"dairy", "airline"} {
		w.clients[i], err = d.AddClient(ctx, w.by, NewClient{Slug: slug, Name: slug})
		w.must(err)
		w.crises[i], err = d.OpenCrisis(ctx, w.by, OpenCrisis{ClientID: w.clients[i].ID, Title: "Trouble at the " + slug, Severity: crisis.Severity(2)})
		w.must(err)
	}
	agency, err := d.Agency(ctx)
	w.must(err)
	w.origin = audit.Origin("desk.example.org", agency.ID)
	w.secret, w.public, err = audit.NewKey(rand.Reader, w.origin)
	w.must(err)
	return w
}

func (w *ledgerWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *ledgerWorld) sign(size int64, root audit.Hash) (string, error) {
	signed, err := audit.Checkpoint{Origin: w.origin, Size: size, Root: root}.Sign(w.secret)
	return string(signed), err
}

func (w *ledgerWorld) sequence() int {
	w.t.Helper()
	n, err := w.Sequence(w.t.Context(), w.sign)
	w.must(err)
	return n
}

// note records one entry in a crisis' chain, with a personal value of subject.
func (w *ledgerWorld) note(ctx context.Context, c Crisis, subject, text string) error {
	return w.Change(ctx, w.by, func(tx *Tx) error {
		tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.NoteAdded, ClientID: c.ClientID, Object: audit.Object{ID: NewID()},
			Changes: []audit.Change{audit.Private("text", subject, nil, text)}})
		return nil
	})
}

// notes records n entries in one change.
func (w *ledgerWorld) notes(c Crisis, n int, text string) {
	w.t.Helper()
	w.must(w.Change(w.t.Context(), w.by, func(tx *Tx) error {
		for range n {
			tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.NoteAdded, ClientID: c.ClientID, Object: audit.Object{ID: NewID()},
				Changes: []audit.Change{audit.Private("text", "", nil, text)}})
		}
		return nil
	}))
}

// export makes a bundle of a crisis.
func (w *ledgerWorld) export(c Crisis, o ExportOptions) []byte {
	w.t.Helper()
	zip, err := w.tryExport(c, o)
	w.must(err)
	return zip
}

func (w *ledgerWorld) tryExport(c Crisis, o ExportOptions) ([]byte, error) {
	ctx := w.t.Context()
	e, err := w.BeginExport(ctx, w.by, c.Number, o)
	if err != nil {
		return nil, err
	}
	if _, err := w.Sequence(ctx, w.sign); err != nil {
		return nil, err
	}
	if err := w.LocateExport(ctx, &e); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = w.ReadExport(ctx, e, func(in audit.BundleInput) error {
		in.Keys = w.public + "\n"
		return audit.WriteBundle(&out, in)
	})
	return out.Bytes(), err
}

// verify checks a bundle with the pinned key.
func (w *ledgerWorld) verify(zip []byte) audit.Report {
	w.t.Helper()
	r, err := audit.Verify(bytes.NewReader(zip), int64(len(zip)), audit.VerifyOptions{Keys: w.public})
	w.must(err)
	return r
}

// count reads one number.
func (w *ledgerWorld) count(query string, args ...any) int64 {
	w.t.Helper()
	var n int64
	w.must(w.read.Raw(query, args...).Scan(&n).Error)
	return n
}

// unguarded runs statements with the ledger's triggers out of the way, as
// somebody who owns the database could.
func (w *ledgerWorld) unguarded(query string, args ...any) {
	w.t.Helper()
	if w.dialect == Postgres {
		for _, table := range []string{"audit_entries", "audit_nodes", "audit_checkpoints"} {
			w.must(w.write.Exec("ALTER TABLE " + table + " DISABLE TRIGGER USER").Error)
		}
	} else {
		var triggers []string
		w.must(w.write.Raw("SELECT name FROM sqlite_master WHERE type = 'trigger'").Scan(&triggers).Error)
		for _, name := range triggers {
			w.must(w.write.Exec("DROP TRIGGER " + name).Error)
		}
	}
	res := w.write.Exec(query, args...)
	w.must(res.Error)
	if res.RowsAffected == 0 {
		w.t.Fatal(fmt.Errorf("nothing was tampered with: %s", query))
	}
}
