// Package recorded runs the workflows on a real engine, over a real database,
// and with -record writes their histories into workflows/testdata/replay, where
// the tests of package workflows replay them.
//
// It is apart from package workflows so that workflow code does not link the
// engine's server. It has tests only; nothing calls it.
package recorded
