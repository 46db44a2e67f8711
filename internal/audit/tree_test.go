package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	flog "github.com/transparency-dev/formats/log"
	fproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/migdalor/migdalor/internal/fault"
)

// naiveRoot is RFC 6962, section 2.1, word for word.
func naiveRoot(leaves []Hash) Hash {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	default:
		k := 1
		for k*2 < n {
			k *= 2
		}
		l, r := naiveRoot(leaves[:k]), naiveRoot(leaves[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

// stored keeps nodes as the store does.
type stored map[int64]Hash

func (s stored) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, n := range indexes {
		h, ok := s[n]
		if !ok {
			return nil, fmt.Errorf("no node %d", n)
		}
		out[i] = h
	}
	return out, nil
}

func TestTreeAgreesWithOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "leaves")
		restart := rapid.IntRange(0, n).Draw(t, "restart")
		nodes, f, leaves := stored{}, &Frontier{}, []Hash(nil)
		roots := []Hash{f.Root()}
		for i := range n {
			if i == restart { // what the sequencer does between rounds
				again, err := ParseFrontier(f.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				f = again
			}
			leaf := LeafHash(fmt.Appendf(nil, "entry %d of %d", i, n))
			want, err := tlog.StoredHashesForRecordHash(int64(i), leaf, nodes)
			if err != nil {
				t.Fatal(err)
			}
			got := f.Append(leaf)
			for j, node := range got {
				if node.Index != tlog.StoredHashIndex(0, int64(i))+int64(j) || len(got) != len(want) || node.Hash != want[j] {
					t.Fatalf("leaf %d stores %v, sumdb/tlog stores %v", i, got, want)
				}
				nodes[node.Index] = node.Hash
			}
			leaves = append(leaves, leaf)
			roots = append(roots, f.Root())
		}
		if f.Root() != naiveRoot(leaves) || f.Size() != int64(n) {
			t.Fatalf("root of %d leaves differs from RFC 6962", n)
		}
		checkInclusion(t, rapid.IntRange(0, n-1).Draw(t, "index"), leaves, f.Root(), nodes)
		checkConsistency(t, rapid.IntRange(1, n).Draw(t, "old"), n, roots, nodes)
	})
}

func checkInclusion(t *rapid.T, i int, leaves []Hash, root Hash, nodes stored) {
	n := len(leaves)
	data, err := ProveInclusion(int64(i), int64(n), []byte("x\n"), nodes)
	if err != nil {
		t.Fatal(err)
	}
	var theirs fproof.TLogProof
	if err := theirs.Unmarshal(data); err != nil || !bytes.Equal(theirs.Marshal(), data) {
		t.Fatalf("transparency-dev/formats does not read our tlog-proof: %v", err)
	}
	path := make([][]byte, len(theirs.Hashes))
	for j := range theirs.Hashes {
		path[j] = theirs.Hashes[j][:]
	}
	verify := func(index uint64, leaf Hash) error {
		return proof.VerifyInclusion(rfc6962.DefaultHasher, index, uint64(n), leaf[:], path, root[:])
	}
	if err := verify(theirs.Index, leaves[i]); err != nil {
		t.Fatalf("transparency-dev/merkle refuses the proof of %d in %d: %v", i, n, err)
	}
	if verify(theirs.Index, Hash{1}) == nil {
		t.Fatal("an altered leaf was accepted")
	}
	ours, err := ParseProof(data)
	if err != nil {
		t.Fatal(err)
	}
	cp := Checkpoint{Origin: "h/audit/a", Size: int64(n), Root: root}
	if err := ours.CheckInclusion(cp, leaves[i]); err != nil {
		t.Fatal(err)
	}
	if ours.CheckInclusion(cp, Hash{1}) == nil {
		t.Fatal("an altered leaf was accepted")
	}
	if n > 1 {
		ours.Number = (ours.Number + 1) % int64(n)
		if ours.CheckInclusion(cp, leaves[i]) == nil {
			t.Fatal("a wrong index was accepted")
		}
	}
}

func checkConsistency(t *rapid.T, old, n int, roots []Hash, nodes stored) {
	data, err := ProveConsistency(int64(old), int64(n), []byte("x\n"), nodes)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParseConsistency(data)
	if err != nil {
		t.Fatal(err)
	}
	path := make([][]byte, len(p.Path))
	for j := range p.Path {
		path[j] = p.Path[j][:]
	}
	err = proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(old), uint64(n), path, roots[old][:], roots[n][:])
	if err != nil {
		t.Fatalf("transparency-dev/merkle refuses %d to %d: %v", old, n, err)
	}
	was, is := Checkpoint{Size: int64(old), Root: roots[old]}, Checkpoint{Size: int64(n), Root: roots[n]}
	if err := p.CheckConsistency(was, is); err != nil {
		t.Fatal(err)
	}
	was.Root[0] ^= 1
	if p.CheckConsistency(was, is) == nil {
		t.Fatal("another old root was accepted")
	}
}

