package api

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

// Deps is what the API stands on.
type Deps struct {
	DB        *store.DB
	Auth      *policies.Authorizer
	Workflows *workflows.Client
	// Links signs approval links.
	Links approval.KeyRing
	Log   *slog.Logger
	Settings
}

// Settings are what an operator chose.
type Settings struct {
	// PublicURL is where people reach this server, without a trailing slash.
	PublicURL string
	// Secure says that PublicURL is https, so cookies and headers insist on it.
	Secure  bool
	Version string
	Commit  string
	Demo    bool
	// MailboxDir is where mails are kept when no SMTP server is set; empty when one is.
	MailboxDir string
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []string
}

// Server serves everything below one address.
type Server struct {
	Deps
	db    *store.DB
	log   *slog.Logger
	echo  *echo.Echo
	huma  huma.API
	rules map[string]Rule
}

// New wires the routes.
func New(d Deps) (*Server, error) {
	s := &Server{Deps: d, db: d.DB, log: d.Log, echo: echo.New(), rules: map[string]Rule{}}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.echoError
	huma.ValidateStrictCasing = true
	huma.NewError = humaProblem
	config := huma.DefaultConfig("Migdalor", d.Version)
	config.CreateHooks = nil
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", ""
	config.RejectUnknownQueryParameters = true
	s.huma = humaecho.NewV4(s.echo, config)
	if err := s.middleware(); err != nil {
		return nil, err
	}
	s.routes()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }
