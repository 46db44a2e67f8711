package store

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestLedgerStandsBehindTheWall(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		for name, c := range map[string]struct {
			scope  Scope
			client string // the only client whose entries may appear; "*" for any
		}{
			"nobody":     {Scope{}, ""},
			"one client": {ScopeClients(w.clients[0].ID), w.clients[0].ID},
			"the agency": {ScopeAll(), "*"},
		} {
			entries, _, err := d.Ledger(t.Context(), c.scope, LedgerFilter{}, Page{Limit: 200})
			w.must(err)
			agency := 0
			for _, e := range entries {
				if e.ClientID == "" {
					agency++
				}
				if c.client != "*" && (e.ClientID != c.client || e.Entry.Client != c.client) {
					t.Errorf("%s sees %s of %q", name, e.Action, e.ClientID)
				}
			}
			if (len(entries) == 0) != (c.client == "") || (agency > 0) != (c.client == "*") {
				t.Errorf("%s sees %d entries, %d of the agency's own", name, len(entries), agency)
			}
		}
		// A filter is no way around the wall.
		got, _, err := d.Ledger(t.Context(), ScopeClients(w.clients[0].ID), LedgerFilter{Crisis: w.crises[1].Number}, Page{})
		if err != nil || len(got) != 0 {
			t.Errorf("another client's crisis shows %d entries, %v", len(got), err)
		}
	})
}

func TestLedgerFilters(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		w.must(w.note(t.Context(), w.crises[0], "", "first"))
		w.must(w.note(t.Context(), w.crises[1], "", "second"))
		for name, c := range map[string]struct {
			f    LedgerFilter
			want func(LedgerEntry) bool
			none bool
		}{
			"client":           {LedgerFilter{ClientID: w.clients[1].ID}, func(e LedgerEntry) bool { return e.ClientID == w.clients[1].ID }, false},
			"crisis by id":     {LedgerFilter{Crisis: w.crises[1].ID}, func(e LedgerEntry) bool { return e.CrisisID == w.crises[1].ID }, false},
			"crisis by number": {LedgerFilter{Crisis: w.crises[1].Number}, func(e LedgerEntry) bool { return e.CrisisID == w.crises[1].ID }, false},
			"actor":            {LedgerFilter{ActorID: w.by.ID}, func(e LedgerEntry) bool { return e.ActorID == w.by.ID }, false},
			"action":           {LedgerFilter{Action: "note.added"}, func(e LedgerEntry) bool { return e.Entry.Action == audit.NoteAdded }, false},
			"kind of action":   {LedgerFilter{Action: "crisis"}, func(e LedgerEntry) bool { return e.Entry.Object.Type == "crisis" }, false},
			"object":           {LedgerFilter{ObjectID: w.crises[0].ID}, func(e LedgerEntry) bool { return e.ObjectID == w.crises[0].ID }, false},
			"the future":       {LedgerFilter{From: d.Now().Add(time.Hour)}, nil, true},
			"the past":         {LedgerFilter{To: d.Now().Add(-time.Hour)}, nil, true},
			"part of a word":   {LedgerFilter{Action: "note.a"}, nil, true},
		} {
			got, _, err := d.Ledger(t.Context(), ScopeAll(), c.f, Page{Limit: 200})
			w.must(err)
			if (len(got) == 0) != c.none {
				t.Errorf("%s: %d entries", name, len(got))
			}
			for _, e := range got {
				if !c.want(e) {
					t.Errorf("%s: shows %s of %s", name, e.Action, e.Stream)
				}
			}
		}
	})
}

func TestLedgerPages(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		total := w.count("SELECT COUNT(*) FROM audit_entries")
		seen, last := int64(0), int64(1<<62)
		for p := (Page{Limit: 3}); ; {
			entries, next, err := d.Ledger(t.Context(), ScopeAll(), LedgerFilter{}, p)
			w.must(err)
			for _, e := range entries {
				if e.Pos >= last {
					t.Fatalf("entry %d comes after %d", e.Pos, last)
				}
				last = e.Pos
				seen++
			}
			if p.Cursor = next; next == "" {
				break
			}
		}
		if seen != total {
			t.Errorf("%d entries were listed of %d", seen, total)
		}
		if _, _, err := d.Ledger(t.Context(), ScopeAll(), LedgerFilter{}, Page{Cursor: "?"}); !fault.Is(err, "bad_cursor") {
			t.Errorf("a false cursor: %v", err)
		}
	})
}

