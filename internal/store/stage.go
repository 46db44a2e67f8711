package store

import (
	"time"

	"gorm.io/gorm/clause"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/playbook"
)

// CrisisStage is one stage of one wave.
type CrisisStage struct {
	CrisisID       string `gorm:"primaryKey"`
	ClientID       string
	Wave           int64        `gorm:"primaryKey"`
	Stage          crisis.Stage `gorm:"primaryKey"`
	EnteredAt      At
	LeftAt         At
	LeftBy         string
	Overridden     bool
	OverrideReason string
	// Missing is what the gate asked for when it was passed all the same.
	Missing JSON[[]crisis.Missing]
}

// TableName names the table.
func (CrisisStage) TableName() string { return "crisis_stages" }

// enterStage opens the stages that are worked on while c.Stage is the current
// one: rows, tasks and ledger. A stage that was opened beside the one before
// stays as it is.
func (tx *Tx) enterStage(c Crisis, plan playbook.Playbook) error {
	for _, s := range c.Stage.Active() {
		row := CrisisStage{CrisisID: c.ID, ClientID: c.ClientID, Wave: c.Wave, Stage: s, EnteredAt: tx.now, Missing: JSONOf([]crisis.Missing{})}
		res := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if res.Error != nil {
			return res.Error
		}
		tx.recordCrisis(c, audit.CrisisStageEntered, "", audit.Set("stage", s), audit.Set("wave", c.Wave), audit.Set("parallel", s != c.Stage))
		if res.RowsAffected == 0 {
			continue
		}
		if err := tx.makeTasks(c, s, plan.Tasks(s)); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) makeTasks(c Crisis, s crisis.Stage, templates []playbook.Task) error {
	for i, t := range templates {
		row := Task{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, Wave: c.Wave, Stage: s, TemplateID: t.ID, Position: int64(i), Kind: string(t.Kind),
			TitleHe: t.Title.He, TitleEn: t.Title.En, HelpHe: t.Help.He, HelpEn: t.Help.En, Required: t.Required, Role: string(t.Role),
			BlockedBy: JSONOf(t.BlockedBy), State: TaskOpen}
		if t.Due > 0 {
			row.DueAt = AtOf(tx.now.Add(time.Duration(t.Due)))
		}
		if err := tx.g.Create(&row).Error; err != nil {
			return err
		}
		tx.recordOn(c, audit.TaskCreated, row.ID, 0, "", audit.Set("template", t.ID), audit.Set("stage", s), audit.Set("required", t.Required))
	}
	return nil
}
