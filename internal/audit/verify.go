package audit

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/migdalor/migdalor/internal/fault"
)

// Limits on what is read from a bundle that somebody else made.
const (
	maxSmallFile = 64 << 10 // proofs, keys, checkpoint, scripts
	maxManifest  = 256 << 20
	maxFile      = 4 << 30
	maxFiles     = 2_000_000
)

// VerifyOptions says what the caller brings along.
type VerifyOptions struct {
	// Keys is the text of a key file that the caller trusts; empty to use the
	// bundle's own keys, which the report then says.
	Keys string
}

// Verify checks a bundle with nothing but itself and, if given, the caller's
// keys. What does not hold is in the report; an error means that nothing could
// be checked: audit_bundle_unreadable, audit_key_invalid, or a failed read.
func Verify(r io.ReaderAt, size int64, opts VerifyOptions) (Report, error) {
	v := &verifier{byName: map[string]*zip.File{}}
	if opts.Keys != "" {
		pinned, err := ParseVKeys(opts.Keys)
		if err != nil {
			return Report{}, err
		}
		v.keys, v.report.Pinned = pinned, true
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return Report{}, fault.New(fault.Invalid, "audit_bundle_unreadable", "The file is not a zip archive, or it is cut off.").Because(err)
	}
	v.names(archive)
	if v.readManifest() && v.readFiles() {
		v.readKeys()
		if v.readCheckpoint() {
			v.readConsistency()
			v.readEntries()
		}
	}
	return v.report, nil
}

type verifier struct {
	report   Report
	byName   map[string]*zip.File
	manifest manifest
	listed   map[string]manifestFile
	keys     []note.Verifier
	signed   []byte
	cp       Checkpoint
}

// names looks at the archive's directory only.
func (v *verifier) names(archive *zip.Reader) {
	if len(archive.File) > maxFiles {
		v.report.add("", 0, 0, "The archive holds %d files, more than any bundle.", len(archive.File))
		return
	}
	for _, f := range archive.File {
		switch {
		case f.Name == "proofs/" && f.UncompressedSize64 == 0:
		case !knownFile(f.Name):
			v.report.add("", 0, 0, "The archive holds a file that a bundle does not have: %.80q.", f.Name)
		case v.byName[f.Name] != nil:
			v.report.add(f.Name, 0, 0, "The archive holds this file twice.")
		case !f.Mode().IsRegular():
			v.report.add(f.Name, 0, 0, "This is not a regular file.")
		default:
			v.byName[f.Name] = f
		}
	}
}

// small reads a file whole, up to limit bytes.
func (v *verifier) small(name string, limit int64) ([]byte, bool) {
	f := v.byName[name]
	if f == nil {
		v.report.add(name, 0, 0, "The file is missing.")
		return nil, false
	}
	rc, err := f.Open()
	if err != nil {
		v.report.add(name, 0, 0, "The file cannot be unpacked.")
		return nil, false
	}
	defer rc.Close()
	data, err := io.ReadAll(io.LimitReader(rc, limit+1))
	switch {
	case int64(len(data)) > limit:
		v.report.add(name, 0, 0, "The file is longer than the %d bytes it may have.", limit)
		return nil, false
	case err != nil:
		v.report.add(name, 0, 0, "The file cannot be unpacked: it is damaged.")
		return nil, false
	}
	return data, true
}

func (v *verifier) readManifest() bool {
	data, ok := v.small(fileManifest, maxManifest)
	if !ok {
		return false
	}
	m, err := parseManifest(data)
	if err != nil {
		v.report.add(fileManifest, 0, 0, "%s", sentence(err))
		return false
	}
	v.manifest, v.listed = m, make(map[string]manifestFile, len(m.Files))
	for _, f := range m.Files {
		v.listed[f.Name] = f
	}
	return true
}

// readFiles compares every file with the manifest. It goes on after a
// difference, because what follows says which entry it is.
func (v *verifier) readFiles() bool {
	for _, f := range v.manifest.Files {
		if v.byName[f.Name] == nil {
			v.report.add(f.Name, 0, 0, "The file is missing.")
		}
	}
	for _, name := range []string{fileEntries, fileOpenings, fileCheckpoint, fileKeys, fileRecord, fileScript, fileReadme} {
		if _, ok := v.listed[name]; !ok {
			v.report.add(fileManifest, 0, 0, "The manifest does not list %s.", name)
		}
	}
	proofs := 0
	for name := range v.byName {
		if _, ok := v.listed[name]; !ok && name != fileManifest {
			v.report.add(name, 0, 0, "The file was added: the manifest does not list it.")
		}
		if proofName.MatchString(name) {
			proofs++
		}
	}
	if proofs != len(v.manifest.Entries) {
		v.report.add(fileManifest, 0, 0, "There are %d proofs for %d entries.", proofs, len(v.manifest.Entries))
	}
	for _, f := range v.manifest.Files {
		if v.byName[f.Name] == nil {
			continue
		}
		if wrong := v.compare(f); wrong != "" {
			v.report.add(f.Name, 0, 0, "%s", wrong)
		}
	}
	return v.byName[fileEntries] != nil && v.byName[fileOpenings] != nil
}

