// Package relay makes happen what committed changes ask for: it takes events
// from the outbox and starts or tells workflows and sends mail, each at least
// once and each receiver's in order. A reconciler starts what should be running
// and is not, so that a wiped engine is rebuilt from the database.
//
// It runs in any number of processes at once; the database's leases keep them
// apart. It must not decide anything: what it does stands in the event.
//
// Package cmd calls it.
package relay
