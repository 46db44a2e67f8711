package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of a draft.
const (
	DraftEditing          = "draft"
	DraftInReview         = "in_review"
	DraftApproved         = "approved"
	DraftChangesRequested = "changes_requested"
	DraftDeclined         = "declined"
	DraftWithdrawn        = "withdrawn"
	DraftPublished        = "published"
)

// Draft is public words in the making. Its words are in its versions.
type Draft struct {
	ID       string `gorm:"primaryKey"`
	ClientID string
	CrisisID string
	Kind     string
	Title    string
	State    string
	// Version and VersionHash are of the newest version.
	Version     int64
	VersionHash string
	// ApprovalID is the newest request for approval; empty before the first.
	ApprovalID string
	CreatedBy  string
	CreatedAt  At
	UpdatedBy  string
	UpdatedAt  At
	Rev        int64
}

// DraftVersion is one immutable wording. Content holds exactly the bytes that
// ContentHash is the SHA-256 of (approval.Canonical).
type DraftVersion struct {
	ID          string `gorm:"primaryKey"`
	ClientID    string
	DraftID     string
	Version     int64
	Content     string
	ContentHash string
	AuthorID    string
	CreatedAt   At
}

// Parsed reads the content and makes sure that it is what was hashed. Errors: content_altered.
func (v DraftVersion) Parsed() (approval.Content, error) {
	var c approval.Content
	if err := json.Unmarshal([]byte(v.Content), &c); err != nil {
		return c, errAltered.Because(err)
	}
	if approval.ContentHash(c).String() != v.ContentHash {
		return c, errAltered
	}
	return c, nil
}

var errAltered = fault.New(fault.Internal, "content_altered", "The stored words are not the ones that were hashed: nothing is done with them.")

// DraftText is the words for one platform in one language.
type DraftText struct {
	Platform string `json:"platform"`
	Lang     string `json:"lang"`
	Text     string `json:"text"`
}

// Wording is what a writer may set of a draft.
type Wording struct {
	Title string
	Texts []DraftText
	// Targets are the ids of the client's target accounts.
	Targets                   []string
	Links                     []string
	PublishFrom, PublishUntil *time.Time
}

// NewDraft is a draft to be begun.
type NewDraft struct {
	CrisisID string
	Kind     string
	Wording
	// StatementID takes the words of a holding statement of the crisis' playbook
	// for every platform that has none; may be empty.
	StatementID string
}

// CreateDraft begins a draft. Errors: crisis_closed, content_invalid,
// unknown_target, unknown_statement, draft_title.
func (d *DB) CreateDraft(ctx context.Context, by audit.Actor, n NewDraft) (Draft, error) {
	var dr Draft
	err := d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.caseOf(n.CrisisID)
		if err != nil {
			return err
		}
		if c.Status != crisis.Open {
			return crisisClosed()
		}
		if n.StatementID != "" {
			if err := tx.fillStatement(c, &n); err != nil {
				return err
			}
		}
		content, err := tx.content(c.ClientID, approval.ContentKind(n.Kind), n.Wording)
		if err != nil {
			return err
		}
		hash := approval.ContentHash(content).String()
		dr = Draft{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, Kind: n.Kind, Title: content.Title, State: DraftEditing, Version: 1, VersionHash: hash,
			CreatedBy: by.ID, CreatedAt: tx.now, UpdatedBy: by.ID, UpdatedAt: tx.now, Rev: 1}
		if err := tx.g.Create(&dr).Error; err != nil {
			return err
		}
		if err := tx.addVersion(dr, content); err != nil {
			return err
		}
		tx.Record(tx.draftEvent(audit.DraftCreated, dr, audit.Set("kind", dr.Kind), audit.Set("content_hash", hash), audit.Private("title", "", nil, dr.Title)))
		return tx.announce("draft", dr.ClientID, dr.CrisisID, dr.ID)
	})
	return dr, err
}

