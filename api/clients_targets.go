package api

import (
	"context"
	"net/http"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) targetRoutes() {
	route(s, http.MethodGet, "/clients/{id}/targets", onClient(policies.ClientsView), "The accounts that are published to", s.listTargets)
	route(s, http.MethodPost, "/clients/{id}/targets", onClient(policies.TargetsManage), "Add an account; its password never comes back", s.addTarget, created)
	route(s, http.MethodPatch, "/clients/{id}/targets/{tid}", onClient(policies.TargetsManage), "Change an account", s.patchTarget)
	route(s, http.MethodDelete, "/clients/{id}/targets/{tid}", onClient(policies.TargetsManage), "Take an account off the list", s.removeTarget, noContent)
}

type targetView struct {
	ID         string `json:"id"`
	Platform   string `json:"platform"`
	Kind       string `json:"kind" enum:"by_hand,bluesky"`
	Account    string `json:"account"`
	URL        string `json:"url"`
	Identifier string `json:"identifier"`
	ServiceURL string `json:"service_url"`
}

func viewTarget(t store.Target) targetView {
	return targetView{t.ID, t.Platform, t.Kind, t.Account, t.URL, t.Identifier, t.ServiceURL}
}

func (s *Server) listTargets(ctx context.Context, _ *ByID) (*body[list[targetView]], error) {
	targets, err := s.db.Targets(ctx, clientFrom(ctx))
	return listOf(each(targets, viewTarget), ""), err
}

type addTargetInput struct {
	ByID
	Body struct {
		Platform    string `json:"platform" maxLength:"40"`
		Kind        string `json:"kind" enum:"by_hand,bluesky"`
		Account     string `json:"account" maxLength:"200"`
		URL         string `json:"url,omitempty" maxLength:"1000"`
		Identifier  string `json:"identifier,omitempty" maxLength:"200"`
		AppPassword string `json:"app_password,omitempty" maxLength:"200"`
		ServiceURL  string `json:"service_url,omitempty" maxLength:"500"`
	}
}

func (s *Server) addTarget(ctx context.Context, in *addTargetInput) (*body[targetView], error) {
	t, err := s.db.PutTarget(ctx, callerFrom(ctx).actor(), store.Target{ClientID: clientFrom(ctx), Platform: in.Body.Platform, Kind: in.Body.Kind,
		Account: in.Body.Account, URL: in.Body.URL, Identifier: in.Body.Identifier, ServiceURL: in.Body.ServiceURL}, in.Body.AppPassword)
	return answer(viewTarget(t)), err
}

type TargetPath struct {
	ByID
	TID string `path:"tid" maxLength:"80"`
}

type patchTargetInput struct {
	TargetPath
	Body struct {
		Platform    *string `json:"platform,omitempty" maxLength:"40"`
		Kind        *string `json:"kind,omitempty" enum:"by_hand,bluesky"`
		Account     *string `json:"account,omitempty" maxLength:"200"`
		URL         *string `json:"url,omitempty" maxLength:"1000"`
		Identifier  *string `json:"identifier,omitempty" maxLength:"200"`
		AppPassword *string `json:"app_password,omitempty" maxLength:"200"`
		ServiceURL  *string `json:"service_url,omitempty" maxLength:"500"`
	}
}

func (s *Server) patchTarget(ctx context.Context, in *patchTargetInput) (*body[targetView], error) {
	t, err := s.db.Target(ctx, clientFrom(ctx), in.TID)
	if err != nil {
		return nil, err
	}
	put(&t.Platform, in.Body.Platform)
	put(&t.Kind, in.Body.Kind)
	put(&t.Account, in.Body.Account)
	put(&t.URL, in.Body.URL)
	put(&t.Identifier, in.Body.Identifier)
	put(&t.ServiceURL, in.Body.ServiceURL)
	t, err = s.db.PutTarget(ctx, callerFrom(ctx).actor(), t, deref(in.Body.AppPassword))
	return answer(viewTarget(t)), err
}

func (s *Server) removeTarget(ctx context.Context, in *TargetPath) (*struct{}, error) {
	return nil, s.db.RemoveTarget(ctx, callerFrom(ctx).actor(), clientFrom(ctx), in.TID)
}
