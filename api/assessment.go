package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

func (s *Server) assessmentRoutes() {
	view := onCrisis(policies.CrisesView)
	route(s, http.MethodGet, "/crises/{id}/assessment", view, "The newest revision of the assessment", s.getAssessment)
	route(s, http.MethodPut, "/crises/{id}/assessment", onCrisis(policies.AssessmentEdit), "Save a revision of the assessment", s.putAssessment)
	route(s, http.MethodGet, "/crises/{id}/assessment/suggestion", view, "An assessment pre-filled from the data", s.suggestAssessment)
	route(s, http.MethodGet, "/crises/{id}/advice", view, "What the theory advises for a type of crisis", s.advise)
}

type assessmentView struct {
	store.AssessmentForm
	Revision  int64          `json:"revision"`
	Advice    *crisis.Advice `json:"advice"`
	UpdatedBy *personRef     `json:"updated_by"`
	UpdatedAt time.Time      `json:"updated_at"`
}

func (s *Server) viewAssessment(ctx context.Context, a store.Assessment) (*tagged[assessmentView], error) {
	names, err := s.db.Names(ctx, a.CreatedBy)
	if err != nil {
		return nil, err
	}
	v := assessmentView{AssessmentForm: a.Body.V, Revision: a.Revision, UpdatedBy: refTo(a.CreatedBy, names[a.CreatedBy]), UpdatedAt: a.CreatedAt.Time}
	if advice := a.Advice.V.Advice; advice.Cluster != "" {
		v.Advice = &advice
	}
	return &tagged[assessmentView]{ETag: etag(a.Revision), Body: v}, nil
}

func (s *Server) getAssessment(ctx context.Context, in *ByID) (*tagged[assessmentView], error) {
	a, err := s.db.Assessment(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	return s.viewAssessment(ctx, a)
}

type putAssessmentInput struct {
	CommandInput
	IfMatch string `header:"If-Match"`
	Body    struct {
		store.AssessmentForm
		Revision          *int64 `json:"revision,omitempty" doc:"The revision that was seen, when If-Match is not given."`
		SeverityConfirmed *int   `json:"severity_confirmed,omitempty" minimum:"1" maximum:"4"`
	}
}

// putAssessment saves a revision. A severity that differs from the crisis' is a
// command on the process and comes first; one that agrees is recorded with it.
func (s *Server) putAssessment(ctx context.Context, in *putAssessmentInput) (*tagged[assessmentView], error) {
	seen, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if in.IfMatch == "" {
		seen = deref(in.Body.Revision)
	}
	confirm := crisis.Severity(deref(in.Body.SeverityConfirmed))
	if confirm != 0 {
		if err := s.agreeOnSeverity(ctx, in, confirm); err != nil {
			return nil, err
		}
	}
	a, err := s.db.SaveAssessment(ctx, callerFrom(ctx).actor(), in.ID, seen, in.Body.AssessmentForm, confirm)
	if err != nil {
		return nil, s.withNames(ctx, err)
	}
	return s.viewAssessment(ctx, a)
}

func (s *Server) agreeOnSeverity(ctx context.Context, in *putAssessmentInput, to crisis.Severity) error {
	if err := callerFrom(ctx).must(clientFrom(ctx), policies.CrisesSeverity); err != nil {
		return err
	}
	c, err := s.db.CrisisRow(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	if err != nil || c.Severity == to {
		return err
	}
	_, err = s.Workflows.ChangeSeverity(ctx, c.ID, workflows.ChangeSeverity{By: s.by(ctx, in.Key), Expected: c.Severity, Severity: to,
		Reason: in.Body.StrategyReason})
	return s.withNames(ctx, err)
}

func (s *Server) suggestAssessment(ctx context.Context, in *ByID) (*body[store.AssessmentForm], error) {
	form, err := s.db.AssessmentSuggestion(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	return answer(form), err
}

type adviceInput struct {
	ByID
	Type           string `query:"crisis_type" required:"true" maxLength:"60"`
	PriorCrisis    bool   `query:"prior_crisis"`
	PoorReputation bool   `query:"poor_reputation"`
	WithoutMerit   bool   `query:"without_merit"`
}

func (s *Server) advise(_ context.Context, in *adviceInput) (*body[crisis.Advice], error) {
	a, err := crisis.Advise(crisis.AdviceInput{Type: crisis.Type(in.Type), SimilarBefore: in.PriorCrisis, PoorReputation: in.PoorReputation, WithoutMerit: in.WithoutMerit})
	return answer(a), err
}
