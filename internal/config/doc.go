// Package config is what an operator can choose, as one struct that the command
// line and the environment fill, with its checks.
//
// It must not open or start anything.
//
// Package cmd calls it.
package config
