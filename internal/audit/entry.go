package audit

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/text/unicode/norm"

	"github.com/migdalor/migdalor/internal/fault"
)

// Entry is a body read back.
type Entry struct {
	V          int           `json:"v"`
	Log        string        `json:"log"`
	ID         string        `json:"id"`
	At         string        `json:"at"`
	Stream     Stream        `json:"stream"`
	Seq        int64         `json:"seq,omitempty"`
	Prev       string        `json:"prev,omitempty"`
	Actor      EntryActor    `json:"actor"`
	OnBehalfOf string        `json:"on_behalf_of,omitempty"`
	Client     string        `json:"client,omitempty"`
	Action     Action        `json:"action"`
	Object     EntryObject   `json:"object"`
	Outcome    Outcome       `json:"outcome"`
	ReasonC    string        `json:"reason_c,omitempty"`
	Request    *EntryRequest `json:"request,omitempty"`
	Changes    []EntryChange `json:"changes,omitempty"`
	PolicyRev  int64         `json:"policy_rev,omitempty"`
}

// EntryActor is Actor as the body holds it.
type EntryActor struct {
	Type    ActorType `json:"type"`
	ID      string    `json:"id"`
	NameC   string    `json:"name_c,omitempty"`
	Via     Via       `json:"via"`
	Session string    `json:"session,omitempty"`
}

// EntryObject is Object as the body holds it.
type EntryObject struct {
	Type    ObjectType `json:"type"`
	ID      string     `json:"id"`
	Version int64      `json:"version,omitempty"`
}

// EntryRequest names the request that brought the entry about.
type EntryRequest struct {
	ID string `json:"id"`
}

// EntryChange is Change as the body holds it: values in clear, or commitments in hex.
type EntryChange struct {
	Field   string          `json:"field"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
	BeforeC string          `json:"before_c,omitempty"`
	AfterC  string          `json:"after_c,omitempty"`
}

var (
	hexPattern     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	integerPattern = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)
)

func badEntry(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "audit_entry_invalid", format+".", args...)
}

// ParseEntry reads a body and holds it to every rule that Encode keeps:
// canonical form, NFC, no unknown or doubled key, no float, closed lists. Its
// error is audit_entry_invalid.
func ParseEntry(body []byte) (Entry, error) {
	if len(body) > MaxBody {
		return Entry{}, badEntry("The body is %d bytes long and may be %d", len(body), MaxBody)
	}
	again, err := jcs.Transform(body)
	if err != nil {
		return Entry{}, badEntry("The body is not JSON with each key once").Because(err)
	}
	if !bytes.Equal(again, body) {
		return Entry{}, badEntry("The body is not in canonical form (RFC 8785)")
	}
	if !norm.NFC.IsNormal(body) || bytes.Contains(body, []byte(`\u0000`)) {
		return Entry{}, badEntry("The body holds text that is not in Unicode normal form C, or a NUL")
	}
	var e Entry
	if err := json.Unmarshal(body, &e); err != nil {
		return Entry{}, badEntry("The body does not have the fields of an entry").Because(err)
	}
	// Written again from what was understood, the body must come out the same:
	// so nothing in it went unread, such as a key in another case.
	raw, err := json.Marshal(e)
	if err == nil {
		raw, err = jcs.Transform(raw)
	}
	if err != nil || !bytes.Equal(raw, body) {
		return Entry{}, badEntry("The body holds fields that an entry does not have")
	}
	return e, e.check()
}

// check applies the rules of Encode to what was read.
func (e Entry) check() error {
	if e.V != bodyVersion {
		return badEntry("The body is of format %d; this program reads format %d", e.V, bodyVersion)
	}
	spec, ok := Lookup(e.Action)
	if !ok {
		return badEntry("The action %.40q is not in the list; a newer program may know it", e.Action)
	}
	at, err := time.Parse(timeLayout, e.At)
	if err != nil || at.Format(timeLayout) != e.At {
		return badEntry("The time %.40q is not UTC with six decimals", e.At)
	}
	var prev Hash
	if e.Prev != "" {
		if prev, err = ParseHex(e.Prev); err != nil {
			return badEntry("The previous leaf is not a hash")
		}
	}
	if e.Stream.Chained() == (e.Prev == "") {
		return badEntry("The stream and the previous leaf do not belong together")
	}
	event := Event{
		Stream: e.Stream, Action: e.Action, Outcome: e.Outcome, OnBehalfOf: e.OnBehalfOf, ClientID: e.Client, Reason: e.ReasonC,
		Actor:  Actor{Type: e.Actor.Type, ID: e.Actor.ID, Via: e.Actor.Via, Session: e.Actor.Session},
		Object: Object{Type: e.Object.Type, ID: e.Object.ID, Version: e.Object.Version},
	}
	if e.Request != nil {
		event.RequestID = e.Request.ID
	}
	for _, c := range e.Changes {
		event.Changes = append(event.Changes, Change{Field: c.Field})
		for _, v := range []json.RawMessage{c.Before, c.After} {
			if v != nil && !plainValue(v, true) {
				return badEntry("The value of %s is not text, a whole number, true, false or a list of these", c.Field)
			}
		}
		if (c.Before != nil && c.BeforeC != "") || (c.After != nil && c.AfterC != "") {
			return badEntry("The field %s is both written and committed", c.Field)
		}
	}
	for field, c := range e.Commitments() {
		if !hexPattern.MatchString(c) {
			return badEntry("The commitment of %s is not a hash", field)
		}
	}
	meta := Meta{LogID: e.Log, ID: e.ID, At: at, Seq: e.Seq, Prev: prev, PolicyRev: e.PolicyRev}
	if err := check(event, meta, spec); err != nil {
		if f, ok := fault.As(err); ok {
			return fault.New(fault.Invalid, "audit_entry_invalid", "%s", f.Message)
		}
		return err
	}
	return nil
}

// plainValue reports whether v is a value that the body may hold in clear.
func plainValue(v json.RawMessage, list bool) bool {
	switch {
	case len(v) == 0:
		return false
	case v[0] == '"', string(v) == "true", string(v) == "false":
		return true
	case v[0] == '[' && list:
		var items []json.RawMessage
		if json.Unmarshal(v, &items) != nil {
			return false
		}
		for _, item := range items {
			if !plainValue(item, false) {
				return false
			}
		}
		return true
	default:
		n, err := strconv.ParseInt(string(v), 10, 64)
		return err == nil && integerPattern.Match(v) && n <= maxSafeInteger && n >= -maxSafeInteger
	}
}

// Time is the moment of the entry, in UTC.
func (e Entry) Time() time.Time {
	at, _ := time.Parse(timeLayout, e.At)
	return at
}

// Commitments gives the hex commitment at each field that has one, by the
// Field of its Opening.
func (e Entry) Commitments() map[string]string {
	m := map[string]string{}
	put := func(field, c string) {
		if c != "" {
			m[field] = c
		}
	}
	put(fieldReason, e.ReasonC)
	put(fieldActorName, e.Actor.NameC)
	for _, c := range e.Changes {
		put(c.Field+".before", c.BeforeC)
		put(c.Field+".after", c.AfterC)
	}
	return m
}
