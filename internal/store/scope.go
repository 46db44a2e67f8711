package store

import (
	"slices"

	"gorm.io/gorm"
)

// Scope is which clients a caller may see. The zero Scope sees none, so a
// forgotten scope shows nothing instead of everything.
type Scope struct {
	all     bool
	clients []string
}

// ScopeAll sees every client: the agency's own processes and people with an
// agency-wide role.
func ScopeAll() Scope { return Scope{all: true} }

// ScopeClients sees the named clients only.
func ScopeClients(ids ...string) Scope { return Scope{clients: slices.Clone(ids)} }

// Sees reports whether the client's records may be shown.
func (s Scope) Sees(clientID string) bool {
	return s.all || (clientID != "" && slices.Contains(s.clients, clientID))
}

// All reports whether every client may be seen.
func (s Scope) All() bool { return s.all }

// Clients lists the visible clients; meaningless when All.
func (s Scope) Clients() []string { return slices.Clone(s.clients) }

// on narrows a query to the scope; column is the one that holds the client's id.
func (s Scope) on(q *gorm.DB, column string) *gorm.DB {
	if s.all {
		return q
	}
	if len(s.clients) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where(column+" IN ?", s.clients)
}
