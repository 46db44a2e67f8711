package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) draftRoutes() {
	route(s, http.MethodGet, "/drafts", onVisible(policies.DraftsView), "Drafts, latest change first", s.listDrafts)
	route(s, http.MethodPost, "/crises/{id}/drafts", onCrisis(policies.DraftsEdit), "Begin a draft", s.createDraft, created)
	route(s, http.MethodGet, "/drafts/{id}", onDraft(policies.DraftsView), "One draft with its versions, approval and publications", s.getDraft)
	route(s, http.MethodPost, "/drafts/{id}/versions", onDraft(policies.DraftsEdit), "Write the next version; an open approval ends as superseded", s.addVersion, created)
	route(s, http.MethodGet, "/drafts/{id}/rounds", onDraft(policies.DraftsView), "The rounds that the playbook asks for, with who could be asked", s.draftRounds)
	route(s, http.MethodPost, "/drafts/{id}/send", onDraft(policies.DraftsSend), "Send the newest version for approval", s.sendDraft, created)
	route(s, http.MethodPost, "/drafts/{id}/withdraw", onDraft(policies.DraftsEdit), "Take the draft back for good", s.withdrawDraft)
	route(s, http.MethodPost, "/drafts/{id}/publish", onDraft(policies.PublicationsPublish), "Publish the approved version on all of its targets", s.publishDraft)
}

type listDraftsInput struct {
	Paging
	Crisis string `query:"crisis" maxLength:"80"`
	Client string `query:"client" maxLength:"80"`
	State  string `query:"state" enum:"draft,in_review,approved,changes_requested,declined,withdrawn,published"`
	Kind   string `query:"kind" enum:"acknowledgement,response,content,report"`
}

func (s *Server) listDrafts(ctx context.Context, in *listDraftsInput) (*body[list[DraftView]], error) {
	rows, next, err := s.db.Drafts(ctx, store.DraftFilter{CrisisID: in.Crisis, ClientID: in.Client, State: in.State, Kind: in.Kind,
		Scope: callerFrom(ctx).scope(policies.DraftsView), Page: in.of()})
	if err != nil {
		return nil, err
	}
	views, err := s.viewDrafts(ctx, rows)
	return listOf(views, next), err
}

// wordingInput is the words of a draft as the console writes them.
type wordingInput struct {
	Texts        []store.DraftText `json:"texts" maxItems:"50"`
	Targets      []string          `json:"targets" maxItems:"50"`
	Links        []string          `json:"links,omitempty" maxItems:"20"`
	PublishFrom  *time.Time        `json:"publish_from,omitempty"`
	PublishUntil *time.Time        `json:"publish_until,omitempty"`
}

func (w wordingInput) of(title string) store.Wording {
	return store.Wording{Title: title, Texts: w.Texts, Targets: w.Targets, Links: w.Links, PublishFrom: w.PublishFrom, PublishUntil: w.PublishUntil}
}

type createDraftInput struct {
	ByID
	Body struct {
		Kind        string       `json:"kind" enum:"acknowledgement,response,content,report"`
		Title       string       `json:"title,omitempty" maxLength:"300"`
		Content     wordingInput `json:"content"`
		StatementID string       `json:"holding_statement_id,omitempty" maxLength:"80"`
	}
}

func (s *Server) createDraft(ctx context.Context, in *createDraftInput) (*tagged[draftDetail], error) {
	dr, err := s.db.CreateDraft(ctx, callerFrom(ctx).actor(), store.NewDraft{CrisisID: in.ID, Kind: in.Body.Kind,
		Wording: in.Body.Content.of(in.Body.Title), StatementID: in.Body.StatementID})
	if err != nil {
		return nil, err
	}
	return s.draftDetailOf(ctx, dr)
}

