package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/migdalor/migdalor/internal/audit"
)

// AuditEntry is one stored line of the ledger.
type AuditEntry struct {
	Pos       int64 `gorm:"primaryKey;autoIncrement"`
	ID        string
	LogID     string
	Stream    string
	StreamSeq int64
	PrevLeaf  []byte
	Body      []byte
	LeafHash  []byte
	// Idx is the entry's place in the Merkle log; nil until the sequencer has seen it.
	Idx      *int64
	ClientID string
	CrisisID string
	Action   string
	ActorID  string
	ObjectID string
	At       At
}

// TableName names the table.
func (AuditEntry) TableName() string { return "audit_entries" }

type openingRow struct {
	EntryID string `gorm:"primaryKey"`
	Field   string `gorm:"primaryKey"`
	Subject string
	Sealed  []byte
}

func (openingRow) TableName() string { return "audit_openings" }

type subjectKeyRow struct {
	Subject   string `gorm:"primaryKey"`
	Sealed    []byte
	CreatedAt At
}

func (subjectKeyRow) TableName() string { return "subject_keys" }

// appendAll writes the recorded events, last thing before the commit, so that
// the chained rows are locked for the shortest time.
func (tx *Tx) appendAll() error {
	if len(tx.events) == 0 {
		return nil
	}
	var policy int64
	if err := tx.g.Raw("SELECT policy_revision FROM agency").Scan(&policy).Error; err != nil {
		return err
	}
	logID, err := tx.db.LogID(tx)
	if err != nil {
		return err
	}
	for _, e := range tx.events {
		if err := tx.append(e, logID, policy); err != nil {
			return fmt.Errorf("ledger entry %s: %w", e.Action, err)
		}
	}
	return nil
}

func (tx *Tx) append(e audit.Event, logID string, policy int64) error {
	m := audit.Meta{LogID: logID, ID: NewID(), At: tx.now.Time, PolicyRev: policy}
	crisisID := ""
	if e.Stream.Chained() {
		crisisID = strings.TrimPrefix(string(e.Stream), "crisis:")
		var head struct {
			AuditSeq  int64
			AuditHead []byte
		}
		q := tx.locked(tx.g.Table("crises").Select("audit_seq", "audit_head").Where("id = ?", crisisID))
		if err := q.Take(&head).Error; err != nil {
			return err
		}
		m.Seq = head.AuditSeq + 1
		copy(m.Prev[:], head.AuditHead)
	}
	enc, err := audit.Encode(tx.db.rand, e, m)
	if err != nil {
		return err
	}
	row := AuditEntry{
		ID: m.ID, LogID: m.LogID, Stream: string(e.Stream), StreamSeq: m.Seq, PrevLeaf: m.Prev[:], Body: enc.Body, LeafHash: enc.Leaf[:],
		ClientID: e.ClientID, CrisisID: crisisID, Action: string(e.Action), ActorID: e.Actor.ID, ObjectID: e.Object.ID, At: tx.now,
	}
	if err := tx.g.Create(&row).Error; err != nil {
		return err
	}
	if crisisID != "" {
		res := tx.g.Exec("UPDATE crises SET audit_seq = ?, audit_head = ?, last_event_at = ? WHERE id = ? AND audit_seq = ?",
			m.Seq, enc.Leaf[:], tx.now.Micros(), crisisID, m.Seq-1)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected != 1 {
			return errors.New("the crisis' chain moved under the transaction")
		}
	}
	return tx.sealOpenings(m, enc.Openings)
}

func (tx *Tx) sealOpenings(m audit.Meta, openings []audit.Opening) error {
	for _, o := range openings {
		key, err := tx.subjectKey(o.Subject)
		if err != nil {
			return err
		}
		sealed, err := audit.Seal(tx.db.rand, key, m.LogID, m.ID, o)
		if err != nil {
			return err
		}
		if err := tx.g.Create(&openingRow{EntryID: m.ID, Field: o.Field, Subject: o.Subject, Sealed: sealed}).Error; err != nil {
			return err
		}
	}
	return nil
}

// subjectKey is the data key of one person, made at the first need. Destroying
// it erases every personal value of theirs from the ledger's readable form.
func (tx *Tx) subjectKey(subject string) ([audit.KeySize]byte, error) {
	var key [audit.KeySize]byte
	place := "subject_keys|sealed|" + subject
	var row subjectKeyRow
	err := tx.g.Where("subject = ?", subject).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if _, err := io.ReadFull(rand.Reader, key[:]); err != nil {
			return key, err
		}
		sealed, err := tx.db.keys.Seal(rand.Reader, place, key[:])
		if err != nil {
			return key, err
		}
		row = subjectKeyRow{Subject: subject, Sealed: sealed, CreatedAt: tx.now}
		res := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if res.Error != nil {
			return key, res.Error
		}
		if res.RowsAffected == 1 {
			return key, nil
		}
		// Another transaction was faster: take its key.
		err = tx.g.Where("subject = ?", subject).Take(&row).Error
		if err != nil {
			return key, err
		}
	} else if err != nil {
		return key, err
	}
	plain, err := tx.db.keys.Open(place, row.Sealed)
	if err != nil {
		return key, err
	}
	copy(key[:], plain)
	return key, nil
}

// LogID is the id of this deployment's one log: the agency's id.
func (d *DB) LogID(tx *Tx) (string, error) {
	g := d.read
	if tx != nil {
		g = tx.g
	}
	var id string
	if err := g.Raw("SELECT id FROM agency").Scan(&id).Error; err != nil {
		return "", err
	}
	if id == "" {
		return "", errors.New("store: the agency has not been set up")
	}
	return id, nil
}
