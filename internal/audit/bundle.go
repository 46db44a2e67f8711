package audit

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"sort"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// verifyScript and readme travel in every bundle.
var (
	//go:embed verify.sh
	verifyScript []byte
	//go:embed bundle_readme.txt
	readme []byte
)

// BundleEntry is one entry on its way into a bundle.
type BundleEntry struct {
	// Index is the entry's place in the log, from 0.
	Index int64
	// Body are the stored bytes.
	Body []byte
	// Openings are those that the viewer may see, in any order.
	Openings []Opening
	// Erased are the commitments whose opening was destroyed.
	Erased []ErasedField
}

// ErasedField says that a value is gone and where the ledger says so.
type ErasedField struct {
	// Field is the Opening's.
	Field string
	// Index is the log index of the subject.erased entry.
	Index int64
}

// BundleInput is what an evidence bundle is made from.
type BundleInput struct {
	// Entries gives the stream from number 1 to the export.created entry itself,
	// in order. It is ranged several times and must give the same each time.
	Entries iter.Seq2[BundleEntry, error]
	// Nodes reads the stored nodes of the tree.
	Nodes HashReader
	// Checkpoint is signed and covers every entry.
	Checkpoint []byte
	// Keys is the text of log.vkey: verifier keys, newest first.
	Keys string
	// Previous is the signed checkpoint of the last export, or nil.
	Previous []byte
}

// WriteBundle writes the zip. The same input gives the same bytes. It refuses,
// with audit_bundle_broken, to write what Verify would not accept.
func WriteBundle(w io.Writer, in BundleInput) error {
	keys, err := ParseVKeys(in.Keys)
	if err != nil {
		return err
	}
	cp, key, err := OpenCheckpoint(in.Checkpoint, keys...)
	if err != nil {
		return err
	}
	b := &bundleWriter{zip: zip.NewWriter(w), in: in, cp: cp}
	b.head = recordHead{Origin: cp.Origin, Size: cp.Size, Root: Hex(cp.Root), KeyID: KeyID(key)}
	if in.Previous != nil {
		if b.previous, _, err = OpenCheckpoint(in.Previous, keys...); err != nil {
			return err
		}
	}
	for _, step := range []func() error{b.entries, b.proofs, b.openings, b.record, b.rest} {
		if err := step(); err != nil {
			return err
		}
	}
	m := manifest{Format: bundleFormat, Texts: textsVersion, Origin: cp.Origin, Stream: b.head.Stream, Entries: b.list, Files: b.files}
	if err := b.file(fileManifest, m.write); err != nil {
		return err
	}
	return b.zip.Close()
}

type bundleWriter struct {
	zip      *zip.Writer
	in       BundleInput
	cp       Checkpoint
	previous Checkpoint
	head     recordHead
	list     []manifestEntry
	files    []manifestFile
}

// zipTime is the time on every file, so that the same record gives the same bytes.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (b *bundleWriter) file(name string, write func(io.Writer) error) error {
	f, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipTime})
	if err != nil {
		return err
	}
	h := sha256.New()
	n := &counter{w: io.MultiWriter(f, h)}
	if err := write(n); err != nil {
		return err
	}
	b.files = append(b.files, manifestFile{Name: name, SHA256: hex.EncodeToString(h.Sum(nil)), Size: n.n})
	return nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func broken(format string, args ...any) *fault.Error {
	return fault.New(fault.Internal, "audit_bundle_broken", "The record cannot be exported: "+format, args...)
}

