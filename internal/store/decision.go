package store

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Decision is one recorded answer. It never changes, except that its approver
// may say that it was not theirs.
type Decision struct {
	ID             string `gorm:"primaryKey"`
	ClientID       string
	ApprovalID     string
	DraftID        string
	VersionHash    string
	ApproverKey    string
	ApproverName   string
	Round          int64
	Decision       string
	Comment        string
	TypedName      string
	Via            string
	LinkID         string
	IdempotencyKey string
	DisputedAt     At
	DecidedAt      At
}

// Decide is an approver's answer to exactly what they saw.
type Decide struct {
	ApprovalID  string
	ApproverKey string
	// LinkID is the link by which somebody without an account decides; empty inside.
	LinkID string
	Kind   approval.DecisionKind
	// VersionHash is of the words that were shown.
	VersionHash string
	Comment     string
	TypedName   string
	// IdempotencyKey makes a repeated request get the first answer.
	IdempotencyKey string
}

const maxComment = 4000

// RecordDecision records an answer in one transaction: the decision, the request's and
// the draft's new state, the ledger, the receipts and, when everybody asked has
// approved and the sender wanted it so, the planned publications. Of a decision,
// an edit and the deadline at once one wins, because each moves the request out
// of its open state in the row itself. Errors: already_decided, not_asked,
// version_changed, approval_expired, approval_superseded, approval_withdrawn,
// approval_ended, link_*, comment_required, typed_name_required.
func (d *DB) RecordDecision(ctx context.Context, by audit.Actor, cmd Decide) (Decision, error) {
	var made Decision
	err := d.Change(ctx, by, func(tx *Tx) error {
		a, dr, err := tx.approval(cmd.ApprovalID)
		if err != nil {
			return err
		}
		earlier, err := tx.decisions(a)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(earlier, func(e Decision) bool { return e.ApproverKey == cmd.ApproverKey }); i >= 0 {
			made = earlier[i]
			return sameAnswer(made, cmd)
		}
		if err := checkDecision(&cmd, a.Step); err != nil {
			return err
		}
		v, _, err := versionIn(tx.g, a.DraftID, a.Version)
		if err != nil {
			return err
		}
		if err := tx.admitDecision(a, v, earlier, cmd); err != nil {
			return err
		}
		if made, err = tx.recordDecision(a, cmd); err != nil {
			return err
		}
		out := evaluate(a, v.AuthorID, append(earlier, made))
		if err := tx.moveOn(&a, &dr, out); err != nil {
			return err
		}
		return tx.afterDecision(a, dr, made)
	})
	return made, err
}

// checkDecision refuses what no approver could mean.
func checkDecision(cmd *Decide, step string) error {
	bad := func(code, field, sentence string) error {
		return fault.New(fault.Invalid, code, "%s", sentence).WithFields(fault.Field{Location: "body." + field, Code: code, Message: sentence})
	}
	cmd.Comment, cmd.TypedName = strings.TrimSpace(cmd.Comment), strings.TrimSpace(cmd.TypedName)
	letters := 0
	for _, r := range cmd.TypedName {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	switch {
	case cmd.Kind != approval.Approved && cmd.Kind != approval.ChangesRequested && cmd.Kind != approval.Declined:
		return bad("decision_unknown", "decision", "The decision is approve, changes or decline.")
	case cmd.Kind != approval.Approved && cmd.Comment == "":
		return bad("comment_required", "comment", "Write what should change, or why not.")
	case !utf8.ValidString(cmd.Comment) || !utf8.ValidString(cmd.TypedName) || utf8.RuneCountInString(cmd.Comment) > maxComment:
		return bad("comment_too_long", "comment", "The comment takes 4000 characters at most.")
	case utf8.RuneCountInString(cmd.TypedName) > 120:
		return bad("typed_name_required", "typed_name", "The name takes 120 characters at most.")
	case cmd.LinkID != "" && step == string(approval.StepTypedName) && letters < 2:
		return bad("typed_name_required", "typed_name", "Type your full name.")
	}
	return nil
}

// sameAnswer lets a repeated request have its first answer and refuses a second opinion.
func sameAnswer(made Decision, cmd Decide) error {
	if made.IdempotencyKey != "" && made.IdempotencyKey == cmd.IdempotencyKey && made.Decision == string(cmd.Kind) && made.VersionHash == cmd.VersionHash {
		return nil
	}
	return fault.New(fault.Conflict, "already_decided", "This person's decision has been recorded and stays.").
		With("decision", made.Decision).With("at", made.DecidedAt.Time)
}

// admitDecision takes the request's row, and the link's, while they are still
// open for exactly this; otherwise it says what happened instead.
func (tx *Tx) admitDecision(a Approval, v DraftVersion, earlier []Decision, cmd Decide) error {
	waiting := evaluate(a, v.AuthorID, earlier).Waiting
	asked := slices.ContainsFunc(waiting, func(w approval.ApproverRef) bool { return w.ID == cmd.ApproverKey })
	res := tx.g.Exec("UPDATE approvals SET rev = rev + 1 WHERE id = ? AND state = ? AND version_hash = ? AND deadline > ? AND round = ? AND ?",
		a.ID, approvalOpen, cmd.VersionHash, tx.now, a.Round, asked)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return tx.whyNot(a, cmd, asked)
	}
	if cmd.LinkID == "" {
		return nil
	}
	res = tx.g.Exec("UPDATE approval_links SET state = ?, rev = rev + 1 WHERE id = ? AND approval_id = ? AND approver_key = ? AND version_hash = ? AND state = ? AND expires_at > ?",
		approval.LinkDecided, cmd.LinkID, a.ID, cmd.ApproverKey, cmd.VersionHash, approval.LinkOpen, tx.now)
	if res.Error != nil || res.RowsAffected == 1 {
		return res.Error
	}
	var l Link
	if err := tx.g.Where("id = ? AND approver_key = ?", cmd.LinkID, cmd.ApproverKey).Take(&l).Error; err != nil {
		return missing(err, "link")
	}
	if err := l.usable(tx.now); err != nil {
		return err
	}
	return notFound("link")
}

