package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) peopleRoutes() {
	s.meRoutes()
	route(s, http.MethodGet, "/users", onVisible(policies.PeopleView), "The people you work with", s.listUsers)
	route(s, http.MethodPost, "/users", onAgency(policies.PeopleManage), "Add a person; the one-time password is shown once", s.addUser, created, holdsSecret)
	route(s, http.MethodPatch, "/users/{id}", onAgency(policies.PeopleManage), "Change a person's name or language", s.patchUser)
	route(s, http.MethodPut, "/users/{id}/grants", onAgency(policies.PeopleManage), "Replace a person's roles", s.putGrants)
	route(s, http.MethodPost, "/users/{id}/disable", onAgency(policies.PeopleManage), "End a person's access at once", s.disableUser)
	route(s, http.MethodPost, "/users/{id}/enable", onAgency(policies.PeopleManage), "Let a disabled person in again", s.enableUser)
	route(s, http.MethodPost, "/users/{id}/reset-password", onAgency(policies.PeopleManage), "Give a person a new one-time password, shown once", s.resetPassword, holdsSecret)
	route(s, http.MethodGet, "/roles", onVisible(policies.PeopleView), "What each role may do", s.listRoles)
}

type grantView struct {
	Role     string  `json:"role"`
	ClientID *string `json:"client_id" doc:"Null means the whole agency."`
}

type userView struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Email      string      `json:"email"`
	Lang       string      `json:"lang"`
	Disabled   bool        `json:"disabled"`
	CreatedAt  time.Time   `json:"created_at"`
	LastSeenAt *time.Time  `json:"last_seen_at"`
	Grants     []grantView `json:"grants" nullable:"false"`
}

// viewUser shows a person with those grants that the caller may know of.
func viewUser(u store.User, grants []store.Grant, caller *Caller) userView {
	v := userView{ID: u.ID, Name: u.Name, Email: u.Email, Lang: u.Lang, Disabled: !u.DisabledAt.IsZero(), CreatedAt: u.CreatedAt.Time,
		LastSeenAt: instant(u.LastSeenAt), Grants: []grantView{}}
	for _, g := range grants {
		if id := g.ClientID(); id == "" {
			v.Grants = append(v.Grants, grantView{Role: g.Role})
		} else if caller.sees(id) || caller.canAgency(policies.PeopleView) {
			v.Grants = append(v.Grants, grantView{g.Role, &id})
		}
	}
	return v
}

// listUsers shows everybody to the agency, and to people of single clients those
// who work on the same ones.
func (s *Server) listUsers(ctx context.Context, in *Paging) (*body[list[userView]], error) {
	caller := callerFrom(ctx)
	users, err := s.db.Users(ctx)
	if err != nil {
		return nil, err
	}
	grants, err := s.db.AllGrants(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]userView, 0, len(users))
	for _, u := range users {
		v := viewUser(u, grants[u.ID], caller)
		if len(v.Grants) > 0 || u.ID == caller.UserID || caller.canAgency(policies.PeopleView) {
			out = append(out, v)
		}
	}
	return sliced(out, *in)
}

type GrantsBody struct {
	Grants []struct {
		Role     string  `json:"role" maxLength:"40"`
		ClientID *string `json:"client_id,omitempty" maxLength:"80" nullable:"true"`
	} `json:"grants" maxItems:"500" nullable:"false"`
}

func (b GrantsBody) specs() []store.GrantSpec {
	out := make([]store.GrantSpec, 0, len(b.Grants))
	for _, g := range b.Grants {
		if spec := (store.GrantSpec{Role: g.Role, ClientID: deref(g.ClientID)}); !slices.Contains(out, spec) {
			out = append(out, spec)
		}
	}
	return out
}

type addUserInput struct {
	Body struct {
		Name  string `json:"name" maxLength:"120"`
		Email string `json:"email" maxLength:"254"`
		Lang  string `json:"lang,omitempty" enum:"he,en"`
		GrantsBody
	}
}

type userAndPassword struct {
	User     *userView `json:"user,omitempty"`
	Password string    `json:"password" doc:"Shown once; the person changes it after the first sign-in."`
}

