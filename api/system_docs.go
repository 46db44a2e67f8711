package api

import (
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// openAPI serves the description that the console's types are generated from.
func (s *Server) openAPI(c echo.Context) error {
	raw, err := s.OpenAPI()
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
	return c.Blob(http.StatusOK, "application/openapi+json", raw)
}

// OpenAPI is the description of the API, as JSON (OpenAPI 3.1).
func (s *Server) OpenAPI() ([]byte, error) { return s.huma.OpenAPI().MarshalJSON() }

//go:embed docs.html
var docsText string

var docsPage = template.Must(template.New("docs").Parse(docsText))

// docsStyleHash lets the page's one style through the policy.
var docsStyleHash = sync.OnceValue(func() string {
	_, rest, _ := strings.Cut(docsText, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
})

type docsOperation struct {
	Method, Path, Summary, Permission string
	Statuses                          []string
}

// docs lists the operations on one page of ours, without scripts or a CDN.
func (s *Server) docs(c echo.Context) error {
	var ops []docsOperation
	for path, item := range s.huma.OpenAPI().Paths {
		for method, op := range operationsOf(item) {
			ops = append(ops, s.docsOf(method, path, op))
		}
	}
	slices.SortFunc(ops, func(a, b docsOperation) int {
		if d := strings.Compare(a.Path, b.Path); d != 0 {
			return d
		}
		return strings.Compare(a.Method, b.Method)
	})
	c.Response().Header().Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'sha256-"+docsStyleHash()+"'; frame-ancestors 'none'; base-uri 'none'")
	c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
	c.Response().WriteHeader(http.StatusOK)
	return docsPage.Execute(c.Response(), map[string]any{"Version": s.Version, "Operations": ops})
}

func (s *Server) docsOf(method, path string, op *huma.Operation) docsOperation {
	rule := s.rules[method+" "+path]
	d := docsOperation{Method: method, Path: path, Summary: op.Summary, Permission: rule.need.String()}
	switch rule.reach {
	case reachNobody:
		d.Permission = "public"
	case reachSelf:
		d.Permission = "signed in"
	case reachIncoming:
		d.Permission = "signed by the source"
	}
	for status := range op.Responses {
		d.Statuses = append(d.Statuses, status)
	}
	slices.Sort(d.Statuses)
	return d
}

func operationsOf(item *huma.PathItem) map[string]*huma.Operation {
	out := map[string]*huma.Operation{}
	for method, op := range map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
		http.MethodPatch: item.Patch, http.MethodDelete: item.Delete} {
		if op != nil {
			out[method] = op
		}
	}
	return out
}
