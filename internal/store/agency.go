package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Agency is the one organisation that this deployment serves.
type Agency struct {
	ID               string `gorm:"primaryKey"`
	Name             string
	Zone             string
	Demo             bool
	PolicyRevision   int64
	LastCrisisYear   int64
	LastCrisisNumber int64
	CreatedAt        At
}

// TableName names the table.
func (Agency) TableName() string { return "agency" }

// Setup is what the first run asks.
type Setup struct {
	AgencyName string
	Zone       string
	Demo       bool
	// Admin is the first person; without one nobody can sign in yet.
	Admin NewUser
}

// SetUp makes the agency and its first administrator, once. Errors: setup_done.
func (d *DB) SetUp(ctx context.Context, s Setup) (Agency, User, error) {
	if s.AgencyName == "" {
		return Agency{}, User{}, fault.New(fault.Invalid, "agency_name", "The agency needs a name.").
			WithFields(fault.Field{Location: "body.agency_name", Message: "is empty"})
	}
	if s.Zone == "" {
		s.Zone = "Asia/Jerusalem"
	}
	a := Agency{ID: NewID(), Name: s.AgencyName, Zone: s.Zone, Demo: s.Demo}
	var u User
	by := audit.Actor{Type: audit.ActorSystem, ID: "setup", Via: audit.ViaConsole}
	err := d.Change(ctx, by, func(tx *Tx) error {
		var n int64
		if err := tx.g.Raw("SELECT COUNT(*) FROM agency").Scan(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return setupDone()
		}
		a.CreatedAt = tx.now
		if err := tx.g.Create(&a).Error; err != nil {
			if duplicate(err) { // another browser was faster
				return setupDone()
			}
			return err
		}
		if err := tx.ensureDefaultPlaybook(); err != nil {
			return err
		}
		var err error
		u, err = tx.addUser(s.Admin)
		return err
	})
	return a, u, err
}

func setupDone() error {
	return fault.New(fault.Conflict, "setup_done", "This deployment has been set up already: sign in.")
}

// Agency reads the agency; Errors: not_set_up before the first run.
func (d *DB) Agency(ctx context.Context) (Agency, error) {
	var a Agency
	err := d.read.WithContext(ctx).Limit(1).Find(&a).Error
	if err == nil && a.ID == "" {
		return a, fault.New(fault.Conflict, "not_set_up", "This deployment has not been set up yet.")
	}
	return a, translate(err)
}
