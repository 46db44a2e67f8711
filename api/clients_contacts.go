package api

import (
	"context"
	"net/http"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) contactRoutes() {
	route(s, http.MethodGet, "/clients/{id}/contacts", onClient(policies.ClientsView), "Who decides for the client", s.listContacts)
	route(s, http.MethodPost, "/clients/{id}/contacts", onClient(policies.ClientsManage), "Add a contact", s.addContact, created)
	route(s, http.MethodPatch, "/clients/{id}/contacts/{cid}", onClient(policies.ClientsManage), "Change a contact", s.patchContact)
	route(s, http.MethodDelete, "/clients/{id}/contacts/{cid}", onClient(policies.ClientsManage), "Take a contact off the list", s.removeContact, noContent)
}

type contactView struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Title string `json:"title"`
	Party string `json:"party" enum:"client,legal"`
	Lang  string `json:"lang" enum:"he,en"`
}

func viewContact(c store.Contact) contactView {
	return contactView{c.ID, c.Name, c.Email, c.Title, c.Party, c.Lang}
}

func (s *Server) listContacts(ctx context.Context, _ *ByID) (*body[list[contactView]], error) {
	contacts, err := s.db.Contacts(ctx, clientFrom(ctx))
	return listOf(each(contacts, viewContact), ""), err
}

type addContactInput struct {
	ByID
	Body struct {
		Name  string `json:"name" maxLength:"120"`
		Email string `json:"email" maxLength:"254"`
		Title string `json:"title,omitempty" maxLength:"120"`
		Party string `json:"party" enum:"client,legal"`
		Lang  string `json:"lang,omitempty" enum:"he,en"`
	}
}

func (s *Server) addContact(ctx context.Context, in *addContactInput) (*body[contactView], error) {
	c, err := s.db.PutContact(ctx, callerFrom(ctx).actor(), store.Contact{ClientID: clientFrom(ctx), Name: in.Body.Name, Email: in.Body.Email,
		Title: in.Body.Title, Party: in.Body.Party, Lang: in.Body.Lang})
	return answer(viewContact(c)), err
}

type ContactPath struct {
	ByID
	CID string `path:"cid" maxLength:"80"`
}

type patchContactInput struct {
	ContactPath
	Body struct {
		Name  *string `json:"name,omitempty" maxLength:"120"`
		Email *string `json:"email,omitempty" maxLength:"254"`
		Title *string `json:"title,omitempty" maxLength:"120"`
		Party *string `json:"party,omitempty" enum:"client,legal"`
		Lang  *string `json:"lang,omitempty" enum:"he,en"`
	}
}

func (s *Server) patchContact(ctx context.Context, in *patchContactInput) (*body[contactView], error) {
	c, err := s.db.Contact(ctx, clientFrom(ctx), in.CID)
	if err != nil {
		return nil, err
	}
	put(&c.Name, in.Body.Name)
	put(&c.Email, in.Body.Email)
	put(&c.Title, in.Body.Title)
	put(&c.Party, in.Body.Party)
	put(&c.Lang, in.Body.Lang)
	c, err = s.db.PutContact(ctx, callerFrom(ctx).actor(), c)
	return answer(viewContact(c)), err
}

func (s *Server) removeContact(ctx context.Context, in *ContactPath) (*struct{}, error) {
	return nil, s.db.RemoveContact(ctx, callerFrom(ctx).actor(), clientFrom(ctx), in.CID)
}
