package store

import (
	"context"
	"regexp"
	"strings"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/fault"
)

// Client is a brand the agency works for: the wall of isolation.
type Client struct {
	ID         string `gorm:"primaryKey"`
	Slug       string
	Name       string
	Zone       string
	Lang       string
	Settings   JSON[ClientSettings]
	HoldSince  At
	HoldBy     string
	HoldReason string
	Demo       bool
	CreatedAt  At
	UpdatedBy  string
	UpdatedAt  At
	Rev        int64
}

// ClientSettings override the product's defaults for one client.
type ClientSettings struct {
	// Sensitivity of detection, 1 (calm) to 5 (nervous); 0 means 3.
	Sensitivity int `json:"sensitivity"`
	// AutoOpen opens a crisis by itself when the proposed severity is 2 or worse.
	AutoOpen bool `json:"auto_open"`
	// Verification is "default" or "code_always": a client may ask for more, never for less.
	Verification string `json:"verification"`
	// NoPublishShabbat keeps Shabbat, holidays and memorial days free of publications.
	NoPublishShabbat bool `json:"no_publish_shabbat"`
	// ClosedDays are further days, "2026-12-31", on which the working calendar stands still.
	ClosedDays []string `json:"closed_days"`
}

// DefaultClientSettings are what a new client starts with.
func DefaultClientSettings() ClientSettings {
	return ClientSettings{Sensitivity: 3, Verification: "default", ClosedDays: []string{}}
}

// HoldActive reports whether nothing of this client's may be published.
func (c Client) HoldActive() bool { return !c.HoldSince.IsZero() }

// NewClient is a client to be added. Zone is an IANA name; empty means the agency's.
type NewClient struct {
	Slug, Name, Zone, Lang string
	Demo                   bool
	Settings               *ClientSettings
}

var slugPattern = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)

// AddClient adds a client with the source for mentions added by hand. Errors:
// client_slug, client_name, client_exists, client_settings, bad_zone.
func (d *DB) AddClient(ctx context.Context, by audit.Actor, n NewClient) (Client, error) {
	var c Client
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		c, err = tx.addClient(n)
		return err
	})
	return c, err
}

func (tx *Tx) addClient(n NewClient) (Client, error) {
	if !slugPattern.MatchString(n.Slug) {
		return Client{}, fault.New(fault.Invalid, "client_slug", "The short name takes a-z, 0-9 and hyphens, 40 characters at most.").
			WithFields(fault.Field{Location: "body.slug", Message: "is not a short name"})
	}
	name := strings.TrimSpace(n.Name)
	if name == "" || len([]rune(name)) > 120 {
		return Client{}, fault.New(fault.Invalid, "client_name", "A client needs a name of at most 120 characters.").
			WithFields(fault.Field{Location: "body.name", Message: "is empty or too long"})
	}
	if n.Zone == "" {
		n.Zone = "Asia/Jerusalem"
	}
	if _, err := clock.LoadZone(n.Zone); err != nil {
		return Client{}, err
	}
	if n.Lang != "en" {
		n.Lang = "he"
	}
	settings := DefaultClientSettings()
	if n.Settings != nil {
		settings = *n.Settings
	}
	if err := settings.check(); err != nil {
		return Client{}, err
	}
	c := Client{ID: NewID(), Slug: n.Slug, Name: name, Zone: n.Zone, Lang: n.Lang, Settings: JSONOf(settings), Demo: n.Demo,
		CreatedAt: tx.now, UpdatedAt: tx.now, UpdatedBy: tx.by.ID, Rev: 1}
	if err := tx.g.Create(&c).Error; err != nil {
		if duplicate(err) {
			return Client{}, fault.New(fault.Conflict, "client_exists", "A client with this short name is here already.")
		}
		return Client{}, err
	}
	tx.Record(audit.Event{Stream: audit.ClientStream(c.ID), Action: audit.ClientCreated, ClientID: c.ID, Object: audit.Object{ID: c.ID},
		Changes: []audit.Change{audit.Set("slug", c.Slug), audit.Set("zone", c.Zone)}})
	_, err := tx.addSource(NewSource{ClientID: c.ID, Name: "by hand", Kind: SourceManual})
	if err != nil {
		return c, err
	}
	return c, tx.announce("client", c.ID, "", c.ID)
}

