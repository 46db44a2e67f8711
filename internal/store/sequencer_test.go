package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestSequenceGrowsOneSignedTree(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		first := w.sequence()
		if first == 0 || int64(first) != w.count("SELECT COUNT(*) FROM audit_entries") {
			t.Fatalf("%d entries were sequenced", first)
		}
		if n := w.sequence(); n != 0 {
			t.Fatalf("a second run found %d entries", n)
		}
		if _, waiting, err := d.Unsequenced(t.Context()); err != nil || waiting {
			t.Fatalf("something still waits: %v, %v", waiting, err)
		}
		w.must(w.note(t.Context(), w.crises[0], "", "more"))
		if _, waiting, _ := d.Unsequenced(t.Context()); !waiting {
			t.Fatal("a new entry does not wait")
		}
		if n := w.sequence(); n != 1 {
			t.Fatalf("%d entries were sequenced, want 1", n)
		}
		w.holdsTree()
	})
}

// holdsTree compares the stored tree with one grown anew from the bodies, and
// the last checkpoint with its root.
func (w *ledgerWorld) holdsTree() {
	w.t.Helper()
	var rows []AuditEntry
	w.must(w.read.Order("idx").Find(&rows).Error)
	var tree audit.Frontier
	nodes := int64(0)
	for i, r := range rows {
		if r.Idx == nil || *r.Idx != int64(i) {
			w.t.Fatalf("entry %s stands at %v, want %d", r.ID, r.Idx, i)
		}
		nodes += int64(len(tree.Append(audit.LeafHash(r.Body))))
	}
	if n := w.count("SELECT COUNT(*) FROM audit_nodes"); n != nodes {
		w.t.Fatalf("%d nodes are stored, want %d", n, nodes)
	}
	last, err := w.LastCheckpoint(w.t.Context())
	w.must(err)
	key, err := audit.ParseVKey(w.public)
	w.must(err)
	cp, _, err := audit.OpenCheckpoint([]byte(last.Note), key)
	w.must(err)
	if cp.Size != tree.Size() || cp.Root != tree.Root() {
		w.t.Fatalf("the checkpoint has %d %s, the bodies make %d %s", cp.Size, cp.Root, tree.Size(), tree.Root())
	}
}

func TestSequenceInBatches(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		w.sequence()
		w.notes(w.crises[0], sequenceBatch+7, "many at once")
		before := w.count("SELECT COUNT(*) FROM audit_checkpoints")
		if n := w.sequence(); n != sequenceBatch+7 {
			t.Fatalf("%d entries were sequenced, want %d", n, sequenceBatch+7)
		}
		if n := w.count("SELECT COUNT(*) FROM audit_checkpoints") - before; n != 2 {
			t.Fatalf("%d checkpoints were signed, want one for each of two batches", n)
		}
		w.holdsTree()
	})
}

// TestWritersAndSequencersAtOnce lets sixteen writers and two sequencers work on
// the same chains: no entry is lost, doubled, or out of its chain.
func TestWritersAndSequencersAtOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		w.sequence()
		before := w.count("SELECT COUNT(*) FROM audit_entries")
		const writers, each = 16, 12
		stop := make(chan struct{})
		var seq, wr sync.WaitGroup
		errs := make(chan error, writers*each+2)
		for range 2 {
			seq.Go(func() {
				for {
					if _, err := d.Sequence(t.Context(), w.sign); err != nil {
						errs <- err
						return
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for i := range writers {
			wr.Go(func() {
				for range each {
					errs <- w.write1(t.Context(), i)
				}
			})
		}
		wr.Wait()
		close(stop)
		seq.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		w.sequence()
		if got := w.count("SELECT COUNT(*) FROM audit_entries") - before; got != writers*each {
			t.Errorf("%d entries were kept of %d", got, writers*each)
		}
		w.holdsTree()
		for _, c := range w.crises {
			w.holdsChain(c)
		}
	})
}

// write1 is one writer's change: of a crisis' chain, or of a client's stream.
func (w *ledgerWorld) write1(ctx context.Context, i int) error {
	c := w.crises[i%2]
	if i%3 != 0 {
		return w.note(ctx, c, "", "said by many at once")
	}
	return w.Change(ctx, w.by, func(tx *Tx) error {
		tx.Record(audit.Event{Stream: audit.ClientStream(c.ClientID), Action: audit.SourceFailed, ClientID: c.ClientID, Object: audit.Object{ID: NewID()}})
		return nil
	})
}

func (w *ledgerWorld) holdsChain(c Crisis) {
	w.t.Helper()
	var rows []AuditEntry
	w.must(w.read.Where("crisis_id = ?", c.ID).Order("stream_seq").Find(&rows).Error)
	prev := make([]byte, 32)
	for i, r := range rows {
		if r.StreamSeq != int64(i+1) || !bytes.Equal(r.PrevLeaf, prev) {
			w.t.Fatalf("entry %d of %s breaks the chain", i+1, c.Number)
		}
		prev = r.LeafHash
	}
	if n := w.count("SELECT audit_seq FROM crises WHERE id = ?", c.ID); n != int64(len(rows)) {
		w.t.Fatalf("the row of %s counts %d entries of %d", c.Number, n, len(rows))
	}
}

func TestNothingIsSignedOverTampering(t *testing.T) {
	cases := map[string]struct {
		query, code string
	}{
		"an entry that waits":     {"UPDATE audit_entries SET leaf_hash = prev_leaf WHERE idx IS NULL", "ledger_entry_altered"},
		"the head's size":         {"UPDATE audit_head SET size = size - 1", "ledger_head_altered"},
		"the head's root":         {"UPDATE audit_head SET root = frontier", "ledger_head_altered"},
		"the nodes of the tree":   {"UPDATE audit_nodes SET hash = (SELECT leaf_hash FROM audit_entries WHERE pos = 2)", "ledger_head_altered"},
		"checkpoints thrown away": {"DELETE FROM audit_checkpoints", "ledger_head_altered"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachDialect(t, func(t *testing.T, d *DB) {
				w := newLedgerWorld(t, d)
				w.sequence()
				w.must(w.note(t.Context(), w.crises[0], "", "more"))
				w.unguarded(c.query)
				before := w.count("SELECT COUNT(*) FROM audit_checkpoints")
				n, err := d.Sequence(t.Context(), w.sign)
				if !fault.Is(err, c.code) || n != 0 {
					t.Fatalf("%d entries were sequenced with %v, want %s", n, err, c.code)
				}
				if w.count("SELECT COUNT(*) FROM audit_checkpoints") != before || w.count("SELECT COUNT(*) FROM audit_entries WHERE idx IS NULL") != 1 {
					t.Fatal("something was placed or signed")
				}
			})
		})
	}
}

func TestSequenceWithoutSignaturePlacesNothing(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		gone := errors.New("the key is not there")
		if _, err := d.Sequence(t.Context(), func(int64, audit.Hash) (string, error) { return "", gone }); !errors.Is(err, gone) {
			t.Fatalf("got %v", err)
		}
		if n := w.count("SELECT COUNT(*) FROM audit_nodes") + w.count("SELECT COUNT(*) FROM audit_entries WHERE idx IS NOT NULL"); n != 0 {
			t.Fatalf("%d rows were left behind", n)
		}
		w.sequence()
		w.holdsTree()
	})
}

