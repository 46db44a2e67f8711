// Package store keeps the facts: gorm and SQL on SQLite or PostgreSQL, the same
// on both. A change is one transaction that writes the fact, its ledger entry
// and its outbox event together (DB.Change), or nothing.
//
// It alone knows SQL errors and gorm. It must not call the network, start
// workflows or decide what is allowed: callers bring a Scope.
//
// Packages api, activities and cmd call it.
package store
