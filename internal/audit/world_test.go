package audit

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const testOrigin = "desk.example.org/audit/agency-1"

// world is a small ledger in memory.
type world struct {
	t        testing.TB
	random   counting
	secret   string
	public   string
	tree     Frontier
	nodes    stored
	heads    map[Stream]Hash
	seqs     map[Stream]int64
	entries  []BundleEntry // of crisis c-1
	previous []byte
	n        int
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, nodes: stored{}, heads: map[Stream]Hash{}, seqs: map[Stream]int64{}}
	var err error
	if w.secret, w.public, err = NewKey(&counting{}, testOrigin); err != nil {
		t.Fatal(err)
	}
	return w
}

// sequence puts a leaf into the tree.
func (w *world) sequence(leaf Hash) int64 {
	index := w.tree.Size()
	for _, n := range w.tree.Append(leaf) {
		w.nodes[n.Index] = n.Hash
	}
	return index
}

// meta is the next place in a stream.
func (w *world) meta(s Stream) Meta {
	w.n++
	m := Meta{
		LogID: "agency-1", ID: fmt.Sprintf("019ab3c4-0000-7000-8000-%012x", w.n),
		At: time.Date(2026, 11, 22, 10, 0, w.n, 0, time.UTC), PolicyRev: 4,
	}
	if s.Chained() {
		m.Seq, m.Prev = w.seqs[s]+1, w.heads[s]
	}
	return m
}

func (w *world) add(e Event) {
	m := w.meta(e.Stream)
	enc, err := Encode(&w.random, e, m)
	if err != nil {
		w.t.Fatal(err)
	}
	w.raw(e.Stream, enc.Body, enc.Openings)
}

// raw sequences a body as it is, also one that Encode would never make.
func (w *world) raw(s Stream, body []byte, openings []Opening) {
	leaf := LeafHash(body)
	index := w.sequence(leaf)
	w.heads[s] = leaf
	w.seqs[s]++
	if s == CrisisStream("c-1") {
		w.entries = append(w.entries, BundleEntry{Index: index, Body: body, Openings: openings})
	}
}

func (w *world) checkpoint() []byte {
	signed, err := Checkpoint{Origin: testOrigin, Size: w.tree.Size(), Root: w.tree.Root()}.Sign(w.secret)
	if err != nil {
		w.t.Fatal(err)
	}
	return signed
}

func (w *world) input() BundleInput {
	return BundleInput{
		Entries: func(yield func(BundleEntry, error) bool) {
			for _, e := range w.entries {
				if !yield(e, nil) {
					return
				}
			}
		},
		Nodes: w.nodes, Checkpoint: w.checkpoint(), Keys: w.public, Previous: w.previous,
	}
}

var (
	dana     = Actor{Type: ActorUser, ID: "u-1", Name: "דנה לוי", Via: ViaConsole, Session: "s-1"}
	approver = Actor{Type: ActorApprover, ID: "ap-1", Name: `Noa "Nono" \ Bar`, Via: ViaLink}
	workflow = Actor{Type: ActorWorkflow, ID: "crisis-c-1", Via: ViaWorkflow}
)

// nasty is personal text with everything that a careless reader trips over.
const nasty = "<script>alert(1)</script> \"quoted\" \\n back\\slash %s $(id) \u202etxet\u202c\nline\ttab\u0001 שלום 🙂 {\"seq\":9,\"prev\":\"x\"}"

// crisisWorld is a short crisis among other entries, exported once before.
func crisisWorld(t testing.TB) *world {
	w := newWorld(t)
	c, client := CrisisStream("c-1"), ClientStream("cl-1")
	noise := func(n int) {
		for i := range n {
			w.add(Event{Stream: client, Action: MentionsIngested, Actor: Actor{Type: ActorSource, ID: "src-1", Via: ViaWebhook}, Object: Object{ID: fmt.Sprint("b-", i)}, Changes: []Change{Set("count", 40+i)}})
		}
	}
	noise(3)
	w.add(Event{Stream: c, Action: CrisisOpened, Actor: dana, Object: Object{ID: "c-1"}, ClientID: "cl-1", RequestID: "r-1", Changes: []Change{Set("severity", 3), Private("title", "client:cl-1", nil, nasty)}})
	noise(1)
	w.add(Event{Stream: c, Action: CrisisStageEntered, Actor: workflow, Object: Object{ID: "c-1"}, Changes: []Change{Set("stage", "detect")}})
	w.add(Event{Stream: c, Action: ExportCreated, Actor: dana, Object: Object{ID: "x-1"}})
	w.previous = w.checkpoint()
	noise(6)
	w.add(Event{Stream: c, Action: CrisisGateOverridden, Actor: dana, Object: Object{ID: "c-1"}, Reason: nasty, Changes: []Change{Changed("stage", "detect", "assess"), Set("missing", []string{"triage", "acknowledgement"})}})
	w.add(Event{Stream: c, Action: ApprovalDecided, Actor: approver, Object: Object{ID: "a-1", Version: 2}, Changes: []Change{Set("decision", "approved"), Private("typed_name", "", nil, "Noa Bar")}})
	w.add(Event{Stream: c, Action: PublicationRefused, Outcome: OutcomeDenied, Actor: workflow, Object: Object{ID: "p-1"}})
	noise(2)
	w.add(Event{Stream: c, Action: ExportCreated, Actor: dana, Object: Object{ID: "x-2"}})
	noise(1)
	return w
}