func (s *Server) getDraft(ctx context.Context, in *ByID) (*tagged[draftDetail], error) {
	dr, err := s.db.Draft(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.draftDetailOf(ctx, dr)
}

type addVersionInput struct {
	ByID
	Body struct {
		Content     wordingInput `json:"content"`
		Title       *string      `json:"title,omitempty" maxLength:"300"`
		BaseVersion int64        `json:"base_version" minimum:"1" doc:"The version that the writer saw."`
	}
}

func (s *Server) addVersion(ctx context.Context, in *addVersionInput) (*tagged[draftDetail], error) {
	dr, err := s.db.Draft(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	put(&dr.Title, in.Body.Title)
	dr, err = s.db.AddDraftVersion(ctx, callerFrom(ctx).actor(), in.ID, in.Body.BaseVersion, in.Body.Content.of(dr.Title))
	if err != nil {
		return nil, err
	}
	return s.draftDetailOf(ctx, dr)
}

type policyRoundView struct {
	Party      string          `json:"party"`
	Mode       string          `json:"mode"`
	K          int             `json:"k,omitempty"`
	Candidates []candidateView `json:"candidates" nullable:"false"`
}

type candidateView struct {
	UserID    string `json:"user_id,omitempty"`
	ContactID string `json:"contact_id,omitempty"`
	Name      string `json:"name"`
	Email     string `json:"email,omitempty"`
	Title     string `json:"title,omitempty"`
}

func (s *Server) draftRounds(ctx context.Context, in *ByID) (*body[list[policyRoundView]], error) {
	deciders, err := s.deciders(ctx, clientFrom(ctx))
	if err != nil {
		return nil, err
	}
	rounds, err := s.db.PolicyRounds(ctx, in.ID, deciders)
	if err != nil {
		return nil, err
	}
	return listOf(each(rounds, func(r store.PolicyRound) policyRoundView {
		return policyRoundView{string(r.Party), string(r.Mode), r.K, each(r.Candidates, func(c store.Candidate) candidateView {
			return candidateView{c.UserID, c.ContactID, c.Name, c.Email, c.Title}
		})}
	}), ""), nil
}

// deciders are the people of the agency who may decide for a client.
func (s *Server) deciders(ctx context.Context, clientID string) ([]string, error) {
	users, err := s.db.Users(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, u := range users {
		if u.DisabledAt.IsZero() && s.Auth.Allowed(u.ID, policies.ClientDomain(clientID), policies.ApprovalsDecide) {
			out = append(out, u.ID)
		}
	}
	return out, nil
}

type sendDraftInput struct {
	ByID
	Body struct {
		Deadline          *time.Time       `json:"deadline,omitempty" doc:"72 hours from now, or the end of the publish window, when left out."`
		PublishOnApproval bool             `json:"publish_on_approval"`
		Rounds            []sendRoundInput `json:"rounds" minItems:"1" maxItems:"10"`
	}
}

type sendRoundInput struct {
	Party     string `json:"party" enum:"manager,legal,client"`
	Mode      string `json:"mode" enum:"any,all,k_of_n"`
	K         int    `json:"k,omitempty" minimum:"0" maximum:"50"`
	Approvers []struct {
		UserID    string `json:"user_id,omitempty" maxLength:"80"`
		ContactID string `json:"contact_id,omitempty" maxLength:"80"`
	} `json:"approvers" minItems:"1" maxItems:"50"`
}

func (s *Server) sendDraft(ctx context.Context, in *sendDraftInput) (*body[approvalDetail], error) {
	deciders, err := s.deciders(ctx, clientFrom(ctx))
	if err != nil {
		return nil, err
	}
	r := store.SendRequest{Deadline: in.Body.Deadline, PublishOnApproval: in.Body.PublishOnApproval, MayDecide: deciders}
	for _, round := range in.Body.Rounds {
		sr := store.SendRound{Party: approval.Party(round.Party), Mode: approval.Mode(round.Mode), K: round.K}
		for _, a := range round.Approvers {
			sr.Approvers = append(sr.Approvers, store.ApproverID{UserID: a.UserID, ContactID: a.ContactID})
		}
		r.Rounds = append(r.Rounds, sr)
	}
	a, err := s.db.SendDraft(ctx, callerFrom(ctx).actor(), in.ID, r)
	if err != nil {
		return nil, err
	}
	return s.approvalDetailOf(ctx, a.ID)
}

type reasonInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) withdrawDraft(ctx context.Context, in *reasonInput) (*tagged[draftDetail], error) {
	dr, err := s.db.WithdrawDraft(ctx, callerFrom(ctx).actor(), in.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return s.draftDetailOf(ctx, dr)
}

func (s *Server) publishDraft(ctx context.Context, in *ByID) (*tagged[draftDetail], error) {
	dr, err := s.db.PublishDraft(ctx, callerFrom(ctx).actor(), in.ID)
	if err != nil {
		return nil, err
	}
	return s.draftDetailOf(ctx, dr)
}
