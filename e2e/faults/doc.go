// Package faults breaks the running program on purpose (kill -9, a database or
// an engine that goes away) and checks that what was promised still holds.
package faults
