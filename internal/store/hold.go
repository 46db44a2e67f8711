package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// SetHold throws the client's stop switch: what is planned or waits for a
// person's hand is held in the same change, and nothing new goes out until the
// hold is lifted and each item released. What is being sent this moment cannot
// be called back. Errors: hold_active, reason_short.
func (d *DB) SetHold(ctx context.Context, by audit.Actor, clientID, reason string) (Client, error) {
	var c Client
	err := d.Change(ctx, by, func(tx *Tx) error {
		reason, err := checkReason(reason)
		if err != nil {
			return err
		}
		if c, err = tx.client(clientID); err != nil {
			return err
		}
		if c.HoldActive() {
			return fault.New(fault.Conflict, "hold_active", "The client is on hold already.").With("since", c.HoldSince.Time)
		}
		if err := tx.saveHold(&c, tx.now, tx.by.ID, reason); err != nil {
			return err
		}
		held, err := tx.holdPlanned(c.ID)
		if err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(c.ID), Action: audit.HoldSet, ClientID: c.ID, Object: audit.Object{ID: c.ID}, Reason: reason,
			Changes: []audit.Change{audit.Set("held", held)}})
		return tx.tellHold(c, "hold_set", reason)
	})
	return c, err
}

// LiftHold lets the client publish again. What was held stays held until it is
// released item by item. Errors: hold_not_active, reason_short.
func (d *DB) LiftHold(ctx context.Context, by audit.Actor, clientID, reason string) (Client, error) {
	var c Client
	err := d.Change(ctx, by, func(tx *Tx) error {
		reason, err := checkReason(reason)
		if err != nil {
			return err
		}
		if c, err = tx.client(clientID); err != nil {
			return err
		}
		if !c.HoldActive() {
			return fault.New(fault.Conflict, "hold_not_active", "The client is not on hold.")
		}
		since := c.HoldSince
		if err := tx.saveHold(&c, At{}, "", ""); err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(c.ID), Action: audit.HoldReleased, ClientID: c.ID, Object: audit.Object{ID: c.ID}, Reason: reason,
			Changes: []audit.Change{audit.Changed("since", since.Time, nil)}})
		return tx.tellHold(c, "hold_released", reason)
	})
	return c, err
}

func (tx *Tx) saveHold(c *Client, since At, by, reason string) error {
	res := tx.g.Exec("UPDATE clients SET hold_since = ?, hold_by = ?, hold_reason = ?, rev = rev + 1, updated_at = ?, updated_by = ? WHERE id = ? AND rev = ?",
		since, by, reason, tx.now, tx.by.ID, c.ID, c.Rev)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return fault.New(fault.Stale, "stale", "Somebody changed this client in the meantime.")
	}
	c.HoldSince, c.HoldBy, c.HoldReason, c.Rev = since, by, reason, c.Rev+1
	return tx.announce("client", c.ID, "", c.ID)
}

func (tx *Tx) holdPlanned(clientID string) (int, error) {
	var rows []Publication
	if err := tx.locked(tx.g.Where("client_id = ? AND state IN ?", clientID, []string{PubPlanned, PubAwaitingHand}).Order("id")).Find(&rows).Error; err != nil {
		return 0, err
	}
	for i := range rows {
		if err := tx.holdOne(&rows[i], ReasonHold); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// tellHold tells the leads of the client's open crises and its account managers.
func (tx *Tx) tellHold(c Client, kind, reason string) error {
	managers, err := tx.withRole("account_manager", c.ID)
	if err != nil {
		return err
	}
	var leads []string
	if err := tx.g.Raw("SELECT DISTINCT lead_id FROM crises WHERE client_id = ? AND status = 'open'", c.ID).Scan(&leads).Error; err != nil {
		return err
	}
	return tx.notify(Notice{Kind: kind, ClientID: c.ID, DedupeKey: kind + ":" + c.ID + ":" + fmtInt(c.Rev), Users: append(managers, leads...),
		Params: map[string]string{"client": c.Name, "title": c.Name, "reason": reason}})
}
