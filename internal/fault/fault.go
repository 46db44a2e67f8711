package fault

import (
	"errors"
	"fmt"
	"maps"
)

// Kind says what went wrong in the few ways a caller can react to.
type Kind string

// The kinds, and what a caller should do about each.
const (
	Invalid         Kind = "invalid"         // the request itself is wrong: correct it
	Unauthenticated Kind = "unauthenticated" // nobody is signed in: sign in
	Forbidden       Kind = "forbidden"       // the person lacks the permission: ask somebody who has it
	NotFound        Kind = "not_found"       // there is no such thing, or the person may not know of it
	Conflict        Kind = "conflict"        // the state of things forbids it: look again, then decide
	Stale           Kind = "stale"           // somebody changed it since it was read: compare, then retry
	Gone            Kind = "gone"            // it was there and has ended: expired, revoked, superseded
	TooLarge        Kind = "too_large"       // more bytes or rows than are taken
	Unsupported     Kind = "unsupported"     // an encoding or media type that is not understood
	RateLimited     Kind = "rate_limited"    // too many tries: wait
	Unavailable     Kind = "unavailable"     // something we stand on does not answer: retry later
	Internal        Kind = "internal"        // our mistake
)

// Field names one wrong part of a request.
type Field struct {
	// Location is the path of the value, such as "body.title".
	Location string
	// Message says what is wrong with it, in a sentence.
	Message string
	// Code is stable, for translation; may be empty.
	Code string
}

// Error is a failure that may be shown.
type Error struct {
	Kind Kind
	// Code is stable snake_case, such as "hold_active"; the console translates it.
	Code string
	// Message is one English sentence without secrets or other people's data.
	Message string
	// Fields lists the wrong parts of an invalid request.
	Fields []Field
	// Details are further facts that the caller may show, such as who changed a record.
	Details map[string]any
	cause   error
}

// Error gives the code, the message and, for logs, the cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// New makes an error of a kind; the message is formatted as by fmt.Sprintf.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because returns a copy of e that carries cause for logs and errors.Is.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// WithFields returns a copy of e that names the wrong fields.
func (e *Error) WithFields(fields ...Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &c
}

// With returns a copy of e that carries one more detail.
func (e *Error) With(key string, value any) *Error {
	c := *e
	// maps.Clone rather than a loop: workflowcheck reads any loop over a map as
	// non-deterministic, and workflows make errors too.
	if c.Details = maps.Clone(e.Details); c.Details == nil {
		c.Details = make(map[string]any, 1)
	}
	c.Details[key] = value
	return &c
}

// As finds the first *Error in err's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is reports whether err's chain holds an *Error with this code.
func Is(err error, code string) bool {
	e, ok := As(err)
	return ok && e.Code == code
}

// KindOf gives the kind of err; errors of other packages are Internal.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return Internal
}
