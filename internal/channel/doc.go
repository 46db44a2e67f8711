// Package channel takes approved words out to the world: to a Bluesky account
// over its own protocol, or into the hands of a person who publishes them.
//
// It must not decide whether something may be published, and it never tries a
// call twice by itself where that could publish twice: each outcome says whether
// the post is out, is certainly not, or is unknown and must be looked up.
//
// Package activities calls it.
package channel