func TestCheckpointIsReadByOthers(t *testing.T) {
	secret, public, err := NewKey(&counting{}, Origin("desk.example.org:8080", "agency-1"))
	if err != nil {
		t.Fatal(err)
	}
	cp := Checkpoint{Origin: "desk.example.org:8080/audit/agency-1", Size: 42, Root: Hash{7}}
	signed, err := cp.Sign(secret)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	theirs, rest, _, err := flog.ParseCheckpoint(signed, cp.Origin, v)
	if err != nil || theirs.Size != 42 || !bytes.Equal(theirs.Hash, cp.Root[:]) || len(rest) != 0 {
		t.Fatalf("transparency-dev/formats reads %+v, %v", theirs, err)
	}
	ours, key, err := OpenCheckpoint(signed, v)
	if err != nil || ours != cp || KeyID(key) != KeyID(v) {
		t.Fatalf("got %+v, %v", ours, err)
	}
}

func TestRotationSignsWithBothKeys(t *testing.T) {
	random := &counting{}
	oldSecret, oldPublic, _ := NewKey(random, "h/audit/a")
	newSecret, newPublic, _ := NewKey(random, "h/audit/a")
	cp := Checkpoint{Origin: "h/audit/a", Size: 3, Root: Hash{7}}
	signed, err := cp.Sign(newSecret, oldSecret)
	if err != nil {
		t.Fatal(err)
	}
	for _, public := range []string{oldPublic, newPublic} {
		keys, err := ParseVKeys("# published\n\n" + public + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := OpenCheckpoint(signed, keys...); err != nil {
			t.Errorf("%s does not open it: %v", public, err)
		}
	}
}

func TestTreeInputsAreRefused(t *testing.T) {
	secret, public, _ := NewKey(&counting{}, "h/audit/a")
	_, foreign, _ := NewKey(&counting{n: 9}, "h/audit/a")
	good, _ := Checkpoint{Origin: "h/audit/a", Size: 1}.Sign(secret)
	open := func(signed []byte, vkey string) error {
		v, err := ParseVKey(vkey)
		if err != nil {
			return err
		}
		_, _, err = OpenCheckpoint(signed, v)
		return err
	}
	signer, _ := note.NewSigner(secret)
	odd := func(text string) []byte {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	root := Hash{}.String()
	frontier := func(b []byte) error { _, err := ParseFrontier(b); return err }
	parse := func(s string) error { _, err := ParseProof([]byte(s)); return err }
	cases := map[string]struct {
		err  error
		code string
	}{
		"foreign key":              {open(good, foreign), "audit_checkpoint_invalid"},
		"altered size":             {open(bytes.Replace(good, []byte("\n1\n"), []byte("\n2\n"), 1), public), "audit_checkpoint_invalid"},
		"not a note":               {open([]byte("x"), public), "audit_checkpoint_invalid"},
		"size with leading zero":   {open(odd("h/audit/a\n01\n"+root+"\n"), public), "audit_checkpoint_invalid"},
		"negative size":            {open(odd("h/audit/a\n-1\n"+root+"\n"), public), "audit_checkpoint_invalid"},
		"fourth line":              {open(odd("h/audit/a\n1\n"+root+"\nmore\n"), public), "audit_checkpoint_invalid"},
		"short root":               {open(odd("h/audit/a\n1\nAAAA\n"), public), "audit_checkpoint_invalid"},
		"other log's name":         {open(odd("h/audit/b\n1\n"+root+"\n"), public), "audit_checkpoint_invalid"},
		"key is not a key":         {open(good, "nonsense"), "audit_key_invalid"},
		"frontier cut":             {frontier(make([]byte, 7)), "audit_frontier_invalid"},
		"frontier without its sum": {frontier([]byte{0, 0, 0, 0, 0, 0, 0, 3}), "audit_frontier_invalid"},
		"frontier below zero":      {frontier(bytes.Repeat([]byte{255}, 8+64*32)), "audit_frontier_invalid"},
		"proof without note":       {parse(proofHeader + "\nindex 1\n"), "audit_proof_invalid"},
		"proof of another kind":    {parse(consistencyHeader + "\nold 1\n\nx\n"), "audit_proof_invalid"},
		"proof with extra":         {parse(proofHeader + "\nextra AAAA\nindex 1\n\nx\n"), "audit_proof_invalid"},
		"index with leading zero":  {parse(proofHeader + "\nindex 01\n\nx\n"), "audit_proof_invalid"},
		"path of nonsense":         {parse(proofHeader + "\nindex 1\nAAAA\n\nx\n"), "audit_proof_invalid"},
		"carriage returns":         {parse(proofHeader + "\r\nindex 1\r\n\n\nx\n"), "audit_proof_invalid"},
		"endless path":             {parse(proofHeader + "\nindex 1\n" + string(bytes.Repeat([]byte(root+"\n"), 200)) + "\nx\n"), "audit_proof_invalid"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if !fault.Is(c.err, c.code) {
				t.Errorf("got %v, want %s", c.err, c.code)
			}
		})
	}
	if _, _, err := NewKey(&counting{}, "a log"); !fault.Is(err, "audit_origin_invalid") {
		t.Errorf("a name with a space was taken: %v", err)
	}
	if _, err := (Checkpoint{Origin: "other/audit/a", Size: 1}).Sign(secret); !fault.Is(err, "audit_checkpoint_invalid") {
		t.Errorf("another log's checkpoint was signed: %v", err)
	}
}
