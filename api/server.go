package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/ledger"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

// Deps is what the API stands on.
type Deps struct {
	DB        *store.DB
	Auth      *policies.Authorizer
	Workflows *workflows.Client
	Intake    *intake.Intake
	Ledger    *ledger.Keeper
	Health    Health
	// Links signs approval links.
	Links approval.KeyRing
	Log   *slog.Logger
	Settings
}

// Health asks what the process stands on beside its database. A nil function
// means that this process does not know and reports nothing.
type Health struct {
	// Temporal fails when the cluster does not answer; TemporalMode is "embedded" or "external".
	Temporal     func(context.Context) error
	TemporalMode string
	// Worker fails when no worker serves the task queue.
	Worker func(context.Context) error
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
	db       *store.DB
	log      *slog.Logger
	echo     *echo.Echo
	huma     huma.API
	sessions sessionKeeper
	metrics  *metrics
	intake   *intake.Intake
	hasher   *password.Hasher
	live     *liveHub
	limits   limits
	// underWay are the retried writes that are being carried out.
	underWay keyLocks
	// rules are by "METHOD /path/{id}"; unkept names the routes whose answers hold
	// a secret and so are not kept for retries, by "METHOD /path/:id".
	rules  map[string]Rule
	unkept map[string]bool
}

var configureHuma = sync.OnceFunc(func() {
	// Without it {"to":"x","TO":"y"} passes the check of "to" and hands over "y".
	huma.ValidateStrictCasing = true
	huma.NewError = humaProblem
	huma.NewErrorWithContext = humaProblemIn
})

// New wires the routes.
func New(d Deps) (*Server, error) {
	configureHuma()
	s := &Server{Deps: d, db: d.DB, log: d.Log, echo: echo.New(), intake: d.Intake, hasher: password.New(), live: newLiveHub(d.DB, d.Log),
		limits: newLimits(), underWay: keyLocks{held: map[string]chan struct{}{}}, rules: map[string]Rule{}, unkept: map[string]bool{}}
	s.sessions, s.metrics = s.newSessions(), s.newMetrics()
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.echoError
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
