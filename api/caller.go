package api

import (
	"context"
	"net/http"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

// Caller is who calls: a person by session cookie or API token.
type Caller struct {
	UserID, Name, Email, Lang string
	// Session is a public reference to the session or token, for the ledger.
	Session string
	Via     audit.Via
	// alive fails once the session or token behind the caller has ended.
	alive func(context.Context) error
	// readOnly tokens may only read.
	readOnly bool
	auth     *policies.Authorizer
}

type callerKey struct{}

func withCaller(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

func callerFrom(ctx context.Context) *Caller {
	c, _ := ctx.Value(callerKey{}).(*Caller)
	return c
}

// actor is the caller as the ledger writes it.
func (c *Caller) actor() audit.Actor {
	return audit.Actor{Type: audit.ActorUser, ID: c.UserID, Name: c.Name, Via: c.Via, Session: c.Session}
}

func (c *Caller) can(clientID string, p policies.Permission) bool {
	return c.auth.Allowed(c.UserID, policies.ClientDomain(clientID), p)
}

func (c *Caller) canAgency(p policies.Permission) bool {
	return c.auth.Allowed(c.UserID, policies.AgencyDomain, p)
}

// scope is the clients where the caller has p.
func (c *Caller) scope(p policies.Permission) store.Scope {
	all, ids := c.auth.VisibleClients(c.UserID, p)
	if all {
		return store.ScopeAll()
	}
	return store.ScopeClients(ids...)
}

func (c *Caller) canAnywhere(p policies.Permission) bool {
	s := c.scope(p)
	return s.All() || len(s.Clients()) > 0
}

// sees reports whether the caller may know that the client exists.
func (c *Caller) sees(clientID string) bool { return c.scope(policies.ClientsView).Sees(clientID) }

// must admits the caller to a client named in a body, as enforce does for paths.
func (c *Caller) must(clientID string, p policies.Permission) error {
	if !c.sees(clientID) {
		return fault.New(fault.NotFound, "not_found", "There is no such client.").Because(&denial{clientID: clientID, need: p})
	}
	if !c.can(clientID, p) {
		return forbidden(p).Because(&denial{clientID: clientID, need: p})
	}
	return nil
}

func forbidden(p policies.Permission) *fault.Error {
	return fault.New(fault.Forbidden, "forbidden", "Your role does not allow this.").With("permission", p.String())
}

// mustConsole refuses programs: a token must not make itself outlive its end.
func (c *Caller) mustConsole() error {
	if c.Via != audit.ViaConsole {
		return fault.New(fault.Forbidden, "console_only", "This can only be done by a person in the console, not with a token.")
	}
	return nil
}

func (c *Caller) allowsMethod(method string) error {
	if c.readOnly && method != http.MethodGet && method != http.MethodHead {
		return fault.New(fault.Forbidden, "token_read_only", "This token may only read.")
	}
	return nil
}
