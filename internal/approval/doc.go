// Package approval decides what counts as an approval: the canonical hash of
// what is to be published, the ordered rounds of people who must agree to it,
// the signed link and the one-time code by which somebody without an account
// proves who is deciding.
//
// It must not read a clock, a random source, a database or the network: the
// time, the random bytes and the keys come in as parameters, and each change of
// state is returned for the caller to store.
//
// Packages store, workflows and api call it.
package approval