func (v *verifier) compare(want manifestFile) string {
	if want.Size > maxFile {
		return fmt.Sprintf("The file is said to be %d bytes long, more than is read.", want.Size)
	}
	rc, err := v.byName[want.Name].Open()
	if err != nil {
		return "The file cannot be unpacked."
	}
	defer rc.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(rc, want.Size+1))
	switch {
	case err != nil:
		return "The file cannot be unpacked: it is damaged."
	case n != want.Size || hex.EncodeToString(h.Sum(nil)) != want.SHA256:
		return "The file was altered: it is not the one that the manifest lists."
	}
	return v.compareText(want)
}

// compareText holds the files that the export makes from nothing but itself
// against this program's own.
func (v *verifier) compareText(want manifestFile) string {
	own := map[string][]byte{fileScript: verifyScript, fileReadme: readme}[want.Name]
	if own == nil {
		return ""
	}
	sum := sha256.Sum256(own)
	switch {
	case v.manifest.Texts != textsVersion:
		v.report.note("%s is of another version than this program's and was not compared.", want.Name)
	case hex.EncodeToString(sum[:]) != want.SHA256:
		return "The file is not the one that the export writes."
	}
	return ""
}

func (v *verifier) readKeys() {
	data, ok := v.small(fileKeys, maxSmallFile)
	if !ok {
		return
	}
	own, err := ParseVKeys(string(data))
	if err != nil {
		v.report.add(fileKeys, 0, 0, "%s", sentence(err))
		return
	}
	if !v.report.Pinned {
		v.keys = own
		return
	}
	for _, k := range own {
		for _, p := range v.keys {
			if k.Name() == p.Name() && k.KeyHash() == p.KeyHash() {
				return
			}
		}
	}
	v.report.add(fileKeys, 0, 0, "The bundle's key %s is not the one you gave (%s).", KeyID(own[0]), KeyID(v.keys[0]))
}

func (v *verifier) readCheckpoint() bool {
	data, ok := v.small(fileCheckpoint, maxSmallFile)
	if !ok {
		return false
	}
	cp, key, err := OpenCheckpoint(data, v.keys...)
	if err != nil {
		v.report.add(fileCheckpoint, 0, 0, "%s", sentence(err))
		// Without a signed root the entries can still be held against each
		// other, which names the place that was altered.
		v.readEntries()
		return false
	}
	if cp.Origin != v.manifest.Origin {
		v.report.add(fileCheckpoint, 0, 0, "The checkpoint belongs to the log %s, the manifest names %s.", cp.Origin, v.manifest.Origin)
	}
	v.signed, v.cp = data, cp
	v.report.Origin, v.report.TreeSize, v.report.Root, v.report.KeyID = cp.Origin, cp.Size, Hex(cp.Root), KeyID(key)
	return true
}

func (v *verifier) readConsistency() {
	for name := range v.listed {
		if !consistencyName.MatchString(name) {
			continue
		}
		data, ok := v.small(name, maxSmallFile)
		if !ok {
			continue
		}
		p, err := ParseConsistency(data)
		if err == nil && name != fmt.Sprintf("consistency-from-%d.txt", p.Number) {
			err = badProof("it begins at size %d, its name says otherwise", p.Number)
		}
		var old Checkpoint
		if err == nil {
			old, _, err = OpenCheckpoint(p.Note, v.keys...)
		}
		if err == nil && old.Origin != v.cp.Origin {
			err = badProof("its checkpoint belongs to another log")
		}
		if err == nil {
			err = p.CheckConsistency(old, v.cp)
		}
		if err != nil {
			v.report.add(name, 0, 0, "%s", sentence(err))
			continue
		}
		v.report.ConsistentFrom = old.Size
	}
}

// proof checks that the entry with this leaf stands in the signed tree.
func (v *verifier) proof(e manifestEntry, leaf Hash) {
	if v.signed == nil {
		return
	}
	name := proofFile(e.Index)
	data, ok := v.small(name, maxSmallFile)
	if !ok {
		return
	}
	p, err := ParseProof(data)
	switch {
	case err != nil:
	case p.Number != e.Index:
		err = badProof("it is for index %d, the manifest says %d", p.Number, e.Index)
	case !bytes.Equal(p.Note, v.signed):
		err = badProof("it leads to another checkpoint than the bundle's")
	default:
		err = p.CheckInclusion(v.cp, leaf)
	}
	if err != nil {
		v.report.add(name, 0, e.Seq, "%s", sentence(err))
	}
}

// sentence is what a fault may show.
func sentence(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Message
	}
	return strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
}
