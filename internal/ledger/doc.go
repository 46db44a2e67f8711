// Package ledger keeps the signed tree alive: it runs the sequencer, signs its
// checkpoints with the deployment's key, says how far it lags, and writes
// evidence bundles.
//
// It must not decide who may export, append entries of its own but for the
// export's, or know SQL: package store does the reading and writing, package
// audit the formats.
//
// Packages api and cmd call it.
package ledger
