// Package fake holds local servers that speak a platform's protocol and fail on
// command, so that tests meet on the wire what the real platform does rarely.
//
// It must not be imported by anything but tests, and it must not know the
// product: it is written from the platforms' documents.
//
// Tests of packages channel, source and activities call it.
package fake