func TestLedgerOpensValues(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		c := w.crises[0]
		w.must(d.Change(t.Context(), w.by, func(tx *Tx) error {
			tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.StepUpdated, ClientID: c.ClientID, Object: audit.Object{ID: NewID()}, Reason: "because",
				Changes: []audit.Change{audit.Private("text", "author:dana", "old words", "new words"), audit.Changed("due", 3, 4)}})
			return nil
		}))
		read := func() LedgerEntry {
			got, _, err := d.Ledger(t.Context(), ScopeAll(), LedgerFilter{Action: "step.updated"}, Page{})
			w.must(err)
			if len(got) != 1 {
				t.Fatalf("%d entries", len(got))
			}
			return got[0]
		}
		e := read()
		if e.ActorName != "Noa Levi" || e.Reason != "because" || len(e.Changes) != 2 {
			t.Fatalf("read %+v", e)
		}
		for _, ch := range e.Changes {
			if ch.Field == "text" && (ch.Before != "old words" || ch.After != "new words" || ch.Erased) {
				t.Errorf("text is %+v", ch)
			}
			if ch.Field == "due" && (ch.Before != float64(3) || ch.After != float64(4)) {
				t.Errorf("due is %+v", ch)
			}
		}
		_, err := d.EraseSubject(t.Context(), audit.Actor{Type: audit.ActorSystem, ID: "operator", Via: audit.ViaCLI}, "author:dana", "asked for it")
		w.must(err)
		for _, ch := range read().Changes {
			if ch.Field == "text" && (ch.Before != nil || ch.After != nil || !ch.Erased) {
				t.Errorf("after the erasure text is %+v", ch)
			}
			if ch.Field == "due" && ch.Erased {
				t.Errorf("a value without a person was erased: %+v", ch)
			}
		}
	})
}

// TestChangeIsTriedAgain makes two changes need each other's rows in the
// opposite order, which PostgreSQL ends by failing one of them.
func TestChangeIsTriedAgain(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		before := w.count("SELECT COUNT(*) FROM audit_entries")
		const rounds = 2
		var tries atomic.Int64
		for range rounds {
			met := make(chan struct{}, 2)
			errs := make(chan error, 2)
			for i := range 2 {
				go func() {
					errs <- w.crossing(t.Context(), i, met, &tries)
				}()
			}
			for range 2 {
				w.must(<-errs)
			}
		}
		if n := w.count("SELECT COUNT(*) FROM audit_entries") - before; n != 4*rounds {
			t.Errorf("%d entries were written, want %d", n, 4*rounds)
		}
		if d.dialect == Postgres && tries.Load() <= 2*rounds {
			t.Error("the changes never got in each other's way: nothing was tested")
		}
		w.sequence()
		w.holdsTree()
		w.holdsChain(w.crises[0])
		w.holdsChain(w.crises[1])
	})
}

// crossing touches both crises, beginning with the i-th. On PostgreSQL it waits
// after the first row, in its first try, until the other has its first row too.
func (w *ledgerWorld) crossing(ctx context.Context, i int, met chan struct{}, tries *atomic.Int64) error {
	try := 0
	return w.Change(ctx, w.by, func(tx *Tx) error {
		try++
		tries.Add(1)
		for step := range 2 {
			c := w.crises[(i+step)%2]
			if err := tx.g.Exec("UPDATE crises SET title = ? WHERE id = ?", NewID(), c.ID).Error; err != nil {
				return err
			}
			tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.CrisisUpdated, ClientID: c.ClientID, Object: audit.Object{ID: c.ID}})
			if step == 0 && try == 1 && w.dialect == Postgres {
				met <- struct{}{}
				for len(met) < 2 {
					if err := tx.g.Exec("SELECT pg_sleep(0.005)").Error; err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}
