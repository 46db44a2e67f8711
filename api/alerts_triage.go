package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) triageRoutes() {
	route(s, http.MethodPost, "/alerts/{id}/open", onAlert(policies.AlertsTriage), "Open a crisis from the alert", s.openFromAlert, created)
	route(s, http.MethodPost, "/alerts/{id}/attach", onAlert(policies.AlertsTriage), "Attach the alert to an open crisis", s.attachAlert)
	route(s, http.MethodPost, "/alerts/{id}/snooze", onAlert(policies.AlertsTriage), "Silence the alert for a while", s.snoozeAlert)
	route(s, http.MethodPost, "/alerts/{id}/dismiss", onAlert(policies.AlertsTriage), "End the alert without a crisis", s.dismissAlert)
}

type openFromAlertInput struct {
	ByID
	Body struct {
		Title    string `json:"title" minLength:"1" maxLength:"200"`
		Severity int    `json:"severity" minimum:"1" maximum:"4"`
		LeadID   string `json:"lead_id,omitempty" maxLength:"80"`
		Type     string `json:"crisis_type,omitempty" maxLength:"60"`
	}
}

func (s *Server) openFromAlert(ctx context.Context, in *openFromAlertInput) (*body[crisisDetail], error) {
	caller := callerFrom(ctx)
	if err := caller.must(clientFrom(ctx), policies.CrisesOpen); err != nil {
		return nil, err
	}
	c, err := s.db.OpenFromAlert(ctx, caller.actor(), in.ID, store.OpenCrisis{Title: in.Body.Title, Severity: crisis.Severity(in.Body.Severity),
		LeadID: in.Body.LeadID, Type: in.Body.Type})
	if err != nil {
		return nil, s.withNames(ctx, err)
	}
	return s.detailAnswer(ctx, c.ClientID, c.ID)
}

type attachAlertInput struct {
	ByID
	Body struct {
		CrisisID string `json:"crisis_id" minLength:"1" maxLength:"80"`
	}
}

func (s *Server) attachAlert(ctx context.Context, in *attachAlertInput) (*body[alertDetail], error) {
	return s.triaged(ctx)(s.db.AttachAlert(ctx, callerFrom(ctx).actor(), in.ID, in.Body.CrisisID))
}

type snoozeAlertInput struct {
	ByID
	Body struct {
		Minutes int `json:"minutes" minimum:"1" maximum:"1440"`
	}
}

func (s *Server) snoozeAlert(ctx context.Context, in *snoozeAlertInput) (*body[alertDetail], error) {
	return s.triaged(ctx)(s.db.SnoozeAlert(ctx, callerFrom(ctx).actor(), in.ID, time.Duration(in.Body.Minutes)*time.Minute))
}

type dismissAlertInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" enum:"not_negative,known_event,spam,too_small,other"`
		Note   string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) dismissAlert(ctx context.Context, in *dismissAlertInput) (*body[alertDetail], error) {
	return s.triaged(ctx)(s.db.DismissAlert(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Reason, in.Body.Note))
}

// triaged answers with the alert after a decision on it.
func (s *Server) triaged(ctx context.Context) func(store.Alert, error) (*body[alertDetail], error) {
	return func(a store.Alert, err error) (*body[alertDetail], error) {
		if err != nil {
			return nil, s.withNames(ctx, err)
		}
		return s.alertDetailOf(ctx, a)
	}
}
