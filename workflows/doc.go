// Package workflows orders things over time: the crisis with its stages and
// clocks, the approval with its rounds, the publication that happens at most
// once. Its code is deterministic: it reads no clock, no database and no
// network; it asks package activities.
//
// contract.go holds every name, id and payload; client.go is the only caller of
// Temporal names. It imports the pure domain, package activities' method
// references by name only, and the Temporal SDK.
//
// Packages activities, api and cmd call it.
package workflows
