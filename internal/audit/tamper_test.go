package audit

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/fault"
)

// tamper is one way to falsify a bundle. The forger settles the manifest
// unless careless says otherwise.
type tamper struct {
	name     string
	bend     func(*bundleFiles)
	careless bool
	// place is what the report must name first among its problems, and says must be in it.
	place, says string
	// script is what verify.sh must say; empty when only the program can see it.
	script string
}

func editEntries(f *bundleFiles, edit func([]string) []string) {
	f.setLines(fileEntries, edit(f.lines(fileEntries)))
	f.settle(f.leavesOf())
}

// dropEntry takes out a line, its manifest line and its proof.
func dropEntry(i int) func(*bundleFiles) {
	return func(f *bundleFiles) {
		list := f.manifest().Entries
		lines := f.lines(fileEntries)
		f.drop(proofFile(list[i].Index))
		f.setLines(fileEntries, append(lines[:i:i], lines[i+1:]...))
		f.settle(append(list[:i:i], list[i+1:]...))
	}
}

func everyNote(f *bundleFiles, old, now string) {
	for _, name := range f.names {
		if name == fileCheckpoint || proofName.MatchString(name) {
			f.replace(name, old, now)
		}
	}
}

func settleAfter(bend func(*bundleFiles)) func(*bundleFiles) {
	return func(f *bundleFiles) {
		bend(f)
		f.settle(f.manifest().Entries)
	}
}

func firstLine(n int, lines []string, old, now string) []string {
	lines[n] = strings.Replace(lines[n], old, now, 1)
	return lines
}

