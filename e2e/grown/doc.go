// Package grown runs the grown form as it is deployed, on a private PostgreSQL:
// an engine, two API processes and two workers. It walks the newcomer's path on
// it and takes parts away on the way.
package grown
