// Package policies says who may do what: a casbin model, roles kept as code,
// and grants that the database holds. Only assignments of roles can be edited
// at run time.
//
// The API asks it through one type:
//
//	Authorizer.Allowed(userID, domain string, p Permission) bool
//	Authorizer.VisibleClients(userID string, p Permission) (all bool, ids []string)
//	Authorizer.Permissions(userID, domain string) []Permission
//
// with AgencyDomain and ClientDomain(clientID) as domains. It must not talk SQL
// (it reads grants through a GrantSource) or know HTTP.
//
// Packages api and cmd call it.
package policies
