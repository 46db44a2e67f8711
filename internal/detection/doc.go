// Package detection tells a sudden rise of mentions, or of negative mentions,
// from a client's usual rhythm. It works on counts per five minutes of event
// time and is strictly causal: an answer for one moment depends only on what
// came before it, on the settings and on the state it left the last time.
//
// It must not read mentions, ask a clock or open alerts: it gives a verdict with
// its reasons, and the caller stores verdict and state in one transaction.
//
// Package store, the alert activity and the command line (detect) call it.
package detection
