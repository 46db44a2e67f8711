package store

import (
	"context"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/source"
)

// Source is where a client's mentions come from.
type Source struct {
	ID       string `gorm:"primaryKey"`
	ClientID string
	Name     string
	// Kind is one of the Source constants.
	Kind           string
	Secret         []byte
	PreviousSecret []byte
	PreviousUntil  At
	LastReceivedAt At
	DisabledAt     At
	CreatedAt      At
}

// The kinds of source.
const (
	SourceWebhook = "webhook"
	SourceImport  = "import"
	SourceManual  = "manual"
	SourceDemo    = "demo"
)

// rotationGrace is how long the secret before the last rotation still counts.
const rotationGrace = 24 * time.Hour

// NewSource is a source to be added.
type NewSource struct{ ClientID, Name, Kind string }

// AddSource adds a source; a webhook's secret is given back once and never again.
func (d *DB) AddSource(ctx context.Context, by audit.Actor, n NewSource) (Source, string, error) {
	var s Source
	var secret string
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		if s, err = tx.addSource(n); err != nil || s.Kind != SourceWebhook {
			return err
		}
		secret, err = tx.newSecret(&s)
		return err
	})
	return s, secret, err
}

func (tx *Tx) addSource(n NewSource) (Source, error) {
	name := strings.TrimSpace(n.Name)
	if name == "" || len([]rune(name)) > 120 {
		return Source{}, fault.New(fault.Invalid, "source_name", "A source needs a name of at most 120 characters.").
			WithFields(fault.Field{Location: "body.name", Message: "is empty or too long"})
	}
	switch n.Kind {
	case SourceWebhook, SourceImport, SourceManual, SourceDemo:
	default:
		return Source{}, fault.New(fault.Invalid, "source_kind", "A source is a webhook, an import or by hand.").
			WithFields(fault.Field{Location: "body.kind", Message: "is not known"})
	}
	if _, err := tx.client(n.ClientID); err != nil {
		return Source{}, err
	}
	s := Source{ID: NewID(), ClientID: n.ClientID, Name: name, Kind: n.Kind, Secret: []byte{}, PreviousSecret: []byte{}, CreatedAt: tx.now}
	if err := tx.g.Create(&s).Error; err != nil {
		return s, err
	}
	tx.Record(audit.Event{Stream: audit.ClientStream(s.ClientID), Action: audit.SourceCreated, ClientID: s.ClientID, Object: audit.Object{ID: s.ID},
		Changes: []audit.Change{audit.Set("kind", s.Kind), audit.Set("name", s.Name)}})
	return s, tx.announce("client", s.ClientID, "", s.ClientID)
}

func (s Source) place() string { return "sources|secret|" + s.ID }

// newSecret gives the source a fresh secret; the old one counts for a day.
func (tx *Tx) newSecret(s *Source) (string, error) {
	secret, err := source.NewSecret(tx.db.rand)
	if err != nil {
		return "", err
	}
	sealed, err := tx.db.keys.Seal(tx.db.rand, s.place(), []byte(secret))
	if err != nil {
		return "", err
	}
	s.PreviousSecret, s.PreviousUntil, s.Secret = s.Secret, AtOf(tx.now.Add(rotationGrace)), sealed
	return secret, tx.g.Select("secret", "previous_secret", "previous_until").Updates(s).Error
}

// RotateSource replaces a webhook's secret. Errors: not_found, source_kind.
func (d *DB) RotateSource(ctx context.Context, by audit.Actor, clientID, id string) (Source, string, error) {
	var s Source
	var secret string
	err := d.Change(ctx, by, func(tx *Tx) error {
		if err := tx.locked(tx.g.Where("id = ? AND client_id = ?", id, clientID)).Take(&s).Error; err != nil {
			return missing(err, "source")
		}
		if s.Kind != SourceWebhook {
			return fault.New(fault.Conflict, "source_kind", "Only a webhook has a secret.")
		}
		var err error
		if secret, err = tx.newSecret(&s); err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(clientID), Action: audit.SourceSecretRotated, ClientID: clientID, Object: audit.Object{ID: id}})
		return nil
	})
	return s, secret, err
}

// WebhookSource reads a source with the secrets that count now, newest first.
// Unknown, disabled and other kinds of source are not found.
func (d *DB) WebhookSource(ctx context.Context, id string) (Source, []string, error) {
	var s Source
	err := d.read.WithContext(ctx).Where("id = ? AND kind = ? AND disabled_at = 0", id, SourceWebhook).Take(&s).Error
	if err != nil {
		return s, nil, translate(missing(err, "source"))
	}
	sealed := [][]byte{s.Secret}
	if s.PreviousUntil.After(d.now()) {
		sealed = append(sealed, s.PreviousSecret)
	}
	var out []string
	for _, b := range sealed {
		plain, err := d.keys.Open(s.place(), b)
		if err != nil {
			return s, nil, err
		}
		if len(plain) > 0 {
			out = append(out, string(plain))
		}
	}
	return s, out, nil
}

// Sources lists a client's sources.
func (d *DB) Sources(ctx context.Context, clientID string) ([]Source, error) {
	var out []Source
	err := d.read.WithContext(ctx).Where("client_id = ?", clientID).Order("created_at, id").Find(&out).Error
	return out, translate(err)
}

// SourceOf finds a client's source of a kind by name, or makes it.
func (d *DB) SourceOf(ctx context.Context, by audit.Actor, clientID, kind, name string) (Source, error) {
	var s Source
	err := d.read.WithContext(ctx).Where("client_id = ? AND kind = ? AND name = ?", clientID, kind, name).Limit(1).Find(&s).Error
	if err != nil || s.ID != "" {
		return s, translate(err)
	}
	s, _, err = d.AddSource(ctx, by, NewSource{ClientID: clientID, Kind: kind, Name: name})
	return s, err
}

// Received24h counts what each of a client's sources brought in the last day.
func (d *DB) Received24h(ctx context.Context, clientID string) (map[string]int64, error) {
	var rows []struct {
		SourceID string
		N        int64
	}
	err := d.read.WithContext(ctx).Raw("SELECT source_id, COUNT(*) AS n FROM mentions WHERE client_id = ? AND received_at > ? GROUP BY source_id",
		clientID, AtOf(d.Now().Add(-24*time.Hour))).Scan(&rows).Error
	out := map[string]int64{}
	for _, r := range rows {
		out[r.SourceID] = r.N
	}
	return out, translate(err)
}

// SourceNames maps ids to names, for lists of mentions in the scope.
func (d *DB) SourceNames(ctx context.Context, scope Scope) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	if err := scope.on(d.read.WithContext(ctx).Table("sources"), "client_id").Select("id", "name").Scan(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, nil
}
