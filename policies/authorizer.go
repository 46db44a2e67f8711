package policies

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// AgencyDomain is the agency itself: its people, clients and settings. A role
// held here counts for every client.
const AgencyDomain = "agency"

// clientPrefix begins the domain of a client.
const clientPrefix = "client:"

// pollEvery bounds how long another process's revocation takes to count here.
const pollEvery = time.Second

// ClientDomain is the domain of one client.
func ClientDomain(clientID string) string { return clientPrefix + clientID }

// Grant is a role that a person has in a domain.
type Grant struct {
	UserID string
	// Role is a name of Roles, without prefix.
	Role string
	// Domain is AgencyDomain or a ClientDomain.
	Domain string
}

// GrantSource is where grants are kept. Grants of disabled people are left out.
type GrantSource interface {
	// Grants lists all grants and a revision that is not newer than they are.
	Grants(ctx context.Context) ([]Grant, int64, error)
	// PolicyRevision grows with each change of grants, or of who is disabled.
	PolicyRevision(ctx context.Context) (int64, error)
}

// Authorizer answers who may do what. Each load of grants makes a policy of its
// own that is never edited, so nothing that was rolled back in the database can
// stay granted in memory. Safe for concurrent use.
type Authorizer struct {
	source  GrantSource
	log     *slog.Logger
	current atomic.Pointer[policy]
	loading sync.Mutex // one load at a time, so that an older one cannot win
}

// NewAuthorizer loads the grants for the first time; without them nobody could
// be told apart, so an error means that the process must not serve.
func NewAuthorizer(ctx context.Context, source GrantSource, log *slog.Logger) (*Authorizer, error) {
	a := &Authorizer{source: source, log: log}
	if err := a.load(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// Refresh loads the grants when their revision changed. After an error the old
// policy stays in force.
func (a *Authorizer) Refresh(ctx context.Context) error {
	revision, err := a.source.PolicyRevision(ctx)
	if err != nil {
		return err
	}
	if revision == a.Revision() {
		return nil
	}
	a.loading.Lock()
	defer a.loading.Unlock()
	if revision == a.Revision() { // somebody loaded them while we waited
		return nil
	}
	return a.load(ctx)
}

// load makes the policy; loading is held, or nobody else has the authorizer yet.
func (a *Authorizer) load(ctx context.Context) error {
	grants, revision, err := a.source.Grants(ctx)
	if err != nil {
		return err
	}
	next, err := newPolicy(grants, revision, a.log)
	if err != nil {
		return err
	}
	a.current.Store(next)
	return nil
}

// Run refreshes about once a second until ctx ends.
func (a *Authorizer) Run(ctx context.Context) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := a.Refresh(ctx); err != nil && !errors.Is(err, context.Canceled) {
				a.log.WarnContext(ctx, "grants could not be refreshed; the last known ones stay in force", "error", err)
			}
		}
	}
}

// Revision of the grants in force; it goes into ledger entries.
func (a *Authorizer) Revision() int64 { return a.current.Load().revision }

// Allowed reports whether the person may do p in the domain. Unknown people,
// domains and permissions may nothing.
func (a *Authorizer) Allowed(userID, domain string, p Permission) bool {
	return a.current.Load().allowed(userID, domain, p)
}

// VisibleClients is where the person may do p: everywhere, or for the named
// clients in sorted order.
func (a *Authorizer) VisibleClients(userID string, p Permission) (all bool, ids []string) {
	now := a.current.Load()
	if now.allowed(userID, AgencyDomain, p) {
		return true, nil
	}
	for _, domain := range now.domains[userID] {
		if id, ok := strings.CutPrefix(domain, clientPrefix); ok && now.allowed(userID, domain, p) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return false, ids
}

// Permissions lists what the person may do in the domain, in the order of All.
func (a *Authorizer) Permissions(userID, domain string) []Permission {
	now := a.current.Load()
	var list []Permission
	for _, p := range All() {
		if now.allowed(userID, domain, p) {
			list = append(list, p)
		}
	}
	return list
}
