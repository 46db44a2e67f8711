// Package keyring loads the secrets of a deployment from a folder outside the
// database and its backup, and makes those that are missing at the first start:
// the sealing root, the roots of approval links, the ledger's signing key and
// the payload keys of the workflow engine.
//
// It must not talk to the database or log a secret.
//
// Package cmd calls it.
package keyring
