package store

import (
	"context"
	"slices"
	"strings"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// Grant is a role that a person has for the agency or for one client.
type Grant struct {
	ID     string `gorm:"primaryKey"`
	UserID string
	Role   string
	// Domain is "agency" or "client:<id>".
	Domain    string
	CreatedAt At
}

const agencyDomain = "agency"

func (g GrantSpec) domain() string {
	if g.ClientID == "" {
		return agencyDomain
	}
	return "client:" + g.ClientID
}

// ClientID is the client of the grant; empty for the agency.
func (g Grant) ClientID() string {
	id, _ := strings.CutPrefix(g.Domain, "client:")
	if id == g.Domain {
		return ""
	}
	return id
}

// SetGrants replaces a person's roles. Nobody edits their own, and one active
// administrator always remains. Errors: not_yourself, last_admin, unknown_role.
func (d *DB) SetGrants(ctx context.Context, by audit.Actor, userID string, want []GrantSpec) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		if by.Type == audit.ActorUser && by.ID == userID {
			return fault.New(fault.Conflict, "not_yourself", "You cannot change your own roles.")
		}
		if _, err := tx.user(userID); err != nil {
			return err
		}
		if err := tx.setGrants(userID, want); err != nil {
			return err
		}
		return tx.adminRemains()
	})
}

func (tx *Tx) setGrants(userID string, want []GrantSpec) error {
	var have []Grant
	if err := tx.g.Where("user_id = ?", userID).Find(&have).Error; err != nil {
		return err
	}
	for _, w := range want {
		if err := tx.checkGrant(w); err != nil {
			return err
		}
		if slices.ContainsFunc(have, func(h Grant) bool { return h.Role == w.Role && h.Domain == w.domain() }) {
			continue
		}
		g := Grant{ID: NewID(), UserID: userID, Role: w.Role, Domain: w.domain(), CreatedAt: tx.now}
		if err := tx.g.Create(&g).Error; err != nil {
			return err
		}
		tx.recordGrant(audit.UserRoleGranted, g)
	}
	for _, h := range have {
		if slices.ContainsFunc(want, func(w GrantSpec) bool { return h.Role == w.Role && h.Domain == w.domain() }) {
			continue
		}
		if err := tx.g.Exec("DELETE FROM grants WHERE id = ?", h.ID).Error; err != nil {
			return err
		}
		tx.recordGrant(audit.UserRoleRevoked, h)
	}
	tx.grantsChanged()
	return nil
}

func (tx *Tx) checkGrant(w GrantSpec) error {
	if !slices.Contains(crisis.Roles(), crisis.Role(w.Role)) {
		return fault.New(fault.Invalid, "unknown_role", "There is no role %q.", w.Role).
			WithFields(fault.Field{Location: "body.grants", Message: "names an unknown role"})
	}
	if w.ClientID == "" {
		return nil
	}
	if w.Role == string(crisis.RoleAdmin) {
		return fault.New(fault.Invalid, "admin_is_agency_wide", "The administrator's role is for the whole agency.")
	}
	_, err := tx.client(w.ClientID)
	return err
}

func (tx *Tx) recordGrant(action audit.Action, g Grant) {
	tx.Record(audit.Event{Stream: audit.AgencyStream, Action: action, Object: audit.Object{ID: g.UserID}, ClientID: g.ClientID(),
		Changes: []audit.Change{audit.Set("role", g.Role), audit.Set("domain", g.Domain)}})
}

// adminRemains refuses a change that would lock everybody out. The agency's row is
// held, so that two changes at once do not each count on the other's administrator.
func (tx *Tx) adminRemains() error {
	var a Agency
	if err := tx.locked(tx.g.Limit(1)).Take(&a).Error; err != nil {
		return missing(err, "agency")
	}
	var n int64
	err := tx.g.Raw("SELECT COUNT(*) FROM grants g JOIN users u ON u.id = g.user_id WHERE g.role = ? AND g.domain = ? AND u.disabled_at = 0",
		crisis.RoleAdmin, agencyDomain).Scan(&n).Error
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "last_admin", "One active administrator must remain.")
	}
	return err
}

// Grants lists all grants of enabled people with the revision that they are of.
func (d *DB) Grants(ctx context.Context) ([]Grant, int64, error) {
	// The revision is read first: a change in between is then only seen again, never missed.
	rev, err := d.PolicyRevision(ctx)
	if err != nil {
		return nil, 0, err
	}
	var out []Grant
	err = d.read.WithContext(ctx).Raw("SELECT g.* FROM grants g JOIN users u ON u.id = g.user_id WHERE u.disabled_at = 0").Scan(&out).Error
	return out, rev, translate(err)
}

// PolicyRevision counts the changes of grants.
func (d *DB) PolicyRevision(ctx context.Context) (int64, error) {
	var rev int64
	err := d.read.WithContext(ctx).Raw("SELECT policy_revision FROM agency").Scan(&rev).Error
	return rev, translate(err)
}

// GrantsOf lists one person's grants.
func (d *DB) GrantsOf(ctx context.Context, userID string) ([]Grant, error) {
	var out []Grant
	err := d.read.WithContext(ctx).Where("user_id = ?", userID).Order("domain, role").Find(&out).Error
	return out, translate(err)
}

// AllGrants lists everybody's grants by person, disabled people's too.
func (d *DB) AllGrants(ctx context.Context) (map[string][]Grant, error) {
	var rows []Grant
	if err := d.read.WithContext(ctx).Order("domain, role").Find(&rows).Error; err != nil {
		return nil, translate(err)
	}
	out := map[string][]Grant{}
	for _, g := range rows {
		out[g.UserID] = append(out[g.UserID], g)
	}
	return out, nil
}

// withRole lists the enabled people who have a role for a client, through the
// agency or the client itself.
func (tx *Tx) withRole(role crisis.Role, clientID string) ([]string, error) {
	var out []string
	err := tx.g.Raw("SELECT DISTINCT g.user_id FROM grants g JOIN users u ON u.id = g.user_id WHERE u.disabled_at = 0 AND g.role = ? AND g.domain IN ?",
		role, []string{agencyDomain, "client:" + clientID}).Scan(&out).Error
	return out, err
}
