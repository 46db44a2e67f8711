// Package audit is the pure half of the ledger: what an entry says (Event), how
// it becomes bytes and a hash (Encode), how hashes become a Merkle tree that
// anybody can check (Frontier, Checkpoint, proofs), how a case leaves the house
// as an evidence bundle (WriteBundle) and how a bundle is checked without the
// house (Verify).
//
// It must not touch a database, a clock, a network or a file: time, randomness,
// keys and rows come in through parameters. Personal values never enter an
// entry's body in clear, only as commitments; sealing their openings under a
// subject's key is offered here, keeping the keys is the store's job.
//
// Package store calls it to append, sequence and export; commands verify and
// export call it; services build Events. The formats are described in
// docs/ledger.md.
package audit