func tampers() []tamper {
	flipSignature := func(f *bundleFiles) {
		note := string(f.data[fileCheckpoint])
		at := strings.LastIndexByte(strings.TrimSpace(note), ' ') + 1
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(note[at:]))
		if err != nil {
			f.t.Fatal(err)
		}
		raw[40] ^= 1
		everyNote(f, strings.TrimSpace(note[at:]), base64.StdEncoding.EncodeToString(raw))
	}
	return []tamper{
		{"byte flipped in an entry", func(f *bundleFiles) { f.replace(fileEntries, `"stage"`, `"stagf"`) }, true,
			"entries.jsonl line 2 (entry 2)", "altered", "entries.jsonl is not the file"},
		{"byte flipped, manifest settled", func(f *bundleFiles) {
			editEntries(f, func(l []string) []string { return firstLine(1, l, "detect", "detecs") })
		}, false, "proofs/5.tlog-proof (entry 2)", "does not hold this entry", "entry 3 does not follow|entry 2 is not in the signed log"},
		{"last entry altered, manifest settled", func(f *bundleFiles) {
			editEntries(f, func(l []string) []string { return firstLine(6, l, "x-2", "x-9") })
		}, false, "proofs/18.tlog-proof (entry 7)", "does not hold this entry", "entry 7 is not in the signed log"},
		{"two entries swapped", func(f *bundleFiles) {
			editEntries(f, func(l []string) []string { l[3], l[4] = l[4], l[3]; return l })
		}, false, "entries.jsonl line 4 (entry 5)", "out of order", "entry 5 stands where entry 4 is expected"},
		{"first entry dropped", dropEntry(0), false, "entries.jsonl line 1 (entry 2)", "missing", "out of order"},
		{"middle entry dropped", dropEntry(3), false, "entries.jsonl line 4 (entry 5)", "missing", "out of order"},
		{"last entry dropped", dropEntry(6), false, "entries.jsonl line 6 (entry 6)", "missing at the end", "missing at the end"},
		{"last line dropped only", settleAfter(func(f *bundleFiles) { l := f.lines(fileEntries); f.setLines(fileEntries, l[:6]) }), false,
			"entries.jsonl", "missing", "entries are missing"},
		{"size altered", settleAfter(func(f *bundleFiles) { everyNote(f, "\n20\n", "\n21\n") }), false, "checkpoint", "signature", "the signature on checkpoint is wrong"},
		{"signature bent", settleAfter(flipSignature), false, "checkpoint", "signature", "the signature on checkpoint is wrong"},
		{"key replaced", settleAfter(func(f *bundleFiles) {
			_, public, _ := NewKey(&counting{n: 50}, testOrigin)
			f.data[fileKeys] = []byte(public + "\n")
		}), false, "checkpoint", "no known key", "no known key has signed"},
		{"key that is none", settleAfter(func(f *bundleFiles) { f.data[fileKeys] = []byte("x+y+z\n") }), false, "log.vkey", "not a verifier key", "no known key has signed"},
		{"proofs swapped", settleAfter(func(f *bundleFiles) {
			a, b := proofFile(3), proofFile(5)
			f.data[a], f.data[b] = f.data[b], f.data[a]
		}), false, "proofs/3.tlog-proof (entry 1)", "index 5", "is not the proof for index 3"},
		{"proofs swapped with their index", settleAfter(func(f *bundleFiles) {
			a, b := proofFile(3), proofFile(5)
			f.data[a], f.data[b] = bytes.Replace(f.data[b], []byte("index 5"), []byte("index 3"), 1), bytes.Replace(f.data[a], []byte("index 3"), []byte("index 5"), 1)
		}), false, "proofs/3.tlog-proof (entry 1)", "does not hold", "entry 1 is not in the signed log"},
		{"path shortened", settleAfter(func(f *bundleFiles) {
			l := strings.SplitN(string(f.data[proofFile(3)]), "\n", 4)
			f.data[proofFile(3)] = []byte(l[0] + "\n" + l[1] + "\n" + l[3])
		}), false, "proofs/3.tlog-proof (entry 1)", "does not hold", "does not fit the tree"},
		{"proof to another checkpoint", settleAfter(func(f *bundleFiles) { f.replace(proofFile(3), "\n20\n", "\n19\n") }), false,
			"proofs/3.tlog-proof (entry 1)", "another checkpoint", "leads to another checkpoint"},
		{"proof missing", settleAfter(func(f *bundleFiles) { f.drop(proofFile(3)) }), false, "manifest.json", "6 proofs for 7 entries", "proofs/3.tlog-proof is missing"},
		{"opened value altered", settleAfter(func(f *bundleFiles) { f.replace(fileOpenings, "Noa Bar", "Noa Baz") }), false,
			"openings.jsonl line 7 (entry 5)", "typed_name.after", "openings.jsonl line 7: the value for typed_name.after of entry 5"},
		{"opened value moved to another entry", settleAfter(func(f *bundleFiles) {
			f.replace(fileOpenings, `"seq":5,"value":"Noa Bar"`, `"seq":6,"value":"Noa Bar"`)
		}), false, "openings.jsonl line 7 (entry 6)", "no committed value", "entry 6 has made no such commitment"},
		{"opening said twice", settleAfter(func(f *bundleFiles) {
			l := f.lines(fileOpenings)
			f.setLines(fileOpenings, append([]string{l[0]}, l...))
		}), false, "openings.jsonl line 2 (entry 1)", "repeated", ""},
		{"opening in another spelling", settleAfter(func(f *bundleFiles) { f.replace(fileOpenings, `,"field"`, `, "field"`) }), false,
			"openings.jsonl line 1", "canonical", "openings.jsonl line 1 is not an opening"},
		{"file added", func(f *bundleFiles) { f.put("evil.txt", []byte("x")) }, true, "", "evil.txt", "evil.txt is not in the manifest"},
		{"proof added", func(f *bundleFiles) { f.put(proofFile(4), f.data[proofFile(3)]) }, true, "proofs/4.tlog-proof", "added", "proofs/4.tlog-proof is not in the manifest"},
		{"file added and listed", func(f *bundleFiles) {
			f.put("evil.txt", []byte("x"))
			f.settle(f.manifest().Entries)
		}, false, "", "evil.txt", "the manifest lists a file that a bundle does not have"},
		{"file missing", func(f *bundleFiles) { f.drop(fileOpenings) }, true, "openings.jsonl", "missing", "openings.jsonl is missing"},
		{"file missing and unlisted", settleAfter(func(f *bundleFiles) { f.drop(fileOpenings) }), false, "manifest.json", "does not list openings.jsonl", "openings.jsonl is missing"},
		{"manifest missing", func(f *bundleFiles) { f.drop(fileManifest) }, true, "manifest.json", "missing", "manifest.json is missing"},
		{"manifest in another layout", func(f *bundleFiles) { f.replace(fileManifest, "{\n", "{\n\n") }, true, "manifest.json", "laid out", "not understood"},
		{"manifest names another log", func(f *bundleFiles) { f.replace(fileManifest, testOrigin, "h/audit/agency-2") }, true, "checkpoint", "another|names", "belongs to another log"},
		{"manifest names another stream", func(f *bundleFiles) { f.replace(fileManifest, "crisis:c-1", "crisis:c-2") }, true, "entries.jsonl line 1 (entry 1)", "stream", "another stream"},
		{"page rewritten", settleAfter(func(f *bundleFiles) { f.replace(fileRecord, "The crisis was opened.", "Nothing happened.") }), false, "record.html", "does not say what the entries say", ""},
		{"script replaced", settleAfter(func(f *bundleFiles) { f.data[fileScript] = []byte("echo VALID\n") }), false, "verify.sh", "not the one", ""},
		{"readme replaced", settleAfter(func(f *bundleFiles) { f.data[fileReadme] = []byte("trust me\n") }), false, "README.txt", "not the one", ""},
		{"consistency bent", settleAfter(func(f *bundleFiles) {
			l := f.lines("consistency-from-7.txt")
			l[3], l[2] = l[2], l[3]
			f.setLines("consistency-from-7.txt", l)
		}), false, "consistency-from-7.txt", "does not extend", "rewritten since the export before"},
		{"consistency from an unsigned head", settleAfter(func(f *bundleFiles) { f.replace("consistency-from-7.txt", "\n7\n", "\n6\n") }), false,
			"consistency-from-7.txt", "signature", "signature"},
	}
}

