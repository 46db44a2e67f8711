package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of a request for approval; only the first can still be decided.
const (
	approvalOpen       = "open"
	approvalExpired    = "expired"
	approvalSuperseded = "superseded"
	approvalWithdrawn  = "withdrawn"
	approvalApproved   = string(approval.StateApproved)
)

// Approval is a request that named people decide on exactly one version.
type Approval struct {
	ID          string `gorm:"primaryKey"`
	ClientID    string
	CrisisID    string
	DraftID     string
	Version     int64
	VersionHash string
	State       string
	// Round is the index of the round that is asked; RoundStartedAt is zero until
	// its people have been told.
	Round  int64
	Rounds JSON[[]approval.Round]
	// Step is what an approver by link must do beyond pressing a button.
	Step              string
	Severity          int64
	Deadline          At
	PublishOnApproval bool
	RoundStartedAt    At
	CreatedBy         string
	CreatedAt         At
	EndedAt           At
	Reason            string
	Rev               int64
}

// CurrentRound is the round that is asked.
func (a Approval) CurrentRound() approval.Round {
	if int(a.Round) >= len(a.Rounds.V) {
		return approval.Round{}
	}
	return a.Rounds.V[a.Round]
}

// SendRequest sends a draft's newest version to the people who must approve it.
type SendRequest struct {
	// Deadline is when the request expires; nil means 72 hours, or the end of the
	// publish window when that is sooner.
	Deadline          *time.Time
	PublishOnApproval bool
	Rounds            []SendRound
	// MayDecide are the ids of the people of the agency who may decide for this client.
	MayDecide []string
}

// SendRound is one round as the sender asks for it.
type SendRound struct {
	Party     approval.Party
	Mode      approval.Mode
	K         int
	Approvers []ApproverID
}

// ApproverID names a person of the agency or a contact of the client.
type ApproverID struct{ UserID, ContactID string }

// Key is the approver's one id throughout a request.
func (a ApproverID) Key() string {
	if a.ContactID != "" {
		return "contact:" + a.ContactID
	}
	return "user:" + a.UserID
}

// SendDraft opens a request for approval. The rounds may be stricter than the
// playbook's for the crisis' severity, never weaker. Errors: already_sent,
// draft_withdrawn, draft_published, content_invalid, rounds_weaker, four_eyes,
// rounds_invalid, unknown_approver, deadline_passed, link_life.
func (d *DB) SendDraft(ctx context.Context, by audit.Actor, draftID string, r SendRequest) (Approval, error) {
	var a Approval
	err := d.Change(ctx, by, func(tx *Tx) error {
		dr, err := tx.draft(draftID)
		if err != nil {
			return err
		}
		if err := sendable(dr); err != nil {
			return err
		}
		v, content, err := versionIn(tx.g, dr.ID, dr.Version)
		if err != nil {
			return err
		}
		if err := atBody(approval.Validate(content)); err != nil {
			return err
		}
		if err := linksInText(content); err != nil {
			return err
		}
		c, err := tx.caseOf(dr.CrisisID)
		if err != nil {
			return err
		}
		if c.Status != crisis.Open {
			return crisisClosed()
		}
		rounds, err := tx.rounds(c, content.Kind, v.AuthorID, r)
		if err != nil {
			return err
		}
		deadline, err := deadlineOf(tx.now.Time, r.Deadline, content.PublishUntil)
		if err != nil {
			return err
		}
		a, err = tx.openApproval(dr, c, rounds, deadline, r.PublishOnApproval && content.Kind != approval.KindReport)
		return err
	})
	return a, err
}

func sendable(dr Draft) error {
	switch dr.State {
	case DraftEditing, DraftChangesRequested, DraftDeclined:
		return nil
	case DraftWithdrawn:
		return fault.New(fault.Conflict, "draft_withdrawn", "The draft was withdrawn: begin another.")
	case DraftPublished:
		return fault.New(fault.Conflict, "draft_published", "The draft is published already.")
	default:
		return fault.New(fault.Conflict, "already_sent", "This version has been sent for approval already.")
	}
}

