package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"go.opentelemetry.io/contrib/instrumentation/github.com/labstack/echo/otelecho"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// middleware wraps every route, outermost first.
func (s *Server) middleware() error {
	if err := s.clientAddress(); err != nil {
		return err
	}
	s.echo.Use(
		otelecho.Middleware("migdalor", otelecho.WithSkipper(holdsToken)),
		requestID,
		s.accessLog,
		middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: s.panicked, DisableStackAll: true}),
		s.securityHeaders,
		s.guardCrossOrigin(),
		s.sessions.middleware,
		s.identify,
		s.idempotent,
	)
	return nil
}

// holdsToken tells the requests whose path may hold an approval link's token, also
// when a mail program has garbled it. Traces would keep the path.
func holdsToken(c echo.Context) bool {
	r := c.Request()
	return strings.Contains(r.URL.Path, "/a/") && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// requestID names the request; a caller's own id is taken when it is a UUID.
func requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if uuid.Validate(id) != nil {
			id = store.NewID()
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		ctx := store.WithRequestID(c.Request().Context(), id)
		c.SetRequest(c.Request().WithContext(context.WithValue(ctx, addressKey{}, c.RealIP())))
		return next(c)
	}
}

type addressKey struct{}

// addressFrom is the caller's network address, for limits only.
func addressFrom(ctx context.Context) string {
	a, _ := ctx.Value(addressKey{}).(string)
	return a
}

// accessLog writes one line a request: the route's template, never the path,
// which may hold a link's token.
func (s *Server) accessLog(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begin := time.Now() //nolint:forbidigo // how long it took, by the machine's steady clock
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		status, route := c.Response().Status, c.Path()
		if route != eventsPath { // an open line is no slow answer
			s.metrics.observe(c.Request().Method, route, status, time.Since(begin))
		}
		level := slog.LevelInfo
		if status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		ctx := c.Request().Context()
		s.log.LogAttrs(ctx, level, "request", slog.String("method", c.Request().Method), slog.String("route", route), slog.Int("status", status),
			slog.Duration("took", time.Since(begin)), slog.String("request_id", store.RequestID(ctx)))
		return nil
	}
}

func (s *Server) panicked(c echo.Context, err error, stack []byte) error {
	s.log.ErrorContext(c.Request().Context(), "a handler panicked", "error", err, "stack", string(stack), "request_id", store.RequestID(c.Request().Context()))
	return fault.New(fault.Internal, "internal", "Something went wrong on our side. Quote the request id when you report it.").Because(err)
}

// securityHeaders are the defaults; the console and the approval pages set stricter or wider policies of their own.
func (s *Server) securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		if strings.HasPrefix(c.Request().URL.Path, prefix) {
			h.Set("Cache-Control", "no-store")
		}
		return next(c)
	}
}

// guardCrossOrigin refuses writes that another site makes a browser send. Inbound
// webhooks carry no cookie and prove themselves by signature.
func (s *Server) guardCrossOrigin() echo.MiddlewareFunc {
	guard := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if strings.HasPrefix(c.Request().URL.Path, "/hooks/") {
				return next(c)
			}
			r := c.Request()
			if strings.HasSuffix(r.URL.Path, "/export") {
				// The one reading that leaves an entry in the ledger is guarded like a write.
				r = r.Clone(r.Context())
				r.Method = http.MethodPost
			}
			if err := guard.Check(r); err != nil {
				return fault.New(fault.Forbidden, "cross_origin", "This request came from another site and was refused.").Because(err)
			}
			return next(c)
		}
	}
}

// clientAddress makes RealIP believe X-Forwarded-For only from the proxies that were named.
func (s *Server) clientAddress() error {
	if len(s.TrustedProxies) == 0 {
		s.echo.IPExtractor = echo.ExtractIPDirect()
		return nil
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, cidr := range s.TrustedProxies {
		network, err := parseNetwork(cidr)
		if err != nil {
			return err
		}
		options = append(options, echo.TrustIPRange(network))
	}
	s.echo.IPExtractor = echo.ExtractIPFromXFFHeader(options...)
	return nil
}
