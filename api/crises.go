package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) crisisRoutes() {
	view, work := onCrisis(policies.CrisesView), onCrisis(policies.CrisesWork)
	route(s, http.MethodGet, "/crises", onVisible(policies.CrisesView), "Crises of your clients", s.listCrises)
	route(s, http.MethodPost, "/crises", onBodyClient(policies.CrisesOpen), "Open a crisis by hand", s.openCrisis, created)
	route(s, http.MethodGet, "/crises/{id}", view, "The crisis room", s.getCrisis)
	route(s, http.MethodPatch, "/crises/{id}", work, "Rename the crisis", s.patchCrisis)
	route(s, http.MethodGet, "/crises/{id}/timeline", view, "What happened, from the ledger", s.crisisTimeline)
	route(s, http.MethodGet, "/crises/{id}/report", onCrisis(policies.ReportsView), "The crisis' figures", s.crisisReport)
	route(s, http.MethodPatch, "/crises/{id}/tasks/{task}", work, "Do, waive, assign or note a task", s.patchTask)
	s.crisisCommandRoutes()
	s.crisisFactRoutes()
	s.crisisWorkRoutes()
	s.assessmentRoutes()
	s.playbookRoutes()
}

type listCrisesInput struct {
	Paging
	Client   string `query:"client" maxLength:"80"`
	Severity int    `query:"severity" minimum:"1" maximum:"4"`
	Stage    string `query:"stage" enum:"detect,assess,respond,refocus,sustain"`
	Status   string `query:"status" enum:"open,closed"`
	Lead     string `query:"lead" maxLength:"80"`
	Query    string `query:"q" maxLength:"200"`
	Sort     string `query:"sort" enum:"deadline,severity,opened"`
}

func (s *Server) listCrises(ctx context.Context, in *listCrisesInput) (*body[list[CrisisView]], error) {
	scope, clientID, err := s.narrowed(ctx, policies.CrisesView, in.Client)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.db.Crises(ctx, scope, store.CrisisFilter{ClientID: clientID, LeadID: in.Lead, Severity: crisis.Severity(in.Severity),
		Stage: crisis.Stage(in.Stage), Status: crisis.Status(in.Status), Query: in.Query, Sort: in.Sort}, in.of())
	if err != nil {
		return nil, err
	}
	now := s.db.Now().Time
	return listOf(each(rows, func(i store.CrisisItem) CrisisView { return viewCrisis(i, now) }), next), nil
}

type openCrisisInput struct {
	Body struct {
		ClientID       string     `json:"client_id" minLength:"1" maxLength:"80"`
		Title          string     `json:"title" minLength:"1" maxLength:"200"`
		Severity       int        `json:"severity" minimum:"1" maximum:"4"`
		Type           string     `json:"crisis_type,omitempty" maxLength:"60"`
		LeadID         string     `json:"lead_id,omitempty" maxLength:"80"`
		FirstMentionAt *time.Time `json:"first_mention_at,omitempty"`
	}
}

func (s *Server) openCrisis(ctx context.Context, in *openCrisisInput) (*body[crisisDetail], error) {
	caller := callerFrom(ctx)
	clientID, err := s.db.ClientOf(ctx, store.KindClient, in.Body.ClientID)
	if err != nil {
		return nil, err
	}
	if err := caller.must(clientID, policies.CrisesOpen); err != nil {
		return nil, err
	}
	c, err := s.db.OpenCrisis(ctx, caller.actor(), store.OpenCrisis{ClientID: clientID, Title: in.Body.Title, Severity: crisis.Severity(in.Body.Severity),
		Type: in.Body.Type, LeadID: in.Body.LeadID, FirstMentionAt: deref(in.Body.FirstMentionAt)})
	if err != nil {
		return nil, err
	}
	return s.detailAnswer(ctx, clientID, c.ID)
}

func (s *Server) getCrisis(ctx context.Context, in *ByID) (*tagged[crisisDetail], error) {
	v, err := s.detail(ctx, clientFrom(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &tagged[crisisDetail]{ETag: etag(v.Rev), Body: v}, nil
}

type patchCrisisInput struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    struct {
		Title string `json:"title" minLength:"1" maxLength:"200"`
	}
}

func (s *Server) patchCrisis(ctx context.Context, in *patchCrisisInput) (*body[crisisDetail], error) {
	rev, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	_, err = s.db.RenameCrisis(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Title, rev)
	return s.after(ctx, in.ID, err)
}

// after answers a change with the crisis as it is now.
func (s *Server) after(ctx context.Context, id string, err error) (*body[crisisDetail], error) {
	if err != nil {
		return nil, s.withNames(ctx, err)
	}
	return s.detailAnswer(ctx, clientFrom(ctx), id)
}

func (s *Server) detailAnswer(ctx context.Context, clientID, id string) (*body[crisisDetail], error) {
	v, err := s.detail(ctx, clientID, id)
	if err != nil {
		return nil, err
	}
	return answer(v), nil
}

func (s *Server) detail(ctx context.Context, clientID, id string) (crisisDetail, error) {
	d, err := s.db.CrisisDetail(ctx, store.ScopeClients(clientID), id)
	if err != nil {
		return crisisDetail{}, err
	}
	v := viewDetail(d, s.db.Now().Time)
	v.Gate.CanOverride = callerFrom(ctx).can(clientID, policies.CrisesOverrideGate)
	v.Engine = s.engineState(ctx, d.Crisis)
	return v, nil
}

// withNames turns the ids of people in a refusal's details into their names.
func (s *Server) withNames(ctx context.Context, err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	for _, key := range []string{"by", "changed_by"} {
		id, _ := f.Details[key].(string)
		if id == "" {
			continue
		}
		if names, err := s.db.Names(ctx, id); err == nil && names[id] != "" {
			f = f.With(key, names[id])
		}
	}
	return f
}
