package store

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// bundleNames lists the files of a bundle; bundleText reads one.
func bundleNames(t *testing.T, bundle []byte) []string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range r.File {
		out = append(out, f.Name)
	}
	return out
}

func bundleText(t *testing.T, bundle []byte, name string) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestExportVerifies(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		c := w.crises[0]
		w.notes(c, exportPage+3, "the batch is back from the shops") // more than a page
		w.must(w.note(t.Context(), w.crises[1], "", "of another client"))
		first := w.export(c, ExportOptions{})
		r := w.verify(first)
		if !r.OK() || !r.Pinned || r.Entries != w.count("SELECT audit_seq FROM crises WHERE id = ?", c.ID) || r.Withheld != 0 || r.Opened < exportPage {
			t.Fatalf("%s", r.Summary())
		}
		if s := bundleText(t, first, "openings.jsonl"); !strings.Contains(s, "back from the shops") || strings.Contains(s, "of another client") {
			t.Error("the openings are not those of this crisis")
		}
		if slices.ContainsFunc(bundleNames(t, first), func(n string) bool { return strings.HasPrefix(n, "consistency") }) {
			t.Error("a first export cannot be consistent with an earlier one")
		}
		second := w.export(c, ExportOptions{Withhold: true})
		r2 := w.verify(second)
		if !r2.OK() || r2.ConsistentFrom != r.TreeSize || r2.Opened != 0 || r2.Withheld == 0 {
			t.Fatalf("the second export: %s", r2.Summary())
		}
		if s := bundleText(t, second, "openings.jsonl") + bundleText(t, second, "record.html"); strings.Contains(s, "back from the shops") {
			t.Error("a withheld value is in the bundle")
		}
	})
}

func TestExportAfterErasure(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		c := w.crises[0]
		w.must(w.note(t.Context(), c, "author:dana", "Dana Cohen complained"))
		old := w.export(c, ExportOptions{})
		n, err := d.EraseSubject(t.Context(), w.by, "author:dana", "asked for it")
		w.must(err)
		if n != 1 {
			t.Fatalf("%d values were erased, want 1", n)
		}
		if _, err := d.EraseSubject(t.Context(), w.by, "author:nobody", "asked for it"); !fault.Is(err, "not_found") {
			t.Errorf("erasing nobody: %v", err)
		}
		if _, err := d.EraseSubject(t.Context(), w.by, w.by.Subject(), "asked for it"); !fault.Is(err, "erase_self") {
			t.Errorf("erasing oneself: %v", err)
		}
		now := w.export(c, ExportOptions{})
		for name, bundle := range map[string][]byte{"old": old, "new": now} {
			if r := w.verify(bundle); !r.OK() {
				t.Errorf("the %s export: %s", name, r.Summary())
			}
		}
		if r := w.verify(now); r.Erased != 1 {
			t.Errorf("%d values are shown as erased, want 1", r.Erased)
		}
		if strings.Contains(bundleText(t, now, "record.html"), "Dana Cohen") {
			t.Error("the erased value is in the new export")
		}
		if n := w.count("SELECT COUNT(*) FROM audit_entries WHERE CAST(body AS TEXT) LIKE '%Dana Cohen%'"); d.dialect == SQLite && n != 0 {
			t.Error("the value stood in a body in clear")
		}
	})
}

// TestTamperingIsFound alters the record as somebody could who owns the whole
// database; each is noticed, and the sentence names the place.
func TestTamperingIsFound(t *testing.T) {
	const entry3 = "(SELECT id FROM audit_entries WHERE stream_seq = 3 AND crisis_id = ?)"
	cases := map[string]struct{ query, says string }{
		"body and leaf rewritten": {"UPDATE audit_entries SET body = CAST(REPLACE(CAST(body AS TEXT), 'ok', 'no') AS BLOB) WHERE id = " + entry3, "entry 3"},
		"entry taken out":         {"DELETE FROM audit_entries WHERE id = " + entry3, "Entry 4"},
		"place swapped":           {"UPDATE audit_entries SET idx = idx + 100000 WHERE id = " + entry3, "entry 3"},
		"older index":             {"UPDATE audit_entries SET idx = 0 - idx - 1 WHERE id = " + entry3, "entry 3"},
		"body of another entry":   {"UPDATE audit_entries SET body = (SELECT body FROM audit_entries WHERE crisis_id = '' ORDER BY pos LIMIT 1) WHERE id = " + entry3, "stream"},
		"node rewritten":          {"UPDATE audit_nodes SET hash = (SELECT leaf_hash FROM audit_entries WHERE id = " + entry3 + ")", "entry"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachDialect(t, func(t *testing.T, d *DB) {
				w := newLedgerWorld(t, d)
				w.notes(w.crises[0], 6, "a note")
				e, err := d.BeginExport(t.Context(), w.by, w.crises[0].ID, ExportOptions{})
				w.must(err)
				w.sequence()
				w.must(d.LocateExport(t.Context(), &e))
				query := c.query
				if d.dialect == Postgres {
					query = strings.Replace(query, "CAST(REPLACE(CAST(body AS TEXT), 'ok', 'no') AS BLOB)", "convert_to(replace(convert_from(body, 'UTF8'), 'ok', 'no'), 'UTF8')", 1)
				}
				if strings.HasPrefix(query, "DELETE") {
					w.unguarded("DELETE FROM audit_openings WHERE entry_id = "+entry3, w.crises[0].ID)
				}
				w.unguarded(query, w.crises[0].ID)
				err = d.ReadExport(t.Context(), e, func(in audit.BundleInput) error {
					in.Keys = w.public
					return audit.WriteBundle(io.Discard, in)
				})
				f, ok := fault.As(err)
				if !ok || f.Code != "audit_bundle_broken" || !strings.Contains(f.Message, c.says) {
					t.Fatalf("got %v, want a sentence about %q", err, c.says)
				}
			})
		})
	}
}

func TestExportWaitsForTheSequencer(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newLedgerWorld(t, d)
		if _, err := d.BeginExport(t.Context(), w.by, "C-1999-0001", ExportOptions{}); !fault.Is(err, "not_found") {
			t.Errorf("an unknown crisis: %v", err)
		}
		e, err := d.BeginExport(t.Context(), w.by, w.crises[0].Number, ExportOptions{})
		w.must(err)
		if e.Idx != nil || e.Seq == 0 {
			t.Fatalf("the export's entry is at %v, number %d", e.Idx, e.Seq)
		}
		err = d.ReadExport(t.Context(), e, func(audit.BundleInput) error { t.Error("it was read"); return nil })
		if !fault.Is(err, "export_not_covered") {
			t.Errorf("got %v", err)
		}
	})
}