func TestLedgerRefusesToForget(t *testing.T) {
	statements := map[string]string{
		"update of an entry":       "UPDATE audit_entries SET actor_id = 'somebody else'",
		"second index":             "UPDATE audit_entries SET idx = idx + 1000",
		"index taken back":         "UPDATE audit_entries SET idx = NULL",
		"deletion of an entry":     "DELETE FROM audit_entries",
		"update of a node":         "UPDATE audit_nodes SET hash = hash",
		"deletion of a node":       "DELETE FROM audit_nodes",
		"update of a checkpoint":   "UPDATE audit_checkpoints SET note = 'x'",
		"deletion of a checkpoint": "DELETE FROM audit_checkpoints",
	}
	sqlite := map[string]string{
		"replacement of an entry":     `INSERT OR REPLACE INTO audit_entries SELECT pos, id, log_id, stream, stream_seq, prev_leaf, body, leaf_hash, idx, client_id, crisis_id, 'note.added', actor_id, object_id, at FROM audit_entries`,
		"replacement by the name":     `REPLACE INTO audit_entries (id, log_id, stream, prev_leaf, body, leaf_hash, action, at) SELECT id, log_id, stream, prev_leaf, body, leaf_hash, action, at FROM audit_entries`,
		"an index taken over":         `UPDATE OR REPLACE audit_entries SET idx = 1 WHERE idx IS NULL`,
		"replacement of a node":       `REPLACE INTO audit_nodes SELECT log_id, idx, zeroblob(32) FROM audit_nodes`,
		"replacement of a checkpoint": `REPLACE INTO audit_checkpoints SELECT log_id, size, 'x', at FROM audit_checkpoints`,
	}
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		w.sequence()
		w.must(w.note(t.Context(), w.crises[0], "", "still waiting"))
		all := statements
		if d.dialect == SQLite {
			all = map[string]string{}
			for _, m := range []map[string]string{statements, sqlite} {
				for k, v := range m {
					all[k] = v
				}
			}
		} else {
			all["truncation"] = "TRUNCATE audit_entries CASCADE"
		}
		for name, statement := range all {
			err := d.write.Exec(statement).Error
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.sequence()
		w.holdsTree()
	})
}

func TestFactWithoutEntryIsRefused(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		for name, write := range map[string]func(*Tx) error{
			"raw":   func(tx *Tx) error { return tx.g.Exec("UPDATE crises SET title = 'quietly'").Error },
			"model": func(tx *Tx) error { return tx.g.Model(&Crisis{}).Where("1 = 1").Update("title", "quietly").Error },
			"insert": func(tx *Tx) error {
				return tx.g.Create(&Client{ID: NewID(), Slug: "q", Name: "q", Zone: "UTC", Lang: "en", Settings: JSONOf(ClientSettings{})}).Error
			},
			"delete": func(tx *Tx) error { return tx.g.Exec("DELETE FROM grants").Error },
		} {
			if err := d.Change(t.Context(), w.by, write); !fault.Is(err, "fact_without_entry") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := w.count("SELECT COUNT(*) FROM crises WHERE title = 'quietly'") + w.count("SELECT COUNT(*) FROM clients WHERE slug = 'q'"); n != 0 {
			t.Errorf("%d facts were changed without an entry", n)
		}
	})
}
