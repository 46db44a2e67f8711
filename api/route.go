package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// prefix is where the JSON API lives.
const prefix = "/api/v1"

// route registers one operation: method, path below the prefix, rule, summary, handler.
// The rule is enforced before the body is looked at.
func route[I, O any](s *Server, method, path string, rule Rule, summary string, handle func(context.Context, *I) (*O, error), adjust ...func(*huma.Operation)) {
	op := huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: prefix + path, Summary: summary,
		Tags:          []string{strings.SplitN(strings.TrimPrefix(path, "/"), "/", 2)[0]},
		Middlewares:   huma.Middlewares{s.enforce(rule)},
		MaxBodyBytes:  1 << 20,
		DefaultStatus: http.StatusOK,
		Errors:        []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusInternalServerError},
	}
	if rule.reach == reachNobody {
		op.Errors = []int{http.StatusUnprocessableEntity, http.StatusInternalServerError}
		op.Security = []map[string][]string{{}}
	}
	for _, f := range adjust {
		f(&op)
	}
	s.rules[method+" "+op.Path] = rule
	s.unkept[method+" "+colons(op.Path)] = op.Metadata[secretAnswer] != nil
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			if caller := callerFrom(ctx); caller != nil {
				s.recordDenial(ctx, caller, err)
			}
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

// plain registers a route that is not JSON in and out: a stream or a file. It can
// only be public, signed or for any signed-in person; others need the client found first.
func (s *Server) plain(method, path string, rule Rule, summary string, handle echo.HandlerFunc) {
	s.rules[method+" "+path] = rule
	s.huma.OpenAPI().AddOperation(&huma.Operation{OperationID: operationID(method, path), Method: method, Path: path, Summary: summary,
		Parameters: pathParameters(path), Responses: map[string]*huma.Response{"200": {Description: "OK"}, "default": {Description: "A problem (RFC 9457)"}}})
	s.echo.Add(method, colons(path), func(c echo.Context) error {
		if rule.reach == reachSelf && callerFrom(c.Request().Context()) == nil {
			return notSignedIn()
		}
		return handle(c)
	})
}

func pathParameters(path string) []*huma.Param {
	var out []*huma.Param
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, &huma.Param{Name: strings.TrimSuffix(name, "}"), In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
	}
	return out
}

// colons writes a path's parameters as Echo does.
func colons(path string) string { return strings.NewReplacer("{", ":", "}", "").Replace(path) }

const secretAnswer = "secret_answer"

// holdsSecret marks an operation whose answer shows a secret once: it is never kept.
func holdsSecret(op *huma.Operation) { op.Metadata = map[string]any{secretAnswer: true} }

// created makes 201 the answer of success.
func created(op *huma.Operation) { op.DefaultStatus = http.StatusCreated }

// noContent makes 204 the answer of success.
func noContent(op *huma.Operation) { op.DefaultStatus = http.StatusNoContent }

// upTo sets the largest body in bytes.
func upTo(n int64) func(*huma.Operation) { return func(op *huma.Operation) { op.MaxBodyBytes = n } }

func operationID(method, path string) string {
	return strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "", "_", "-").Replace(path)
}

// body wraps a JSON answer.
type body[T any] struct{ Body T }

func answer[T any](v T) *body[T] { return &body[T]{Body: v} }

// tagged is an answer with its revision as ETag.
type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// list is the form of every list.
type list[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor,omitempty"`
}

func listOf[T any](items []T, next string) *body[list[T]] {
	if items == nil {
		items = []T{}
	}
	return answer(list[T]{Items: items, NextCursor: next})
}

// Paging is the query of every list.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200"`
}

// sliced gives the asked part of a list that is short enough to be read whole; its
// cursor is the place of the next item.
func sliced[T any](items []T, p Paging) (*body[list[T]], error) {
	from := 0
	if p.Cursor != "" {
		n, err := strconv.Atoi(p.Cursor)
		if err != nil || n < 0 || n > len(items) {
			return nil, fault.New(fault.Invalid, "bad_cursor", "The cursor is not one that this list gave.")
		}
		from = n
	}
	to := min(from+max(p.Limit, 1), len(items))
	next := ""
	if to < len(items) {
		next = strconv.Itoa(to)
	}
	return listOf(items[from:to], next), nil
}

func (p Paging) of() store.Page { return store.Page{Limit: p.Limit, Cursor: p.Cursor} }

// ByID is the input of a route about one object.
type ByID struct {
	ID string `path:"id" maxLength:"80"`
}

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
