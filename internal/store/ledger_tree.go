package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
)

// Checkpoint is a signed head of the ledger's tree.
type Checkpoint struct {
	LogID string `gorm:"primaryKey"`
	Size  int64  `gorm:"primaryKey;autoIncrement:false"`
	// Note is the signed note; see docs/ledger.md.
	Note string
	At   At
}

// TableName names the table.
func (Checkpoint) TableName() string { return "audit_checkpoints" }

type auditNode struct {
	LogID string `gorm:"primaryKey"`
	Idx   int64  `gorm:"primaryKey;autoIncrement:false"`
	Hash  []byte
}

func (auditNode) TableName() string { return "audit_nodes" }

type auditHead struct {
	LogID    string `gorm:"primaryKey"`
	Size     int64
	Frontier []byte
	Root     []byte
}

func (auditHead) TableName() string { return "audit_head" }

// LastCheckpoint is the newest signed head; its size is 0 before the first.
func (d *DB) LastCheckpoint(ctx context.Context) (Checkpoint, error) {
	var c Checkpoint
	err := d.read.WithContext(ctx).Where("log_id = (SELECT id FROM agency)").Order("size DESC").Limit(1).Find(&c).Error
	return c, translate(err)
}

// nodeReader reads stored nodes of the tree. Proofs of neighbours share most of
// their nodes, so it keeps what it has read.
type nodeReader struct {
	g     *gorm.DB
	logID string
	seen  map[int64]audit.Hash
}

// maxSeenNodes bounds a reader's memory to a few megabytes.
const maxSeenNodes = 1 << 16

func newNodeReader(g *gorm.DB, logID string) *nodeReader {
	return &nodeReader{g: g, logID: logID, seen: map[int64]audit.Hash{}}
}

// ReadHashes gives the nodes in the order asked for.
func (r *nodeReader) ReadHashes(indexes []int64) ([]audit.Hash, error) {
	var missing []int64
	for _, i := range indexes {
		if _, ok := r.seen[i]; !ok {
			missing = append(missing, i)
		}
	}
	if len(r.seen) > maxSeenNodes {
		clear(r.seen)
		missing = indexes
	}
	if len(missing) > 0 {
		var rows []auditNode
		if err := r.g.Where("log_id = ? AND idx IN ?", r.logID, missing).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, n := range rows {
			if len(n.Hash) == len(audit.Hash{}) {
				r.seen[n.Idx] = audit.Hash(n.Hash)
			}
		}
	}
	out := make([]audit.Hash, len(indexes))
	for k, i := range indexes {
		h, ok := r.seen[i]
		if !ok {
			return nil, fmt.Errorf("store: node %d of the ledger's tree is missing or damaged", i)
		}
		out[k] = h
	}
	return out, nil
}
