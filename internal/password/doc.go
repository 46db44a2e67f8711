// Package password says which passwords are taken and keeps them as argon2id
// hashes, a few at a time so that a flood of sign-ins cannot eat the memory.
//
// It must not know who signs in, count wrong tries (package store does) or log.
//
// Packages api and cmd call it.
package password
