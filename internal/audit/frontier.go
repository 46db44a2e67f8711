package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/migdalor/migdalor/internal/fault"
)

// Node is one hash of the tree at its place in storage, numbered as
// tlog.StoredHashIndex does.
type Node struct {
	Index int64
	Hash  Hash
}

// Frontier is the right edge of an RFC 6962 tree: the roots of its complete
// subtrees, largest first. It is all that appending needs, so no node is read
// back. The zero Frontier is the empty tree.
type Frontier struct {
	size  int64
	roots []Hash
}

// Size is the number of leaves.
func (f *Frontier) Size() int64 { return f.size }

// Append adds a leaf and returns the nodes to store, in rising order of Index,
// beginning with the leaf's own.
func (f *Frontier) Append(leaf Hash) []Node {
	index := tlog.StoredHashIndex(0, f.size)
	nodes := []Node{{index, leaf}}
	h := leaf
	for range bits.TrailingZeros64(uint64(f.size + 1)) {
		last := len(f.roots) - 1
		h = tlog.NodeHash(f.roots[last], h)
		f.roots = f.roots[:last]
		index++
		nodes = append(nodes, Node{index, h})
	}
	f.roots = append(f.roots, h)
	f.size++
	return nodes
}

// Root is the tree's hash; of the empty tree, the hash of nothing.
func (f *Frontier) Root() Hash {
	if f.size == 0 {
		return sha256.Sum256(nil)
	}
	h := f.roots[len(f.roots)-1]
	for i := len(f.roots) - 2; i >= 0; i-- {
		h = tlog.NodeHash(f.roots[i], h)
	}
	return h
}

// Bytes is the stored form: the size in eight bytes, big endian, then the roots.
func (f *Frontier) Bytes() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(f.roots)*tlog.HashSize), uint64(f.size))
	for _, h := range f.roots {
		b = append(b, h[:]...)
	}
	return b
}

// ParseFrontier reads what Bytes wrote; no bytes are the empty tree. Its error
// is audit_frontier_invalid.
func ParseFrontier(b []byte) (*Frontier, error) {
	if len(b) == 0 {
		return &Frontier{}, nil
	}
	broken := fault.New(fault.Internal, "audit_frontier_invalid", "The ledger's stored frontier is damaged.")
	if len(b) < 8 {
		return nil, broken
	}
	size := binary.BigEndian.Uint64(b)
	b = b[8:]
	if size > 1<<62 || len(b) != bits.OnesCount64(size)*tlog.HashSize {
		return nil, broken
	}
	f := &Frontier{size: int64(size)}
	for ; len(b) > 0; b = b[tlog.HashSize:] {
		f.roots = append(f.roots, Hash(b[:tlog.HashSize]))
	}
	return f, nil
}
