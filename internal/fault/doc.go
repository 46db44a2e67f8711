// Package fault is the one kind of error that crosses package borders: a stable
// code for machines, a sentence that is safe to show to people, and a cause
// that only logs see.
//
// It must not know HTTP (package api translates), SQL (package store
// translates) or any language but English: the console translates codes.
//
// Every package calls it.
package fault
