package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) clientRoutes() {
	route(s, http.MethodGet, "/clients", self(), "The clients you work for", s.listClients)
	route(s, http.MethodPost, "/clients", onAgency(policies.ClientsManage), "Add a client", s.addClient, created)
	route(s, http.MethodGet, "/clients/{id}", onClient(policies.ClientsView), "One client with its settings", s.getClient)
	route(s, http.MethodPatch, "/clients/{id}", onClient(policies.ClientsManage), "Change a client; takes If-Match", s.patchClient)
	route(s, http.MethodGet, "/clients/{id}/volume", onClient(policies.MentionsView), "Counts over time, with what was expected", s.clientVolume)
	s.contactRoutes()
	s.targetRoutes()
	s.sourceRoutes()
}

type holdView struct {
	Active bool      `json:"active"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

type ClientView struct {
	ID         string    `json:"id"`
	Slug       string    `json:"slug"`
	Name       string    `json:"name"`
	Zone       string    `json:"zone"`
	Lang       string    `json:"lang"`
	OpenCrises int64     `json:"open_crises"`
	OpenAlerts int64     `json:"open_alerts"`
	Hold       *holdView `json:"hold"`
	Learning   bool      `json:"learning" doc:"There is too little history for a rhythm yet."`
	Demo       bool      `json:"demo"`
	Rev        int64     `json:"rev"`
}

type clientDetail struct {
	ClientView
	Settings store.ClientSettings `json:"settings"`
}

// learningTime is how much history the baseline needs.
const learningTime = 72 * time.Hour

func (s *Server) viewClient(c store.Client, f store.ClientFigures, names map[string]string) ClientView {
	v := ClientView{ID: c.ID, Slug: c.Slug, Name: c.Name, Zone: c.Zone, Lang: c.Lang, OpenCrises: f.OpenCrises, OpenAlerts: f.OpenAlerts,
		Learning: f.FirstMention.IsZero() || s.db.Now().Sub(f.FirstMention.Time) < learningTime, Demo: c.Demo, Rev: c.Rev}
	if c.HoldActive() {
		v.Hold = &holdView{true, c.HoldReason, names[c.HoldBy], c.HoldSince.Time}
	}
	return v
}

func (s *Server) listClients(ctx context.Context, in *Paging) (*body[list[ClientView]], error) {
	scope := callerFrom(ctx).scope(policies.ClientsView)
	clients, err := s.db.Clients(ctx, scope)
	if err != nil {
		return nil, err
	}
	figures, err := s.db.ClientFigures(ctx, scope)
	if err != nil {
		return nil, err
	}
	names, err := s.db.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	return sliced(each(clients, func(c store.Client) ClientView { return s.viewClient(c, figures[c.ID], names) }), *in)
}

// clientDetailOf answers with one client and its revision.
func (s *Server) clientDetailOf(ctx context.Context, c store.Client) (*tagged[clientDetail], error) {
	figures, err := s.db.ClientFigures(ctx, store.ScopeClients(c.ID))
	if err != nil {
		return nil, err
	}
	names, err := s.db.UserNames(ctx)
	settings := c.Settings.V
	if settings.ClosedDays == nil {
		settings.ClosedDays = []string{}
	}
	return &tagged[clientDetail]{ETag: etag(c.Rev), Body: clientDetail{s.viewClient(c, figures[c.ID], names), settings}}, err
}

type addClientInput struct {
	Body struct {
		Slug string `json:"slug" maxLength:"40"`
		Name string `json:"name" maxLength:"120"`
		Zone string `json:"zone,omitempty" maxLength:"60"`
		Lang string `json:"lang,omitempty" enum:"he,en"`
	}
}

func (s *Server) addClient(ctx context.Context, in *addClientInput) (*tagged[clientDetail], error) {
	c, err := s.db.AddClient(ctx, callerFrom(ctx).actor(), store.NewClient{Slug: in.Body.Slug, Name: in.Body.Name, Zone: in.Body.Zone, Lang: in.Body.Lang})
	if err != nil {
		return nil, err
	}
	return s.clientDetailOf(ctx, c)
}

func (s *Server) getClient(ctx context.Context, _ *ByID) (*tagged[clientDetail], error) {
	c, err := s.db.Client(ctx, clientFrom(ctx))
	if err != nil {
		return nil, err
	}
	return s.clientDetailOf(ctx, c)
}

// settingsChange leaves out what stays as it is.
type settingsChange struct {
	Sensitivity      *int      `json:"sensitivity,omitempty" minimum:"1" maximum:"5"`
	AutoOpen         *bool     `json:"auto_open,omitempty"`
	Verification     *string   `json:"verification,omitempty" enum:"default,code_always"`
	NoPublishShabbat *bool     `json:"no_publish_shabbat,omitempty"`
	ClosedDays       *[]string `json:"closed_days,omitempty" maxItems:"400"`
}

func (ch settingsChange) on(now store.ClientSettings) *store.ClientSettings {
	put(&now.Sensitivity, ch.Sensitivity)
	put(&now.AutoOpen, ch.AutoOpen)
	put(&now.Verification, ch.Verification)
	put(&now.NoPublishShabbat, ch.NoPublishShabbat)
	put(&now.ClosedDays, ch.ClosedDays)
	return &now
}

type patchClientInput struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    struct {
		Name     *string         `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Zone     *string         `json:"zone,omitempty" maxLength:"60"`
		Lang     *string         `json:"lang,omitempty" enum:"he,en"`
		Settings *settingsChange `json:"settings,omitempty"`
	}
}

func (s *Server) patchClient(ctx context.Context, in *patchClientInput) (*tagged[clientDetail], error) {
	rev, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	now, err := s.db.Client(ctx, clientFrom(ctx))
	if err != nil {
		return nil, err
	}
	change := store.ClientChange{Name: in.Body.Name, Zone: in.Body.Zone, Lang: in.Body.Lang, Rev: rev}
	if in.Body.Settings != nil {
		change.Settings = in.Body.Settings.on(now.Settings.V)
		if rev == 0 {
			change.Rev = now.Rev // what was left out was read just now
		}
	}
	c, err := s.db.UpdateClient(ctx, callerFrom(ctx).actor(), now.ID, change)
	if fault.Is(err, "stale") {
		return nil, s.staleClient(ctx, now.ID, err)
	}
	if err != nil {
		return nil, err
	}
	return s.clientDetailOf(ctx, c)
}

// staleClient shows the editor what the other one left.
func (s *Server) staleClient(ctx context.Context, id string, stale error) error {
	c, err := s.db.Client(ctx, id)
	if err != nil {
		return err
	}
	current, err := s.clientDetailOf(ctx, c)
	if err != nil {
		return err
	}
	f, _ := fault.As(s.withNames(ctx, stale))
	return f.With("current", current.Body)
}
