package store

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// SignHead signs the tree's new head and gives the checkpoint as a signed note.
type SignHead func(size int64, root audit.Hash) (note string, err error)

const (
	// sequenceBatch bounds how long the one writer of SQLite is held.
	sequenceBatch = 500
	// sequencerLock is the advisory lock that makes one process the leader.
	sequencerLock = 0x6d69676461
)

// Sequence gives every waiting entry its place in the Merkle log and stores a
// signed checkpoint. Each batch is one transaction of one leader: of several
// processes that call it at once, one works and the others find nothing to do.
// It gives how many entries were placed. Errors: ledger_entry_altered,
// ledger_head_altered, and those of sign; nothing is placed then.
func (d *DB) Sequence(ctx context.Context, sign SignHead) (int, error) {
	total := 0
	for {
		n, err := d.sequenceBatch(ctx, sign)
		total += n
		if err != nil || n < sequenceBatch {
			return total, err
		}
	}
}

func (d *DB) sequenceBatch(ctx context.Context, sign SignHead) (n int, err error) {
	err = d.write.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		n = 0
		if leads, err := d.leads(g); err != nil || !leads {
			return err
		}
		var rows []AuditEntry
		err := g.Select("pos", "id", "log_id", "body", "leaf_hash").Where("idx IS NULL").Order("pos").Limit(sequenceBatch).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := d.grow(g, rows, sign); err != nil {
			return err
		}
		n = len(rows)
		return nil
	})
	if err != nil {
		return 0, translate(err)
	}
	return n, nil
}

// leads reports whether this transaction is the only one that sequences. On
// SQLite a writing transaction always is.
func (d *DB) leads(g *gorm.DB) (bool, error) {
	if d.dialect == SQLite {
		return true, nil
	}
	var leads bool
	err := g.Raw("SELECT pg_try_advisory_xact_lock(?)", sequencerLock).Scan(&leads).Error
	return leads, err
}

// grow appends rows to the tree and stores nodes, places, checkpoint and head.
func (d *DB) grow(g *gorm.DB, rows []AuditEntry, sign SignHead) error {
	logID := rows[0].LogID
	head, frontier, err := readHead(g, logID)
	if err != nil {
		return err
	}
	var nodes []auditNode
	for _, r := range rows {
		leaf := audit.LeafHash(r.Body)
		if r.LogID != logID || !bytes.Equal(leaf[:], r.LeafHash) {
			return fault.New(fault.Internal, "ledger_entry_altered",
				"The ledger entry %s was altered before it was sequenced: nothing is signed until it is restored.", r.ID)
		}
		for _, n := range frontier.Append(leaf) {
			nodes = append(nodes, auditNode{LogID: logID, Idx: n.Index, Hash: n.Hash[:]})
		}
	}
	if err := g.CreateInBatches(nodes, d.chunk(3)).Error; err != nil {
		return err
	}
	for start := 0; start < len(rows); start += d.chunk(2) {
		if err := place(g, rows[start:min(start+d.chunk(2), len(rows))], head.Size+int64(start)); err != nil {
			return err
		}
	}
	if err := consistent(g, head, frontier); err != nil {
		return err
	}
	root := frontier.Root()
	note, err := sign(frontier.Size(), root)
	if err != nil {
		return err
	}
	if err := g.Create(&Checkpoint{LogID: logID, Size: frontier.Size(), Note: note, At: d.Now()}).Error; err != nil {
		return err
	}
	return moveHead(g, head, auditHead{LogID: logID, Size: frontier.Size(), Frontier: frontier.Bytes(), Root: root[:]})
}

// readHead reads the head and holds it against the last signed checkpoint, so
// that a head altered in the database is not built upon.
func readHead(g *gorm.DB, logID string) (auditHead, *audit.Frontier, error) {
	var head auditHead
	if err := g.Where("log_id = ?", logID).Limit(1).Find(&head).Error; err != nil {
		return head, nil, err
	}
	var last Checkpoint
	if err := g.Where("log_id = ?", logID).Order("size DESC").Limit(1).Find(&last).Error; err != nil {
		return head, nil, err
	}
	frontier, err := audit.ParseFrontier(head.Frontier)
	if err != nil {
		return head, nil, err
	}
	root := frontier.Root()
	sound := last.Size == head.Size && frontier.Size() == head.Size &&
		(head.Size == 0 || bytes.Equal(root[:], head.Root) && strings.Contains(last.Note, "\n"+root.String()+"\n"))
	if !sound {
		return head, nil, fault.New(fault.Internal, "ledger_head_altered",
			"The ledger's stored head does not agree with its last signed checkpoint: nothing is signed until it is restored.")
	}
	return head, frontier, nil
}

// place gives the rows the places from first on, in one statement.
func place(g *gorm.DB, rows []AuditEntry, first int64) error {
	values := strings.Repeat(",(CAST(? AS BIGINT), CAST(? AS BIGINT))", len(rows))[1:]
	args := make([]any, 0, 2*len(rows))
	for i, r := range rows {
		args = append(args, r.Pos, first+int64(i))
	}
	res := g.Exec("UPDATE audit_entries SET idx = v.column2 FROM (VALUES "+values+") AS v WHERE audit_entries.pos = v.column1 AND audit_entries.idx IS NULL", args...)
	if res.Error == nil && res.RowsAffected != int64(len(rows)) {
		return errors.New("store: an entry was sequenced twice")
	}
	return res.Error
}

// consistent proves from the stored nodes that the new tree holds all of the
// old one unchanged, before anything is signed.
func consistent(g *gorm.DB, old auditHead, now *audit.Frontier) error {
	if old.Size == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(now.Size(), old.Size, newNodeReader(g, old.LogID))
	if err == nil {
		err = tlog.CheckTree(proof, now.Size(), now.Root(), old.Size, audit.Hash(old.Root))
	}
	if err != nil {
		return fault.New(fault.Internal, "ledger_head_altered",
			"The ledger's stored tree does not extend its last signed checkpoint: nothing is signed until it is restored.").Because(err)
	}
	return nil
}

// moveHead is compare-and-set: a second leader, were there one, would fail here.
func moveHead(g *gorm.DB, old, now auditHead) error {
	if old.Size == 0 {
		return g.Create(&now).Error
	}
	res := g.Exec("UPDATE audit_head SET size = ?, frontier = ?, root = ? WHERE log_id = ? AND size = ?", now.Size, now.Frontier, now.Root, now.LogID, old.Size)
	if res.Error == nil && res.RowsAffected != 1 {
		return errors.New("store: the ledger's head moved under the sequencer")
	}
	return res.Error
}

// Unsequenced tells how long the oldest entry without a place in the tree has
// been waiting; waiting is false when there is none. The query is cheap.
func (d *DB) Unsequenced(ctx context.Context) (lag time.Duration, waiting bool, err error) {
	var at []int64
	err = d.read.WithContext(ctx).Raw("SELECT at FROM audit_entries WHERE idx IS NULL ORDER BY pos LIMIT 1").Scan(&at).Error
	if err != nil || len(at) == 0 {
		return 0, false, translate(err)
	}
	return max(0, d.Now().Sub(time.UnixMicro(at[0]))), true, nil
}
