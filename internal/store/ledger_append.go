package store

import (
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
	// Sealed is empty once the subject has been erased.
	Sealed []byte
}

func (openingRow) TableName() string { return "audit_openings" }

type subjectKeyRow struct {
	Subject   string `gorm:"primaryKey"`
	Sealed    []byte
	CreatedAt At
}

func (subjectKeyRow) TableName() string { return "subject_keys" }

// appender turns the recorded events of one change into entries.
type appender struct {
	tx     *Tx
	logID  string
	policy int64
	// chains are the heads of the crises that the events belong to, by id.
	chains map[string]*chainHead
	// order keeps the crises as they came, so that rows are written in one order.
	order    []string
	keys     map[string][audit.KeySize]byte
	entries  []AuditEntry
	openings []openingRow
}

type chainHead struct {
	// AuditSeq counts the chain's entries, AuditHead is the last one's leaf.
	AuditSeq  int64
	AuditHead []byte
	// was is the count in the row, for the compare-and-set.
	was int64
}

// appendAll writes the recorded events, last thing before the commit, so that
// the chained rows are locked for the shortest time.
func (tx *Tx) appendAll() error {
	if len(tx.events) == 0 {
		return nil
	}
	var agency struct {
		ID             string
		PolicyRevision int64
	}
	if err := tx.g.Raw("SELECT id, policy_revision FROM agency").Scan(&agency).Error; err != nil {
		return err
	}
	if agency.ID == "" {
		return errors.New("store: the agency has not been set up")
	}
	a := appender{tx: tx, logID: agency.ID, policy: agency.PolicyRevision, chains: map[string]*chainHead{}, keys: map[string][audit.KeySize]byte{}}
	for _, e := range tx.events {
		if err := a.add(e); err != nil {
			return fmt.Errorf("ledger entry %s: %w", e.Action, err)
		}
	}
	return a.write()
}

// add encodes one event behind what was added before it.
func (a *appender) add(e audit.Event) error {
	m := audit.Meta{LogID: a.logID, ID: NewID(), At: a.tx.now.Time, PolicyRev: a.policy}
	crisisID := ""
	var head *chainHead
	if e.Stream.Chained() {
		crisisID = strings.TrimPrefix(string(e.Stream), "crisis:")
		var err error
		if head, err = a.chain(crisisID); err != nil {
			return err
		}
		m.Seq = head.AuditSeq + 1
		copy(m.Prev[:], head.AuditHead)
	}
	enc, err := audit.Encode(a.tx.db.rand, e, m)
	if err != nil {
		return err
	}
	if head != nil {
		head.AuditSeq, head.AuditHead = m.Seq, enc.Leaf[:]
	}
	a.entries = append(a.entries, AuditEntry{
		ID: m.ID, LogID: m.LogID, Stream: string(e.Stream), StreamSeq: m.Seq, PrevLeaf: m.Prev[:], Body: enc.Body, LeafHash: enc.Leaf[:],
		ClientID: e.ClientID, CrisisID: crisisID, Action: string(e.Action), ActorID: e.Actor.ID, ObjectID: e.Object.ID, At: a.tx.now,
	})
	return a.seal(m, enc.Openings)
}

// chain reads and locks the head of a crisis' chain, once in a change.
func (a *appender) chain(crisisID string) (*chainHead, error) {
	if head, ok := a.chains[crisisID]; ok {
		return head, nil
	}
	head := &chainHead{}
	q := a.tx.locked(a.tx.g.Table("crises").Select("audit_seq", "audit_head").Where("id = ?", crisisID))
	if err := q.Take(head).Error; err != nil {
		return nil, err
	}
	head.was = head.AuditSeq
	a.chains[crisisID] = head
	a.order = append(a.order, crisisID)
	return head, nil
}

func (a *appender) seal(m audit.Meta, openings []audit.Opening) error {
	for _, o := range openings {
		key, ok := a.keys[o.Subject]
		if !ok {
			var err error
			if key, err = a.tx.subjectKey(o.Subject); err != nil {
				return err
			}
			a.keys[o.Subject] = key
		}
		sealed, err := audit.Seal(a.tx.db.rand, key, m.LogID, m.ID, o)
		if err != nil {
			return err
		}
		a.openings = append(a.openings, openingRow{EntryID: m.ID, Field: o.Field, Subject: o.Subject, Sealed: sealed})
	}
	return nil
}

// write stores entries, openings and the chains' new heads.
func (a *appender) write() error {
	g := a.tx.g
	if err := g.CreateInBatches(&a.entries, a.tx.db.chunk(14)).Error; err != nil {
		return err
	}
	if len(a.openings) > 0 {
		if err := g.CreateInBatches(&a.openings, a.tx.db.chunk(4)).Error; err != nil {
			return err
		}
	}
	for _, id := range a.order {
		head := a.chains[id]
		res := g.Exec("UPDATE crises SET audit_seq = ?, audit_head = ?, last_event_at = ? WHERE id = ? AND audit_seq = ?",
			head.AuditSeq, head.AuditHead, a.tx.now.Micros(), id, head.was)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected != 1 {
			return errors.New("the crisis' chain moved under the transaction")
		}
	}
	return nil
}

func subjectKeyPlace(subject string) string { return "subject_keys|sealed|" + subject }

// subjectKey is the data key of one person, made at the first need. Destroying
// it erases every personal value of theirs from the ledger's readable form.
func (tx *Tx) subjectKey(subject string) ([audit.KeySize]byte, error) {
	var key [audit.KeySize]byte
	place := subjectKeyPlace(subject)
	var row subjectKeyRow
	err := tx.g.Where("subject = ?", subject).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		if _, err := io.ReadFull(tx.db.rand, key[:]); err != nil {
			return key, err
		}
		sealed, err := tx.db.keys.Seal(tx.db.rand, place, key[:])
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