func TestTamperedBundlesAreRefused(t *testing.T) {
	good := crisisWorld(t).bundle()
	for _, c := range tampers() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := unzip(t, good)
			c.bend(f)
			r := verify(t, f.zip(), "")
			requireProblem(t, r, c.place, c.says, c.careless)
			if code, out := f.script(""); c.script == "" {
				if code != 0 && !strings.Contains(out, "is not an opening") {
					t.Logf("verify.sh sees it too: %s", out)
				}
			} else if code == 0 || !containsAny(out, c.script) {
				t.Errorf("verify.sh ends with %d and says %q, want %q", code, out, c.script)
			}
		})
	}
}

func containsAny(s, list string) bool {
	for want := range strings.SplitSeq(list, "|") {
		if strings.Contains(s, want) {
			return true
		}
	}
	return false
}

// requireProblem wants the place among the problems with the words; of a settled forgery it must be the first.
func requireProblem(t *testing.T, r Report, place, says string, anywhere bool) {
	t.Helper()
	if r.OK() {
		t.Fatalf("it was accepted:\n%s", r.Summary())
	}
	for _, p := range r.Problems {
		if s := p.String(); strings.HasPrefix(s, place) && containsAny(s, says) {
			return
		}
		if !anywhere {
			break
		}
	}
	t.Errorf("want %q with %q, got\n%s", place, says, r.Summary())
}

