// Package facts measures what keeping the record costs: mentions and facts with
// their ledger entries against the same rows written by plain gorm, in the same
// database and the same run.
//
// It must not be imported; make bench runs it. Ratios can be compared between
// machines, the other figures cannot.
package facts
