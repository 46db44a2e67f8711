package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) approvalRoutes() {
	route(s, http.MethodGet, "/approvals", onVisible(policies.ApprovalsView), "Requests for approval, newest first", s.listApprovals)
	route(s, http.MethodGet, "/approvals/{id}", onApproval(policies.ApprovalsView), "One request with the exact words and what they replace", s.getApproval)
	route(s, http.MethodPost, "/approvals/{id}/decision", onApproval(policies.ApprovalsDecide), "Decide, for those who are asked and have an account", s.decide)
	route(s, http.MethodPost, "/approvals/{id}/remind", onApproval(policies.ApprovalsRemind), "Remind those who have not decided", s.remindApprovers)
	route(s, http.MethodPost, "/approvals/{id}/links/{lid}/revoke", onApproval(policies.ApprovalsRevoke), "End one approver's link", s.revokeLink)
}

type approverView struct {
	Key     string     `json:"key"`
	Name    string     `json:"name"`
	Party   string     `json:"party"`
	State   string     `json:"state" enum:"waiting,sent,opened,approved,changes_requested,declined"`
	At      *time.Time `json:"at,omitempty"`
	Comment string     `json:"comment,omitempty"`
	LinkID  string     `json:"link_id,omitempty" doc:"The approver's link, while it can be used."`
	Via     string     `json:"via,omitempty"`
	// Disputed says that the approver denies the decision.
	Disputed bool `json:"disputed,omitempty"`
}

type roundView struct {
	Party     string         `json:"party"`
	Mode      string         `json:"mode"`
	K         int            `json:"k,omitempty"`
	State     string         `json:"state" enum:"waiting,open,passed,ended"`
	Approvers []approverView `json:"approvers" nullable:"false"`
}

type ApprovalView struct {
	ID                string      `json:"id"`
	DraftID           string      `json:"draft_id"`
	CrisisID          string      `json:"crisis_id"`
	CrisisNumber      string      `json:"crisis_number"`
	ClientID          string      `json:"client_id"`
	ClientName        string      `json:"client_name"`
	Title             string      `json:"title"`
	Kind              string      `json:"kind"`
	Version           int64       `json:"version"`
	VersionHash       string      `json:"version_hash"`
	State             string      `json:"state"`
	Round             int64       `json:"round"`
	Rounds            []roundView `json:"rounds" nullable:"false"`
	Deadline          time.Time   `json:"deadline"`
	CreatedAt         time.Time   `json:"created_at"`
	EndedAt           *time.Time  `json:"ended_at,omitempty"`
	Severity          int64       `json:"severity"`
	Step              string      `json:"step"`
	PublishOnApproval bool        `json:"publish_on_approval"`
}

type approvalDetail struct {
	ApprovalView
	Content         contentView  `json:"content"`
	PreviousContent *contentView `json:"previous_content" doc:"The last approved wording before this one, else the one just before; null for a first version."`
}

func viewApproval(a store.ApprovalCase) ApprovalView {
	v := ApprovalView{ID: a.ID, DraftID: a.DraftID, CrisisID: a.CrisisID, CrisisNumber: a.CrisisNumber, ClientID: a.ClientID, ClientName: a.ClientName, Title: a.Title,
		Kind: a.Kind, Version: a.Version, VersionHash: a.VersionHash, State: a.State, Round: a.Round, Deadline: a.Deadline.Time, CreatedAt: a.CreatedAt.Time,
		EndedAt: instant(a.EndedAt), Severity: a.Severity, Step: a.Step, PublishOnApproval: a.PublishOnApproval}
	for i, r := range a.Rounds.V {
		v.Rounds = append(v.Rounds, roundView{string(r.Party), string(r.Mode), r.K, roundState(a, i), each(r.Approvers, func(who approval.ApproverRef) approverView {
			return viewApprover(a, i, who)
		})})
	}
	return v
}

func roundState(a store.ApprovalCase, i int) string {
	switch {
	case int64(i) < a.Round || a.State == string(approval.StateApproved):
		return "passed"
	case a.State != string(approval.StateOpen):
		return "ended"
	case int64(i) == a.Round:
		return "open"
	}
	return "waiting"
}

