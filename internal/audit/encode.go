package audit

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"regexp"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/migdalor/migdalor/internal/fault"
)

// MaxBody is the longest body in bytes; larger content is referred to by its SHA-256.
const MaxBody = 60 * 1024

// bodyVersion is the value of "v" in every body of this format.
const bodyVersion = 1

// timeLayout is RFC 3339 in UTC with exactly six decimals, so a moment has one spelling.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// Encoded is an entry ready to be stored.
type Encoded struct {
	// Body is canonical JSON (RFC 8785); these very bytes are hashed, stored and exported.
	Body []byte
	// Leaf is SHA-256(0x00 ‖ Body).
	Leaf Hash
	// Openings are the personal values behind the body's commitments, in clear:
	// seal each (Seal) before it is stored.
	Openings []Opening
}

var (
	idPattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$`)
	uuid7Pattern  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	streamPattern = regexp.MustCompile(`^(agency|(crisis|client):[A-Za-z0-9][A-Za-z0-9._-]{0,63})$`)
	fieldPattern  = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
)

func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "audit_event_invalid", "The ledger entry is not valid: "+format+".", args...)
}

// Encode turns an event into an entry. random gives 32 bytes for each personal
// value. An export.created in a chained stream is given the changes "entries"
// (how many precede it) and "head" (the leaf before it) here, so that the two
// cannot disagree with its place. Errors are *fault.Error: audit_event_invalid,
// audit_body_too_large, audit_random_failed.
func Encode(random io.Reader, e Event, m Meta) (Encoded, error) {
	if e.Outcome == "" {
		e.Outcome = OutcomeOK
	}
	spec, ok := Lookup(e.Action)
	if !ok {
		return Encoded{}, invalid("the action %q is not in the list", e.Action)
	}
	if e.Object.Type == "" {
		e.Object.Type = spec.Object
	}
	if e.Action == ExportCreated && e.Stream.Chained() {
		e.Changes = append(append([]Change(nil), e.Changes...), Set("entries", m.Seq-1), Set("head", m.Prev))
	}
	if err := check(e, m, spec); err != nil {
		return Encoded{}, err
	}
	b := builder{random: random, subject: e.Actor.Subject()}
	raw, err := json.Marshal(b.body(e, m))
	if err == nil {
		err = b.err
	}
	if err != nil {
		if _, ok := fault.As(err); ok {
			return Encoded{}, err
		}
		return Encoded{}, invalid("it cannot be written as JSON").Because(err)
	}
	body, err := jcs.Transform(raw)
	if err != nil {
		return Encoded{}, invalid("it has no canonical form").Because(err)
	}
	if len(body) > MaxBody {
		return Encoded{}, fault.New(fault.TooLarge, "audit_body_too_large",
			"The ledger entry would be %d bytes and may be %d; refer to large content by its hash.", len(body), MaxBody)
	}
	return Encoded{Body: body, Leaf: LeafHash(body), Openings: b.openings}, nil
}

// LeafHash is SHA-256(0x00 ‖ body), the entry's leaf in the Merkle tree.
func LeafHash(body []byte) Hash { return tlog.RecordHash(body) }

// Hex spells a hash as bodies, manifests and pages do.
func Hex(h Hash) string { return hex.EncodeToString(h[:]) }

// ParseHex reads what Hex wrote, lower case only.
func ParseHex(s string) (Hash, error) {
	var h Hash
	if !hexPattern.MatchString(s) {
		return h, invalid("%.80q is not a hash in hex", s)
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err
}

// check holds the rules that need no canonical form.
func check(e Event, m Meta, spec ActionSpec) error {
	for _, id := range []struct{ name, value string }{
		{"log id", m.LogID}, {"actor id", e.Actor.ID}, {"object id", e.Object.ID},
		{"session", e.Actor.Session}, {"on_behalf_of", e.OnBehalfOf}, {"client id", e.ClientID}, {"request id", e.RequestID},
	} {
		optional := id.name != "log id" && id.name != "actor id" && id.name != "object id"
		if optional && id.value == "" {
			continue
		}
		if !idPattern.MatchString(id.value) {
			return invalid("the %s %.40q is not an identifier", id.name, id.value)
		}
	}
	switch {
	case !uuid7Pattern.MatchString(m.ID):
		return invalid("its id %.40q is not a UUIDv7", m.ID)
	case !streamPattern.MatchString(string(e.Stream)):
		return invalid("the stream %.40q does not exist", e.Stream)
	case m.At.IsZero():
		return invalid("it has no time")
	case m.At.UTC().Year() < 1970 || m.At.UTC().Year() > 9999:
		return invalid("its time is out of range")
	case spec.Object != ObjectAny && e.Object.Type != spec.Object:
		return invalid("%s is about %s, not %s", e.Action, spec.Object, e.Object.Type)
	case !fieldPattern.MatchString(string(e.Object.Type)):
		return invalid("it names no type of object")
	case e.Object.Version < 0 || m.PolicyRev < 0:
		return invalid("a version is below zero")
	case spec.Reason && e.Reason == "" && e.Outcome == OutcomeOK:
		return invalid("%s needs a written reason", e.Action)
	}
	if err := checkClosed(e.Actor.Type, e.Actor.Via, e.Outcome); err != nil {
		return err
	}
	if err := checkPlace(e.Stream, m.Seq, m.Prev); err != nil {
		return err
	}
	seen := make(map[string]bool, len(e.Changes))
	for _, c := range e.Changes {
		if len(c.Field) > 64 || !fieldPattern.MatchString(c.Field) {
			return invalid("the field name %.40q is not snake_case", c.Field)
		}
		if seen[c.Field] {
			return invalid("the field %s is changed twice", c.Field)
		}
		seen[c.Field] = true
	}
	return nil
}

func checkClosed(t ActorType, v Via, o Outcome) error {
	switch t {
	case ActorUser, ActorApprover, ActorSystem, ActorSource, ActorWorkflow:
	default:
		return invalid("the actor type %.40q does not exist", t)
	}
	switch v {
	case ViaConsole, ViaAPI, ViaLink, ViaWorkflow, ViaCLI, ViaWebhook:
	default:
		return invalid("the way in %.40q does not exist", v)
	}
	switch o {
	case OutcomeOK, OutcomeDenied, OutcomeFailed:
		return nil
	default:
		return invalid("the outcome %.40q does not exist", o)
	}
}

func checkPlace(s Stream, seq int64, prev Hash) error {
	switch {
	case !s.Chained() && (seq != 0 || prev != Hash{}):
		return invalid("stream %s has no chain, yet the entry has a number or a previous leaf", s)
	case s.Chained() && seq < 1:
		return invalid("stream %s is chained, yet the entry has no number", s)
	case s.Chained() && seq > maxSafeInteger:
		return invalid("the number %d is too large", seq)
	case s.Chained() && (seq == 1) != (prev == Hash{}):
		return invalid("only the first entry of a chain has no previous leaf")
	}
	return nil
}

// builder gathers the openings while the body is put together.
type builder struct {
	random   io.Reader
	subject  string
	openings []Opening
	err      error
}

func (b *builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// body lays out the entry as docs/ledger.md describes it.
func (b *builder) body(e Event, m Meta) map[string]any {
	actor := map[string]any{"type": string(e.Actor.Type), "id": e.Actor.ID, "via": string(e.Actor.Via)}
	putText(actor, "session", e.Actor.Session)
	if e.Actor.Name != "" {
		actor["name_c"] = b.commit(fieldActorName, e.Actor.Subject(), e.Actor.Name)
	}
	object := map[string]any{"type": string(e.Object.Type), "id": e.Object.ID}
	if e.Object.Version > 0 {
		object["version"] = b.plain("object version", e.Object.Version)
	}
	body := map[string]any{
		"v": bodyVersion, "log": m.LogID, "id": m.ID, "at": m.At.UTC().Truncate(time.Microsecond).Format(timeLayout),
		"stream": string(e.Stream), "actor": actor, "action": string(e.Action), "object": object, "outcome": string(e.Outcome),
	}
	if e.Stream.Chained() {
		body["seq"], body["prev"] = m.Seq, Hex(m.Prev)
	}
	putText(body, "client", e.ClientID)
	putText(body, "on_behalf_of", e.OnBehalfOf)
	if e.Reason != "" {
		body["reason_c"] = b.commit(fieldReason, b.subject, e.Reason)
	}
	if e.RequestID != "" {
		body["request"] = map[string]any{"id": e.RequestID}
	}
	if m.PolicyRev > 0 {
		body["policy_rev"] = b.plain("policy_rev", m.PolicyRev)
	}
	if len(e.Changes) > 0 {
		changes := make([]any, 0, len(e.Changes))
		for _, c := range e.Changes {
			changes = append(changes, b.change(c))
		}
		body["changes"] = changes
	}
	return body
}

func (b *builder) change(c Change) map[string]any {
	out := map[string]any{"field": c.Field}
	subject := c.Subject
	if subject == "" {
		subject = b.subject
	}
	for _, side := range []struct {
		name  string
		value any
	}{{"before", c.Before}, {"after", c.After}} {
		v := b.plain(c.Field, side.value)
		switch {
		case v == nil:
		case c.Personal:
			out[side.name+"_c"] = b.commit(c.Field+"."+side.name, subject, side.value)
		default:
			out[side.name] = v
		}
	}
	return out
}

func putText(m map[string]any, key, value string) {
	if value != "" {
		m[key] = value
	}
}
