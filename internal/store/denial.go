package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/audit"
)

// Denial is an attempt that was refused.
type Denial struct {
	// Kind and ObjectID say on what; both may be empty for the agency's own records.
	Kind     ObjectKind
	ObjectID string
	// ClientID is whose it is; may be empty.
	ClientID string
	// Permission is what was missing.
	Permission string
}

// RecordDenial writes a refused attempt to the ledger and changes nothing else.
func (d *DB) RecordDenial(ctx context.Context, by audit.Actor, n Denial) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		e := audit.Event{Stream: audit.AgencyStream, Action: audit.AccessDenied, Outcome: audit.OutcomeDenied, ClientID: n.ClientID,
			Object: audit.Object{Type: audit.ObjectType(n.Kind), ID: n.ObjectID}, Changes: []audit.Change{audit.Set("permission", n.Permission)}}
		if n.ClientID != "" {
			e.Stream = audit.ClientStream(n.ClientID)
		}
		switch {
		case n.ObjectID != "":
		case n.ClientID != "":
			e.Object = audit.Object{Type: "client", ID: n.ClientID}
		default:
			e.Object = audit.Object{Type: "user", ID: by.ID}
		}
		tx.Record(e)
		return nil
	})
}
