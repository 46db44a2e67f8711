// Package playbook reads the versioned templates of a crisis: stages with their
// tasks, clocks, approval rounds, the escalation ladder, holding statements
// and review dates. A running crisis pins the version that it began with.
//
// It must not do I/O: bytes come in, a checked value or errors with line
// numbers go out. It knows nothing of the tasks' progress.
//
// Callers are the store (which keeps the versions), workflows, and the API.
package playbook
