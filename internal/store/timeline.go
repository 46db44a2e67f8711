package store

import (
	"context"
	"encoding/json"
	"errors"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
)

// TimelineItem is one ledger entry of a crisis for people to read.
type TimelineItem struct {
	ID        string
	At        At
	Seq       int64
	ActorType string
	ActorID   string
	// ActorName is a person's name as it is now; empty for machines and erased people.
	ActorName  string
	Action     audit.Action
	ObjectType string
	ObjectID   string
	// Reason is what the actor wrote; empty when there was none or it was erased.
	Reason string
	// Fields are the changes that are not personal, by field: the value after.
	Fields map[string]any
}

// entryBody is what a timeline needs of an entry.
type entryBody struct {
	Actor struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"actor"`
	OnBehalfOf string `json:"on_behalf_of"`
	Object     struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"object"`
	ReasonC string `json:"reason_c"`
	Changes []struct {
		Field string `json:"field"`
		After any    `json:"after"`
	} `json:"changes"`
}

// Timeline lists what happened in a crisis, newest first, straight from the ledger.
func (d *DB) Timeline(ctx context.Context, scope Scope, crisisID string, p Page) ([]TimelineItem, string, error) {
	c, err := d.CrisisRow(ctx, scope, crisisID)
	if err != nil {
		return nil, "", err
	}
	at, on, err := p.at()
	if err != nil {
		return nil, "", err
	}
	g := d.read.WithContext(ctx)
	q := g.Where("crisis_id = ?", c.ID)
	if on {
		q = q.Where("pos < ?", at.At)
	}
	var rows []AuditEntry
	if err := q.Order("pos DESC").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	rows, next := cut(rows, p.limit(), func(e AuditEntry) cursor { return cursor{e.Pos, e.ID} })
	out, err := d.timelineItems(g, rows)
	return out, next, translate(err)
}

func (d *DB) timelineItems(g *gorm.DB, rows []AuditEntry) ([]TimelineItem, error) {
	out := make([]TimelineItem, 0, len(rows))
	var people []string
	for _, e := range rows {
		var b entryBody
		if err := json.Unmarshal(e.Body, &b); err != nil {
			return nil, err
		}
		item := TimelineItem{ID: e.ID, At: e.At, Seq: e.StreamSeq, ActorType: b.Actor.Type, ActorID: b.Actor.ID, Action: audit.Action(e.Action),
			ObjectType: b.Object.Type, ObjectID: b.Object.ID, Fields: map[string]any{}}
		if b.OnBehalfOf != "" {
			item.ActorType, item.ActorID = string(audit.ActorUser), b.OnBehalfOf
		}
		for _, ch := range b.Changes {
			if ch.After != nil {
				item.Fields[ch.Field] = ch.After
			}
		}
		if b.ReasonC != "" {
			reason, err := d.openedReason(g, e)
			if err != nil {
				return nil, err
			}
			item.Reason = reason
		}
		people = append(people, item.ActorID)
		out = append(out, item)
	}
	names, err := namesOf(g, people)
	for i := range out {
		if out[i].ActorType == string(audit.ActorUser) {
			out[i].ActorName = names[out[i].ActorID]
		}
	}
	return out, err
}

// openedReason reads the sealed reason of an entry; empty when it was erased.
func (d *DB) openedReason(g *gorm.DB, e AuditEntry) (string, error) {
	var row openingRow
	err := g.Where("entry_id = ? AND field = ?", e.ID, "reason").Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var key subjectKeyRow
	err = g.Where("subject = ?", row.Subject).Take(&key).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	plain, err := d.keys.Open("subject_keys|sealed|"+row.Subject, key.Sealed)
	if err != nil || len(plain) != audit.KeySize {
		return "", err
	}
	o, err := audit.OpenSealed([audit.KeySize]byte(plain), e.LogID, e.ID, row.Field, row.Subject, row.Sealed)
	return o.Value, err
}
