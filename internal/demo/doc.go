// Package demo is the demonstration agency: people, two brands that do not exist,
// four weeks of what was said about them, and a stream that turns into a crisis
// while one watches. The same seed and start give the same mentions.
//
// All names and texts are invented for this project and marked as demonstration:
// ids and handles begin with "demo", addresses end in example.test. The package
// must not store or send anything, and must not ask a clock.
//
// The command line calls it for serve --demo, and tests do.
package demo
