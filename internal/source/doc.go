// Package source is where mentions arrive from outside: it checks that an
// inbound call was signed by somebody who holds the source's secret.
//
// It must not parse mentions (package mention does) or store them, and must be
// asked before anything in the body is believed.
//
// Package api calls Verify, the demonstration stream and users' own connectors Sign.
package source
