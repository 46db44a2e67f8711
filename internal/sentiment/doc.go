// Package sentiment says how a text feels about what it speaks of: positive,
// neutral or negative, how strongly, and when the judge is unsure.
//
// It must not do I/O, ask a clock or remember texts. Whose judgement counts
// (a person's over ours) is decided here too, in Effective.
//
// Packages mention, detection's callers, store and the command line call it.
package sentiment
