package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

// crisisWorkRoutes are what stages 3 to 5 produce.
func (s *Server) crisisWorkRoutes() {
	view, work, hold := onCrisis(policies.CrisesView), onCrisis(policies.CrisesWork), onCrisis(policies.ReviewsHold)
	route(s, http.MethodGet, "/crises/{id}/steps", view, "Steps to a solution", s.listSteps)
	route(s, http.MethodPost, "/crises/{id}/steps", work, "Add a step", s.addStep, created)
	route(s, http.MethodPatch, "/crises/{id}/steps/{part}", work, "Change a step", s.patchStep)
	route(s, http.MethodGet, "/crises/{id}/handoffs", view, "Conversations in private channels", s.listHandoffs)
	route(s, http.MethodPost, "/crises/{id}/handoffs", work, "Move a conversation to a private channel", s.addHandoff, created)
	route(s, http.MethodPatch, "/crises/{id}/handoffs/{part}", work, "Change a handoff", s.patchHandoff)
	route(s, http.MethodGet, "/crises/{id}/plan", view, "Planned positive content", s.listPlan)
	route(s, http.MethodPost, "/crises/{id}/plan", work, "Plan a piece of content", s.addPlanItem, created)
	route(s, http.MethodPatch, "/crises/{id}/plan/{part}", work, "Change a planned piece", s.patchPlanItem)
	route(s, http.MethodGet, "/crises/{id}/reviews", view, "Dated reviews", s.listReviews)
	route(s, http.MethodPost, "/crises/{id}/reviews/{part}/hold", hold, "Record a review", s.holdReview)
	route(s, http.MethodPost, "/crises/{id}/reviews/{part}/waive", hold, "Leave a review out", s.waiveReview)
}

// PartOf names something that belongs to a crisis.
type PartOf struct {
	ByID
	Part string `path:"part" maxLength:"80"`
}

// withOwners answers a list whose rows have an owner, with the owners' names.
func withOwners[R, V any](ctx context.Context, s *Server, rows []R, owner func(R) string, view func(R, string) V) (*body[list[V]], error) {
	names, err := s.db.Names(ctx, each(rows, owner)...)
	return listOf(each(rows, func(r R) V { return view(r, names[owner(r)]) }), ""), err
}

type stepView struct {
	ID      string     `json:"id"`
	Text    string     `json:"text"`
	Owner   *personRef `json:"owner"`
	OwnerID *string    `json:"owner_id"`
	DueAt   *time.Time `json:"due_at"`
	Done    bool       `json:"done"`
	DoneAt  *time.Time `json:"done_at"`
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func viewStep(r store.SolutionStep, name string) stepView {
	return stepView{r.ID, r.Text, refTo(r.OwnerID, name), optional(r.OwnerID), instant(r.DueAt), !r.DoneAt.IsZero(), instant(r.DoneAt)}
}

func stepOwner(r store.SolutionStep) string { return r.OwnerID }

func (s *Server) listSteps(ctx context.Context, in *ByID) (*body[list[stepView]], error) {
	rows, err := s.db.Steps(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	return withOwners(ctx, s, rows, stepOwner, viewStep)
}

type stepFields struct {
	Text    *string    `json:"text,omitempty" maxLength:"500"`
	OwnerID *string    `json:"owner_id,omitempty" maxLength:"80"`
	DueAt   *time.Time `json:"due_at,omitempty"`
	Done    *bool      `json:"done,omitempty"`
}

type addStepInput struct {
	ByID
	Body stepFields
}

func (s *Server) addStep(ctx context.Context, in *addStepInput) (*body[stepView], error) {
	r, err := s.db.AddStep(ctx, callerFrom(ctx).actor(), in.ID, store.StepChange(in.Body))
	return one(ctx, s, r, err, stepOwner, viewStep)
}

type patchStepInput struct {
	PartOf
	Body stepFields
}

func (s *Server) patchStep(ctx context.Context, in *patchStepInput) (*body[stepView], error) {
	r, err := s.db.ChangeStep(ctx, callerFrom(ctx).actor(), in.ID, in.Part, store.StepChange(in.Body))
	return one(ctx, s, r, err, stepOwner, viewStep)
}

// one answers with one row and its owner's name.
func one[R, V any](ctx context.Context, s *Server, row R, err error, owner func(R) string, view func(R, string) V) (*body[V], error) {
	if err != nil {
		return nil, s.withNames(ctx, err)
	}
	names, err := s.db.Names(ctx, owner(row))
	return answer(view(row, names[owner(row)])), err
}

type handoffView struct {
	ID         string     `json:"id"`
	MentionID  *string    `json:"mention_id"`
	Title      string     `json:"title"`
	Channel    string     `json:"channel"`
	Owner      *personRef `json:"owner"`
	OwnerID    *string    `json:"owner_id"`
	State      string     `json:"state" enum:"open,answered,closed"`
	Outcome    string     `json:"outcome"`
	OpenedAt   time.Time  `json:"opened_at"`
	DueAt      time.Time  `json:"due_at"`
	AnsweredAt *time.Time `json:"answered_at"`
	ClosedAt   *time.Time `json:"closed_at"`
}

func viewHandoff(r store.Handoff, name string) handoffView {
	return handoffView{r.ID, optional(r.MentionID), r.Title, r.Channel, refTo(r.OwnerID, name), optional(r.OwnerID), r.State, r.Outcome,
		r.OpenedAt.Time, r.LimitAt.Time, instant(r.AnsweredAt), instant(r.ClosedAt)}
}

func handoffOwner(r store.Handoff) string { return r.OwnerID }

func (s *Server) listHandoffs(ctx context.Context, in *ByID) (*body[list[handoffView]], error) {
	rows, err := s.db.Handoffs(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	return withOwners(ctx, s, rows, handoffOwner, viewHandoff)
}

type handoffFields struct {
	MentionID *string `json:"mention_id,omitempty" maxLength:"80"`
	Title     *string `json:"title,omitempty" maxLength:"500"`
	Channel   *string `json:"channel,omitempty" maxLength:"200"`
	OwnerID   *string `json:"owner_id,omitempty" maxLength:"80"`
	State     *string `json:"state,omitempty" enum:"open,answered,closed"`
	Outcome   *string `json:"outcome,omitempty" maxLength:"4000"`
}

type addHandoffInput struct {
	ByID
	Body handoffFields
}

func (s *Server) addHandoff(ctx context.Context, in *addHandoffInput) (*body[handoffView], error) {
	r, err := s.db.OpenHandoff(ctx, callerFrom(ctx).actor(), in.ID, store.HandoffChange(in.Body))
	return one(ctx, s, r, err, handoffOwner, viewHandoff)
}

type patchHandoffInput struct {
	PartOf
	Body handoffFields
}

func (s *Server) patchHandoff(ctx context.Context, in *patchHandoffInput) (*body[handoffView], error) {
	r, err := s.db.ChangeHandoff(ctx, callerFrom(ctx).actor(), in.ID, in.Part, store.HandoffChange(in.Body))
	return one(ctx, s, r, err, handoffOwner, viewHandoff)
}
