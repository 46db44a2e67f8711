// Package api is the door for people and machines: the JSON API, the inbound
// webhooks, the client's approval pages, live events and the console's files.
// It binds, checks, makes one call and answers.
//
// It is the only importer of Echo and the only package that knows HTTP status
// codes. It must not hold state, decide what the domain decides or talk SQL.
//
// Package cmd calls it.
package api
