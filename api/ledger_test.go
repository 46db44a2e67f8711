package api

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
)

// withCase opens a crisis of a client and writes a note on it.
func (w *world) withCase(c store.Client, note string) store.Crisis {
	w.Helper()
	opened, err := w.db.OpenCrisis(w.Context(), tester, store.OpenCrisis{ClientID: c.ID, Title: "Trouble", Severity: crisis.S2})
	w.must(err)
	_, err = w.db.AddNote(w.Context(), audit.Actor{Type: audit.ActorSystem, ID: "test", Name: "Tester", Via: audit.ViaCLI}, opened.ID, note)
	w.must(err)
	return opened
}

func TestLedgerShowsWhoDidWhat(t *testing.T) {
	w := newWorld(t)
	c := w.withCase(w.own, "the lab has answered")
	items := w.admin.get("/ledger?crisis=" + c.Number + "&action=note").items()
	if len(items) != 1 {
		t.Fatalf("%d entries", len(items))
	}
	e := items[0]
	actor, object := e["actor"].(map[string]any), e["object"].(map[string]any)
	if actor["name"] != "Tester" || actor["via"] != "cli" || object["type"] != "note" || e["client_id"] != w.own.ID || e["stream"] != "crisis:"+c.ID ||
		e["seq"] == nil || e["idx"] != nil || e["words_he"] == "" || e["words_en"] == "" || len(e["hash"].(string)) != 64 {
		t.Errorf("entry %v", e)
	}
	w.admin.get("/ledger?from=not-a-time").refused(http.StatusUnprocessableEntity, "validation")
	_, err := w.api.Ledger.Sequence(t.Context())
	w.must(err)
	if idx := w.admin.get("/ledger?action=note.added").items()[0]["idx"]; idx == nil {
		t.Error("a sequenced entry has no place")
	}
	st := w.admin.get("/ledger/status").is(http.StatusOK)
	if st["size"].(float64) == 0 || len(st["root"].(string)) != 64 || len(st["key_id"].(string)) != 8 || st["checkpoint_at"] == nil || st["lag_seconds"].(float64) != 0 {
		t.Errorf("status %v", st)
	}
}

func TestCheckpointAndKeyArePublic(t *testing.T) {
	w := newWorld(t)
	w.anonymous().get("/audit/checkpoint").refused(http.StatusNotFound, "not_found")
	_, err := w.api.Ledger.Sequence(t.Context())
	w.must(err)
	key, cp := w.anonymous().get("/audit/key"), w.anonymous().get("/audit/checkpoint")
	for _, r := range []reply{key, cp} {
		if r.is(http.StatusOK); r.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("it is %q", r.header.Get("Content-Type"))
		}
	}
	verifier, err := audit.ParseVKey(strings.TrimSpace(string(key.raw)))
	w.must(err)
	if _, _, err := audit.OpenCheckpoint(cp.raw, verifier); err != nil {
		t.Error(err)
	}
}

func TestExportIsWholeAndVerifies(t *testing.T) {
	w := newWorld(t)
	c := w.withCase(w.own, "the lab has answered")
	w.withCase(w.sibling, "said of the sibling")
	auditor := w.person(store.GrantSpec{Role: "auditor", ClientID: w.own.ID})
	key := w.anonymous().get("/audit/key")
	for query, opened := range map[string]bool{"": true, "?values=withheld": false} {
		r := auditor.get("/crises/" + c.Number + "/export" + query)
		r.is(http.StatusOK)
		if r.header.Get("Content-Type") != "application/zip" || r.header.Get("Content-Length") != strconv.Itoa(len(r.raw)) ||
			r.header.Get("Content-Disposition") != `attachment; filename="`+c.Number+`.zip"` {
			t.Errorf("headers %v", r.header)
		}
		report, err := audit.Verify(bytes.NewReader(r.raw), int64(len(r.raw)), audit.VerifyOptions{Keys: string(key.raw)})
		w.must(err)
		if !report.OK() || (report.Opened > 0) != opened || (report.Withheld > 0) == opened {
			t.Errorf("%s: %s", query, report.Summary())
		}
	}
	lured := &visitor{w: w, cookie: w.admin.cookie, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}
	lured.get("/crises/"+c.Number+"/export").refused(403, "cross_origin")
	exports := w.admin.get("/ledger?action=export.created").items()
	if len(exports) != 2 || exports[0]["actor"].(map[string]any)["id"] == tester.ID {
		t.Errorf("the exports are not in the ledger under who made them: %v", exports)
	}
}
