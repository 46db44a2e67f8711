package api

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

type planItemView struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind" enum:"story,achievement,value"`
	Title       string     `json:"title"`
	ConsentNote string     `json:"consent_note"`
	PlannedFor  *time.Time `json:"planned_for"`
	DraftID     *string    `json:"draft_id"`
	State       string     `json:"state" enum:"planned,published,cancelled"`
}

func viewPlanItem(r store.PlanItem) planItemView {
	return planItemView{r.ID, r.Kind, r.Title, r.ConsentNote, instant(r.PlannedFor), optional(r.DraftID), r.State}
}

func (s *Server) listPlan(ctx context.Context, in *ByID) (*body[list[planItemView]], error) {
	rows, err := s.db.Plan(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	return listOf(each(rows, viewPlanItem), ""), err
}

type planFields struct {
	Kind        *string    `json:"kind,omitempty" enum:"story,achievement,value"`
	Title       *string    `json:"title,omitempty" maxLength:"500"`
	ConsentNote *string    `json:"consent_note,omitempty" maxLength:"2000"`
	PlannedFor  *time.Time `json:"planned_for,omitempty"`
	DraftID     *string    `json:"draft_id,omitempty" maxLength:"80"`
	State       *string    `json:"state,omitempty" enum:"planned,published,cancelled"`
}

func (f planFields) change() store.PlanChange {
	return store.PlanChange{Kind: f.Kind, Title: f.Title, ConsentNote: f.ConsentNote, DraftID: f.DraftID, State: f.State, PlannedFor: f.PlannedFor}
}

type addPlanInput struct {
	ByID
	Body planFields
}

func (s *Server) addPlanItem(ctx context.Context, in *addPlanInput) (*body[planItemView], error) {
	r, err := s.db.AddPlanItem(ctx, callerFrom(ctx).actor(), in.ID, in.Body.change())
	return answer(viewPlanItem(r)), err
}

type patchPlanInput struct {
	PartOf
	Body planFields
}

func (s *Server) patchPlanItem(ctx context.Context, in *patchPlanInput) (*body[planItemView], error) {
	r, err := s.db.ChangePlanItem(ctx, callerFrom(ctx).actor(), in.ID, in.Part, in.Body.change())
	return answer(viewPlanItem(r)), err
}

type reviewView struct {
	ID         string        `json:"id"`
	OffsetDays int64         `json:"offset_days"`
	DueAt      time.Time     `json:"due_at"`
	State      string        `json:"state" enum:"open,held,waived"`
	Findings   string        `json:"findings"`
	Actions    string        `json:"actions"`
	Reason     string        `json:"reason"`
	HeldAt     *time.Time    `json:"held_at"`
	By         *personRef    `json:"by"`
	Metrics    store.Metrics `json:"metrics"`
}

func viewReview(r store.Review, name string) reviewView {
	return reviewView{r.ID, r.OffsetDays, r.DueAt.Time, r.State, r.Findings, r.Actions, r.Reason, instant(r.DecidedAt), refTo(r.DecidedBy, name), r.Metrics.V}
}

func reviewer(r store.Review) string { return r.DecidedBy }

func (s *Server) listReviews(ctx context.Context, in *ByID) (*body[list[reviewView]], error) {
	rows, err := s.db.Reviews(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	return withOwners(ctx, s, rows, reviewer, viewReview)
}

type holdReviewInput struct {
	PartOf
	Body struct {
		Findings string `json:"findings" minLength:"1" maxLength:"10000"`
		Actions  string `json:"actions,omitempty" maxLength:"10000"`
	}
}

func (s *Server) holdReview(ctx context.Context, in *holdReviewInput) (*body[reviewView], error) {
	r, err := s.db.HoldReview(ctx, callerFrom(ctx).actor(), in.ID, in.Part, in.Body.Findings, in.Body.Actions)
	return one(ctx, s, r, err, reviewer, viewReview)
}

type waiveReviewInput struct {
	PartOf
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (s *Server) waiveReview(ctx context.Context, in *waiveReviewInput) (*body[reviewView], error) {
	r, err := s.db.WaiveReview(ctx, callerFrom(ctx).actor(), in.ID, in.Part, in.Body.Reason)
	return one(ctx, s, r, err, reviewer, viewReview)
}