func viewApprover(a store.ApprovalCase, round int, who approval.ApproverRef) approverView {
	v := approverView{Key: who.ID, Name: who.Name, Party: string(a.Rounds.V[round].Party), State: "waiting"}
	if int64(round) == a.Round && !a.RoundStartedAt.IsZero() && !who.External {
		v.State, v.At = "sent", instant(a.RoundStartedAt)
	}
	for _, l := range a.Links {
		if l.ApproverKey != who.ID {
			continue
		}
		v.State, v.At, v.LinkID = "sent", instant(l.CreatedAt), ""
		if !l.OpenedAt.IsZero() {
			v.State, v.At = "opened", instant(l.OpenedAt)
		}
		if l.State == string(approval.LinkOpen) {
			v.LinkID = l.ID
		}
	}
	if i := slices.IndexFunc(a.Decisions, func(d store.Decision) bool { return d.ApproverKey == who.ID }); i >= 0 {
		d := a.Decisions[i]
		v.State, v.At, v.Comment, v.Via, v.Disputed = d.Decision, instant(d.DecidedAt), d.Comment, d.Via, !d.DisputedAt.IsZero()
	}
	return v
}

type listApprovalsInput struct {
	Paging
	State  string `query:"state" enum:"open,approved,declined,changes_requested,expired,superseded,withdrawn"`
	Client string `query:"client" maxLength:"80"`
	Crisis string `query:"crisis" maxLength:"80"`
	Mine   bool   `query:"mine" doc:"Only those that wait for the caller."`
}

func (s *Server) listApprovals(ctx context.Context, in *listApprovalsInput) (*body[list[ApprovalView]], error) {
	caller := callerFrom(ctx)
	f := store.ApprovalFilter{State: in.State, ClientID: in.Client, CrisisID: in.Crisis, Scope: caller.scope(policies.ApprovalsView), Page: in.of()}
	if in.Mine {
		f.WaitingFor = store.ApproverID{UserID: caller.UserID}.Key()
	}
	rows, next, err := s.db.Approvals(ctx, f)
	return listOf(each(rows, viewApproval), next), err
}

func (s *Server) getApproval(ctx context.Context, in *ByID) (*body[approvalDetail], error) {
	return s.approvalDetailOf(ctx, in.ID)
}

func (s *Server) approvalDetailOf(ctx context.Context, id string) (*body[approvalDetail], error) {
	a, err := s.db.ApprovalCase(ctx, id)
	if err != nil {
		return nil, err
	}
	_, content, err := s.db.DraftContent(ctx, a.DraftID, a.Version)
	if err != nil {
		return nil, err
	}
	d := approvalDetail{ApprovalView: viewApproval(a), Content: viewContent(content)}
	before, ok, err := s.db.ContentBefore(ctx, a.DraftID, a.Version)
	if ok {
		v := viewContent(before)
		d.PreviousContent = &v
	}
	return answer(d), err
}

// decisionWords are the API's words for what an approver says.
var decisionWords = map[string]approval.DecisionKind{"approve": approval.Approved, "changes": approval.ChangesRequested, "decline": approval.Declined}

type decideInput struct {
	ByID
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200"`
	Body           struct {
		Decision    string `json:"decision" enum:"approve,changes,decline"`
		VersionHash string `json:"version_hash" minLength:"64" maxLength:"64" doc:"Of the words that were shown."`
		Comment     string `json:"comment,omitempty" maxLength:"4000"`
		TypedName   string `json:"typed_name,omitempty" maxLength:"120"`
	}
}

func (s *Server) decide(ctx context.Context, in *decideInput) (*body[approvalDetail], error) {
	caller := callerFrom(ctx)
	kind, known := decisionWords[in.Body.Decision]
	if !known {
		return nil, fault.New(fault.Invalid, "decision_unknown", "The decision is approve, changes or decline.")
	}
	_, err := s.db.RecordDecision(ctx, caller.actor(), store.Decide{ApprovalID: in.ID, ApproverKey: store.ApproverID{UserID: caller.UserID}.Key(), Kind: kind,
		VersionHash: in.Body.VersionHash, Comment: in.Body.Comment, TypedName: in.Body.TypedName, IdempotencyKey: in.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	return s.approvalDetailOf(ctx, in.ID)
}

func (s *Server) remindApprovers(ctx context.Context, in *ByID) (*body[approvalDetail], error) {
	if err := s.db.RemindApprovers(ctx, callerFrom(ctx).actor(), in.ID, ""); err != nil {
		return nil, err
	}
	return s.approvalDetailOf(ctx, in.ID)
}

type revokeLinkInput struct {
	ByID
	LinkID string `path:"lid" maxLength:"80"`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) revokeLink(ctx context.Context, in *revokeLinkInput) (*body[approvalDetail], error) {
	if err := s.db.RevokeLink(ctx, callerFrom(ctx).actor(), in.ID, in.LinkID, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.approvalDetailOf(ctx, in.ID)
}
