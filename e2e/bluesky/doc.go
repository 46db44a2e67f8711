// Package bluesky proves the Bluesky channel against a real server of the
// protocol (PDS and PLC directory, installed by setup.sh), which nobody here
// wrote. Its test has the build tag peers, because the server takes minutes to
// install.
//
// It must not hold anything the product needs. The peers target of the Makefile
// runs it.
package bluesky
