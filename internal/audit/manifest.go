package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"github.com/migdalor/migdalor/internal/fault"
)

// bundleFormat names the layout of a bundle; textsVersion the wording of the
// files that are made from it (record.html, README.txt, verify.sh), which the
// checker makes again and compares when it has the same version.
const (
	bundleFormat = "migdalor-evidence/1"
	textsVersion = 1
)

// Names of the files in a bundle.
const (
	fileManifest   = "manifest.json"
	fileEntries    = "entries.jsonl"
	fileOpenings   = "openings.jsonl"
	fileCheckpoint = "checkpoint"
	fileKeys       = "log.vkey"
	fileRecord     = "record.html"
	fileScript     = "verify.sh"
	fileReadme     = "README.txt"
)

var (
	proofName       = regexp.MustCompile(`^proofs/(0|[1-9][0-9]{0,18})\.tlog-proof$`)
	consistencyName = regexp.MustCompile(`^consistency-from-[1-9][0-9]{0,18}\.txt$`)
)

func proofFile(index int64) string { return fmt.Sprintf("proofs/%d.tlog-proof", index) }

// knownFile reports whether a bundle may hold a file of this name. It is a
// closed list, so no name can lead out of the folder it is unpacked into.
func knownFile(name string) bool {
	switch name {
	case fileManifest, fileEntries, fileOpenings, fileCheckpoint, fileKeys, fileRecord, fileScript, fileReadme:
		return true
	}
	return proofName.MatchString(name) || consistencyName.MatchString(name)
}

// manifest lists what a bundle holds. It is not signed and proves nothing by
// itself: it finds damage, and maps each line of entries.jsonl to its proof.
type manifest struct {
	Format  string          `json:"format"`
	Texts   int             `json:"texts"`
	Origin  string          `json:"origin"`
	Stream  Stream          `json:"stream"`
	Entries []manifestEntry `json:"entries"`
	Files   []manifestFile  `json:"files"`
}

// manifestEntry is one line of entries.jsonl: its index in the log, its leaf in hex, its number.
type manifestEntry struct {
	Index int64  `json:"index"`
	Leaf  string `json:"leaf"`
	Seq   int64  `json:"seq"`
}

// manifestFile is one file: its hash in hex and its size in bytes.
type manifestFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// write spells the manifest in the one layout that is accepted: an item a line,
// so that a shell can read it.
func (m manifest) write(w io.Writer) error {
	var b bytes.Buffer
	quoted := func(v any) string {
		raw, _ := json.Marshal(v) // strings cannot fail
		return string(raw)
	}
	fmt.Fprintf(&b, "{\n\"format\": %s,\n\"texts\": %d,\n\"origin\": %s,\n\"stream\": %s,\n\"entries\": [\n",
		quoted(m.Format), m.Texts, quoted(m.Origin), quoted(m.Stream))
	comma := func(i, n int) string {
		if i < n-1 {
			return ","
		}
		return ""
	}
	for i, e := range m.Entries {
		fmt.Fprintf(&b, "{\"index\":%d,\"leaf\":%s,\"seq\":%d}%s\n", e.Index, quoted(e.Leaf), e.Seq, comma(i, len(m.Entries)))
	}
	b.WriteString("],\n\"files\": [\n")
	for i, f := range m.Files {
		fmt.Fprintf(&b, "{\"name\":%s,\"sha256\":%s,\"size\":%d}%s\n", quoted(f.Name), quoted(f.SHA256), f.Size, comma(i, len(m.Files)))
	}
	b.WriteString("]\n}\n")
	_, err := w.Write(b.Bytes())
	return err
}

// parseManifest reads a manifest and refuses every other layout of the same facts.
func parseManifest(data []byte) (manifest, error) {
	bad := func(what string) error {
		return fault.New(fault.Invalid, "audit_manifest_invalid", "%s", what)
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return m, bad("The manifest is not JSON with the expected fields.")
	}
	if m.Format != bundleFormat {
		return m, bad(fmt.Sprintf("The bundle's format is %.40q; this program reads %q.", m.Format, bundleFormat))
	}
	var again bytes.Buffer
	if err := m.write(&again); err != nil || !bytes.Equal(again.Bytes(), data) {
		return m, bad("The manifest is not laid out as the export writes it.")
	}
	for _, e := range m.Entries {
		if !hexPattern.MatchString(e.Leaf) || e.Index < 0 {
			return m, bad(fmt.Sprintf("The manifest's line for entry %d is not valid.", e.Seq))
		}
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		switch {
		case f.Name == fileManifest || !knownFile(f.Name):
			return m, bad(fmt.Sprintf("The manifest lists a file that a bundle does not have: %.80q.", f.Name))
		case seen[f.Name]:
			return m, bad(fmt.Sprintf("The manifest lists %s twice.", f.Name))
		case !hexPattern.MatchString(f.SHA256) || f.Size < 0:
			return m, bad(fmt.Sprintf("The manifest's line for %s is not valid.", f.Name))
		}
		seen[f.Name] = true
	}
	return m, nil
}
