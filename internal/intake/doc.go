// Package intake leads a mention from its source to the detector: normalise,
// judge, store, count, evaluate, ring. Webhooks, imports, people and the
// demonstration stream all come through here.
//
// It must not know HTTP or files. It calls package store for every fact.
//
// Packages api and cmd call it.
package intake
