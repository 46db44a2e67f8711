// Package report computes a crisis' figures: pure functions over counts per
// five minutes and over what was recorded, each with its formula, its window
// and what is missing from the data.
//
// It must not read the database or a clock and it rounds only for display.
// The gates of a crisis use the same functions, so that a report and a gate can
// never disagree.
//
// Package store gathers its input; package api shows its figures.
package report
