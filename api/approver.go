package api

import (
	"bytes"
	"embed"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
)

//go:embed templates
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "templates/*.html"))

// approverRoutes are the pages of somebody without an account: forms alone, no
// script. What changes anything is a POST; GET and HEAD only show.
func (s *Server) approverRoutes() {
	css, err := pageFiles.ReadFile("templates/style.css")
	if err != nil {
		panic("api: style.css is embedded") // a build that tests passed cannot reach this
	}
	a := s.echo.Group("/a", s.pageHeaders)
	shown := []string{http.MethodGet, http.MethodHead}
	a.Match(shown, "/style.css", func(c echo.Context) error {
		c.Response().Header().Set("Cache-Control", "public, max-age=3600")
		return c.Blob(http.StatusOK, "text/css; charset=utf-8", css)
	})
	a.Match(shown, "/review", s.showReview)
	a.Match(shown, "/receipt", s.showReceipt)
	a.Match(shown, "/not-me/:token", func(c echo.Context) error { return s.shell(c, "notme") })
	a.Match(shown, "/:token", func(c echo.Context) error { return s.shell(c, "shell") })
	a.POST("/open", s.openLink)
	a.POST("/code", s.sendCode)
	a.POST("/verify", s.verifyCode)
	a.POST("/confirm", s.confirmDecision)
	a.POST("/decide", s.recordDecision)
	a.POST("/not-me", s.disputeDecision)
}

// pageHeaders keep the pages out of caches, indexes, frames and referrers.
func (s *Server) pageHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		if !s.Secure && !s.loopback() {
			// Browsers tell plain http only the Origin, and "no-referrer" would make it "null".
			h.Set("Referrer-Policy", "same-origin")
		}
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, 64<<10)
		return next(c)
	}
}

// loopback reports whether people reach this server on this machine only, where
// browsers treat plain http as secure.
func (s *Server) loopback() bool {
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// reviewCookie names the approver's visit. Plain http on another host cannot
// carry a Secure cookie, and with it the __Host- name.
func (s *Server) reviewCookie(secret string) *http.Cookie {
	c := &http.Cookie{Name: "__Host-review", Value: secret, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode, MaxAge: int((4 * time.Hour).Seconds())}
	if !s.Secure && !s.loopback() {
		c.Name, c.Secure = "review", false
	}
	return c
}

func (s *Server) reviewSecret(c echo.Context) string {
	cookie, err := c.Cookie(s.reviewCookie("").Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// pageBase is what every page has.
type pageBase struct {
	Lang, Dir, Title, Agency, Token, Error string
}

// shellBase is of the pages that do not know yet who reads them: in both languages.
func shellBase() pageBase {
	return pageBase{Lang: "he", Dir: "rtl", Title: "Migdalor"}
}

func (s *Server) page(c echo.Context, status int, name string, data any) error {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, data); err != nil {
		return err
	}
	return c.HTMLBlob(status, out.Bytes())
}

// shell is the same for every link, good or bad: nothing is read and nothing
// changes. Only what looks like a token at all goes into the form.
func (s *Server) shell(c echo.Context, name string) error {
	p := shellBase()
	if token := c.Param("token"); wellFormed(token) {
		p.Token = token
	}
	return s.page(c, http.StatusOK, name, p)
}

func wellFormed(token string) bool {
	_, _, _, err := approval.Parse(token)
	return err == nil
}

func (s *Server) openLink(c echo.Context) error {
	if err := admitted(s.limits.review, c.RealIP()); err != nil {
		return s.page(c, http.StatusTooManyRequests, "slow", shellBase())
	}
	secret, err := s.db.OpenLink(c.Request().Context(), s.Links, c.FormValue("token"))
	if err != nil {
		return s.linkFailed(c, err)
	}
	c.SetCookie(s.reviewCookie(secret))
	return c.Redirect(http.StatusSeeOther, "/a/review")
}

// linkFailed shows the one page for every link that is not valid, whatever is wrong with it.
func (s *Server) linkFailed(c echo.Context, err error) error {
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Gone, fault.Invalid:
		return s.page(c, http.StatusNotFound, "gone", shellBase())
	case fault.Unauthenticated:
		return s.page(c, http.StatusUnauthorized, "over", shellBase())
	}
	return err
}

func (s *Server) disputeDecision(c echo.Context) error {
	if err := admitted(s.limits.review, c.RealIP()); err != nil {
		return s.page(c, http.StatusTooManyRequests, "slow", shellBase())
	}
	token := c.FormValue("token")
	err := s.db.DisputeDecision(c.Request().Context(), s.Links, token, c.FormValue("typed_name"), c.FormValue("reason"))
	if fault.Is(err, "reason_required") {
		p := shellBase()
		if wellFormed(token) {
			p.Token = token
		}
		p.Error = "כתבו את שמכם ומה קרה · Write your name and what happened"
		return s.page(c, http.StatusUnprocessableEntity, "notme", p)
	}
	if err != nil {
		return s.linkFailed(c, err)
	}
	return s.page(c, http.StatusOK, "disputed", shellBase())
}
