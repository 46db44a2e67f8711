package store

import (
	"context"

	"gorm.io/gorm/clause"
)

// Notice is something that people of the agency must be told, in the console
// and by mail: at least once each, and not twice.
type Notice struct {
	// Kind is a mail template of package notify and a message of the console.
	Kind string
	// Params fill the template: ids, numbers, names of clients, times in RFC 3339.
	Params   map[string]string
	ClientID string
	CrisisID string
	// DedupeKey makes a second notice of the same meaning to the same person vanish.
	DedupeKey string
	// Users are the ids of those to tell; left out are disabled people, and those
	// who have no role for the client any more.
	Users []string
}

// Notification is one line in a person's bell.
type Notification struct {
	ID        string `gorm:"primaryKey"`
	UserID    string
	ClientID  string
	CrisisID  string
	Kind      string
	Params    JSON[map[string]string]
	DedupeKey string
	CreatedAt At
	ReadAt    At
}

// MailEvent is the payload of an outbox event of kind OutboxMail. It names
// people by id: the relay looks up the address when it sends, and mints signed
// links then, so that neither lies in the outbox.
type MailEvent struct {
	// Kind is a template of package notify.
	Kind string `json:"kind"`
	// UserID, ContactID or LinkID says who gets it.
	UserID string `json:"user_id,omitempty"`
	LinkID string `json:"link_id,omitempty"`
	// ClientID is for the template's header; may be empty.
	ClientID string `json:"client_id,omitempty"`
	CrisisID string `json:"crisis_id,omitempty"`
	// Sealed is a secret of the mail, such as a one-time code, sealed by Keys under "mail|<link id>".
	Sealed []byte            `json:"sealed,omitempty"`
	Params map[string]string `json:"params,omitempty"`
}

// notify stores a notice with the change.
func (tx *Tx) notify(n Notice) error {
	if n.Params == nil {
		n.Params = map[string]string{}
	}
	var users []string
	q := tx.g.Table("users").Where("id IN ? AND disabled_at = 0", n.Users)
	if n.ClientID != "" {
		q = q.Where("EXISTS (SELECT 1 FROM grants g WHERE g.user_id = users.id AND g.domain IN ?)", []string{agencyDomain, GrantSpec{ClientID: n.ClientID}.domain()})
	}
	if err := q.Order("id").Pluck("id", &users).Error; err != nil {
		return err
	}
	for _, id := range users {
		row := Notification{ID: NewID(), UserID: id, ClientID: n.ClientID, CrisisID: n.CrisisID, Kind: n.Kind,
			Params: JSONOf(n.Params), DedupeKey: n.DedupeKey, CreatedAt: tx.now}
		res := tx.g.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "user_id"}, {Name: "dedupe_key"}}, DoNothing: true}).Create(&row)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			continue
		}
		m := MailEvent{Kind: n.Kind, UserID: id, ClientID: n.ClientID, CrisisID: n.CrisisID, Params: n.Params}
		if err := tx.mail("notice:"+n.DedupeKey+":"+id, m); err != nil {
			return err
		}
		if err := tx.announce("notification", "", "", id); err != nil {
			return err
		}
	}
	return nil
}

// mail stores one e-mail to be sent with the change.
func (tx *Tx) mail(dedupe string, m MailEvent) error {
	return emit(tx, OutboxMail, "mail:"+dedupe, "", m, 0)
}

// Notifications lists a person's notices, newest first, without those about
// clients that they may not see any more.
func (d *DB) Notifications(ctx context.Context, scope Scope, userID string, unread bool, p Page) ([]Notification, string, error) {
	c, on, err := p.at()
	if err != nil {
		return nil, "", err
	}
	q := d.read.WithContext(ctx).Where("user_id = ?", userID)
	if !scope.All() {
		q = q.Where("client_id IN ?", append(scope.Clients(), "")) // some are about no client
	}
	if unread {
		q = q.Where("read_at = 0")
	}
	if on {
		q = q.Where("(created_at, id) < (?, ?)", c.At, c.ID)
	}
	var out []Notification
	if err := q.Order("created_at DESC, id DESC").Limit(p.limit() + 1).Find(&out).Error; err != nil {
		return nil, "", translate(err)
	}
	out, next := cut(out, p.limit(), func(n Notification) cursor { return cursor{n.CreatedAt.Micros(), n.ID} })
	return out, next, nil
}

// ReadNotifications marks a person's notices as read; no ids means all.
func (d *DB) ReadNotifications(ctx context.Context, userID string, ids []string) error {
	q := d.write.WithContext(ctx).Table("notifications").Where("user_id = ? AND read_at = 0", userID)
	if len(ids) > 0 {
		q = q.Where("id IN ?", ids)
	}
	return translate(q.Update("read_at", d.Now()).Error)
}

// cut drops the row beyond the page and says where the next page starts.
func cut[T any](rows []T, limit int, place func(T) cursor) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, place(rows[limit-1]).String()
}
