// Package payload encrypts what workflows carry, so that whoever reads
// Temporal's files or its Web UI learns nothing of a case.
//
// It holds the key ring (several keys, one of them active) and the codec that
// the Temporal SDK calls. It must not import the Temporal server: replay tests
// of workflows use it too.
//
// Package engine and cmd call it.
package payload
