package api

import (
	"net/http"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// answered is what the approver's form holds.
type answered struct{ choice, hash, comment, name, key string }

func answeredBy(c echo.Context) answered {
	return answered{choice: c.FormValue("decision"), hash: c.FormValue("version_hash"), comment: strings.TrimSpace(c.FormValue("comment")),
		name: strings.TrimSpace(c.FormValue("typed_name")), key: c.FormValue("idempotency_key")}
}

// fault says what is missing; nil when the answer can be confirmed.
func (a answered) fault(askName bool) string {
	letters := 0
	for _, r := range a.name {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	switch {
	case decisionWords[a.choice] == "":
		return "decision_unknown"
	case a.choice != "approve" && a.comment == "":
		return "comment_required"
	case askName && letters < 2:
		return "typed_name_required"
	}
	return ""
}

// confirmDecision shows the answer once more before it is recorded; nothing
// changes yet.
func (s *Server) confirmDecision(c echo.Context) error {
	return s.visit(c, func(r store.ReviewPage) error {
		a := answeredBy(c)
		switch {
		case r.Decision != nil:
			return s.ended(c, r, "already_decided", http.StatusConflict)
		case r.Ended != nil:
			return s.ended(c, r, r.Ended.Code, statusOf[r.Ended.Kind])
		case r.NeedsCode():
			return s.codePage(c, r, "", http.StatusForbidden)
		case a.hash != r.Approval.VersionHash:
			return s.ended(c, r, "version_changed", http.StatusConflict)
		}
		v := s.viewReview(r)
		v.Choice, v.Comment, v.TypedName = a.choice, a.comment, a.name
		if code := a.fault(v.AskName); code != "" {
			v.Error = v.T.problem(code)
			return s.page(c, http.StatusUnprocessableEntity, "review", v)
		}
		v.ChoiceWords = map[string]string{"approve": v.T.Approve, "changes": v.T.Change, "decline": v.T.Decline}[a.choice]
		v.Key = store.NewID()
		return s.page(c, http.StatusOK, "confirm", v)
	})
}

func (s *Server) recordDecision(c echo.Context) error {
	a := answeredBy(c)
	if len(a.key) == 0 || len(a.key) > 100 {
		return c.Redirect(http.StatusSeeOther, "/a/review") // only the confirmation gives a key
	}
	_, err := s.db.DecideByLink(c.Request().Context(), s.reviewSecret(c), store.Decide{Kind: decisionWords[a.choice],
		VersionHash: a.hash, Comment: a.comment, TypedName: a.name, IdempotencyKey: a.key})
	if err == nil {
		return c.Redirect(http.StatusSeeOther, "/a/receipt")
	}
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.Unavailable || f.Kind == fault.Internal {
		return err
	}
	return s.visit(c, func(r store.ReviewPage) error {
		switch {
		case r.NeedsCode():
			words, _, _ := reviewWordsIn(r.Link.Lang)
			return s.codePage(c, r, words.problem(f.Code), http.StatusForbidden)
		case f.Kind == fault.Invalid:
			v := s.viewReview(r)
			v.Choice, v.Comment, v.TypedName, v.Error = a.choice, a.comment, a.name, v.T.problem(f.Code)
			return s.page(c, http.StatusUnprocessableEntity, "review", v)
		}
		return s.ended(c, r, f.Code, statusOf[f.Kind])
	})
}
