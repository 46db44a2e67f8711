package store

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Note is something a person wrote down about a crisis; notes are never changed.
type Note struct {
	ID        string `gorm:"primaryKey"`
	ClientID  string
	CrisisID  string
	AuthorID  string
	Text      string
	CreatedAt At
}

const maxNote = 10_000

// Notes lists the notes of a crisis, newest first.
func (d *DB) Notes(ctx context.Context, scope Scope, crisisID string) ([]Note, error) {
	return listOf[Note](ctx, d, scope, crisisID, "created_at DESC, id DESC")
}

// AddNote writes a note, also on a closed crisis. Errors: note_text.
func (d *DB) AddNote(ctx context.Context, by audit.Actor, crisisID, text string) (Note, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxNote {
		return Note{}, fault.New(fault.Invalid, "note_text", "A note has 1 to %d characters.", maxNote).
			WithFields(fault.Field{Location: "body.text", Message: "is empty or too long"})
	}
	var n Note
	err := d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.crisis(crisisID)
		if err != nil {
			return err
		}
		n = Note{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, AuthorID: by.ID, Text: text, CreatedAt: tx.now}
		if err := tx.g.Create(&n).Error; err != nil {
			return err
		}
		tx.recordOn(c, audit.NoteAdded, n.ID, 0, "", audit.Private("text", "", nil, text))
		return tx.announce("crisis", c.ClientID, c.ID, n.ID)
	})
	return n, err
}
