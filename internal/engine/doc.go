// Package engine gives the product its Temporal: a real server inside the
// process by default, or a connection to a cluster outside. Everything that
// knows how that server is embedded lives here, because its public packages
// promise little stability.
//
// It must know nothing of cases: no workflow, no activity, no store. Its own
// files are the process's memory, not the record; the product's database is.
// Payload encryption is in package payload, which does not pull in the server.
//
// Only cmd calls it, and the integration tests that need a real server.
package engine
