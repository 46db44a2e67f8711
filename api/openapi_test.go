package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// outside are the routes that are no part of the described API: files, pages and
// what operators' tools ask. Nothing else may be served without a description.
var outside = []string{
	"GET /healthz", "GET /readyz", "GET /metrics", "GET /api/openapi.json", "GET /api/docs",
	"echo_route_not_found /*",
}

// TestRoutesAreTheDescription compares the router with the OpenAPI document and
// both with the rules: a route without one of them fails.
func TestRoutesAreTheDescription(t *testing.T) {
	w := newWorld(t)
	described := map[string]bool{}
	for path, item := range w.api.huma.OpenAPI().Paths {
		for method := range operationsOf(item) {
			described[method+" "+path] = true
		}
	}
	served := map[string]bool{}
	for _, r := range w.api.echo.Routes() {
		key := r.Method + " " + braces(r.Path)
		if slices.Contains(outside, key) || onLinkPage(r.Path) {
			continue
		}
		served[key] = true
		if !described[key] {
			t.Errorf("%s is served and not described", key)
		}
		if _, ok := w.api.rules[key]; !ok {
			t.Errorf("%s has no rule", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(described)) {
		if !served[key] {
			t.Errorf("%s is described and not served", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(w.api.rules)) {
		if !served[key] {
			t.Errorf("%s has a rule and is not served", key)
		}
	}
	if len(served) < 30 {
		t.Errorf("only %d routes were found", len(served))
	}
}

// onLinkPage tells the pages of a signed link, which have a scheme and tests of their own.
func onLinkPage(path string) bool { return path == "/a" || strings.HasPrefix(path, "/a/") }

// braces writes Echo's path as the description does.
func braces(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func TestDescriptionIsServed(t *testing.T) {
	w := newWorld(t)
	r := w.anonymous().do(http.MethodGet, "//api/openapi.json", nil)
	doc := r.is(200)
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1") {
		t.Errorf("openapi %v", doc["openapi"])
	}
	var whole struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string
		}
	}
	if err := json.Unmarshal(r.raw, &whole); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for path, item := range whole.Paths {
		for method, op := range item {
			if op.Summary == "" || op.OperationID == "" {
				t.Errorf("%s %s has no summary or id", method, path)
			}
			if first, twice := ids[op.OperationID]; twice {
				t.Errorf("%s and %s share the id %s", first, path, op.OperationID)
			}
			ids[op.OperationID] = path
		}
	}
	page := w.anonymous().do(http.MethodGet, "//api/docs", nil)
	page.is(200)
	for _, want := range []string{"POST /api/v1/session", "/hooks/{source}", "signed in"} {
		if !strings.Contains(string(page.raw), want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	if strings.Contains(string(page.raw), "<script") || strings.Contains(string(page.raw), "https://") {
		t.Error("the page loads something from elsewhere")
	}
}

// TestPathParametersAreTaken sees that each parameter of each path is one that
// the route's input reads: the framework silently skips fields of embedded
// types that are not exported.
func TestPathParametersAreTaken(t *testing.T) {
	w := newWorld(t)
	for path, item := range w.api.huma.OpenAPI().Paths {
		for method, op := range operationsOf(item) {
			known := map[string]bool{}
			for _, p := range op.Parameters {
				known[p.Name] = p.In == "path" || known[p.Name]
			}
			for _, want := range pathParameters(path) {
				if !known[want.Name] {
					t.Errorf("%s %s does not read {%s}", method, path, want.Name)
				}
			}
			if rule := w.api.rules[method+" "+path]; rule.reach == reachVisible && method == http.MethodGet && strings.Count(path, "/") == 3 && !slices.Contains(whole, path) {
				if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "cursor" }) {
					t.Errorf("%s is a list without pages", path)
				}
			}
		}
	}
}

// whole are the short lists that come in one piece.
var whole = []string{prefix + "/users", prefix + "/roles", prefix + "/playbooks"}
