package main

import (
	"context"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

// grantsOf lets the authorizer read the database's grants.
type grantsOf struct{ db *store.DB }

// Grants lists the grants of enabled people.
func (g grantsOf) Grants(ctx context.Context) ([]policies.Grant, int64, error) {
	rows, revision, err := g.db.Grants(ctx)
	out := make([]policies.Grant, len(rows))
	for i, r := range rows {
		out[i] = policies.Grant{UserID: r.UserID, Role: r.Role, Domain: r.Domain}
	}
	return out, revision, err
}

// PolicyRevision counts changes of grants.
func (g grantsOf) PolicyRevision(ctx context.Context) (int64, error) {
	return g.db.PolicyRevision(ctx)
}
