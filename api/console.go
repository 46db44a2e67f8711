package api

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/web"
)

// consolePolicy lets the console load what is its own. Styles that it makes at
// run time carry the nonce of the page.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-NONCE'; img-src 'self' blob: data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const noncePlace = "__CSP_NONCE__"

// consoleRoutes serves the console to whatever no other route has taken.
func (s *Server) consoleRoutes() {
	files, built := web.Dist()
	s.echo.RouteNotFound("/*", console{files, built}.serve)
}

type console struct {
	files fs.FS
	built bool
}

// notPages are never answered with the console's page.
var notPages = []string{"/api", "/a", "/hooks", "/audit", "/healthz", "/readyz", "/metrics", "/assets"}

func (k console) serve(c echo.Context) error {
	r := c.Request()
	name := path.Clean(r.URL.Path)
	if r.Method != http.MethodGet && r.Method != http.MethodHead || strings.Contains(name, "/.") {
		return echo.ErrNotFound
	}
	if k.built && name != "/index.html" {
		if raw, err := fs.ReadFile(k.files, strings.TrimPrefix(name, "/")); err == nil {
			return file(c, name, raw)
		}
	}
	for _, p := range notPages {
		if name == p || strings.HasPrefix(name, p+"/") {
			return echo.ErrNotFound
		}
	}
	// A file that is not there must not look like a page, or a browser would run it.
	if name != "/index.html" && path.Ext(name) != "" {
		return echo.ErrNotFound
	}
	return k.page(c)
}

func file(c echo.Context, name string, raw []byte) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-cache")
	if strings.HasPrefix(name, "/assets/") {
		h.Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable") // their names carry a hash
	}
	http.ServeContent(c.Response(), c.Request(), name, time.Time{}, bytes.NewReader(raw))
	return nil
}

func (k console) page(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "no-cache")
	if !k.built {
		return c.String(http.StatusServiceUnavailable, "The console is not built: build the console with make web. The API works at /api/v1.\n")
	}
	raw, err := fs.ReadFile(k.files, "index.html")
	if err != nil {
		return err
	}
	var random [18]byte
	if _, err := io.ReadFull(rand.Reader, random[:]); err != nil {
		return err
	}
	nonce := base64.StdEncoding.EncodeToString(random[:])
	h.Set(echo.HeaderCacheControl, "no-store") // the nonce is for one answer
	h.Set(echo.HeaderContentSecurityPolicy, strings.Replace(consolePolicy, "NONCE", nonce, 1))
	return c.HTMLBlob(http.StatusOK, bytes.ReplaceAll(raw, []byte(noncePlace), []byte(nonce)))
}
