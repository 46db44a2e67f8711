package store

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/migdalor/migdalor/internal/fault"
)

// ObjectKind names what an id in an address is the id of.
type ObjectKind string

// The kinds that belong to exactly one client.
const (
	KindClient      ObjectKind = "client"
	KindCrisis      ObjectKind = "crisis"
	KindAlert       ObjectKind = "alert"
	KindMention     ObjectKind = "mention"
	KindDraft       ObjectKind = "draft"
	KindApproval    ObjectKind = "approval"
	KindPublication ObjectKind = "publication"
)

var tableOf = map[ObjectKind]string{
	KindClient: "clients", KindCrisis: "crises", KindAlert: "alerts", KindMention: "mentions",
	KindDraft: "drafts", KindApproval: "approvals", KindPublication: "publications",
}

// ClientOf finds the client that an object belongs to. Ids that are no UUID, and
// numbers that are no crisis', are simply not found; crises also answer to
// their number and clients to their slug.
func (d *DB) ClientOf(ctx context.Context, kind ObjectKind, id string) (string, error) {
	table, ok := tableOf[kind]
	if !ok {
		return "", fault.New(fault.Internal, "unknown_kind", "An unknown kind of object was asked for.")
	}
	column, where := "client_id", "id = ?"
	if kind == KindClient {
		column = "id"
	}
	if uuid.Validate(id) != nil {
		switch kind {
		case KindCrisis:
			where = "number = ?"
		case KindClient:
			where = "slug = ?"
		default:
			return "", notFound(string(kind))
		}
	}
	var clientID string
	err := d.read.WithContext(ctx).Table(table).Select(column).Where(where, id).Limit(1).Scan(&clientID).Error
	if err != nil {
		return "", translate(err)
	}
	if clientID == "" {
		return "", notFound(string(kind))
	}
	return clientID, nil
}

// Page asks for part of a list.
type Page struct {
	// Limit is the most rows; 0 means 50.
	Limit int
	// Cursor continues after the row that the last page ended with.
	Cursor string
}

func (p Page) limit() int {
	if p.Limit <= 0 || p.Limit > 200 {
		return 50
	}
	return p.Limit
}

// cursor is a place in a list that is ordered by an instant and an id.
type cursor struct {
	At int64  `json:"a"`
	ID string `json:"i"`
}

func (c cursor) String() string {
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

// at reads the cursor; ok is false on the first page. Errors: bad_cursor.
func (p Page) at() (c cursor, ok bool, err error) {
	if p.Cursor == "" {
		return c, false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return c, false, fault.New(fault.Invalid, "bad_cursor", "The cursor is not one that this list gave.").Because(err)
	}
	return c, true, nil
}
