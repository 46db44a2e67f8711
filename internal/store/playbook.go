package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/playbook"
)

// Playbook is one stored version; versions are never changed.
type Playbook struct {
	ID        string `gorm:"primaryKey"`
	Version   int64  `gorm:"primaryKey"`
	YAML      string `gorm:"column:yaml"`
	Hash      string
	CreatedBy string
	CreatedAt At
}

// Book reads what the version says. Errors: playbook_invalid.
func (p Playbook) Book() (playbook.Playbook, error) { return playbook.Parse([]byte(p.YAML)) }

// EnsureDefaultPlaybook stores the guide's own playbook unless this version of
// it is there.
func (d *DB) EnsureDefaultPlaybook(ctx context.Context, by audit.Actor) error {
	return d.Change(ctx, by, func(tx *Tx) error { return tx.ensureDefaultPlaybook() })
}

func (tx *Tx) ensureDefaultPlaybook() error {
	book := playbook.Default()
	err := tx.g.Where("id = ? AND version = ?", book.ID, book.Version).Take(&Playbook{}).Error
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return err
	}
	row := Playbook{ID: book.ID, Version: int64(book.Version), YAML: string(playbook.DefaultYAML()), Hash: book.Hash(),
		CreatedBy: tx.by.ID, CreatedAt: tx.now}
	if err := tx.g.Create(&row).Error; err != nil {
		return err
	}
	tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.PlaybookSaved, Object: audit.Object{ID: row.ID, Version: row.Version},
		Changes: []audit.Change{audit.Set("hash", row.Hash)}})
	return nil
}

// currentPlaybook is the newest version of the default playbook.
func (tx *Tx) currentPlaybook() (Playbook, playbook.Playbook, error) {
	if err := tx.ensureDefaultPlaybook(); err != nil {
		return Playbook{}, playbook.Playbook{}, err
	}
	var row Playbook
	if err := tx.g.Where("id = ?", playbook.Default().ID).Order("version DESC").Limit(1).Take(&row).Error; err != nil {
		return row, playbook.Playbook{}, err
	}
	book, err := row.Book()
	return row, book, err
}

// pinnedPlaybook is the version that a crisis began with.
func pinnedPlaybook(g *gorm.DB, c Crisis) (playbook.Playbook, error) {
	var row Playbook
	if err := g.Where("id = ? AND version = ?", c.PlaybookID, c.PlaybookVersion).Take(&row).Error; err != nil {
		return playbook.Playbook{}, missing(err, "playbook")
	}
	return row.Book()
}

// Playbooks lists the newest version of each playbook.
func (d *DB) Playbooks(ctx context.Context) ([]Playbook, error) {
	var out []Playbook
	err := d.read.WithContext(ctx).Raw(`SELECT p.* FROM playbooks p WHERE p.version =
		(SELECT MAX(q.version) FROM playbooks q WHERE q.id = p.id) ORDER BY p.id`).Scan(&out).Error
	return out, translate(err)
}

// Playbook reads a version; 0 means the newest.
func (d *DB) Playbook(ctx context.Context, id string, version int64) (Playbook, error) {
	q := d.read.WithContext(ctx).Where("id = ?", id)
	if version > 0 {
		q = q.Where("version = ?", version)
	}
	var row Playbook
	err := q.Order("version DESC").Limit(1).Take(&row).Error
	return row, translate(missing(err, "playbook"))
}