// linksInText refuses links that Bluesky would silently leave out: there, only
// what stands in the text is published.
func linksInText(c approval.Content) error {
	for _, t := range c.Targets {
		text, _ := c.TextFor(t)
		for i, link := range c.Links {
			if t.Platform == "bluesky" && !strings.Contains(text, link) {
				return fault.New(fault.Invalid, "content_invalid", "A link is missing from the text for Bluesky, which publishes the text alone.").
					WithFields(fault.Field{Location: fmt.Sprintf("body.content.links[%d]", i), Code: "link_not_in_text", Message: "does not stand in the text for bluesky"})
			}
		}
	}
	return nil
}

func deadlineOf(now time.Time, asked, publishUntil *time.Time) (time.Time, error) {
	life := time.Duration(0)
	if asked != nil {
		if life = asked.Sub(now); life <= 0 {
			return time.Time{}, fault.New(fault.Invalid, "deadline_passed", "The deadline has passed.").
				WithFields(fault.Field{Location: "body.deadline", Message: "has passed"})
		}
	}
	return approval.LinkExpiry(now, life, publishUntil)
}

func (tx *Tx) openApproval(dr Draft, c Crisis, rounds []approval.Round, deadline time.Time, publish bool) (Approval, error) {
	var client Client
	if err := tx.g.Where("id = ?", c.ClientID).Take(&client).Error; err != nil {
		return Approval{}, err
	}
	setting := approval.StepTypedName
	if client.Settings.V.Verification == "code_always" {
		setting = approval.StepCode
	}
	a := Approval{ID: NewID(), ClientID: dr.ClientID, CrisisID: dr.CrisisID, DraftID: dr.ID, Version: dr.Version, VersionHash: dr.VersionHash,
		State: approvalOpen, Rounds: JSONOf(rounds), Step: string(approval.StepFor(int(c.Severity), false, setting)), Severity: int64(c.Severity),
		Deadline: AtOf(deadline), PublishOnApproval: publish, CreatedBy: tx.by.ID, CreatedAt: tx.now, Rev: 1}
	if err := tx.g.Create(&a).Error; err != nil {
		if duplicate(err) {
			return a, fault.New(fault.Conflict, "already_sent", "This draft has been sent for approval already.")
		}
		return a, err
	}
	before := dr.State
	dr.State, dr.ApprovalID = DraftInReview, a.ID
	if err := tx.saveDraft(&dr); err != nil {
		return a, err
	}
	tx.Record(tx.draftEvent(audit.DraftSent, dr, audit.Changed("state", before, dr.State)))
	tx.Record(tx.approvalEvent(audit.ApprovalRequested, a, audit.Set("draft", dr.ID), audit.Set("content_hash", a.VersionHash),
		audit.Set("severity", a.Severity), audit.Set("deadline", a.Deadline.Time), audit.Set("step", a.Step),
		audit.Set("publish_on_approval", a.PublishOnApproval), audit.Set("rounds", spellRounds(rounds))))
	if dr.Kind == string(approval.KindReport) {
		tx.Record(audit.Event{Stream: audit.CrisisStream(a.CrisisID), Action: audit.ReportRequested, ClientID: a.ClientID, Object: audit.Object{ID: dr.ID, Version: dr.Version}})
	}
	if err := startWorkflow(tx, WorkflowApproval, a.ID); err != nil {
		return a, err
	}
	if err := tx.announce("approval", a.ClientID, a.CrisisID, a.ID); err != nil {
		return a, err
	}
	return a, tx.announce("draft", a.ClientID, a.CrisisID, a.DraftID)
}

// spellRounds writes each round as the ledger keeps it: party, mode, and the opaque ids of its people.
func spellRounds(rounds []approval.Round) []string {
	out := make([]string, len(rounds))
	for i, r := range rounds {
		ids := make([]string, len(r.Approvers))
		for j, a := range r.Approvers {
			ids[j] = a.ID
		}
		out[i] = strings.Join([]string{string(r.Party), string(r.Mode), strings.Join(ids, ",")}, " ")
	}
	return out
}

func (tx *Tx) approvalEvent(action audit.Action, a Approval, changes ...audit.Change) audit.Event {
	return audit.Event{Stream: audit.CrisisStream(a.CrisisID), Action: action, ClientID: a.ClientID,
		Object: audit.Object{ID: a.ID, Version: a.Version}, Changes: changes}
}