func (s *Server) addUser(ctx context.Context, in *addUserInput) (*body[userAndPassword], error) {
	caller := callerFrom(ctx)
	plain, hash, err := s.oneTime(ctx)
	if err != nil {
		return nil, err
	}
	u, err := s.db.AddUser(ctx, caller.actor(), store.NewUser{Email: in.Body.Email, Name: in.Body.Name, Lang: in.Body.Lang,
		PasswordHash: hash, MustChangePassword: true, Grants: in.Body.specs()})
	if err != nil {
		return nil, err
	}
	v, err := s.changedUser(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	return answer(userAndPassword{User: &v.Body, Password: plain}), nil
}

func (s *Server) oneTime(ctx context.Context) (plain, hash string, err error) {
	if plain, err = password.Generate(rand.Reader); err == nil {
		hash, err = s.hasher.Hash(ctx, plain)
	}
	return plain, hash, err
}

// changedUser answers with the person after a change; what the change did to
// roles counts from this moment on in this process.
func (s *Server) changedUser(ctx context.Context, id string) (*body[userView], error) {
	if err := s.Auth.Refresh(ctx); err != nil {
		return nil, err
	}
	u, err := s.db.User(ctx, id)
	if err != nil {
		return nil, err
	}
	grants, err := s.db.GrantsOf(ctx, id)
	return answer(viewUser(u, grants, callerFrom(ctx))), err
}

type patchUserInput struct {
	ByID
	Body struct {
		Name *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Lang *string `json:"lang,omitempty" enum:"he,en"`
	}
}

func (s *Server) patchUser(ctx context.Context, in *patchUserInput) (*body[userView], error) {
	if err := s.db.RenameUser(ctx, callerFrom(ctx).actor(), in.ID, deref(in.Body.Name), deref(in.Body.Lang)); err != nil {
		return nil, err
	}
	return s.changedUser(ctx, in.ID)
}

type putGrantsInput struct {
	ByID
	Body GrantsBody
}

func (s *Server) putGrants(ctx context.Context, in *putGrantsInput) (*body[userView], error) {
	if err := s.db.SetGrants(ctx, callerFrom(ctx).actor(), in.ID, in.Body.specs()); err != nil {
		return nil, err
	}
	return s.changedUser(ctx, in.ID)
}

func (s *Server) disableUser(ctx context.Context, in *ByID) (*body[userView], error) {
	if err := s.db.DisableUser(ctx, callerFrom(ctx).actor(), in.ID); err != nil {
		return nil, err
	}
	return s.changedUser(ctx, in.ID)
}

func (s *Server) enableUser(ctx context.Context, in *ByID) (*body[userView], error) {
	if err := s.db.EnableUser(ctx, callerFrom(ctx).actor(), in.ID); err != nil {
		return nil, err
	}
	return s.changedUser(ctx, in.ID)
}

func (s *Server) resetPassword(ctx context.Context, in *ByID) (*body[userAndPassword], error) {
	caller := callerFrom(ctx)
	if in.ID == caller.UserID {
		return nil, fault.New(fault.Conflict, "not_yourself", "Change your own password on your account page.")
	}
	plain, hash, err := s.oneTime(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.db.SetPassword(ctx, caller.actor(), in.ID, hash, true); err != nil {
		return nil, err
	}
	return answer(userAndPassword{Password: plain}), nil
}

type roleView struct {
	Role        string   `json:"role"`
	Permissions []string `json:"permissions" nullable:"false"`
}

// everyRole grants each role to a person of the same name, to ask what it may do.
type everyRole struct{}

// Grants lists one grant a role.
func (everyRole) Grants(context.Context) ([]policies.Grant, int64, error) {
	return each(policies.Roles(), func(role string) policies.Grant {
		return policies.Grant{UserID: role, Role: role, Domain: policies.AgencyDomain}
	}), 1, nil
}

// PolicyRevision never changes: roles are code.
func (everyRole) PolicyRevision(context.Context) (int64, error) { return 1, nil }

func (s *Server) listRoles(ctx context.Context, _ *struct{}) (*body[list[roleView]], error) {
	roles, err := policies.NewAuthorizer(ctx, everyRole{}, s.log)
	if err != nil {
		return nil, err
	}
	return listOf(each(policies.Roles(), func(role string) roleView {
		return roleView{role, each(roles.Permissions(role, policies.AgencyDomain), policies.Permission.String)}
	}), ""), nil
}
