package store

import (
	"context"
	"net/url"
	"strings"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/mention"
)

// Target is an account that words are published to.
type Target struct {
	ID       string `gorm:"primaryKey"`
	ClientID string
	Platform string
	// Kind is TargetByHand or TargetBluesky.
	Kind    string
	Account string
	// URL is the account's page, for people.
	URL string
	// ServiceURL and Identifier say where and as whom the product signs in; Secret is sealed.
	ServiceURL string
	Identifier string
	Secret     []byte
	RemovedAt  At
	CreatedAt  At
}

// The kinds of target.
const (
	TargetByHand  = "by_hand"
	TargetBluesky = "bluesky"
)

func (t Target) place() string { return "targets|secret|" + t.ID }

// PutTarget adds a target (empty ID) or changes one; an empty password keeps the
// stored one. Errors: target_platform, target_kind, target_account,
// target_credentials, target_url, not_found.
func (d *DB) PutTarget(ctx context.Context, by audit.Actor, t Target, password string) (Target, error) {
	if err := checkTarget(&t, password); err != nil {
		return t, err
	}
	err := d.Change(ctx, by, func(tx *Tx) error {
		var old Target
		action := audit.TargetUpdated
		if t.ID == "" {
			t.ID, t.CreatedAt, action = NewID(), tx.now, audit.TargetCreated
		} else if err := tx.g.Where("id = ? AND client_id = ? AND removed_at = 0", t.ID, t.ClientID).Take(&old).Error; err != nil {
			return missing(err, "target")
		}
		t.Secret = old.Secret
		if t.Secret == nil {
			t.Secret = []byte{}
		}
		if password != "" {
			sealed, err := d.keys.Seal(d.rand, t.place(), []byte(password))
			if err != nil {
				return err
			}
			t.Secret = sealed
		}
		save := func() error { return tx.g.Create(&t).Error }
		if action == audit.TargetUpdated {
			t.CreatedAt = old.CreatedAt
			save = func() error {
				return tx.g.Select("platform", "kind", "account", "url", "service_url", "identifier", "secret").Updates(&t).Error
			}
		}
		if err := save(); err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(t.ClientID), Action: action, ClientID: t.ClientID, Object: audit.Object{ID: t.ID}, Changes: []audit.Change{
			audit.Changed("platform", old.Platform, t.Platform), audit.Changed("kind", old.Kind, t.Kind), audit.Changed("account", old.Account, t.Account),
			audit.Set("password_changed", password != "")}})
		return tx.announce("client", t.ClientID, "", t.ClientID)
	})
	return t, err
}

func checkTarget(t *Target, password string) error {
	bad := func(code, field, sentence string) error {
		return fault.New(fault.Invalid, code, "%s", sentence).WithFields(fault.Field{Location: "body." + field, Message: sentence})
	}
	t.Account = strings.TrimSpace(t.Account)
	known := false
	for _, p := range mention.Platforms() {
		known = known || string(p) == t.Platform
	}
	switch {
	case !known:
		return bad("target_platform", "platform", "That platform is not known.")
	case t.Kind != TargetByHand && t.Kind != TargetBluesky:
		return bad("target_kind", "kind", "A target is published by hand or to Bluesky.")
	case t.Account == "" || len(t.Account) > 200:
		return bad("target_account", "account", "Name the account, in 200 characters at most.")
	case t.Kind == TargetBluesky && t.Platform != string(mention.Bluesky):
		return bad("target_kind", "kind", "Only Bluesky accounts are published to directly.")
	case t.Kind == TargetBluesky && (t.Identifier == "" || t.ID == "" && password == ""):
		return bad("target_credentials", "identifier", "Publishing to Bluesky needs the handle and an app password.")
	}
	if t.Kind == TargetBluesky && t.ServiceURL == "" {
		t.ServiceURL = "https://bsky.social"
	}
	for field, address := range map[string]string{"url": t.URL, "service_url": t.ServiceURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return bad("target_url", field, "That is not a web address.")
		}
	}
	return nil
}

// RemoveTarget keeps the row for what was published and takes it off the lists.
func (d *DB) RemoveTarget(ctx context.Context, by audit.Actor, clientID, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		res := tx.g.Exec("UPDATE targets SET removed_at = ? WHERE id = ? AND client_id = ? AND removed_at = 0", tx.now, id, clientID)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return notFound("target")
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(clientID), Action: audit.TargetUpdated, ClientID: clientID, Object: audit.Object{ID: id},
			Changes: []audit.Change{audit.Set("removed", true)}})
		return tx.announce("client", clientID, "", clientID)
	})
}

// Targets lists a client's targets.
func (d *DB) Targets(ctx context.Context, clientID string) ([]Target, error) {
	var out []Target
	err := d.read.WithContext(ctx).Where("client_id = ? AND removed_at = 0", clientID).Order("platform, account, id").Find(&out).Error
	return out, translate(err)
}

// TargetWithPassword reads one target and opens its password, for the publisher alone.
func (d *DB) TargetWithPassword(ctx context.Context, id string) (Target, string, error) {
	var t Target
	if err := d.read.WithContext(ctx).Where("id = ?", id).Take(&t).Error; err != nil {
		return t, "", translate(missing(err, "target"))
	}
	plain, err := d.keys.Open(t.place(), t.Secret)
	return t, string(plain), err
}

// Target reads one of a client's targets.
func (d *DB) Target(ctx context.Context, clientID, id string) (Target, error) {
	var t Target
	err := d.read.WithContext(ctx).Where("id = ? AND client_id = ? AND removed_at = 0", id, clientID).Take(&t).Error
	return t, translate(missing(err, "target"))
}
