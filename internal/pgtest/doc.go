// Package pgtest runs a private PostgreSQL for tests, from the binaries that
// Debian installs, on a random loopback port and in a folder of its own.
//
// It must not be used by the product, touch a server that it did not start, or
// leave one behind.
//
// Tests of packages store and cmd call it.
package pgtest
