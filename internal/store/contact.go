package store

import (
	"context"
	"net/mail"
	"strings"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Contact is somebody of the client, or its lawyer, who decides without an account.
type Contact struct {
	ID       string `gorm:"primaryKey"`
	ClientID string
	Name     string
	Email    string
	Title    string
	// Party is "client" or "legal".
	Party     string
	Lang      string
	RemovedAt At
	CreatedAt At
}

// PutContact adds a contact (empty ID) or changes one. Changing the address does
// not change links that were sent: they stay bound to the old one. Errors:
// contact_email, contact_name, contact_party, not_found.
func (d *DB) PutContact(ctx context.Context, by audit.Actor, c Contact) (Contact, error) {
	address, err := mail.ParseAddress(strings.TrimSpace(c.Email))
	if err != nil {
		return c, fault.New(fault.Invalid, "contact_email", "That is not an e-mail address.").
			WithFields(fault.Field{Location: "body.email", Message: "is not an e-mail address"})
	}
	c.Email, c.Name = strings.ToLower(address.Address), strings.TrimSpace(c.Name)
	if c.Name == "" || len([]rune(c.Name)) > 120 {
		return c, fault.New(fault.Invalid, "contact_name", "A contact needs a name of at most 120 characters.").
			WithFields(fault.Field{Location: "body.name", Message: "is empty or too long"})
	}
	if c.Party != "client" && c.Party != "legal" {
		return c, fault.New(fault.Invalid, "contact_party", "A contact belongs to the client or to legal.").
			WithFields(fault.Field{Location: "body.party", Message: "is neither client nor legal"})
	}
	if c.Lang != "en" {
		c.Lang = "he"
	}
	err = d.Change(ctx, by, func(tx *Tx) error {
		old := Contact{}
		action := audit.ApproverUpdated
		if c.ID == "" {
			c.ID, c.CreatedAt, action = NewID(), tx.now, audit.ApproverCreated
			if err := tx.g.Create(&c).Error; err != nil {
				return err
			}
		} else {
			if err := tx.g.Where("id = ? AND client_id = ? AND removed_at = 0", c.ID, c.ClientID).Take(&old).Error; err != nil {
				return missing(err, "contact")
			}
			c.CreatedAt = old.CreatedAt
			if err := tx.g.Select("name", "email", "title", "party", "lang").Updates(&c).Error; err != nil {
				return err
			}
		}
		subject := "contact:" + c.ID
		tx.Record(audit.Event{Stream: audit.ClientStream(c.ClientID), Action: action, ClientID: c.ClientID, Object: audit.Object{ID: c.ID},
			Changes: []audit.Change{audit.Private("name", subject, old.Name, c.Name), audit.Private("email", subject, old.Email, c.Email), audit.Changed("party", old.Party, c.Party)}})
		return tx.announce("client", c.ClientID, "", c.ClientID)
	})
	return c, err
}

// RemoveContact keeps the row for what was decided and takes it off the lists.
// Links of theirs that are still open end with it: who left decides nothing more.
func (d *DB) RemoveContact(ctx context.Context, by audit.Actor, clientID, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		res := tx.g.Exec("UPDATE contacts SET removed_at = ? WHERE id = ? AND client_id = ? AND removed_at = 0", tx.now, id, clientID)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return notFound("contact")
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(clientID), Action: audit.ApproverRemoved, ClientID: clientID, Object: audit.Object{ID: id}})
		if err := tx.endLinksOf(clientID, ApproverID{ContactID: id}); err != nil {
			return err
		}
		return tx.announce("client", clientID, "", clientID)
	})
}

// Contacts lists a client's contacts by name.
func (d *DB) Contacts(ctx context.Context, clientID string) ([]Contact, error) {
	var out []Contact
	err := d.read.WithContext(ctx).Where("client_id = ? AND removed_at = 0", clientID).Order("name, id").Find(&out).Error
	return out, translate(err)
}

// Contact reads one of a client's contacts.
func (d *DB) Contact(ctx context.Context, clientID, id string) (Contact, error) {
	var c Contact
	err := d.read.WithContext(ctx).Where("id = ? AND client_id = ? AND removed_at = 0", id, clientID).Take(&c).Error
	return c, translate(missing(err, "contact"))
}
