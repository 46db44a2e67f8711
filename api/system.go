package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

const (
	// lagLimit is when an unsequenced ledger makes the process not ready.
	lagLimit = 5 * time.Minute
	// healthPatience bounds each question to what we stand on.
	healthPatience = 3 * time.Second
)

func (s *Server) systemRoutes() {
	s.echo.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	s.echo.GET("/readyz", s.ready)
	s.echo.GET("/metrics", s.metrics.handler())
	s.echo.GET("/api/openapi.json", s.openAPI)
	s.echo.GET("/api/docs", s.docs)
	route(s, http.MethodGet, "/system", self(), "How this deployment is", s.getSystem)
	route(s, http.MethodGet, "/counts", self(), "The figures beside the menu", s.getCounts)
	route(s, http.MethodGet, "/labels", public(), "The words that console, mails and reports share", s.getLabels)
	s.mailboxRoutes()
}

type readiness struct {
	// Status is "ready", "degraded" (still ready) or "not_ready".
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

// ready says whether this process may be sent requests. Without Temporal people
// can still read and decide, and what they decide waits: degraded, yet ready.
func (s *Server) ready(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), healthPatience)
	defer cancel()
	out := readiness{Status: "ready", Parts: map[string]string{"database": "ok", "ledger": "ok"}}
	lag, err := s.db.LedgerLag(ctx)
	switch {
	case err != nil || s.db.Ping(ctx) != nil:
		out.Status, out.Parts["database"] = "not_ready", "does not answer"
		out.Parts["ledger"] = "unknown"
	case lag > lagLimit:
		out.Status, out.Parts["ledger"] = "not_ready", "entries wait too long for their place in the log"
	}
	for name, ask := range map[string]func(context.Context) error{"temporal": s.Health.Temporal, "worker": s.Health.Worker} {
		if ask == nil {
			continue
		}
		out.Parts[name] = "ok"
		if err := ask(ctx); err != nil {
			s.log.WarnContext(ctx, "not answering", "part", name, "error", err)
			out.Parts[name] = "does not answer"
			if out.Status == "ready" {
				out.Status = "degraded"
			}
		}
	}
	status := http.StatusOK
	if out.Status == "not_ready" {
		status = http.StatusServiceUnavailable
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(status, out)
}

type systemTemporal struct {
	OK   bool   `json:"ok"`
	Mode string `json:"mode,omitempty"`
}

type systemDatabase struct {
	Kind string `json:"kind"`
}

type systemOutbox struct {
	Pending int64 `json:"pending"`
	Dead    int64 `json:"dead"`
}

type systemView struct {
	Version  string          `json:"version"`
	Temporal systemTemporal  `json:"temporal"`
	WorkerOK bool            `json:"worker_ok"`
	Commit   string          `json:"commit,omitempty"`
	Database *systemDatabase `json:"database,omitempty" doc:"Only for those who may look at the system."`
	Outbox   *systemOutbox   `json:"outbox,omitempty"`
}

func (s *Server) getSystem(ctx context.Context, _ *struct{}) (*body[systemView], error) {
	asked, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel()
	well := func(ask func(context.Context) error) bool { return ask == nil || ask(asked) == nil }
	out := systemView{Version: s.Version, Temporal: systemTemporal{well(s.Health.Temporal), s.Health.TemporalMode}, WorkerOK: well(s.Health.Worker)}
	if !callerFrom(ctx).canAgency(policies.SystemView) {
		return answer(out), nil
	}
	pending, dead, err := s.db.OutboxCounts(ctx)
	out.Commit, out.Database, out.Outbox = s.Commit, &systemDatabase{s.db.Dialect()}, &systemOutbox{pending, dead}
	return answer(out), err
}

type countsView struct {
	AlertsOpen       int64 `json:"alerts_open"`
	CrisesOpen       int64 `json:"crises_open"`
	Mentions24h      int64 `json:"mentions_24h"`
	DraftsOpen       int64 `json:"drafts_open"`
	ApprovalsMine    int64 `json:"approvals_mine"`
	ApprovalsWaiting int64 `json:"approvals_waiting"`
	Mailbox          int   `json:"mailbox"`
}

func (s *Server) getCounts(ctx context.Context, _ *struct{}) (*body[countsView], error) {
	caller := callerFrom(ctx)
	var out countsView
	since := store.AtOf(s.db.Now().Add(-24 * time.Hour))
	for _, q := range []struct {
		to    *int64
		need  policies.Permission
		count func(context.Context, store.Scope) (int64, error)
	}{
		{&out.AlertsOpen, policies.AlertsView, s.db.OpenAlerts},
		{&out.CrisesOpen, policies.CrisesView, s.db.OpenCrises},
		{&out.DraftsOpen, policies.DraftsView, s.db.OpenDrafts},
		{&out.ApprovalsWaiting, policies.ApprovalsView, s.db.WaitingApprovals},
		{&out.Mentions24h, policies.MentionsView, func(ctx context.Context, scope store.Scope) (int64, error) {
			return s.db.MentionsSince(ctx, scope, since)
		}},
		{&out.ApprovalsMine, policies.ApprovalsDecide, func(ctx context.Context, scope store.Scope) (int64, error) {
			return s.db.ApprovalsWaitingFor(ctx, scope, caller.UserID)
		}},
	} {
		n, err := q.count(ctx, caller.scope(q.need))
		if err != nil {
			return nil, err
		}
		*q.to = n
	}
	if s.MailboxDir != "" && caller.canAgency(policies.MailboxView) {
		out.Mailbox = s.mailboxSize()
	}
	return answer(out), nil
}

func (s *Server) getLabels(context.Context, *struct{}) (*body[crisis.Words], error) {
	return answer(crisis.Labels()), nil
}
