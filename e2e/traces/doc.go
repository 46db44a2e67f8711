// Package traces checks that one request can be followed from HTTP through the
// workflow to the activity, by a collector of its own.
package traces
