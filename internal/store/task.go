package store

import (
	"context"
	"slices"
	"strings"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of a task.
const (
	TaskOpen   = "open"
	TaskDone   = "done"
	TaskWaived = "waived"
)

// taskKindTriage is the playbook's kind of the task that decides what an alert is.
const taskKindTriage = "triage"

// Task is a step of a stage.
type Task struct {
	ID         string `gorm:"primaryKey"`
	ClientID   string
	CrisisID   string
	Wave       int64
	Stage      crisis.Stage
	TemplateID string
	Position   int64
	Kind       string
	TitleHe    string
	TitleEn    string
	HelpHe     string
	HelpEn     string
	Required   bool
	Role       string
	AssigneeID string
	// BlockedBy are template ids of tasks of this wave that come first.
	BlockedBy JSON[[]string]
	DueAt     At
	State     string
	DoneBy    string
	DoneAt    At
	Note      string
}

// TaskChange is an edit of a task; nil fields stay as they are.
type TaskChange struct {
	State, AssigneeID, Note *string
}

// ChangeTask edits a task of an open crisis. Finishing what is finished already
// changes nothing, so of two people at once both get the same answer. Errors:
// crisis_closed, task_blocked, task_note (waiving needs a reason), unknown_state.
func (d *DB) ChangeTask(ctx context.Context, by audit.Actor, crisisID, taskID string, ch TaskChange) (Task, error) {
	var t Task
	err := d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.openRow(crisisID)
		if err != nil {
			return err
		}
		if err := tx.g.Where("id = ? AND crisis_id = ?", taskID, c.ID).Take(&t).Error; err != nil {
			return missing(err, "task")
		}
		if err := tx.editTask(c, &t, ch); err != nil {
			return err
		}
		if ch.State != nil && *ch.State != t.State {
			if err := tx.moveTask(c, &t, *ch.State); err != nil {
				return err
			}
		}
		return tx.announce("crisis", c.ClientID, c.ID, t.ID)
	})
	return t, err
}

func (tx *Tx) editTask(c Crisis, t *Task, ch TaskChange) error {
	if ch.AssigneeID != nil && *ch.AssigneeID != t.AssigneeID {
		if *ch.AssigneeID != "" {
			if err := tx.mustBeEnabled(*ch.AssigneeID); err != nil {
				return err
			}
		}
		before := t.AssigneeID
		t.AssigneeID = *ch.AssigneeID
		if err := tx.g.Model(t).Where("id = ?", t.ID).Update("assignee_id", t.AssigneeID).Error; err != nil {
			return err
		}
		tx.recordOn(c, audit.TaskAssigned, t.ID, 0, "", audit.Changed("assignee", before, t.AssigneeID))
	}
	if ch.Note != nil && *ch.Note != t.Note {
		before := t.Note
		t.Note = strings.TrimSpace(*ch.Note)
		if err := tx.g.Model(t).Where("id = ?", t.ID).Update("note", t.Note).Error; err != nil {
			return err
		}
		tx.recordOn(c, audit.TaskUpdated, t.ID, 0, "", audit.Private("note", "", before, t.Note))
	}
	return nil
}

// moveTask sets another state.
func (tx *Tx) moveTask(c Crisis, t *Task, state string) error {
	if !slices.Contains([]string{TaskOpen, TaskDone, TaskWaived}, state) {
		return fault.New(fault.Invalid, "unknown_state", "A task is open, done or waived.")
	}
	if state == TaskDone {
		blocked, err := tx.blocked(*t)
		if err != nil {
			return err
		}
		if blocked {
			return fault.New(fault.Conflict, "task_blocked", "Another task has to be done first.")
		}
	}
	if state == TaskWaived && t.Note == "" {
		return fault.New(fault.Invalid, "task_note", "Say in the note why the task is waived.").
			WithFields(fault.Field{Location: "body.note", Message: "is empty"})
	}
	if err := tx.finishTask(c, *t, state, t.Note); err != nil {
		return err
	}
	if err := tx.g.Where("id = ?", t.ID).Take(t).Error; err != nil {
		return err
	}
	if state == TaskDone && t.Kind == taskKindTriage && t.Wave == c.Wave {
		return tellWorkflow(tx, WorkflowCrisis, c.ID, FactTriaged, t.ID)
	}
	return nil
}

// finishTask writes a task's state with its ledger entry.
func (tx *Tx) finishTask(c Crisis, t Task, state, reason string) error {
	action, doneBy, doneAt := audit.TaskDone, tx.by.ID, tx.now
	switch state {
	case TaskWaived:
		action = audit.TaskWaived
	case TaskOpen:
		action, doneBy, doneAt, reason = audit.TaskReopened, "", At{}, ""
	case TaskDone:
		reason = ""
	}
	err := tx.g.Model(&Task{}).Where("id = ?", t.ID).
		Updates(map[string]any{"state": state, "done_by": doneBy, "done_at": doneAt}).Error
	tx.recordOn(c, action, t.ID, 0, reason, audit.Changed("state", t.State, state), audit.Set("template", t.TemplateID))
	return err
}

func (tx *Tx) blocked(t Task) (bool, error) {
	if len(t.BlockedBy.V) == 0 {
		return false, nil
	}
	var n int64
	err := tx.g.Raw("SELECT COUNT(*) FROM tasks WHERE crisis_id = ? AND wave = ? AND template_id IN ? AND state = ?",
		t.CrisisID, t.Wave, t.BlockedBy.V, TaskOpen).Scan(&n).Error
	return n > 0, err
}

// finishKind marks the open tasks of a kind in this wave as done, because what
// they ask for has just been recorded. A kind that several stages have means
// the first of them.
func (tx *Tx) finishKind(c Crisis, kind string) error {
	var all []Task
	if err := tx.g.Where("crisis_id = ? AND wave = ? AND kind = ?", c.ID, c.Wave, kind).Order("position").Find(&all).Error; err != nil || len(all) == 0 {
		return err
	}
	first := slices.MinFunc(all, func(a, b Task) int { return a.Stage.Number() - b.Stage.Number() }).Stage
	for _, t := range all {
		if t.Stage != first || t.State != TaskOpen {
			continue
		}
		if err := tx.finishTask(c, t, TaskDone, ""); err != nil {
			return err
		}
	}
	return nil
}