func (tx *Tx) whyNot(a Approval, cmd Decide, asked bool) error {
	ended := map[string]*fault.Error{
		approvalExpired:    fault.New(fault.Gone, "approval_expired", "The time to decide is over; nothing was approved."),
		approvalSuperseded: fault.New(fault.Gone, "approval_superseded", "The words were changed after they were sent: a new request follows."),
		approvalWithdrawn:  fault.New(fault.Gone, "approval_withdrawn", "The request was taken back."),
	}
	if f, ok := ended[a.State]; ok {
		return f
	}
	switch {
	case a.State != approvalOpen:
		return fault.New(fault.Conflict, "approval_ended", "The others have decided already: this request has ended.")
	case !a.Deadline.After(tx.now.Time):
		return ended[approvalExpired]
	case a.VersionHash != cmd.VersionHash:
		return fault.New(fault.Conflict, "version_changed", "What was shown is not what is asked about now: look at it again.").
			With("version_hash", a.VersionHash)
	case !asked:
		return fault.New(fault.Forbidden, "not_asked", "It is not this person's turn to decide on this request.")
	}
	return fault.New(fault.Conflict, "approval_moved", "The request moved on: look at it again.")
}

func (tx *Tx) recordDecision(a Approval, cmd Decide) (Decision, error) {
	name := ""
	for _, r := range a.Rounds.V {
		for _, who := range r.Approvers {
			if who.ID == cmd.ApproverKey {
				name = who.Name
			}
		}
	}
	made := Decision{ID: NewID(), ClientID: a.ClientID, ApprovalID: a.ID, DraftID: a.DraftID, VersionHash: a.VersionHash, ApproverKey: cmd.ApproverKey,
		ApproverName: name, Round: a.Round, Decision: string(cmd.Kind), Comment: cmd.Comment, TypedName: cmd.TypedName, Via: string(tx.by.Via),
		LinkID: cmd.LinkID, IdempotencyKey: cmd.IdempotencyKey, DecidedAt: tx.now}
	if err := tx.g.Create(&made).Error; err != nil {
		if duplicate(err) {
			return made, fault.New(fault.Conflict, "already_decided", "This person's decision has been recorded and stays.")
		}
		return made, err
	}
	tx.Record(audit.Event{Stream: audit.CrisisStream(a.CrisisID), Action: audit.DecisionRecorded, ClientID: a.ClientID, Object: audit.Object{ID: made.ID},
		Changes: []audit.Change{audit.Set("approval", a.ID), audit.Set("approver", made.ApproverKey), audit.Set("decision", made.Decision),
			audit.Set("content_hash", made.VersionHash), audit.Set("round", a.Round+1), audit.Set("link", made.LinkID),
			audit.Private("typed_name", made.ApproverKey, nil, made.TypedName), audit.Private("comment", made.ApproverKey, nil, made.Comment)}})
	return made, nil
}

// decisions lists a request's answers in the order in which they came. Disputed
// ones count no longer.
func (tx *Tx) decisions(a Approval) ([]Decision, error) {
	var out []Decision
	err := tx.g.Where("approval_id = ?", a.ID).Order("decided_at, id").Find(&out).Error
	return out, err
}

// DecisionByLink reads the decision that was made through a link.
func (d *DB) DecisionByLink(ctx context.Context, linkID string) (Decision, error) {
	var made Decision
	err := d.read.WithContext(ctx).Where("link_id = ?", linkID).Take(&made).Error
	return made, translate(missing(err, "decision"))
}

// evaluate says what the answers so far amount to.
func evaluate(a Approval, authorID string, decisions []Decision) approval.Outcome {
	hash, err := approval.ParseHash(a.VersionHash)
	if err != nil {
		return approval.Outcome{State: approval.StateOpen, CurrentRound: int(a.Round)}
	}
	var counted []approval.Decision
	for _, made := range decisions {
		h, err := approval.ParseHash(made.VersionHash)
		if err != nil || !made.DisputedAt.IsZero() {
			continue
		}
		counted = append(counted, approval.Decision{ApproverID: made.ApproverKey, VersionHash: h, Kind: approval.DecisionKind(made.Decision), At: made.DecidedAt.Time})
	}
	return approval.Evaluate(approval.Request{VersionHash: hash, AuthorID: "user:" + authorID, Rounds: a.Rounds.V}, counted)
}
