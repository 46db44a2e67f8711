package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/store"
)

type personRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type DraftView struct {
	ID           string    `json:"id"`
	ClientID     string    `json:"client_id"`
	CrisisID     string    `json:"crisis_id"`
	CrisisNumber string    `json:"crisis_number"`
	Kind         string    `json:"kind"`
	Title        string    `json:"title"`
	State        string    `json:"state"`
	Version      int64     `json:"version"`
	VersionHash  string    `json:"version_hash"`
	UpdatedAt    time.Time `json:"updated_at"`
	UpdatedBy    personRef `json:"updated_by"`
	Rev          int64     `json:"rev"`
	ApprovalID   string    `json:"approval_id,omitempty"`
}

type contentView struct {
	Texts        []store.DraftText `json:"texts" nullable:"false"`
	Targets      []string          `json:"targets" nullable:"false"`
	Links        []string          `json:"links" nullable:"false"`
	PublishFrom  *time.Time        `json:"publish_from,omitempty"`
	PublishUntil *time.Time        `json:"publish_until,omitempty"`
}

type versionView struct {
	Version int64       `json:"version"`
	Hash    string      `json:"hash"`
	Author  personRef   `json:"author"`
	At      time.Time   `json:"at"`
	Content contentView `json:"content"`
}

type draftDetail struct {
	DraftView
	Content      contentView       `json:"content"`
	Versions     []versionView     `json:"versions" nullable:"false"`
	Approval     *ApprovalView     `json:"approval,omitempty"`
	Publications []publicationView `json:"publications" nullable:"false"`
	Limits       map[string]int    `json:"limits" doc:"The longest text by platform, in the platform's own count."`
}

func (s *Server) viewDrafts(ctx context.Context, rows []store.Draft) ([]DraftView, error) {
	names, err := s.db.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	numbers, err := s.db.CrisisNumbers(ctx, store.ScopeAll(), each(rows, func(d store.Draft) string { return d.CrisisID }))
	if err != nil {
		return nil, err
	}
	return each(rows, func(d store.Draft) DraftView {
		return DraftView{ID: d.ID, ClientID: d.ClientID, CrisisID: d.CrisisID, CrisisNumber: numbers[d.CrisisID], Kind: d.Kind, Title: d.Title, State: d.State,
			Version: d.Version, VersionHash: d.VersionHash, UpdatedAt: d.UpdatedAt.Time, UpdatedBy: personRef{d.UpdatedBy, names[d.UpdatedBy]}, Rev: d.Rev, ApprovalID: d.ApprovalID}
	}), nil
}

func (s *Server) draftDetailOf(ctx context.Context, dr store.Draft) (*tagged[draftDetail], error) {
	views, err := s.viewDrafts(ctx, []store.Draft{dr})
	if err != nil {
		return nil, err
	}
	d := draftDetail{DraftView: views[0], Limits: textLimits()}
	if d.Versions, err = s.viewVersions(ctx, dr.ID); err != nil {
		return nil, err
	}
	d.Content = d.Versions[0].Content
	if dr.ApprovalID != "" {
		a, err := s.db.ApprovalCase(ctx, dr.ApprovalID)
		if err != nil {
			return nil, err
		}
		v := viewApproval(a)
		d.Approval = &v
	}
	pubs, _, err := s.db.Publications(ctx, store.PublicationFilter{DraftID: dr.ID, Scope: store.ScopeClients(dr.ClientID), Page: store.Page{Limit: 200}})
	if err != nil {
		return nil, err
	}
	d.Publications = each(pubs, viewPublication)
	return &tagged[draftDetail]{ETag: etag(dr.Rev), Body: d}, nil
}

func (s *Server) viewVersions(ctx context.Context, draftID string) ([]versionView, error) {
	rows, err := s.db.DraftVersions(ctx, draftID)
	if err != nil {
		return nil, err
	}
	names, err := s.db.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]versionView, 0, len(rows))
	for _, v := range rows {
		c, err := v.Parsed()
		if err != nil {
			return nil, err
		}
		out = append(out, versionView{v.Version, v.ContentHash, personRef{v.AuthorID, names[v.AuthorID]}, v.CreatedAt.Time, viewContent(c)})
	}
	return out, nil
}

func viewContent(c approval.Content) contentView {
	v := contentView{Texts: []store.DraftText{}, Targets: []string{}, Links: append([]string{}, c.Links...), PublishFrom: c.PublishFrom, PublishUntil: c.PublishUntil}
	for platform, byLang := range c.Texts {
		for lang, text := range byLang {
			v.Texts = append(v.Texts, store.DraftText{Platform: platform, Lang: lang, Text: text})
		}
	}
	slices.SortFunc(v.Texts, func(a, b store.DraftText) int { return strings.Compare(a.Platform+" "+a.Lang, b.Platform+" "+b.Lang) })
	for _, t := range c.Targets {
		v.Targets = append(v.Targets, t.ID)
	}
	return v
}

func textLimits() map[string]int {
	out := map[string]int{approval.ReportPlatform: approval.Limit(approval.ReportPlatform)}
	for _, p := range mention.Platforms() {
		out[string(p)] = approval.Limit(string(p))
	}
	return out
}
