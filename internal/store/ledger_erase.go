package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// EraseSubject destroys the data key and the sealed values of one person, such
// as "user:<id>": their names and words in the ledger cannot be read or guessed
// any more, and every entry, proof and old export still verifies. It gives how
// many values were erased. Errors: not_found when the ledger holds nothing of theirs.
func (d *DB) EraseSubject(ctx context.Context, by audit.Actor, subject, reason string) (int64, error) {
	if subject == by.Subject() {
		return 0, fault.New(fault.Conflict, "erase_self", "Somebody else must erase this person: the entry about it would name them again.")
	}
	var n int64
	err := d.Change(ctx, by, func(tx *Tx) error {
		keys := tx.g.Exec("DELETE FROM subject_keys WHERE subject = ?", subject)
		if keys.Error != nil {
			return keys.Error
		}
		values := tx.g.Exec("UPDATE audit_openings SET sealed = ? WHERE subject = ? AND LENGTH(sealed) > 0", []byte{}, subject)
		if values.Error != nil {
			return values.Error
		}
		if keys.RowsAffected+values.RowsAffected == 0 {
			return notFound("person in the ledger")
		}
		n = values.RowsAffected
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.SubjectErased, Object: audit.Object{ID: subject}, Reason: reason,
			Changes: []audit.Change{audit.Set("values", n)}})
		return nil
	})
	return n, err
}
