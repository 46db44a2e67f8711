package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// approverPage is what the approver's pages are filled with.
type approverPage struct {
	pageBase
	T                                       reviewWords
	Asks, Client, Deadline, Window, Address string
	Posts                                   []postView
	Links                                   []string
	Changes                                 []changeView
	Hash                                    string
	Publishes, AskName, Sent                bool
	Choice, ChoiceWords, Comment, TypedName string
	Key, Person, When, Sentence             string
}

// postView is exactly what one account publishes.
type postView struct{ Name, Account, Lang, Text string }

var decisionKeys = map[string]string{"approved": "approve", "changes_requested": "changes", "declined": "decline"}

func (s *Server) viewReview(r store.ReviewPage) approverPage {
	t, lang, dir := reviewWordsIn(r.Link.Lang)
	v := approverPage{pageBase: pageBase{Lang: lang, Dir: dir, Title: t.Title, Agency: r.Agency}, T: t, Asks: fmt.Sprintf(t.AsksYou, r.Asker, r.Agency), Client: r.Client.Name,
		Deadline: localTime(r.Link.ExpiresAt.Time, r.Client.Zone, lang), Address: masked(r.Link.Email), Hash: r.Approval.VersionHash,
		AskName: r.Link.Step == string(approval.StepTypedName), Publishes: r.Approval.PublishOnApproval, Links: r.Content.Links}
	for _, ref := range r.Content.Targets {
		v.Posts = append(v.Posts, viewPost(r.Content, ref))
	}
	if r.Content.Kind == approval.KindReport {
		p := viewPost(r.Content, approval.TargetRef{Platform: approval.ReportPlatform})
		p.Name = t.Report
		v.Posts = append(v.Posts, p)
	}
	for _, w := range []struct {
		words string
		at    *time.Time
	}{{t.WindowFrom, r.Content.PublishFrom}, {t.WindowUntil, r.Content.PublishUntil}} {
		if w.at != nil {
			v.Window = strings.TrimSpace(v.Window + " " + w.words + " " + localTime(*w.at, r.Client.Zone, lang) + ".")
		}
	}
	if r.HasBefore {
		v.Changes = contentChanges(r.Before, r.Content)
	}
	return v
}

func viewPost(c approval.Content, ref approval.TargetRef) postView {
	text, langs := c.TextFor(ref)
	p := postView{Name: platformName(ref.Platform), Account: ref.Account, Text: text}
	if len(langs) == 1 {
		p.Lang = langs[0]
	}
	return p
}

// localTime writes an instant in the client's zone as its language does.
func localTime(at time.Time, zone, lang string) string {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	layout := "02.01.2006 15:04"
	if lang == "en" {
		layout = "2 Jan 2006 15:04"
	}
	return at.In(loc).Format(layout) + " (" + loc.String() + ")"
}

// masked shows enough of an address to recognise it and no more.
func masked(email string) string {
	name, host, found := strings.Cut(email, "@")
	if !found || name == "" {
		return "•••"
	}
	return string([]rune(name)[:1]) + "•••@" + host
}

// visit reads the approver's visit, or shows the page that says why there is none.
func (s *Server) visit(c echo.Context, show func(store.ReviewPage) error) error {
	r, err := s.db.ReviewPage(c.Request().Context(), s.reviewSecret(c))
	if err != nil {
		return s.linkFailed(c, err)
	}
	if r.NeedsCode() && r.Ended != nil && slices.Contains([]string{"link_expired", "link_revoked"}, r.Ended.Code) {
		return s.page(c, http.StatusNotFound, "gone", shellBase()) // not proven yet: as if it were unknown
	}
	return show(r)
}

func (s *Server) showReview(c echo.Context) error {
	return s.visit(c, func(r store.ReviewPage) error {
		switch {
		case r.Decision != nil && !r.NeedsCode():
			return c.Redirect(http.StatusSeeOther, "/a/receipt")
		case r.Ended != nil:
			return s.ended(c, r, r.Ended.Code, http.StatusOK)
		case r.NeedsCode():
			return s.codePage(c, r, "", http.StatusOK)
		}
		return s.page(c, http.StatusOK, "review", s.viewReview(r))
	})
}

// ended says in one sentence why nothing can be decided any more, and shows what
// changed when the words were.
func (s *Server) ended(c echo.Context, r store.ReviewPage, code string, status int) error {
	v := s.viewReview(r)
	v.Sentence, v.Changes, v.Deadline = v.T.Ends[code], nil, ""
	if v.Sentence == "" {
		v.Sentence = v.T.Ends["approval_ended"]
	}
	if r.Superseding != nil && !r.NeedsCode() {
		v.Changes = contentChanges(r.Content, *r.Superseding)
	}
	return s.page(c, status, "ended", v)
}

func (s *Server) codePage(c echo.Context, r store.ReviewPage, problem string, status int) error {
	v := s.viewReview(r)
	v.Posts, v.Changes, v.Links = nil, nil, nil // hidden until the code was typed
	v.Sent, v.Error = len(r.Link.Code.V.Hash) > 0 && r.Link.Code.V.ExpiresAt.After(s.db.Now().Time), problem
	return s.page(c, status, "code", v)
}

func (s *Server) showReceipt(c echo.Context) error {
	return s.visit(c, func(r store.ReviewPage) error {
		if r.Decision == nil {
			return c.Redirect(http.StatusSeeOther, "/a/review")
		}
		if r.NeedsCode() {
			return s.ended(c, r, "link_decided", http.StatusOK)
		}
		return s.page(c, http.StatusOK, "receipt", s.receiptView(r))
	})
}

func (s *Server) receiptView(r store.ReviewPage) approverPage {
	v := s.viewReview(r)
	v.Choice, v.ChoiceWords, v.Comment, v.Hash = decisionKeys[r.Decision.Decision], v.T.Said[r.Decision.Decision], r.Decision.Comment, r.Decision.VersionHash
	v.Person, v.When, v.Deadline = r.Decision.ApproverName, localTime(r.Decision.DecidedAt.Time, r.Client.Zone, v.Lang), ""
	if r.Decision.TypedName != "" {
		v.Person = r.Decision.TypedName
	}
	return v
}

func (s *Server) sendCode(c echo.Context) error {
	err := s.db.SendCode(c.Request().Context(), s.Links, s.reviewSecret(c))
	if err != nil {
		return s.codeFailed(c, err)
	}
	return c.Redirect(http.StatusSeeOther, "/a/review")
}

func (s *Server) verifyCode(c echo.Context) error {
	secret, err := s.db.VerifyCode(c.Request().Context(), s.Links, s.reviewSecret(c), c.FormValue("code"))
	if err != nil {
		return s.codeFailed(c, err)
	}
	c.SetCookie(s.reviewCookie(secret))
	return c.Redirect(http.StatusSeeOther, "/a/review")
}

// codeFailed shows the code's page again with what was wrong, or why the link has ended.
func (s *Server) codeFailed(c echo.Context, err error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.Unavailable || f.Kind == fault.Internal {
		return err
	}
	return s.visit(c, func(r store.ReviewPage) error {
		if r.Ended != nil {
			return s.ended(c, r, r.Ended.Code, statusOf[r.Ended.Kind])
		}
		words, _, _ := reviewWordsIn(r.Link.Lang)
		return s.codePage(c, r, words.problem(f.Code), statusOf[f.Kind])
	})
}

func (t reviewWords) problem(code string) string {
	if sentence, ok := t.Errors[code]; ok {
		return sentence
	}
	return t.ErrorElse
}