func (w *world) bundle() []byte {
	var b bytes.Buffer
	if err := WriteBundle(&b, w.input()); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

// bundle in pieces, to be bent and put together again.
type bundleFiles struct {
	t     testing.TB
	names []string
	data  map[string][]byte
}

func unzip(t testing.TB, data []byte) *bundleFiles {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f := &bundleFiles{t: t, data: map[string][]byte{}}
	for _, zf := range r.File {
		rc, err := zf.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		f.put(zf.Name, content)
	}
	return f
}

func (f *bundleFiles) put(name string, data []byte) {
	if _, ok := f.data[name]; !ok {
		f.names = append(f.names, name)
	}
	f.data[name] = data
}

func (f *bundleFiles) drop(name string) {
	delete(f.data, name)
	f.names = slicesDelete(f.names, name)
}

func slicesDelete(list []string, gone string) []string {
	var out []string
	for _, s := range list {
		if s != gone {
			out = append(out, s)
		}
	}
	return out
}

func (f *bundleFiles) manifest() manifest {
	m, err := parseManifest(f.data[fileManifest])
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

// replace swaps the first occurrence of old and fails when there is none.
func (f *bundleFiles) replace(name, old, now string) {
	f.t.Helper()
	if !bytes.Contains(f.data[name], []byte(old)) {
		f.t.Fatalf("%s does not hold %q", name, old)
	}
	f.data[name] = bytes.Replace(f.data[name], []byte(old), []byte(now), 1)
}

func (f *bundleFiles) lines(name string) []string {
	return strings.Split(strings.TrimSuffix(string(f.data[name]), "\n"), "\n")
}

func (f *bundleFiles) setLines(name string, lines []string) {
	f.data[name] = []byte(strings.Join(lines, "\n") + "\n")
}

// settle makes the manifest fit again, as a forger would.
func (f *bundleFiles) settle(entries []manifestEntry) {
	m := f.manifest()
	m.Entries, m.Files = entries, nil
	for _, name := range f.names {
		if name != fileManifest {
			sum := sha256.Sum256(f.data[name])
			m.Files = append(m.Files, manifestFile{Name: name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(f.data[name]))})
		}
	}
	var b bytes.Buffer
	if err := m.write(&b); err != nil {
		f.t.Fatal(err)
	}
	f.data[fileManifest] = b.Bytes()
}

// leavesOf keeps the manifest's indexes and takes hashes and numbers from the lines as they now are.
func (f *bundleFiles) leavesOf() []manifestEntry {
	list := f.manifest().Entries
	for i, line := range f.lines(fileEntries) {
		list[i].Leaf = Hex(LeafHash([]byte(line)))
	}
	return list
}

func (f *bundleFiles) zip() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range f.names {
		w, err := z.Create(name)
		if err != nil {
			f.t.Fatal(err)
		}
		if _, err := w.Write(f.data[name]); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		f.t.Fatal(err)
	}
	return b.Bytes()
}

func verify(t testing.TB, data []byte, keys string) Report {
	t.Helper()
	r, err := Verify(bytes.NewReader(data), int64(len(data)), VerifyOptions{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// script runs the shipped verify.sh over the files and gives its exit code and words.
func (f *bundleFiles) script(keys string) (int, string) {
	f.t.Helper()
	for _, tool := range []string{"bash", "openssl", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			f.t.Fatalf("this test needs the program %s; install it (Debian: apt-get install bash openssl coreutils)", tool)
		}
	}
	dir := f.t.TempDir()
	for name, data := range f.data {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
	trusted := filepath.Join(f.t.TempDir(), "verify.sh")
	key := ""
	if keys != "" {
		key = filepath.Join(filepath.Dir(trusted), "key")
		if err := os.WriteFile(key, []byte(keys+"\n"), 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
	if err := os.WriteFile(trusted, verifyScript, 0o644); err != nil {
		f.t.Fatal(err)
	}
	out, err := exec.Command("bash", trusted, key, dir).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		f.t.Fatal(err)
	}
	if exit != nil {
		return exit.ExitCode(), string(out)
	}
	return 0, string(out)
}