func (tx *Tx) addVersion(dr Draft, c approval.Content) error {
	return tx.g.Create(&DraftVersion{ID: NewID(), ClientID: dr.ClientID, DraftID: dr.ID, Version: dr.Version,
		Content: string(approval.Canonical(c)), ContentHash: dr.VersionHash, AuthorID: tx.by.ID, CreatedAt: tx.now}).Error
}

func (tx *Tx) draftEvent(a audit.Action, dr Draft, changes ...audit.Change) audit.Event {
	return audit.Event{Stream: audit.CrisisStream(dr.CrisisID), Action: a, ClientID: dr.ClientID,
		Object: audit.Object{ID: dr.ID, Version: dr.Version}, Changes: changes}
}

// content resolves the targets, so that the hash covers each platform and
// account, and refuses what can never be sent. Gaps that a writer fills later
// (no target yet, no text yet, a text still too long) are let through here and
// refused when the draft is sent.
func (tx *Tx) content(clientID string, kind approval.ContentKind, w Wording) (approval.Content, error) {
	c := approval.Content{Kind: kind, Title: strings.TrimSpace(w.Title), Texts: map[string]map[string]string{},
		Targets: []approval.TargetRef{}, Links: w.Links, PublishFrom: micros(w.PublishFrom), PublishUntil: micros(w.PublishUntil)}
	for _, t := range w.Texts {
		if c.Texts[t.Platform] == nil {
			c.Texts[t.Platform] = map[string]string{}
		}
		if _, twice := c.Texts[t.Platform][t.Lang]; twice {
			return c, fault.New(fault.Invalid, "content_invalid", "The same platform and language is worded twice.").
				WithFields(fault.Field{Location: "body.content.texts", Code: "text_repeated", Message: "a platform and language stands there twice"})
		}
		c.Texts[t.Platform][t.Lang] = t.Text
	}
	if c.Title == "" {
		return c, fault.New(fault.Invalid, "draft_title", "Give the draft a title.").
			WithFields(fault.Field{Location: "body.title", Code: "required", Message: "is empty"})
	}
	var rows []Target
	if len(w.Targets) > 0 {
		if err := tx.g.Where("client_id = ? AND removed_at = 0 AND id IN ?", clientID, w.Targets).Find(&rows).Error; err != nil {
			return c, err
		}
	}
	for _, id := range w.Targets {
		i := slices.IndexFunc(rows, func(t Target) bool { return t.ID == id })
		if i < 0 {
			return c, fault.New(fault.Invalid, "unknown_target", "One of the target accounts is not this client's.").
				WithFields(fault.Field{Location: "body.content.targets", Code: "unknown_target", Message: "names an account that the client does not have"})
		}
		c.Targets = append(c.Targets, approval.TargetRef{ID: rows[i].ID, Platform: rows[i].Platform, Account: rows[i].Account})
	}
	// What is kept is what the canonical form says, so that reading it back hashes alike.
	if err := unfinished(approval.Validate(c)); err != nil {
		return c, err
	}
	var kept approval.Content
	err := json.Unmarshal(approval.Canonical(c), &kept)
	return kept, err
}

// unfinished drops what a writer may leave open for now from a validation error.
func unfinished(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	grave := slices.DeleteFunc(slices.Clone(f.Fields), func(x fault.Field) bool {
		return x.Code == "targets_count" || x.Code == "text_missing" || x.Code == "text_too_long"
	})
	if len(grave) == 0 {
		return nil
	}
	return atBody(fault.New(f.Kind, f.Code, "%s", f.Message).WithFields(grave...))
}

// atBody makes the fields of a content error point into the request's body.
func atBody(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	out := *f
	out.Fields = slices.Clone(f.Fields)
	for i := range out.Fields {
		out.Fields[i].Location = "body.content." + out.Fields[i].Location
	}
	return &out
}

func micros(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	m := t.UTC().Truncate(time.Microsecond)
	return &m
}
