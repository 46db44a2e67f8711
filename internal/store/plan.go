package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// The kinds of a plan's items, as the console names them.
const (
	PlanStory       = "story"
	PlanAchievement = "achievement"
	PlanValue       = "value"
)

// The states of a plan's item.
const (
	PlanPlanned   = "planned"
	PlanPublished = "published"
	PlanCancelled = "cancelled"
)

func planKinds() []string { return []string{PlanStory, PlanAchievement, PlanValue} }

// contentKindOf is the domain's name of a plan's kind.
func contentKindOf(kind string) crisis.ContentKind {
	if kind == PlanStory {
		return crisis.SuccessStory
	}
	return crisis.ContentKind(kind)
}

// PlanItem is one piece of positive content of stage 4.
type PlanItem struct {
	ID       string `gorm:"primaryKey"`
	ClientID string
	CrisisID string
	Kind     string
	Title    string
	// ConsentNote says where the customer's written consent is filed; stories need it.
	ConsentNote string
	PlannedFor  At
	// DraftID is the draft that says it; the item counts as out when that is.
	DraftID   string
	State     string
	CreatedAt At
}

// PlanChange is an edit of an item, or a new one; nil fields stay as they are.
type PlanChange struct {
	Kind, Title, ConsentNote, DraftID, State *string
	PlannedFor                               *time.Time
}

// Plan lists the positive content by date.
func (d *DB) Plan(ctx context.Context, scope Scope, crisisID string) ([]PlanItem, error) {
	return listOf[PlanItem](ctx, d, scope, crisisID, "CASE WHEN planned_for = 0 THEN 1 ELSE 0 END, planned_for, id")
}

// AddPlanItem plans a piece of content. Errors: text_invalid, unknown_kind,
// not_found (draft), crisis_closed.
func (d *DB) AddPlanItem(ctx context.Context, by audit.Actor, crisisID string, ch PlanChange) (PlanItem, error) {
	var p PlanItem
	err := d.part(ctx, by, crisisID, func(tx *Tx, c Crisis) (string, error) {
		p = PlanItem{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, State: PlanPlanned, CreatedAt: tx.now}
		for _, f := range []**string{&ch.Title, &ch.Kind} {
			if *f == nil {
				*f = new(string)
			}
		}
		if err := tx.fillPlanItem(c, &p, ch); err != nil {
			return "", err
		}
		tx.recordOn(c, audit.PlanItemAdded, p.ID, 0, "", audit.Set("kind", p.Kind), audit.Private("title", "", nil, p.Title), audit.Set("draft", p.DraftID))
		return p.ID, tx.g.Create(&p).Error
	})
	return p, err
}

func (tx *Tx) fillPlanItem(c Crisis, p *PlanItem, ch PlanChange) (err error) {
	if ch.Title != nil {
		if p.Title, err = checkLine("title", *ch.Title); err != nil {
			return err
		}
	}
	if ch.Kind != nil {
		if p.Kind = *ch.Kind; !slices.Contains(planKinds(), p.Kind) {
			return fault.New(fault.Invalid, "unknown_kind", "Content is a story, an achievement or of value.").
				WithFields(fault.Field{Location: "body.kind", Message: "is not a kind of content"})
		}
	}
	if ch.State != nil {
		if p.State = *ch.State; !slices.Contains([]string{PlanPlanned, PlanPublished, PlanCancelled}, p.State) {
			return fault.New(fault.Invalid, "unknown_state", "An item is planned, published or cancelled.")
		}
	}
	if ch.ConsentNote != nil {
		p.ConsentNote = strings.TrimSpace(*ch.ConsentNote)
	}
	if ch.PlannedFor != nil {
		p.PlannedFor = AtOf(*ch.PlannedFor)
	}
	if ch.DraftID == nil || *ch.DraftID == p.DraftID {
		return nil
	}
	if p.DraftID = *ch.DraftID; p.DraftID == "" {
		return nil
	}
	var n int64
	if err := tx.g.Raw("SELECT COUNT(*) FROM drafts WHERE id = ? AND crisis_id = ?", p.DraftID, c.ID).Scan(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return notFound("draft")
	}
	return nil
}

// ChangePlanItem edits an item. Saying that an item is out by hand is refused
// while positive content is locked. Errors: positive_locked, text_invalid,
// unknown_kind, unknown_state, not_found, crisis_closed.
func (d *DB) ChangePlanItem(ctx context.Context, by audit.Actor, crisisID, id string, ch PlanChange) (PlanItem, error) {
	var p PlanItem
	err := d.part(ctx, by, crisisID, func(tx *Tx, c Crisis) (string, error) {
		if err := ofCrisis(tx.g, c, id).Take(&p).Error; err != nil {
			return "", missing(err, "plan item")
		}
		old := p
		if err := tx.fillPlanItem(c, &p, ch); err != nil {
			return "", err
		}
		if p.State == PlanPublished && old.State != PlanPublished {
			locked, code, err := positiveLock(tx.g, c, tx.now)
			if err != nil {
				return "", err
			}
			if locked {
				return "", fault.New(fault.Conflict, "positive_locked", "Positive content is locked now.").With("reason", code)
			}
		}
		action := audit.PlanItemUpdated
		if p.State == PlanCancelled && old.State != PlanCancelled {
			action = audit.PlanItemRemoved
		}
		tx.recordOn(c, action, p.ID, 0, "", audit.Changed("kind", old.Kind, p.Kind), audit.Changed("state", old.State, p.State),
			audit.Private("title", "", old.Title, p.Title), audit.Private("consent_note", "", old.ConsentNote, p.ConsentNote),
			audit.Changed("draft", old.DraftID, p.DraftID), audit.Changed("planned_for", old.PlannedFor.Ptr(), p.PlannedFor.Ptr()))
		return p.ID, tx.g.Select("kind", "title", "consent_note", "planned_for", "draft_id", "state").Updates(&p).Error
	})
	return p, err
}
