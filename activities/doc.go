// Package activities is what workflows may do to the world: one struct a
// concern, each method an activity registered by its name. Activities are
// idempotent by a natural key, look at the rows before they act, and turn what
// the domain refuses for good into errors that are not retried.
//
// It must not orchestrate, wait or decide what comes next: that is package
// workflows. It reaches the store and the adapters through small interfaces
// that it declares itself.
//
// Package cmd wires it into a worker.
package activities
