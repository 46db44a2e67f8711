// Package desk starts the real program as a process and talks to it over HTTP
// as people, sources and clients do. Only end-to-end tests call it.
package desk
