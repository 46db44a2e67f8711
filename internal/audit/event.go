package audit

import (
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 value: a leaf, a node or a root of the Merkle tree, or the
// leaf of the entry before. Its String is standard base64; Hex gives hex.
type Hash = tlog.Hash

// Stream names the sequence that an entry belongs to. Streams of a crisis are
// chained (each entry carries its number and the leaf of the one before); all
// others are not, so that no row becomes hot.
type Stream string

// AgencyStream holds what concerns the whole deployment: people, tokens,
// settings, sign-ins, erasures, key rotations.
const AgencyStream Stream = "agency"

// CrisisStream is the chained stream of one crisis.
func CrisisStream(crisisID string) Stream { return Stream("crisis:" + crisisID) }

// ClientStream is the stream of what concerns one client outside a crisis.
func ClientStream(clientID string) Stream { return Stream("client:" + clientID) }

// Chained reports whether entries of s carry a number and a previous leaf.
func (s Stream) Chained() bool { return strings.HasPrefix(string(s), "crisis:") }

// ActorType says what kind of being acted.
type ActorType string

// The kinds of actor.
const (
	ActorUser     ActorType = "user"     // somebody with an account; ID is the user's
	ActorApprover ActorType = "approver" // somebody with a link; ID is the approver's
	ActorSystem   ActorType = "system"   // the product itself; ID names the part, such as "sequencer"
	ActorSource   ActorType = "source"   // a connector; ID is the source's
	ActorWorkflow ActorType = "workflow" // a durable workflow; ID is the workflow's
)

// Via says through which door an actor came.
type Via string

// The doors.
const (
	ViaConsole  Via = "console"
	ViaAPI      Via = "api"
	ViaLink     Via = "link"
	ViaWorkflow Via = "workflow"
	ViaCLI      Via = "cli"
	ViaWebhook  Via = "webhook"
)

// Actor is who did it.
type Actor struct {
	Type ActorType
	// ID is an opaque identifier, never a name or an address.
	ID string
	// Name is how the actor was called at that moment; optional, personal, so it
	// enters the entry only as a commitment under the subject "<type>:<id>".
	Name string
	Via  Via
	// Session is a public reference to the session or token, never its secret; may be empty.
	Session string
}

// Subject is the owner of the data key under which the actor's name and reason are sealed.
func (a Actor) Subject() string { return string(a.Type) + ":" + a.ID }

// Object is what was acted upon.
type Object struct {
	// Type may be left empty: the action determines it (see Lookup).
	Type ObjectType
	// ID is opaque, never a name or an address.
	ID string
	// Version counts the object's versions from 1; 0 when it has none.
	Version int64
}

// Outcome is how the act ended.
type Outcome string

// The outcomes. The empty Outcome of an Event means OutcomeOK.
const (
	OutcomeOK     Outcome = "ok"
	OutcomeDenied Outcome = "denied"
	OutcomeFailed Outcome = "failed"
)

// Change is one field before and after.
type Change struct {
	// Field is a snake_case path such as "severity" or "steps.owner", unique within the event.
	Field string
	// Before and After are nil (absent), a string, a bool, an integer, a
	// time.Time, a Hash, or a slice of these; named types and pointers to them
	// too. Floats are refused: they have no single spelling.
	Before, After any
	// Personal values are committed instead of written: everything typed by or
	// about a person (names, addresses, handles, free text). Leave it false only
	// for identifiers, closed lists, numbers, hashes and times.
	Personal bool
	// Subject owns the data key under which a personal value's opening is
	// sealed, such as "user:<id>" or "author:<id>"; empty means the actor.
	Subject string
}

// Event is what a service command returns for the ledger; together with a Meta
// it becomes an entry.
type Event struct {
	Stream  Stream
	Action  Action
	Actor   Actor
	Object  Object
	Outcome Outcome
	// OnBehalfOf is the opaque id of whom the actor stood in for; may be empty.
	OnBehalfOf string
	// ClientID is the client whose record this is; empty for the agency's own.
	ClientID string
	// Reason is what the actor wrote; committed, since free text may be personal.
	Reason string
	// RequestID ties the entry to the log lines of one request; may be empty.
	RequestID string
	Changes   []Change
}

// Set is a change that is not personal, from nothing to after.
func Set(field string, after any) Change { return Change{Field: field, After: after} }

// Changed is a change that is not personal.
func Changed(field string, before, after any) Change {
	return Change{Field: field, Before: before, After: after}
}

// Private is a personal change, sealed under subject's key (empty: the actor's).
func Private(field, subject string, before, after any) Change {
	return Change{Field: field, Before: before, After: after, Personal: true, Subject: subject}
}

// Meta is what the store adds to an Event.
type Meta struct {
	// LogID is the agency's log.
	LogID string
	// ID is the entry's UUIDv7.
	ID string
	// At is the moment of the change; written in UTC, cut to microseconds.
	At time.Time
	// Seq counts from 1 in a chained stream; 0 in the others.
	Seq int64
	// Prev is the leaf of entry Seq-1 of the stream; zero when Seq is 0 or 1.
	Prev Hash
	// PolicyRev is the revision of the grants in force; 0 when not known.
	PolicyRev int64
}
