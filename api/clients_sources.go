package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) sourceRoutes() {
	route(s, http.MethodGet, "/clients/{id}/sources", onClient(policies.ClientsView), "Where mentions come from", s.listSources)
	route(s, http.MethodPost, "/clients/{id}/sources", onClient(policies.SourcesManage), "Add a source; a webhook's secret is shown once", s.addSource, created, holdsSecret)
	route(s, http.MethodPost, "/clients/{id}/sources/{sid}/rotate", onClient(policies.SourcesManage), "Replace a webhook's secret; the old one counts for a day", s.rotateSource, holdsSecret)
}

type sourceView struct {
	ID             string     `json:"id"`
	Name           string     `json:"name"`
	Kind           string     `json:"kind"`
	State          string     `json:"state" enum:"waiting,ok,silent,disabled"`
	LastReceivedAt *time.Time `json:"last_received_at"`
	Received24h    int64      `json:"received_24h"`
	HookURL        string     `json:"hook_url,omitempty"`
	Secret         string     `json:"secret,omitempty" doc:"Only in the answer to creation and rotation."`
}

// silentAfter is when a source that used to deliver is called silent.
const silentAfter = 24 * time.Hour

func (s *Server) viewSource(src store.Source, received int64, secret string) sourceView {
	v := sourceView{ID: src.ID, Name: src.Name, Kind: src.Kind, State: "ok", LastReceivedAt: instant(src.LastReceivedAt), Received24h: received, Secret: secret}
	switch {
	case !src.DisabledAt.IsZero():
		v.State = "disabled"
	case src.LastReceivedAt.IsZero():
		v.State = "waiting"
	case src.Kind == store.SourceWebhook && s.db.Now().Sub(src.LastReceivedAt.Time) > silentAfter:
		v.State = "silent"
	}
	if src.Kind == store.SourceWebhook {
		v.HookURL = s.PublicURL + "/hooks/" + src.ID
	}
	return v
}

func (s *Server) listSources(ctx context.Context, _ *ByID) (*body[list[sourceView]], error) {
	sources, err := s.db.Sources(ctx, clientFrom(ctx))
	if err != nil {
		return nil, err
	}
	received, err := s.db.Received24h(ctx, clientFrom(ctx))
	return listOf(each(sources, func(src store.Source) sourceView { return s.viewSource(src, received[src.ID], "") }), ""), err
}

type addSourceInput struct {
	ByID
	Body struct {
		Name string `json:"name" maxLength:"120"`
		Kind string `json:"kind" enum:"webhook,import,manual"`
	}
}

func (s *Server) addSource(ctx context.Context, in *addSourceInput) (*body[sourceView], error) {
	src, secret, err := s.db.AddSource(ctx, callerFrom(ctx).actor(), store.NewSource{ClientID: clientFrom(ctx), Name: in.Body.Name, Kind: in.Body.Kind})
	return answer(s.viewSource(src, 0, secret)), err
}

type sourcePath struct {
	ByID
	SID string `path:"sid" maxLength:"80"`
}

func (s *Server) rotateSource(ctx context.Context, in *sourcePath) (*body[sourceView], error) {
	src, secret, err := s.db.RotateSource(ctx, callerFrom(ctx).actor(), clientFrom(ctx), in.SID)
	if err != nil {
		return nil, err
	}
	received, err := s.db.Received24h(ctx, clientFrom(ctx))
	return answer(s.viewSource(src, received[src.ID], secret)), err
}