// entries writes entries.jsonl and holds the chain to its rules on the way.
func (b *bundleWriter) entries() error {
	return b.file(fileEntries, func(w io.Writer) error {
		var c chain
		for be, err := range b.in.Entries {
			if err != nil {
				return err
			}
			e, err := ParseEntry(be.Body)
			if err != nil {
				return broken("entry %d of it is not valid.", c.count+1).Because(err)
			}
			leaf := LeafHash(be.Body)
			if wrong := c.next(e, leaf); len(wrong) > 0 {
				return broken("%s", wrong[0])
			}
			if e.Log != originLog(b.cp.Origin) {
				return broken("entry %d belongs to the log %s, the checkpoint to %s.", e.Seq, e.Log, b.cp.Origin)
			}
			if be.Index < 0 || be.Index >= b.cp.Size {
				return broken("entry %d is not yet covered by the checkpoint; wait a second.", e.Seq)
			}
			b.list = append(b.list, manifestEntry{Index: be.Index, Leaf: Hex(leaf), Seq: e.Seq})
			if _, err := w.Write(append(be.Body[:len(be.Body):len(be.Body)], '\n')); err != nil {
				return err
			}
		}
		if wrong := c.end(); len(wrong) > 0 {
			return broken("%s", wrong[0])
		}
		b.head.Stream, b.head.Entries, b.head.Head = c.stream, c.count, Hex(c.head)
		return nil
	})
}

func (b *bundleWriter) proofs() error {
	for _, e := range b.list {
		data, err := ProveInclusion(e.Index, b.cp.Size, b.in.Checkpoint, b.in.Nodes)
		if err != nil {
			return err
		}
		p, err := ParseProof(data)
		if err != nil {
			return err
		}
		leaf, err := ParseHex(e.Leaf)
		if err != nil {
			return err
		}
		if err := p.CheckInclusion(b.cp, leaf); err != nil {
			return broken("entry %d is not in the signed tree at index %d.", e.Seq, e.Index).Because(err)
		}
		if err := b.bytes(proofFile(e.Index), data); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundleWriter) openings() error {
	return b.file(fileOpenings, func(w io.Writer) error {
		return b.again(func(e Entry, be BundleEntry) error {
			for _, l := range be.lines(e.Seq) {
				if wrong := l.check(e.Commitments()); wrong != "" {
					return broken("entry %d: %s", e.Seq, wrong)
				}
				line, err := l.bytes()
				if err != nil {
					return err
				}
				if _, err := w.Write(append(line, '\n')); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// lines are the entry's lines of openings.jsonl, by field.
func (be BundleEntry) lines(seq int64) []openingLine {
	lines := make([]openingLine, 0, len(be.Openings)+len(be.Erased))
	for _, o := range be.Openings {
		lines = append(lines, openedLine(seq, o))
	}
	for _, f := range be.Erased {
		lines = append(lines, openingLine{Erased: &f.Index, Field: f.Field, Seq: seq})
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i].Field < lines[j].Field })
	return lines
}

func (b *bundleWriter) record() error {
	return b.file(fileRecord, func(w io.Writer) error {
		r := recordWriter{w: w}
		if err := r.begin(b.head); err != nil {
			return err
		}
		err := b.again(func(e Entry, be BundleEntry) error {
			return r.entry(e, be.Index, LeafHash(be.Body), be.lines(e.Seq))
		})
		if err != nil {
			return err
		}
		return r.end()
	})
}

// again ranges over the entries once more and insists on the same ones.
func (b *bundleWriter) again(each func(Entry, BundleEntry) error) error {
	i := 0
	for be, err := range b.in.Entries {
		if err != nil {
			return err
		}
		if i >= len(b.list) || Hex(LeafHash(be.Body)) != b.list[i].Leaf || be.Index != b.list[i].Index {
			return broken("it changed while it was read.")
		}
		e, err := ParseEntry(be.Body)
		if err != nil {
			return err
		}
		if err := each(e, be); err != nil {
			return err
		}
		i++
	}
	if i != len(b.list) {
		return broken("it changed while it was read.")
	}
	return nil
}

func (b *bundleWriter) rest() error {
	if b.in.Previous != nil && b.previous.Size > 0 {
		data, err := ProveConsistency(b.previous.Size, b.cp.Size, b.in.Previous, b.in.Nodes)
		if err != nil {
			return err
		}
		if err := b.bytes(fmt.Sprintf("consistency-from-%d.txt", b.previous.Size), data); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{fileCheckpoint, b.in.Checkpoint}, {fileKeys, []byte(strings.Join(keyLines(b.in.Keys), "\n") + "\n")}, {fileScript, verifyScript}, {fileReadme, readme}} {
		if err := b.bytes(f.name, f.data); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundleWriter) bytes(name string, data []byte) error {
	return b.file(name, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(data))
		return err
	})
}
