// Package web carries the built console inside the binary.
//
// It embeds web/dist and says whether the console was built; it must not
// serve HTTP or know any route. Only the API's page handler calls it.
package web
