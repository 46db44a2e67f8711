package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// Problem is an error answer after RFC 9457.
type Problem struct {
	Type      string         `json:"type" doc:"Always about:blank: the code says it all."`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	Code      string         `json:"code" doc:"Stable; the console translates it."`
	RequestID string         `json:"request_id,omitempty"`
	Errors    []ProblemField `json:"errors,omitempty"`
	Details   map[string]any `json:"details,omitempty"`
}

// ProblemField is one wrong part of a request.
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
	Code     string `json:"code,omitempty"`
}

// Error gives the detail.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Stale: http.StatusPreconditionFailed, fault.Gone: http.StatusGone,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType, fault.RateLimited: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable, fault.Internal: http.StatusInternalServerError,
}

// problem translates any error; what is not a fault becomes "internal", and only logs see it.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	f, ok := fault.As(err)
	if !ok {
		if errors.Is(err, context.Canceled) {
			f = fault.New(fault.Unavailable, "cancelled", "The request was given up.")
		} else {
			f = fault.New(fault.Internal, "internal", "Something went wrong on our side. Quote the request id when you report it.").Because(err)
		}
	}
	status := statusOf[f.Kind]
	if status >= http.StatusInternalServerError {
		s.log.ErrorContext(ctx, "request failed", "code", f.Code, "error", err, "request_id", store.RequestID(ctx))
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: f.Message, Code: f.Code,
		RequestID: store.RequestID(ctx), Details: f.Details}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, ProblemField(field))
	}
	return p
}

// refuse writes a problem from a middleware.
func (s *Server) refuse(ctx huma.Context, err error) {
	p := s.problem(ctx.Context(), err)
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetHeader("Cache-Control", "no-store")
	ctx.SetStatus(p.Status)
	_ = encodeJSON(ctx.BodyWriter(), p)
}

// humaProblem makes the framework's own refusals (validation, media types) look like ours.
func humaProblem(status int, msg string, errs ...error) huma.StatusError {
	code := map[int]string{
		http.StatusUnprocessableEntity: "validation", http.StatusBadRequest: "bad_request", http.StatusRequestEntityTooLarge: "too_large",
		http.StatusUnsupportedMediaType: "unsupported_media_type", http.StatusNotFound: "not_found", http.StatusMethodNotAllowed: "method_not_allowed",
		http.StatusNotAcceptable: "not_acceptable", http.StatusRequestTimeout: "timeout",
	}[status]
	if code == "" {
		code = "internal"
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: sentence(msg), Code: code}
	for _, e := range errs {
		var d *huma.ErrorDetail
		if errors.As(e, &d) {
			p.Errors = append(p.Errors, ProblemField{Location: d.Location, Message: d.Message})
		} else if e != nil {
			p.Errors = append(p.Errors, ProblemField{Message: e.Error()})
		}
	}
	return p
}

// humaProblemIn adds the request's id.
func humaProblemIn(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
	e := humaProblem(status, msg, errs...)
	if p, ok := e.(*Problem); ok && ctx != nil {
		p.RequestID = store.RequestID(ctx.Context())
	}
	return e
}

func sentence(msg string) string {
	if msg == "" {
		return ""
	}
	return strings.ToUpper(msg[:1]) + strings.TrimSuffix(msg[1:], ".") + "."
}

// echoError is Echo's error handler: 404, 405 and whatever plain handlers return.
func (s *Server) echoError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		kinds := map[int]*fault.Error{
			http.StatusNotFound:              fault.New(fault.NotFound, "not_found", "There is nothing at this address."),
			http.StatusRequestEntityTooLarge: fault.New(fault.TooLarge, "too_large", "The request is larger than is taken here."),
		}
		if f, ok := kinds[he.Code]; ok {
			err = f
		} else if he.Code < http.StatusInternalServerError {
			p := humaProblem(he.Code, http.StatusText(he.Code)).(*Problem)
			s.writeProblem(c, p)
			return
		}
	}
	s.writeProblem(c, s.problem(c.Request().Context(), err))
}

func (s *Server) writeProblem(c echo.Context, p *Problem) {
	p.RequestID = store.RequestID(c.Request().Context())
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	c.Response().WriteHeader(p.Status)
	if c.Request().Method != http.MethodHead {
		_ = encodeJSON(c.Response(), p)
	}
}
