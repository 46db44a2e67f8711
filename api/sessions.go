package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

const sessionUser = "user"

// sessionKeeper holds sign-in sessions by cookie.
type sessionKeeper struct{ *scs.SessionManager }

func (s *Server) newSessions() sessionKeeper {
	m := scs.New()
	m.Store = s.db.Sessions()
	m.HashTokenInStore = true
	// The idle limit is the store's: the library would write with every request,
	// and could so bring back a session that was ended meanwhile.
	m.Lifetime = store.SessionLifetime
	m.Cookie.Name = "migdalor_session"
	if s.Secure {
		m.Cookie.Name = "__Host-migdalor_session"
	}
	m.Cookie.HttpOnly, m.Cookie.Secure, m.Cookie.SameSite, m.Cookie.Path = true, s.Secure, http.SameSiteLaxMode, "/"
	return sessionKeeper{m}
}

// middleware loads the session for what may need one: never for webhooks, files
// of the console, metrics or a client's approval pages.
func (k sessionKeeper) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		path := c.Request().URL.Path
		if !belowAPI(path) {
			return next(c)
		}
		if path == eventsPath {
			return k.readOnly(c, next)
		}
		var err error
		k.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.SetRequest(r)
			c.Response().Writer = w
			err = next(c)
		})).ServeHTTP(c.Response().Writer, c.Request())
		return err
	}
}

// readOnly loads a session without saving it, so that a stream's writer stays as it is.
func (k sessionKeeper) readOnly(c echo.Context, next echo.HandlerFunc) error {
	token := ""
	if cookie, err := c.Cookie(k.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := k.Load(c.Request().Context(), token)
	if err != nil {
		return err
	}
	c.SetRequest(c.Request().WithContext(ctx))
	return next(c)
}

// identify finds who calls: a bearer token, else the session's person.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !belowAPI(r.URL.Path) {
			return next(c)
		}
		var caller *Caller
		var err error
		if bearer, ok := strings.CutPrefix(r.Header.Get(echo.HeaderAuthorization), "Bearer "); ok {
			caller, err = s.callerByToken(c, bearer)
		} else {
			caller, err = s.callerBySession(c)
		}
		if err != nil {
			return err
		}
		if caller != nil {
			c.SetRequest(r.WithContext(withCaller(r.Context(), caller)))
		}
		return next(c)
	}
}

func (s *Server) callerBySession(c echo.Context) (*Caller, error) {
	ctx := c.Request().Context()
	id := s.sessions.GetString(ctx, sessionUser)
	if id == "" {
		return nil, nil
	}
	u, err := s.db.User(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !u.DisabledAt.IsZero() {
		return nil, nil
	}
	token := s.sessions.Token(ctx)
	return &Caller{UserID: u.ID, Name: u.Name, Email: u.Email, Lang: u.Lang, Via: audit.ViaConsole, Session: reference(token), auth: s.Auth,
		alive: func(ctx context.Context) error {
			_, found, err := s.db.Sessions().FindCtx(ctx, storedToken(token))
			if err == nil && !found {
				err = notSignedIn()
			}
			return err
		}}, nil
}

// belowAPI tells the paths that people and programs sign in for. The others
// never look at a session: webhooks, the console's files, approval pages.
func belowAPI(path string) bool { return strings.HasPrefix(path, prefix+"/") }

// storedToken is how the session library names a session to its store.
func storedToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *Server) callerByToken(c echo.Context, bearer string) (*Caller, error) {
	ctx := c.Request().Context()
	t, err := s.db.TokenBySecret(ctx, bearer)
	if err != nil {
		return nil, err
	}
	u, err := s.db.User(ctx, t.UserID)
	if err != nil {
		return nil, err
	}
	if !u.DisabledAt.IsZero() {
		return nil, fault.New(fault.Unauthenticated, "token_unknown", "The token is not known, was revoked or has expired.")
	}
	return &Caller{UserID: u.ID, Name: u.Name, Email: u.Email, Lang: u.Lang, Via: audit.ViaAPI, Session: t.ID, readOnly: t.Scopes == "read", auth: s.Auth,
		alive: func(ctx context.Context) error { _, err := s.db.TokenBySecret(ctx, bearer); return err }}, nil
}

// reference names a session in the ledger without giving its secret away.
func reference(token string) string {
	sum := sha256.Sum256([]byte("ledger:" + token))
	return hex.EncodeToString(sum[:8])
}

func parseNetwork(cidr string) (*net.IPNet, error) {
	_, network, err := net.ParseCIDR(cidr)
	if err != nil {
		return nil, fault.New(fault.Invalid, "trusted_proxy", "The trusted proxy %q is not a network such as 10.0.0.0/8.", cidr)
	}
	return network, nil
}
