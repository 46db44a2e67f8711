package audit

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

func TestGoodBundleIsAccepted(t *testing.T) {
	w := crisisWorld(t)
	data := w.bundle()
	for name, keys := range map[string]string{"own key": "", "pinned key": w.public} {
		t.Run(name, func(t *testing.T) {
			r := verify(t, data, keys)
			if !r.OK() {
				t.Fatal(r.Summary())
			}
			if r.Entries != 7 || r.TreeSize != 20 || r.Stream != CrisisStream("c-1") || r.Origin != testOrigin || r.Head != Hex(LeafHash(w.entries[6].Body)) {
				t.Errorf("the report is wrong: %+v", r)
			}
			if r.First.Format(time.TimeOnly) != "10:00:04" || r.Last.Format(time.TimeOnly) != "10:00:19" || r.ConsistentFrom != 7 || r.Opened != 8 || r.Withheld != 0 {
				t.Errorf("the report is wrong: %+v", r)
			}
			if r.Pinned != (keys != "") || !strings.HasPrefix(r.Summary(), "VALID: 7 entries of crisis:c-1") {
				t.Errorf("the summary is wrong: %s", r.Summary())
			}
			code, out := unzip(t, data).script(keys)
			if code != 0 || !strings.HasPrefix(out, "VALID: 7 entries of crisis:c-1") {
				t.Errorf("verify.sh ends with %d:\n%s", code, out)
			}
		})
	}
	if !bytes.Equal(data, w.bundle()) {
		t.Error("the same record gives other bytes the second time")
	}
}

func TestWithheldAndErasedValuesStillVerify(t *testing.T) {
	w := crisisWorld(t)
	first := &w.entries[0]
	first.Openings = first.Openings[:1]                             // the name of the actor stays, the title is erased
	first.Erased = []ErasedField{{Field: "title.after", Index: 19}} //
	w.entries[3].Openings = nil
	data := w.bundle()
	r := verify(t, data, "")
	if !r.OK() || r.Opened != 5 || r.Withheld != 2 || r.Erased != 1 {
		t.Fatalf("%+v", r)
	}
	f := unzip(t, data)
	if code, out := f.script(""); code != 0 {
		t.Errorf("verify.sh: %s", out)
	}
	page := string(f.data[fileRecord])
	for _, want := range []string{"erased, see log entry 19", "withheld"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestRecordIsInertAndTellsTheStory(t *testing.T) {
	page := string(unzip(t, crisisWorld(t).bundle()).data[fileRecord])
	for _, bad := range []string{"<script", "\u202e", "\u0001", "http:", "https:", "src=", "href="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{
		`<html lang="he" dir="rtl">`, "&lt;script&gt;", "⟨U&#43;202E⟩", "דנה לוי", "המשבר נפתח.", "The crisis was opened.", "22.11.2026 10:00:04 UTC",
		"triage, acknowledgement", "Noa &#34;Nono&#34;", "נדחה · denied", "v2",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestBundleOfAFreshLog(t *testing.T) {
	w := newWorld(t)
	w.add(Event{Stream: CrisisStream("c-1"), Action: ExportCreated, Actor: dana, Object: Object{ID: "x-1"}})
	data := w.bundle()
	if r := verify(t, data, w.public); !r.OK() {
		t.Error(r.Summary())
	}
	if code, out := unzip(t, data).script(w.public); code != 0 {
		t.Error(out)
	}
}

func TestWriteBundleRefuses(t *testing.T) {
	fails := errors.New("the disk is gone")
	cases := map[string]struct {
		change func(*world, *BundleInput)
		code   string
	}{
		"no export at the end":  {func(w *world, _ *BundleInput) { w.entries = w.entries[:5] }, "audit_bundle_broken"},
		"gap":                   {func(w *world, _ *BundleInput) { w.entries = append(w.entries[:2:2], w.entries[3:]...) }, "audit_bundle_broken"},
		"nothing":               {func(w *world, _ *BundleInput) { w.entries = nil }, "audit_bundle_broken"},
		"not yet sequenced":     {func(w *world, _ *BundleInput) { w.entries[6].Index = 20 }, "audit_bundle_broken"},
		"wrong index":           {func(w *world, _ *BundleInput) { w.entries[6].Index = 0 }, "audit_bundle_broken"},
		"body that is not JSON": {func(w *world, _ *BundleInput) { w.entries[0].Body = []byte("{}") }, "audit_bundle_broken"},
		"opening of a stranger": {func(w *world, _ *BundleInput) { w.entries[0].Openings[0].Value = "x" }, "audit_bundle_broken"},
		"opening of no field":   {func(w *world, _ *BundleInput) { w.entries[0].Erased = []ErasedField{{Field: "x.after"}} }, "audit_bundle_broken"},
		"nodes missing":         {func(_ *world, in *BundleInput) { in.Nodes = stored{} }, "audit_nodes_missing"},
		"key of another log":    {func(_ *world, in *BundleInput) { _, in.Keys, _ = NewKey(&counting{n: 77}, testOrigin) }, "audit_checkpoint_invalid"},
		"no key":                {func(_ *world, in *BundleInput) { in.Keys = "" }, "audit_key_invalid"},
		"earlier export bent":   {func(_ *world, in *BundleInput) { in.Previous = []byte("x") }, "audit_checkpoint_invalid"},
		"changes while it is read": {func(w *world, in *BundleInput) {
			n := 0
			in.Entries = func(yield func(BundleEntry, error) bool) {
				n++
				for i, e := range w.entries {
					if n == 2 && i == 6 {
						return
					}
					if !yield(e, nil) {
						return
					}
				}
			}
		}, "audit_bundle_broken"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := crisisWorld(t)
			in := w.input()
			c.change(w, &in)
			if err := WriteBundle(&bytes.Buffer{}, in); !fault.Is(err, c.code) {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
	w := crisisWorld(t)
	in := w.input()
	in.Entries = func(yield func(BundleEntry, error) bool) { yield(BundleEntry{}, fails) }
	if err := WriteBundle(&bytes.Buffer{}, in); !errors.Is(err, fails) {
		t.Errorf("the reader's error was lost: %v", err)
	}
}
