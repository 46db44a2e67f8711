package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/crisis"
)

// CrisisDetail is everything that the crisis room shows at once.
type CrisisDetail struct {
	CrisisItem
	Stages      []CrisisStage
	Clocks      []Clock
	Tasks       []Task
	Missing     []crisis.Missing
	Hold        bool
	HoldReason  string
	Locked      bool
	LockReason  string
	Revision    int64 // of the assessment; 0 when there is none
	AckState    string
	Metrics     Metrics
	Escalations []Escalation
	// Names of the people that the detail speaks of, by id.
	Names map[string]string
}

// The states of the first acknowledgement.
const (
	AckNone      = "none"
	AckWaived    = "waived"
	AckPublished = "published"
)

// CrisisDetail reads a crisis whole. Errors: not_found.
func (d *DB) CrisisDetail(ctx context.Context, scope Scope, id string) (CrisisDetail, error) {
	c, err := d.CrisisRow(ctx, scope, id)
	if err != nil {
		return CrisisDetail{}, err
	}
	out, err := detailOf(d.read.WithContext(ctx), c, d.Now())
	return out, translate(err)
}

func detailOf(g *gorm.DB, c Crisis, now At) (CrisisDetail, error) {
	var rows []CrisisItem
	if err := itemQuery(g, "0").Where("c.id = ?", c.ID).Scan(&rows).Error; err != nil {
		return CrisisDetail{}, err
	}
	if err := fillItems(g, rows, now); err != nil || len(rows) == 0 {
		return CrisisDetail{}, err
	}
	out := CrisisDetail{CrisisItem: rows[0]}
	var err error
	read := func(fn func() error) {
		if err == nil {
			err = fn()
		}
	}
	read(func() error { return g.Where("crisis_id = ? AND wave = ?", c.ID, c.Wave).Find(&out.Stages).Error })
	read(func() error { out.Clocks, err = clocksOf(g, c.ID); return err })
	read(func() error {
		return g.Where("crisis_id = ? AND wave = ?", c.ID, c.Wave).Order("entered, position, id").
			Select("tasks.*, CASE stage WHEN 'detect' THEN 1 WHEN 'assess' THEN 2 WHEN 'respond' THEN 3 WHEN 'refocus' THEN 4 ELSE 5 END AS entered").Find(&out.Tasks).Error
	})
	read(func() error { out.Missing, err = missingAt(g, c, now); return err })
	read(func() error { out.Metrics, err = metricsOf(g, c, now); return err })
	read(func() error { out.Escalations, err = escalationsOf(g, c.ID); return err })
	read(func() error { out.Locked, out.LockReason, err = positiveLock(g, c, now); return err })
	read(func() error { a, _, err := latestAssessment(g, c.ID); out.Revision = a.Revision; return err })
	read(func() error { return out.readHold(g, c) })
	read(func() error { return out.readAck(g, c, now) })
	read(func() error { out.Names, err = namesOf(g, out.people()); return err })
	return out, err
}

func (d *CrisisDetail) readHold(g *gorm.DB, c Crisis) error {
	var client Client
	err := g.Where("id = ?", c.ClientID).Take(&client).Error
	d.Hold, d.HoldReason = client.HoldActive(), client.HoldReason
	return err
}

func (d *CrisisDetail) readAck(g *gorm.DB, c Crisis, now At) error {
	start, err := waveStartOf(g, c)
	if err != nil {
		return err
	}
	q := gateQuery{g: g, c: c, start: start, now: now}
	switch out := q.published("acknowledgement"); {
	case len(out) > 0:
		d.AckState = AckPublished
	case c.AckWaivedReason != "":
		d.AckState = AckWaived
	default:
		d.AckState = AckNone
	}
	return q.err
}

// people are the ids of all whom the detail names.
func (d *CrisisDetail) people() []string {
	var ids []string
	for _, t := range d.Tasks {
		ids = append(ids, t.AssigneeID, t.DoneBy)
	}
	for _, e := range d.Escalations {
		ids = append(ids, e.AcknowledgedBy)
		ids = append(ids, e.Recipients.V...)
	}
	return ids
}

// namesOf finds people's names by id; unknown ids are left out.
func namesOf(g *gorm.DB, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Name string }
	err := g.Raw("SELECT id, name FROM users WHERE id IN ?", ids).Scan(&rows).Error
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, err
}

// Names finds people's names by id; unknown ids are left out.
func (d *DB) Names(ctx context.Context, ids ...string) (map[string]string, error) {
	out, err := namesOf(d.read.WithContext(ctx), ids)
	return out, translate(err)
}
