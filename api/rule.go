package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

// reach says how a route finds the client whose wall it stands behind.
type reach string

const (
	reachNobody   reach = "public"   // no sign-in
	reachSelf     reach = "self"     // any signed-in person, about themselves
	reachAgency   reach = "agency"   // the agency's own records
	reachVisible  reach = "visible"  // a list, narrowed to the clients where the person has the permission
	reachBody     reach = "body"     // the client is named in the body; the handler calls Caller.must
	reachObject   reach = "object"   // the client of the object in the path's {id}
	reachIncoming reach = "incoming" // signed by a source's secret
)

// Rule is what a route asks of its caller. It stands beside the route; a route
// without one does not compile.
type Rule struct {
	reach reach
	// kind names the object of {id} for reachObject, as store.ClientOf knows it.
	kind store.ObjectKind
	need policies.Permission
}

func public() Rule                             { return Rule{reach: reachNobody} }
func self() Rule                               { return Rule{reach: reachSelf} }
func onAgency(p policies.Permission) Rule      { return Rule{reach: reachAgency, need: p} }
func onVisible(p policies.Permission) Rule     { return Rule{reach: reachVisible, need: p} }
func onBodyClient(p policies.Permission) Rule  { return Rule{reach: reachBody, need: p} }
func onClient(p policies.Permission) Rule      { return Rule{reachObject, store.KindClient, p} }
func onCrisis(p policies.Permission) Rule      { return Rule{reachObject, store.KindCrisis, p} }
func onAlert(p policies.Permission) Rule       { return Rule{reachObject, store.KindAlert, p} }
func onMention(p policies.Permission) Rule     { return Rule{reachObject, store.KindMention, p} }
func onDraft(p policies.Permission) Rule       { return Rule{reachObject, store.KindDraft, p} }
func onApproval(p policies.Permission) Rule    { return Rule{reachObject, store.KindApproval, p} }
func onPublication(p policies.Permission) Rule { return Rule{reachObject, store.KindPublication, p} }

// enforce is the one place where a rule is applied.
func (s *Server) enforce(rule Rule) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if rule.reach == reachNobody || rule.reach == reachIncoming {
			next(ctx)
			return
		}
		caller := callerFrom(ctx.Context())
		if caller == nil {
			s.refuse(ctx, notSignedIn())
			return
		}
		// Another process may have changed who may do what a moment ago.
		if err := s.Auth.Refresh(ctx.Context()); err != nil {
			s.refuse(ctx, err)
			return
		}
		clientID, err := s.admit(ctx, rule, caller)
		if err != nil {
			s.recordDenial(ctx.Context(), caller, err)
			s.refuse(ctx, err)
			return
		}
		next(huma.WithContext(ctx, context.WithValue(ctx.Context(), clientKey{}, clientID)))
	}
}

// admit answers the client whose wall was passed. What the caller may not know
// of is not found; what it may know of but not do is forbidden.
func (s *Server) admit(ctx huma.Context, rule Rule, caller *Caller) (string, error) {
	if err := caller.allowsMethod(ctx.Method()); err != nil {
		return "", err
	}
	denied := forbidden(rule.need).Because(&denial{kind: rule.kind, need: rule.need})
	switch rule.reach {
	case reachSelf, reachBody:
		return "", nil
	case reachAgency:
		if !caller.canAgency(rule.need) {
			return "", denied
		}
		return "", nil
	case reachVisible:
		if !caller.canAnywhere(rule.need) {
			return "", denied
		}
		return "", nil
	}
	clientID, err := s.db.ClientOf(ctx.Context(), rule.kind, ctx.Param("id"))
	if err != nil {
		return "", err
	}
	if !caller.sees(clientID) {
		return "", fault.New(fault.NotFound, "not_found", "There is no such %s.", rule.kind).
			Because(&denial{kind: rule.kind, object: ctx.Param("id"), clientID: clientID, need: rule.need})
	}
	if !caller.can(clientID, rule.need) {
		return "", forbidden(rule.need).Because(&denial{kind: rule.kind, object: ctx.Param("id"), clientID: clientID, need: rule.need})
	}
	return clientID, nil
}

// denial is the cause inside a refusal; it says what was tried, for the ledger.
type denial struct {
	kind             store.ObjectKind
	object, clientID string
	need             policies.Permission
}

// Error is read in logs only.
func (d *denial) Error() string { return "denied " + d.need.String() }

// recordDenial writes a refused attempt to the ledger. Ids that never were are
// no attempt on anything and are not written.
func (s *Server) recordDenial(ctx context.Context, caller *Caller, err error) {
	var d *denial
	if !errors.As(err, &d) {
		return
	}
	e := store.Denial{Kind: d.kind, ObjectID: d.object, ClientID: d.clientID, Permission: d.need.String()}
	if err := s.db.RecordDenial(ctx, caller.actor(), e); err != nil {
		s.log.ErrorContext(ctx, "a refused attempt could not be recorded", "error", err, "request_id", store.RequestID(ctx))
	}
}

type clientKey struct{}

// clientFrom is the client of the object in the path, found by enforce.
func clientFrom(ctx context.Context) string {
	id, _ := ctx.Value(clientKey{}).(string)
	return id
}

func notSignedIn() *fault.Error {
	return fault.New(fault.Unauthenticated, "not_signed_in", "Sign in first.")
}