// A log that holds its own key can sign anything; what it cannot do is make an
// invalid entry pass.
func TestDishonestLogIsRefused(t *testing.T) {
	c := CrisisStream("c-1")
	cases := map[string]struct {
		bend        func(body string) string
		says, shell string
	}{
		"key twice":       {func(b string) string { return strings.Replace(b, `"outcome":"ok"`, `"outcome":"ok","outcome":"ok"`, 1) }, "each key once", "a key stands twice"},
		"not canonical":   {func(b string) string { return strings.Replace(b, `,"log"`, `, "log"`, 1) }, "canonical", ""},
		"key in capitals": {func(b string) string { return strings.Replace(b, `"action"`, `"Action"`, 1) }, "fields", "not the export itself"},
		"float":           {func(b string) string { return strings.Replace(b, `"after":1,`, `"after":1.5,`, 1) }, "whole number", "count and head"},
		"null":            {func(b string) string { return strings.Replace(b, `"after":1,`, `"after":null,`, 1) }, "whole number|fields", "count and head"},
		"decomposed text": {func(b string) string { return strings.Replace(b, `"head"`, "\"e\u0301\"", 1) }, "normal form", "count and head"},
		"unknown action":  {func(b string) string { return strings.Replace(b, "export.created", "export.creatde", 1) }, "not in the list", "not the export itself"},
		"unknown field":   {func(b string) string { return strings.Replace(b, `,"v":1`, `,"v":1,"w":1`, 1) }, "fields", "this is not an entry"},
		"newer format":    {func(b string) string { return strings.Replace(b, `"v":1`, `"v":2`, 1) }, "format 2", "this is not an entry"},
		"time with zone":  {func(b string) string { return strings.Replace(b, `000000Z"`, `000000+02:00"`, 1) }, "UTC", ""},
		"wrong count":     {func(b string) string { return strings.Replace(b, `"after":1,`, `"after":7,`, 1) }, "count and head", "count and head"},
		"other log":       {func(b string) string { return strings.Replace(b, `"agency-1"`, `"agency-2"`, 1) }, "another log|belongs to log", "belongs to another log"},
		"other previous": {func(b string) string {
			return b[:strings.Index(b, `"prev":"`)+8] + strings.Repeat("a", 64) + b[strings.Index(b, `"prev":"`)+72:]
		}, "does not follow", "does not follow"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.add(Event{Stream: c, Action: CrisisOpened, Actor: workflow, Object: Object{ID: "c-1"}})
			enc, err := Encode(&w.random, Event{Stream: c, Action: ExportCreated, Actor: workflow, Object: Object{ID: "x-1"}}, w.meta(c))
			if err != nil {
				t.Fatal(err)
			}
			w.raw(c, enc.Body, nil)
			bent := tc.bend(string(enc.Body))
			if bent == string(enc.Body) {
				t.Fatal("the case bends nothing")
			}
			honest := unzip(t, w.bundle())
			f := w.dishonest(honest, []byte(bent))
			r := verify(t, f.zip(), w.public)
			if len(r.Problems) == 0 || r.Problems[0].File != fileEntries || r.Problems[0].Line != 2 || !containsAny(r.Problems[0].Text, tc.says) {
				t.Errorf("want line 2 and %q, got\n%s", tc.says, r.Summary())
			}
			if code, out := f.script(w.public); tc.shell != "" && (code == 0 || !strings.Contains(out, tc.shell)) {
				t.Errorf("verify.sh ends with %d and says %q, want %q", code, out, tc.shell)
			}
		})
	}
}

// dishonest signs a log in which the last entry is body, and makes all files fit it.
func (w *world) dishonest(f *bundleFiles, body []byte) *bundleFiles {
	var tree Frontier
	nodes := stored{}
	leaves := []Hash{LeafHash(w.entries[0].Body), LeafHash(body)}
	for _, l := range leaves {
		for _, n := range tree.Append(l) {
			nodes[n.Index] = n.Hash
		}
	}
	signed, err := Checkpoint{Origin: testOrigin, Size: 2, Root: tree.Root()}.Sign(w.secret)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range leaves {
		if f.data[proofFile(int64(i))], err = ProveInclusion(int64(i), 2, signed, nodes); err != nil {
			w.t.Fatal(err)
		}
	}
	f.data[fileCheckpoint] = signed
	f.setLines(fileEntries, []string{string(w.entries[0].Body), string(body)})
	f.settle(f.leavesOf())
	return f
}

// A forger with a key of his own makes a bundle that is whole in itself; only
// the pinned key tells.
func TestForeignKeyNeedsPinning(t *testing.T) {
	forged := crisisWorld(t)
	_, honest, err := NewKey(&counting{n: 99}, testOrigin)
	if err != nil {
		t.Fatal(err)
	}
	data := forged.bundle()
	if r := verify(t, data, ""); !r.OK() || !strings.Contains(r.Summary(), "taken from the bundle") {
		t.Error("without a pinned key it is whole, and the summary says whose key was used")
	}
	r := verify(t, data, honest)
	if r.OK() || r.Problems[0].File != fileKeys || !strings.Contains(r.Problems[0].Text, "not the one you gave") {
		t.Errorf("the forger's key was not refused: %s", r.Summary())
	}
	if code, out := unzip(t, data).script(honest); code == 0 || !strings.Contains(out, "no known key has signed") {
		t.Errorf("verify.sh: %s", out)
	}
}

