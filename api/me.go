package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) meRoutes() {
	route(s, http.MethodPatch, "/me", self(), "Change your name or language", s.patchMe)
	route(s, http.MethodPost, "/me/password", self(), "Change your password", s.changePassword, holdsSecret)
	route(s, http.MethodGet, "/me/tokens", self(), "Your API tokens", s.listTokens)
	route(s, http.MethodPost, "/me/tokens", self(), "Make an API token; it is shown once", s.addToken, created, holdsSecret)
	route(s, http.MethodDelete, "/me/tokens/{id}", self(), "Revoke an API token", s.revokeToken, noContent)
	route(s, http.MethodGet, "/me/notifications", self(), "Your notices, newest first", s.listNotifications)
	route(s, http.MethodPost, "/me/notifications/read", self(), "Mark notices as read; none named means all", s.readNotifications, noContent)
}

type patchMeInput struct {
	Body struct {
		Name *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Lang *string `json:"lang,omitempty" enum:"he,en"`
	}
}

func (s *Server) patchMe(ctx context.Context, in *patchMeInput) (*body[sessionAnswer], error) {
	caller := callerFrom(ctx)
	if err := s.db.RenameUser(ctx, caller.actor(), caller.UserID, deref(in.Body.Name), deref(in.Body.Lang)); err != nil {
		return nil, err
	}
	return s.sessionOf(ctx, caller.UserID)
}

type changePasswordInput struct {
	Body struct {
		Current string `json:"current" maxLength:"1024"`
		New     string `json:"new" maxLength:"1024"`
	}
}

// changePassword ends every other session of the person.
func (s *Server) changePassword(ctx context.Context, in *changePasswordInput) (*body[sessionAnswer], error) {
	caller := callerFrom(ctx)
	if err := caller.mustConsole(); err != nil {
		return nil, err
	}
	if err := admitted(s.limits.signIn, addressFrom(ctx)); err != nil {
		return nil, err
	}
	u, err := s.db.User(ctx, caller.UserID)
	if err != nil {
		return nil, err
	}
	ok, _, err := s.hasher.Check(ctx, in.Body.Current, u.PasswordHash)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.Invalid, "password_wrong", "The current password is wrong.").
			WithFields(fault.Field{Location: "body.current", Message: "is wrong", Code: "password_wrong"})
	}
	if err := s.setPassword(ctx, u, in.Body.New, false); err != nil {
		return nil, err
	}
	if err := s.begin(ctx, u.ID); err != nil {
		return nil, err
	}
	return s.sessionOf(ctx, u.ID)
}

func (s *Server) setPassword(ctx context.Context, u store.User, plain string, mustChange bool) error {
	if err := password.Validate(plain, u.Name, u.Email); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, plain)
	if err != nil {
		return err
	}
	return s.db.SetPassword(ctx, callerFrom(ctx).actor(), u.ID, hash, mustChange)
}

type tokenView struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix"`
	Scopes     []string   `json:"scopes" nullable:"false"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	Token      string     `json:"token,omitempty" doc:"Only in the answer to its creation."`
}

func viewToken(t store.APIToken) tokenView {
	return tokenView{ID: t.ID, Name: t.Name, Prefix: t.Prefix, Scopes: strings.Fields(t.Scopes), CreatedAt: t.CreatedAt.Time,
		ExpiresAt: instant(t.ExpiresAt), LastUsedAt: instant(t.LastUsedAt)}
}

func (s *Server) listTokens(ctx context.Context, in *Paging) (*body[list[tokenView]], error) {
	tokens, err := s.db.Tokens(ctx, callerFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return sliced(each(tokens, viewToken), *in)
}

type addTokenInput struct {
	Body struct {
		Name      string    `json:"name" minLength:"1" maxLength:"80"`
		Scopes    []string  `json:"scopes" maxItems:"10" nullable:"false"`
		ExpiresAt time.Time `json:"expires_at,omitempty"`
	}
}

func (s *Server) addToken(ctx context.Context, in *addTokenInput) (*body[tokenView], error) {
	caller := callerFrom(ctx)
	if err := caller.mustConsole(); err != nil {
		return nil, err
	}
	if at := in.Body.ExpiresAt; !at.IsZero() && !at.After(s.db.Now().Time) {
		return nil, fault.New(fault.Invalid, "token_expiry", "The token would have ended already.").
			WithFields(fault.Field{Location: "body.expires_at", Message: "is in the past"})
	}
	t, secret, err := s.db.AddToken(ctx, caller.actor(), caller.UserID, in.Body.Name, in.Body.Scopes, in.Body.ExpiresAt)
	if err != nil {
		return nil, err
	}
	view := viewToken(t)
	view.Token = secret
	return answer(view), nil
}

func (s *Server) revokeToken(ctx context.Context, in *ByID) (*struct{}, error) {
	caller := callerFrom(ctx)
	return nil, s.db.RevokeToken(ctx, caller.actor(), caller.UserID, in.ID)
}

type noticeView struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Params   map[string]string `json:"params"`
	ClientID string            `json:"client_id"`
	CrisisID string            `json:"crisis_id,omitempty"`
	At       time.Time         `json:"at"`
	ReadAt   *time.Time        `json:"read_at"`
}

type listNotificationsInput struct {
	Paging
	Unread bool `query:"unread"`
}

func (s *Server) listNotifications(ctx context.Context, in *listNotificationsInput) (*body[list[noticeView]], error) {
	caller := callerFrom(ctx)
	rows, next, err := s.db.Notifications(ctx, caller.scope(policies.ClientsView), caller.UserID, in.Unread, in.of())
	if err != nil {
		return nil, err
	}
	out := make([]noticeView, 0, len(rows))
	for _, n := range rows {
		// A notice of a client whose role was taken away since then is no longer shown.
		if n.ClientID == "" || caller.sees(n.ClientID) {
			out = append(out, noticeView{n.ID, n.Kind, n.Params.V, n.ClientID, n.CrisisID, n.CreatedAt.Time, instant(n.ReadAt)})
		}
	}
	return listOf(out, next), nil
}

type readNotificationsInput struct {
	Body struct {
		IDs []string `json:"ids,omitempty" maxItems:"200" nullable:"false"`
	}
}

func (s *Server) readNotifications(ctx context.Context, in *readNotificationsInput) (*struct{}, error) {
	return nil, s.db.ReadNotifications(ctx, callerFrom(ctx).UserID, in.Body.IDs)
}
