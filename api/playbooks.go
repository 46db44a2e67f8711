package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/playbook"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) playbookRoutes() {
	route(s, http.MethodGet, "/playbooks", onVisible(policies.PlaybooksView), "Playbooks in their newest version", s.listPlaybooks)
	route(s, http.MethodGet, "/playbooks/{id}", onVisible(policies.PlaybooksView), "One playbook whole", s.getPlaybook)
}

type PlaybookView struct {
	ID        string      `json:"id"`
	Version   int64       `json:"version"`
	Name      crisis.Text `json:"name"`
	Hash      string      `json:"hash"`
	CreatedAt time.Time   `json:"created_at"`
}

func viewPlaybook(p store.Playbook) (PlaybookView, playbook.Playbook, error) {
	book, err := p.Book()
	return PlaybookView{p.ID, p.Version, book.Name, p.Hash, p.CreatedAt.Time}, book, err
}

func (s *Server) listPlaybooks(ctx context.Context, _ *struct{}) (*body[list[PlaybookView]], error) {
	rows, err := s.db.Playbooks(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]PlaybookView, 0, len(rows))
	for _, p := range rows {
		v, _, err := viewPlaybook(p)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return listOf(out, ""), nil
}

type playbookDetail struct {
	PlaybookView
	YAML string            `json:"yaml"`
	Book playbook.Playbook `json:"book"`
}

type playbookInput struct {
	ID      string `path:"id" maxLength:"80"`
	Version int64  `query:"version" minimum:"1"`
}

func (s *Server) getPlaybook(ctx context.Context, in *playbookInput) (*body[playbookDetail], error) {
	p, err := s.db.Playbook(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	v, book, err := viewPlaybook(p)
	return answer(playbookDetail{v, p.YAML, book}), err
}
