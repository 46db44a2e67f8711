// Package mention is one public utterance about a client: how an input from any
// source becomes a normalised mention, what makes two of them the same, and how
// files and batches of them are read.
//
// It must not store anything, ask a clock or fetch an address. Judging is done
// by packages sentiment and concern.
//
// Packages store, api, demo and the command line call it.
package mention
