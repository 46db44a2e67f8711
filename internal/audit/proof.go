package audit

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/migdalor/migdalor/internal/fault"
)

// First lines of the two proof files.
const (
	proofHeader       = "c2sp.org/tlog-proof@v1"
	consistencyHeader = "migdalor/tlog-consistency@v1"
)

// HashReader reads stored nodes by tlog.StoredHashIndex; the store implements it.
type HashReader = tlog.HashReader

func badProof(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "audit_proof_invalid", "The proof is not valid: "+format+".", args...)
}

// ProveInclusion writes the .tlog-proof file that shows the entry at index in
// the tree of the signed checkpoint, whose size is given beside it.
func ProveInclusion(index, size int64, signedCheckpoint []byte, nodes HashReader) ([]byte, error) {
	if index < 0 || index >= size {
		return nil, badProof("index %d is outside the tree of %d", index, size)
	}
	path, err := tlog.ProveRecord(size, index, nodes)
	if err != nil {
		return nil, fault.New(fault.Internal, "audit_nodes_missing", "The ledger's stored nodes are incomplete.").Because(err)
	}
	return formatProof(proofHeader, fmt.Sprintf("index %d", index), path, signedCheckpoint), nil
}

// ProveConsistency writes the consistency file that shows that the tree of size
// newSize holds all of the old checkpoint's tree unchanged. The old signed
// checkpoint is part of the file.
func ProveConsistency(oldSize, newSize int64, oldSigned []byte, nodes HashReader) ([]byte, error) {
	if oldSize < 1 || oldSize > newSize {
		return nil, badProof("there is nothing to compare between the sizes %d and %d", oldSize, newSize)
	}
	path, err := tlog.ProveTree(newSize, oldSize, nodes)
	if err != nil {
		return nil, fault.New(fault.Internal, "audit_nodes_missing", "The ledger's stored nodes are incomplete.").Because(err)
	}
	return formatProof(consistencyHeader, fmt.Sprintf("old %d", oldSize), path, oldSigned), nil
}

func formatProof(header, place string, path []Hash, note []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n", header, place)
	for _, h := range path {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteByte('\n')
	b.Write(note)
	return b.Bytes()
}

// Proof is a parsed proof file of either kind.
type Proof struct {
	// Number is the entry's index, or the old tree's size.
	Number int64
	Path   []Hash
	// Note is the signed checkpoint that the file carries, verbatim.
	Note []byte
}

// ParseProof reads a .tlog-proof file strictly; the optional extra line is refused, for nothing vouches for it.
func ParseProof(data []byte) (Proof, error) { return parseProof(data, proofHeader, "index ") }

// ParseConsistency reads a consistency file strictly.
func ParseConsistency(data []byte) (Proof, error) {
	return parseProof(data, consistencyHeader, "old ")
}

func parseProof(data []byte, header, word string) (Proof, error) {
	head, note, ok := bytes.Cut(data, []byte("\n\n"))
	if !ok {
		return Proof{}, badProof("no empty line precedes its checkpoint")
	}
	lines := strings.Split(string(head), "\n")
	if len(lines) < 2 || lines[0] != header {
		return Proof{}, badProof("its first line is not %q", header)
	}
	digits, ok := strings.CutPrefix(lines[1], word)
	number, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || number < 0 || strconv.FormatInt(number, 10) != digits {
		return Proof{}, badProof("its second line is not %q and a number", word)
	}
	if len(lines) > 2+128 {
		return Proof{}, badProof("its path is longer than any tree is high")
	}
	p := Proof{Number: number, Note: note}
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return Proof{}, badProof("its path holds something that is not a hash")
		}
		p.Path = append(p.Path, h)
	}
	return p, nil
}

// CheckInclusion reports whether p shows leaf at p.Number in the tree of c.
func (p Proof) CheckInclusion(c Checkpoint, leaf Hash) error {
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, p.Number, leaf); err != nil {
		return badProof("the tree of %d does not hold this entry at index %d", c.Size, p.Number).Because(err)
	}
	return nil
}

// CheckConsistency reports whether p shows that the tree of now extends the tree of old.
func (p Proof) CheckConsistency(old, now Checkpoint) error {
	if p.Number != old.Size {
		return badProof("it begins at size %d, its checkpoint at %d", p.Number, old.Size)
	}
	if err := tlog.CheckTree(p.Path, now.Size, now.Root, old.Size, old.Root); err != nil {
		return badProof("the tree of %d does not extend the tree of %d", now.Size, old.Size).Because(err)
	}
	return nil
}
