package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) alertRoutes() {
	route(s, http.MethodGet, "/alerts", onVisible(policies.AlertsView), "Alerts of your clients", s.listAlerts)
	route(s, http.MethodGet, "/alerts/{id}", onAlert(policies.AlertsView), "One alert with its evidence", s.getAlert)
	s.triageRoutes()
}

type reasonView struct {
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
}

type AlertView struct {
	ID               string       `json:"id"`
	ClientID         string       `json:"client_id"`
	ClientName       string       `json:"client_name"`
	State            string       `json:"state" enum:"open,snoozed,dismissed,opened,attached"`
	Stream           string       `json:"stream" enum:"mentions,negative"`
	RaisedAt         time.Time    `json:"raised_at"`
	LastHitAt        time.Time    `json:"last_hit_at"`
	Hits             int64        `json:"hits"`
	SeverityProposed int64        `json:"severity_proposed"`
	Reasons          []reasonView `json:"reasons" nullable:"false"`
	Observed         int          `json:"observed"`
	Expected         float64      `json:"expected"`
	Ratio            float64      `json:"ratio"`
	WindowMinutes    int          `json:"window_minutes"`
	NegativeShare    float64      `json:"negative_share"`
	BaselineShare    float64      `json:"baseline_share"`
	Learning         bool         `json:"learning"`
	CrisisID         *string      `json:"crisis_id"`
	CrisisNumber     *string      `json:"crisis_number"`
	Rule             string       `json:"rule"`
	RuleVersion      string       `json:"rule_version"`
	SnoozedUntil     *time.Time   `json:"snoozed_until"`
}

func viewAlert(a store.Alert, clients, numbers map[string]string) AlertView {
	w := a.Verdict.V
	v := AlertView{ID: a.ID, ClientID: a.ClientID, ClientName: clients[a.ClientID], State: a.State, Stream: a.Stream, RaisedAt: a.RaisedAt.Time,
		LastHitAt: a.LastHitAt.Time, Hits: a.Hits, SeverityProposed: a.SeverityProposed, Reasons: []reasonView{}, Observed: w.Observed,
		Expected: w.Expected, Ratio: w.Ratio, WindowMinutes: int(w.Window.Minutes()), NegativeShare: w.NegativeShare, BaselineShare: w.BaselineShare,
		Learning: w.Learning, Rule: string(w.Rule), RuleVersion: w.RuleVersion, SnoozedUntil: instant(a.SnoozedUntil)}
	for _, r := range a.Evidence.V.Reasons {
		params := make(map[string]any, len(r.Params))
		for k, p := range r.Params {
			params[k] = p
		}
		v.Reasons = append(v.Reasons, reasonView{r.Code, params})
	}
	for _, r := range w.Reasons {
		v.Reasons = append(v.Reasons, reasonView{r.Code, map[string]any{"value": tenth(r.Value), "limit": tenth(r.Limit)}})
	}
	if a.CrisisID != "" {
		v.CrisisID = &a.CrisisID
		if n, ok := numbers[a.CrisisID]; ok {
			v.CrisisNumber = &n
		}
	}
	return v
}

type listAlertsInput struct {
	Paging
	State  string `query:"state" enum:"open,snoozed,dismissed,opened,attached"`
	Client string `query:"client" maxLength:"80"`
}

func (s *Server) listAlerts(ctx context.Context, in *listAlertsInput) (*body[list[AlertView]], error) {
	scope, clientID, err := s.narrowed(ctx, policies.AlertsView, in.Client)
	if err != nil {
		return nil, err
	}
	rows, next, err := s.db.Alerts(ctx, scope, in.State, clientID, in.of())
	if err != nil {
		return nil, err
	}
	views, err := s.viewAlerts(ctx, scope, rows)
	return listOf(views, next), err
}

func (s *Server) viewAlerts(ctx context.Context, scope store.Scope, rows []store.Alert) ([]AlertView, error) {
	clients, err := s.db.ClientNames(ctx, scope)
	if err != nil {
		return nil, err
	}
	var crises []string
	for _, a := range rows {
		if a.CrisisID != "" {
			crises = append(crises, a.CrisisID)
		}
	}
	numbers, err := s.db.CrisisNumbers(ctx, scope, crises)
	return each(rows, func(a store.Alert) AlertView { return viewAlert(a, clients, numbers) }), err
}

type dismissalView struct {
	Reason string    `json:"reason"`
	Note   string    `json:"note"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

type evidenceView struct {
	Mentions  []MentionView         `json:"mentions" nullable:"false"`
	Authors   []store.EvidenceCount `json:"authors" nullable:"false"`
	Terms     []store.EvidenceCount `json:"terms" nullable:"false"`
	Platforms []store.EvidenceCount `json:"platforms" nullable:"false"`
	Languages []store.EvidenceCount `json:"languages" nullable:"false"`
	Points    []volumePoint         `json:"points" nullable:"false"`
}

type alertDetail struct {
	AlertView
	Evidence  evidenceView   `json:"evidence"`
	Dismissed *dismissalView `json:"dismissed"`
}

func (s *Server) getAlert(ctx context.Context, in *ByID) (*body[alertDetail], error) {
	a, err := s.db.Alert(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.alertDetailOf(ctx, a)
}

func (s *Server) alertDetailOf(ctx context.Context, a store.Alert) (*body[alertDetail], error) {
	scope := store.ScopeClients(a.ClientID)
	views, err := s.viewAlerts(ctx, scope, []store.Alert{a})
	if err != nil {
		return nil, err
	}
	out := alertDetail{AlertView: views[0]}
	if out.Evidence, err = s.evidenceOf(ctx, a); err != nil {
		return nil, err
	}
	if a.State == store.AlertDismissed {
		names, err := s.db.UserNames(ctx)
		if err != nil {
			return nil, err
		}
		out.Dismissed = &dismissalView{a.Reason, a.Note, names[a.DecidedBy], a.DecidedAt.Time}
	}
	return answer(out), nil
}

const (
	// evidenceBefore and evidenceAfter frame the rise in the alert's chart.
	evidenceBefore, evidenceAfter = 6 * time.Hour, time.Hour
	evidenceLongest               = 48 * time.Hour
)

func (s *Server) evidenceOf(ctx context.Context, a store.Alert) (evidenceView, error) {
	e, scope := a.Evidence.V, store.ScopeClients(a.ClientID)
	out := evidenceView{Authors: nonNil(e.Authors), Terms: nonNil(e.Terms), Platforms: nonNil(e.Platforms), Languages: nonNil(e.Languages)}
	mentions, err := s.db.MentionsByID(ctx, scope, e.MentionIDs)
	if err != nil {
		return out, err
	}
	sources, err := s.db.SourceNames(ctx, scope)
	if err != nil {
		return out, err
	}
	out.Mentions = each(mentions, func(m store.Mention) MentionView { return viewMention(m, sources) })
	to := a.LastHitAt.Add(evidenceAfter)
	if now := s.db.Now().Time; now.Before(to) {
		to = now
	}
	from := a.RaisedAt.Add(-evidenceBefore)
	if to.Sub(from) > evidenceLongest {
		from = to.Add(-evidenceLongest)
	}
	out.Points, _, err = s.volume(ctx, a.ClientID, from, to, 5*time.Minute)
	return out, err
}

func nonNil[T any](v []T) []T {
	if v == nil {
		return []T{}
	}
	return v
}