func (s ClientSettings) check() error {
	bad := func(field, message string) error {
		return fault.New(fault.Invalid, "client_settings", "A setting of the client is not valid.").
			WithFields(fault.Field{Location: "body.settings." + field, Message: message})
	}
	if s.Sensitivity < 0 || s.Sensitivity > 5 {
		return bad("sensitivity", "is not between 1 and 5")
	}
	if s.Verification != "" && s.Verification != "default" && s.Verification != "code_always" {
		return bad("verification", "is neither default nor code_always")
	}
	for _, day := range s.ClosedDays {
		if _, err := clock.ParseDate(day); err != nil {
			return bad("closed_days", "holds something that is not a date such as 2026-12-31")
		}
	}
	return nil
}

// ClientChange is an edit of a client; nil fields stay as they are.
type ClientChange struct {
	Name, Zone, Lang *string
	Settings         *ClientSettings
	// Rev is the revision that the editor saw; 0 skips the check.
	Rev int64
}

// UpdateClient edits a client. Errors: stale with who changed it, client_settings, bad_zone.
func (d *DB) UpdateClient(ctx context.Context, by audit.Actor, id string, ch ClientChange) (Client, error) {
	var c Client
	err := d.Change(ctx, by, func(tx *Tx) error {
		old, err := tx.client(id)
		if err != nil {
			return err
		}
		if ch.Rev != 0 && ch.Rev != old.Rev {
			return fault.New(fault.Stale, "stale", "Somebody changed this client in the meantime.").
				With("changed_by", old.UpdatedBy).With("changed_at", old.UpdatedAt.Time)
		}
		c = old
		if ch.Name != nil && strings.TrimSpace(*ch.Name) != "" {
			c.Name = strings.TrimSpace(*ch.Name)
		}
		if ch.Zone != nil {
			if _, err := clock.LoadZone(*ch.Zone); err != nil {
				return err
			}
			c.Zone = *ch.Zone
		}
		if ch.Lang != nil && (*ch.Lang == "he" || *ch.Lang == "en") {
			c.Lang = *ch.Lang
		}
		if ch.Settings != nil {
			if err := ch.Settings.check(); err != nil {
				return err
			}
			c.Settings = JSONOf(*ch.Settings)
		}
		c.Rev, c.UpdatedAt, c.UpdatedBy = old.Rev+1, tx.now, by.ID
		if err := tx.g.Select("name", "zone", "lang", "settings", "rev", "updated_at", "updated_by").Updates(&c).Error; err != nil {
			return err
		}
		before, _ := old.Settings.Value()
		after, _ := c.Settings.Value()
		tx.Record(audit.Event{Stream: audit.ClientStream(id), Action: audit.ClientUpdated, ClientID: id, Object: audit.Object{ID: id, Version: c.Rev},
			Changes: []audit.Change{audit.Changed("name", old.Name, c.Name), audit.Changed("zone", old.Zone, c.Zone), audit.Changed("settings", before, after)}})
		return tx.announce("client", id, "", id)
	})
	return c, err
}

func (tx *Tx) client(id string) (Client, error) {
	var c Client
	err := tx.locked(tx.g.Where("id = ?", id)).Take(&c).Error
	return c, missing(err, "client")
}

// Client reads one client by id or short name.
func (d *DB) Client(ctx context.Context, idOrSlug string) (Client, error) {
	var c Client
	err := d.read.WithContext(ctx).Where("id = ? OR slug = ?", idOrSlug, idOrSlug).Take(&c).Error
	return c, translate(missing(err, "client"))
}

// Clients lists the visible clients by name.
func (d *DB) Clients(ctx context.Context, scope Scope) ([]Client, error) {
	var out []Client
	err := scope.on(d.read.WithContext(ctx), "id").Order("name, id").Find(&out).Error
	return out, translate(err)
}