// What only the archive itself can hold.
func TestHostileArchivesAreRefused(t *testing.T) {
	good := unzip(t, crisisWorld(t).bundle())
	build := func(extra func(*zip.Writer)) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range good.names {
			w, _ := z.Create(name)
			w.Write(good.data[name])
		}
		extra(z)
		z.Close()
		return b.Bytes()
	}
	create := func(name, text string) func(*zip.Writer) {
		return func(z *zip.Writer) { w, _ := z.Create(name); w.Write([]byte(text)) }
	}
	cases := map[string]struct {
		data []byte
		says string
	}{
		"name that leads out": {build(create("../evil.sh", "x")), `"../evil.sh"`},
		"absolute name":       {build(create("/etc/passwd", "x")), `"/etc/passwd"`},
		"name with backslash": {build(create(`proofs\1.tlog-proof`, "x")), "does not have"},
		"entries twice":       {build(create(fileEntries, "x")), "entries.jsonl: The archive holds this file twice"},
		"link": {build(func(z *zip.Writer) {
			h := &zip.FileHeader{Name: proofFile(99)}
			h.SetMode(fs.ModeSymlink)
			z.CreateHeader(h)
		}), "not a regular file"},
		"manifest of zeros":     {replaceIn(t, good, fileManifest, make([]byte, 1<<20)), "manifest"},
		"endless line":          {replaceIn(t, good, fileEntries, bytes.Repeat([]byte("x"), 1<<20)), "longer than any"},
		"no newline at the end": {replaceIn(t, good, fileEntries, bytes.TrimSuffix(good.data[fileEntries], []byte("\n"))), "newline"},
		"huge checkpoint":       {replaceIn(t, good, fileCheckpoint, make([]byte, 1<<20)), "longer than"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := verify(t, c.data, "")
			if !strings.Contains(r.Summary(), c.says) || r.OK() {
				t.Errorf("want %q, got\n%s", c.says, r.Summary())
			}
		})
	}
	if _, err := Verify(strings.NewReader("not a zip"), 9, VerifyOptions{}); !fault.Is(err, "audit_bundle_unreadable") {
		t.Errorf("got %v", err)
	}
	if _, err := Verify(strings.NewReader(""), 0, VerifyOptions{Keys: "x"}); !fault.Is(err, "audit_key_invalid") {
		t.Errorf("got %v", err)
	}
	cut := build(func(*zip.Writer) {})
	if _, err := Verify(bytes.NewReader(cut), int64(len(cut)-50), VerifyOptions{}); !fault.Is(err, "audit_bundle_unreadable") {
		t.Errorf("a cut archive: %v", err)
	}
}

// replaceIn swaps one file and settles the manifest's sums where there is one.
func replaceIn(t *testing.T, good *bundleFiles, name string, data []byte) []byte {
	f := &bundleFiles{t: t, data: map[string][]byte{}}
	for _, n := range good.names {
		f.put(n, good.data[n])
	}
	f.data[name] = data
	if name != fileManifest {
		f.settle(good.manifest().Entries)
	}
	return f.zip()
}

// Every single byte of the signed files matters.
func TestAnyFlippedByteIsSeen(t *testing.T) {
	good := unzip(t, crisisWorld(t).bundle())
	for _, name := range []string{fileEntries, fileOpenings, fileCheckpoint, fileKeys, fileManifest, proofFile(3), "consistency-from-7.txt"} {
		data := good.data[name]
		step := max(1, len(data)/60)
		for i := 0; i < len(data); i += step {
			bent := bytes.Clone(data)
			bent[i] ^= 1 << (i % 8)
			if r := verify(t, replaceIn(t, good, name, bent), ""); r.OK() {
				t.Errorf("%s with byte %d flipped from %q to %q was accepted", name, i, data[i], bent[i])
			}
		}
	}
	if fmt.Sprint(verify(t, good.zip(), "").Problems) != "[]" {
		t.Error("the unbent bundle is not accepted")
	}
}
