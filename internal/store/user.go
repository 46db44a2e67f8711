package store

import (
	"context"
	"net/mail"
	"strings"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// User is a person with an account.
type User struct {
	ID                 string `gorm:"primaryKey"`
	Email              string
	Name               string
	Lang               string
	PasswordHash       string
	MustChangePassword bool
	FailedSignIns      int64
	LockedUntil        At
	DisabledAt         At
	LastSeenAt         At
	CreatedAt          At
	Rev                int64
}

// NewUser is a person to be added. Lang is "he" or "en".
type NewUser struct {
	Email, Name, Lang  string
	PasswordHash       string
	MustChangePassword bool
	Grants             []GrantSpec
}

// GrantSpec gives a role for one client, or for the whole agency when ClientID is empty.
type GrantSpec struct{ Role, ClientID string }

// AddUser adds a person with their roles. Errors: user_exists, user_email,
// user_name, unknown_role, not_found (a client).
func (d *DB) AddUser(ctx context.Context, by audit.Actor, n NewUser) (User, error) {
	var u User
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		u, err = tx.addUser(n)
		return err
	})
	return u, err
}

func (tx *Tx) addUser(n NewUser) (User, error) {
	address, err := mail.ParseAddress(strings.TrimSpace(n.Email))
	if err != nil || len(n.Email) > 254 {
		return User{}, fault.New(fault.Invalid, "user_email", "That is not an e-mail address.").
			WithFields(fault.Field{Location: "body.email", Message: "is not an e-mail address"})
	}
	name := strings.TrimSpace(n.Name)
	if name == "" || len([]rune(name)) > 120 {
		return User{}, fault.New(fault.Invalid, "user_name", "A person needs a name of at most 120 characters.").
			WithFields(fault.Field{Location: "body.name", Message: "is empty or too long"})
	}
	if n.Lang != "en" {
		n.Lang = "he"
	}
	u := User{ID: NewID(), Email: strings.ToLower(address.Address), Name: name, Lang: n.Lang, PasswordHash: n.PasswordHash,
		MustChangePassword: n.MustChangePassword, CreatedAt: tx.now, Rev: 1}
	if err := tx.g.Create(&u).Error; err != nil {
		if duplicate(err) {
			return User{}, fault.New(fault.Conflict, "user_exists", "Somebody with this e-mail address is here already.")
		}
		return User{}, err
	}
	subject := "user:" + u.ID
	tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserCreated, Object: audit.Object{ID: u.ID},
		Changes: []audit.Change{audit.Private("email", subject, nil, u.Email), audit.Private("name", subject, nil, u.Name)}})
	return u, tx.setGrants(u.ID, n.Grants)
}

// User reads one person.
func (d *DB) User(ctx context.Context, id string) (User, error) {
	var u User
	err := d.read.WithContext(ctx).Where("id = ?", id).Take(&u).Error
	return u, translate(missing(err, "person"))
}

// UserByEmail reads one person by address, in any case of letters.
func (d *DB) UserByEmail(ctx context.Context, email string) (User, error) {
	var u User
	err := d.read.WithContext(ctx).Where("email = ?", strings.ToLower(strings.TrimSpace(email))).Take(&u).Error
	return u, translate(missing(err, "person"))
}

// Users lists everybody, by name.
func (d *DB) Users(ctx context.Context) ([]User, error) {
	var out []User
	err := d.read.WithContext(ctx).Order("name, id").Find(&out).Error
	return out, translate(err)
}

// UserNames maps ids to names, for lists that show who did something.
func (d *DB) UserNames(ctx context.Context) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	if err := d.read.WithContext(ctx).Table("users").Select("id", "name").Scan(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, nil
}

// HasUsers reports whether anybody can sign in.
func (d *DB) HasUsers(ctx context.Context) (bool, error) {
	var n int64
	err := d.read.WithContext(ctx).Raw("SELECT COUNT(*) FROM users").Scan(&n).Error
	return n > 0, translate(err)
}

// RenameUser changes a person's name and language; empty values stay as they are.
func (d *DB) RenameUser(ctx context.Context, by audit.Actor, id, name, lang string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		u, err := tx.user(id)
		if err != nil {
			return err
		}
		next := u
		if name = strings.TrimSpace(name); name != "" {
			next.Name = name
		}
		if lang == "he" || lang == "en" {
			next.Lang = lang
		}
		if next == u {
			return nil
		}
		if err := tx.g.Exec("UPDATE users SET name = ?, lang = ?, rev = rev + 1 WHERE id = ?", next.Name, next.Lang, id).Error; err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserUpdated, Object: audit.Object{ID: id}, Changes: []audit.Change{
			audit.Private("name", "user:"+id, u.Name, next.Name), audit.Changed("lang", u.Lang, next.Lang)}})
		return nil
	})
}

func (tx *Tx) user(id string) (User, error) {
	var u User
	err := tx.locked(tx.g.Where("id = ?", id)).Take(&u).Error
	return u, missing(err, "person")
}

// DisableUser ends a person's access at once: sessions and tokens too. The last
// administrator and oneself cannot be disabled. Errors: last_admin, not_yourself.
func (d *DB) DisableUser(ctx context.Context, by audit.Actor, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		u, err := tx.user(id)
		if err != nil {
			return err
		}
		if by.ID == id {
			return fault.New(fault.Conflict, "not_yourself", "You cannot disable yourself.")
		}
		if !u.DisabledAt.IsZero() {
			return nil
		}
		if err := tx.g.Exec("UPDATE users SET disabled_at = ?, rev = rev + 1 WHERE id = ?", tx.now, id).Error; err != nil {
			return err
		}
		if err := tx.adminRemains(); err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM sessions WHERE user_id = ?", "UPDATE api_tokens SET revoked_at = created_at WHERE user_id = ? AND revoked_at = 0"} {
			if err := tx.g.Exec(q, id).Error; err != nil {
				return err
			}
		}
		tx.grantsChanged()
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserDisabled, Object: audit.Object{ID: id}})
		return nil
	})
}

// EnableUser lets a disabled person in again.
func (d *DB) EnableUser(ctx context.Context, by audit.Actor, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		u, err := tx.user(id)
		if err != nil || u.DisabledAt.IsZero() {
			return err
		}
		if err := tx.g.Exec("UPDATE users SET disabled_at = 0, failed_sign_ins = 0, locked_until = 0, rev = rev + 1 WHERE id = ?", id).Error; err != nil {
			return err
		}
		tx.grantsChanged()
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserEnabled, Object: audit.Object{ID: id}})
		return nil
	})
}

// SetPassword replaces a person's password hash and ends their other sessions.
func (d *DB) SetPassword(ctx context.Context, by audit.Actor, id, hash string, mustChange bool) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		if _, err := tx.user(id); err != nil {
			return err
		}
		if err := tx.g.Exec("UPDATE users SET password_hash = ?, must_change_password = ?, failed_sign_ins = 0, locked_until = 0, rev = rev + 1 WHERE id = ?", hash, mustChange, id).Error; err != nil {
			return err
		}
		if err := tx.g.Exec("DELETE FROM sessions WHERE user_id = ?", id).Error; err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserPasswordChanged, Object: audit.Object{ID: id}})
		return nil
	})
}
