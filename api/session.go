package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) sessionRoutes() {
	route(s, http.MethodGet, "/session", public(), "Who is signed in, and what they may do", s.getSession)
	route(s, http.MethodPost, "/session", public(), "Sign in", s.signIn, holdsSecret)
	route(s, http.MethodDelete, "/session", public(), "Sign out", s.signOut, noContent)
	route(s, http.MethodPost, "/setup", public(), "Make the agency and its first administrator", s.setUp, holdsSecret)
}

type sessionAgency struct {
	Name string `json:"name"`
	Zone string `json:"zone"`
}

type sessionPerson struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Lang  string `json:"lang"`
}

type sessionAnswer struct {
	SignedIn    bool                `json:"signed_in"`
	SetupNeeded bool                `json:"setup_needed"`
	Demo        bool                `json:"demo"`
	Mailbox     bool                `json:"mailbox" doc:"Mails are kept instead of sent, and this person may read them."`
	Agency      sessionAgency       `json:"agency"`
	User        *sessionPerson      `json:"user,omitempty"`
	MustChange  bool                `json:"must_change_password"`
	Permissions map[string][]string `json:"permissions,omitempty" doc:"By client id, and \"agency\"."`
	AllClients  bool                `json:"all_clients"`
	ServerTime  time.Time           `json:"server_time"`
	Version     string              `json:"version"`
}

func (s *Server) getSession(ctx context.Context, _ *struct{}) (*body[sessionAnswer], error) {
	caller := callerFrom(ctx)
	id := ""
	if caller != nil {
		id = caller.UserID
	}
	return s.sessionOf(ctx, id)
}

// sessionOf describes the session of a person, or of nobody when id is empty.
func (s *Server) sessionOf(ctx context.Context, id string) (*body[sessionAnswer], error) {
	out := sessionAnswer{Demo: s.Demo, ServerTime: s.db.Now().Time, Version: s.Version}
	agency, err := s.db.Agency(ctx)
	switch {
	case fault.Is(err, "not_set_up"):
		out.SetupNeeded = true
		return answer(out), nil
	case err != nil:
		return nil, err
	}
	out.Agency = sessionAgency{agency.Name, agency.Zone}
	if id == "" {
		return answer(out), nil
	}
	u, err := s.db.User(ctx, id)
	if err != nil {
		return nil, err
	}
	out.SignedIn, out.MustChange = true, u.MustChangePassword
	out.User = &sessionPerson{u.ID, u.Name, u.Email, u.Lang}
	out.Mailbox = s.MailboxDir != "" && s.Auth.Allowed(id, policies.AgencyDomain, policies.MailboxView)
	out.AllClients, _ = s.Auth.VisibleClients(id, policies.ClientsView)
	out.Permissions, err = s.permissionsOf(ctx, id)
	return answer(out), err
}

// permissionsOf lists what the person may do in the agency and for each client
// where they may do more than that.
func (s *Server) permissionsOf(ctx context.Context, id string) (map[string][]string, error) {
	words := func(domain string) []string {
		out := []string{}
		for _, p := range s.Auth.Permissions(id, domain) {
			out = append(out, p.String())
		}
		return out
	}
	agency := words(policies.AgencyDomain)
	out := map[string][]string{"agency": agency}
	all, ids := s.Auth.VisibleClients(id, policies.ClientsView)
	if all {
		clients, err := s.db.Clients(ctx, store.ScopeAll())
		if err != nil {
			return nil, err
		}
		for _, c := range clients {
			ids = append(ids, c.ID)
		}
	}
	for _, client := range ids {
		// A role of the agency counts for every client, so as many means the same.
		if list := words(policies.ClientDomain(client)); len(list) > len(agency) {
			out[client] = list
		}
	}
	return out, nil
}

type signInInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Password string `json:"password" maxLength:"1024"`
	}
}

// refusedSignIn is one answer for every reason, so that it tells nobody who has an account.
func refusedSignIn() error {
	return fault.New(fault.Unauthenticated, "sign_in_failed",
		"The address or the password is wrong. After several wrong tries an account pauses for ten minutes.")
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*body[sessionAnswer], error) {
	if err := admitted(s.limits.signIn, addressFrom(ctx)); err != nil {
		return nil, err
	}
	u, err := s.db.UserByEmail(ctx, in.Body.Email)
	if fault.KindOf(err) == fault.NotFound {
		if err := s.hasher.Waste(ctx, in.Body.Password); err != nil {
			return nil, err
		}
		return nil, refusedSignIn()
	}
	if err != nil {
		return nil, err
	}
	ok, renewed, err := s.hasher.Check(ctx, in.Body.Password, u.PasswordHash)
	if err != nil {
		return nil, err
	}
	by := audit.Actor{Type: audit.ActorUser, ID: u.ID, Name: u.Name, Via: audit.ViaConsole}
	switch {
	case u.LockedUntil.After(s.db.Now().Time), !u.DisabledAt.IsZero():
		return nil, refusedSignIn()
	case !ok:
		if err := s.db.SignInFailed(ctx, by, u.ID); err != nil {
			return nil, err
		}
		return nil, refusedSignIn()
	}
	if err := s.db.SignedIn(ctx, by, u.ID, renewed); fault.Is(err, "sign_in_refused") {
		return nil, refusedSignIn()
	} else if err != nil {
		return nil, err
	}
	if err := s.begin(ctx, u.ID); err != nil {
		return nil, err
	}
	return s.sessionOf(ctx, u.ID)
}

// begin gives the person a new session under a new token, so that a token that
// somebody planted before the sign-in is worth nothing.
func (s *Server) begin(ctx context.Context, userID string) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionUser, userID)
	token, _, err := s.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	return s.db.Sessions().Own(ctx, storedToken(token), userID)
}

func (s *Server) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	if caller := callerFrom(ctx); caller != nil && caller.Via == audit.ViaConsole {
		if err := s.db.SignedOut(ctx, caller.actor()); err != nil {
			return nil, err
		}
	}
	return nil, s.sessions.Destroy(ctx)
}

type setUpInput struct {
	Body struct {
		AgencyName string `json:"agency_name" maxLength:"120"`
		Name       string `json:"name" maxLength:"120"`
		Email      string `json:"email" maxLength:"254"`
		Password   string `json:"password" maxLength:"1024"`
		Zone       string `json:"zone,omitempty" maxLength:"60"`
		Lang       string `json:"lang,omitempty" enum:"he,en"`
	}
}

func (s *Server) setUp(ctx context.Context, in *setUpInput) (*body[sessionAnswer], error) {
	if _, err := s.db.Agency(ctx); err == nil {
		return nil, fault.New(fault.Conflict, "setup_done", "This deployment has been set up already: sign in.")
	}
	if err := password.Validate(in.Body.Password, in.Body.Name, in.Body.Email, in.Body.AgencyName); err != nil {
		return nil, err
	}
	hash, err := s.hasher.Hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	_, u, err := s.db.SetUp(ctx, store.Setup{AgencyName: in.Body.AgencyName, Zone: in.Body.Zone, Admin: store.NewUser{
		Email: in.Body.Email, Name: in.Body.Name, Lang: in.Body.Lang, PasswordHash: hash,
		Grants: []store.GrantSpec{{Role: string(crisis.RoleAdmin)}},
	}})
	if err != nil {
		return nil, err
	}
	if err := s.Auth.Refresh(ctx); err != nil {
		return nil, err
	}
	if err := s.begin(ctx, u.ID); err != nil {
		return nil, err
	}
	return s.sessionOf(ctx, u.ID)
}
