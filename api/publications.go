package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/channel"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) publicationRoutes() {
	route(s, http.MethodGet, "/publications", onVisible(policies.PublicationsView), "Publications, newest intent first", s.listPublications)
	route(s, http.MethodGet, "/publications/{id}", onPublication(policies.PublicationsView), "One publication with exactly what goes out", s.getPublication)
	route(s, http.MethodPost, "/publications/{id}/confirm", onPublication(policies.PublicationsConfirm), "Say where a text was published by hand", s.confirmPublication)
	route(s, http.MethodPost, "/publications/{id}/release", onPublication(policies.HoldsRelease), "Let a held item go on its way again", s.releasePublication)
	route(s, http.MethodPost, "/publications/{id}/resolve", onPublication(policies.PublicationsConfirm), "Say whether an unknown publication is out", s.resolvePublication)
	s.holdRoutes()
}

type publicationTarget struct {
	ID       string `json:"id"`
	Platform string `json:"platform"`
	Kind     string `json:"kind"`
	Account  string `json:"account"`
}

type publicationView struct {
	ID          string            `json:"id"`
	ClientID    string            `json:"client_id"`
	DraftID     string            `json:"draft_id"`
	CrisisID    string            `json:"crisis_id"`
	Title       string            `json:"title"`
	Kind        string            `json:"kind"`
	Version     int64             `json:"version"`
	VersionHash string            `json:"version_hash"`
	Target      publicationTarget `json:"target"`
	State       string            `json:"state"`
	Reason      string            `json:"reason,omitempty"`
	Text        string            `json:"text" doc:"Exactly what goes out."`
	Links       []string          `json:"links" nullable:"false" doc:"To be added when publishing by hand; those in the text are not repeated."`
	ComposeURL  string            `json:"compose_url,omitempty"`
	URL         string            `json:"url,omitempty"`
	IntentAt    time.Time         `json:"intent_at"`
	PublishedAt *time.Time        `json:"published_at,omitempty"`
	Attempts    int64             `json:"attempts"`
}

func viewPublication(p store.PublicationCase) publicationView {
	ref := p.Ref()
	paste := channel.Instructions(p.Content, ref)
	return publicationView{ID: p.ID, ClientID: p.ClientID, DraftID: p.DraftID, CrisisID: p.CrisisID, Title: p.Title, Kind: p.Kind, Version: p.Version, VersionHash: p.VersionHash,
		Target: publicationTarget{ref.ID, ref.Platform, p.Target.Kind, ref.Account}, State: p.State, Reason: p.Reason, Text: paste.Text,
		Links: append([]string{}, paste.Links...), ComposeURL: paste.ComposeURL, URL: p.URL, IntentAt: p.IntentAt.Time, PublishedAt: instant(p.PublishedAt), Attempts: p.Attempts}
}

type listPublicationsInput struct {
	Paging
	Crisis string `query:"crisis" maxLength:"80"`
	Client string `query:"client" maxLength:"80"`
	State  string `query:"state" enum:"planned,held,sending,awaiting_hand,unknown,published,failed,refused"`
}

func (s *Server) listPublications(ctx context.Context, in *listPublicationsInput) (*body[list[publicationView]], error) {
	rows, next, err := s.db.Publications(ctx, store.PublicationFilter{CrisisID: in.Crisis, ClientID: in.Client, State: in.State,
		Scope: callerFrom(ctx).scope(policies.PublicationsView), Page: in.of()})
	return listOf(each(rows, viewPublication), next), err
}

func (s *Server) getPublication(ctx context.Context, in *ByID) (*body[publicationView], error) {
	return s.publicationOf(ctx, in.ID)
}

func (s *Server) publicationOf(ctx context.Context, id string) (*body[publicationView], error) {
	p, err := s.db.PublicationCase(ctx, id)
	if err != nil {
		return nil, err
	}
	return answer(viewPublication(p)), nil
}

type confirmInput struct {
	ByID
	Body struct {
		URL string `json:"url" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) confirmPublication(ctx context.Context, in *confirmInput) (*body[publicationView], error) {
	p, err := s.db.PublicationCase(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	url, err := channel.ValidatePastedLink(p.Ref().Platform, in.Body.URL)
	if err != nil {
		return nil, err
	}
	if _, err := s.db.ConfirmByHand(ctx, callerFrom(ctx).actor(), in.ID, url); err != nil {
		return nil, err
	}
	return s.publicationOf(ctx, in.ID)
}

func (s *Server) releasePublication(ctx context.Context, in *reasonInput) (*body[publicationView], error) {
	if _, err := s.db.ReleasePublication(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.publicationOf(ctx, in.ID)
}

type resolveInput struct {
	ByID
	Body struct {
		Outcome string `json:"outcome" enum:"published,not_published"`
		URL     string `json:"url,omitempty" maxLength:"2000"`
		Reason  string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) resolvePublication(ctx context.Context, in *resolveInput) (*body[publicationView], error) {
	p, err := s.db.PublicationCase(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out, url := in.Body.Outcome == "published", ""
	if out {
		if url, err = channel.ValidatePastedLink(p.Ref().Platform, in.Body.URL); err != nil {
			return nil, err
		}
	}
	if _, err := s.db.ResolvePublication(ctx, callerFrom(ctx).actor(), in.ID, out, url, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.publicationOf(ctx, in.ID)
}
