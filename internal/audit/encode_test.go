package audit

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

type severity int

type stage string

var moment = time.Date(2026, 11, 22, 12, 30, 15, 123456789, time.FixedZone("IST", 2*3600))

const entryID = "019ab3c4-0000-7000-8000-000000000001"

func metaAt(seq int64, prev Hash) Meta {
	return Meta{LogID: "agency-1", ID: entryID, At: moment, Seq: seq, Prev: prev}
}

func event() Event {
	return Event{
		Stream: CrisisStream("c-1"), Action: CrisisSeverityChanged, ClientID: "cl-1",
		Actor:     Actor{Type: ActorUser, ID: "u-1", Name: "דנה לוי", Via: ViaConsole, Session: "s-9"},
		Object:    Object{ID: "c-1", Version: 3},
		Reason:    "The mayor has spoken.",
		RequestID: "r-1",
		Changes:   []Change{Changed("severity", severity(3), severity(2)), Private("author", "author:a-1", nil, "Cafe\u0301")},
	}
}

// counting gives predictable bytes so that a body can be compared whole.
type counting struct{ n byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

func TestEncodeWritesCanonicalBody(t *testing.T) {
	got, err := Encode(&counting{}, event(), metaAt(2, Hash{1}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"action":"crisis.severity_changed","actor":{"id":"u-1","name_c":"` + Hex(got.Openings[0].Commitment()) +
		`","session":"s-9","type":"user","via":"console"},"at":"2026-11-22T10:30:15.123456Z","changes":[{"after":2,"before":3,"field":"severity"},{"after_c":"` +
		Hex(got.Openings[2].Commitment()) + `","field":"author"}],"client":"cl-1","id":"` + entryID +
		`","log":"agency-1","object":{"id":"c-1","type":"crisis","version":3},"outcome":"ok","prev":"01` + strings.Repeat("0", 62) +
		`","reason_c":"` + Hex(got.Openings[1].Commitment()) + `","request":{"id":"r-1"},"seq":2,"stream":"crisis:c-1","v":1}`
	if string(got.Body) != want {
		t.Errorf("body\n got %s\nwant %s", got.Body, want)
	}
	if o := got.Openings[2]; o.Value != "Café" || o.Subject != "author:a-1" || o.Field != "author.after" {
		t.Errorf("the personal value was not brought to NFC or lost its place: %+v", o)
	}
	if got.Openings[0].Key == got.Openings[1].Key {
		t.Error("two commitments share a key")
	}
	for _, private := range []string{"דנה", "mayor", "Caf"} {
		if bytes.Contains(got.Body, []byte(private)) {
			t.Errorf("the body holds %q in clear", private)
		}
	}
}

func TestEncodeAddsCountAndHeadToExport(t *testing.T) {
	e := Event{Stream: CrisisStream("c-1"), Action: ExportCreated, Actor: Actor{Type: ActorUser, ID: "u-1", Via: ViaCLI}, Object: Object{ID: "x-1"}}
	got, err := Encode(&counting{}, e, metaAt(5, Hash{9}))
	if err != nil {
		t.Fatal(err)
	}
	if want := `"changes":[{"after":4,"field":"entries"},{"after":"09` + strings.Repeat("0", 62) + `","field":"head"}]`; !bytes.Contains(got.Body, []byte(want)) {
		t.Errorf("body %s lacks %s", got.Body, want)
	}
}

func TestEncodeRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(*Event, *Meta)
		code   string
	}{
		"unknown action":          {func(e *Event, _ *Meta) { e.Action = "crisis.exploded" }, "audit_event_invalid"},
		"other object":            {func(e *Event, _ *Meta) { e.Object.Type = "draft" }, "audit_event_invalid"},
		"object without id":       {func(e *Event, _ *Meta) { e.Object.ID = "" }, "audit_event_invalid"},
		"address as actor id":     {func(e *Event, _ *Meta) { e.Actor.ID = "dana@example.com" }, "audit_event_invalid"},
		"unknown actor type":      {func(e *Event, _ *Meta) { e.Actor.Type = "robot" }, "audit_event_invalid"},
		"unknown way in":          {func(e *Event, _ *Meta) { e.Actor.Via = "" }, "audit_event_invalid"},
		"unknown outcome":         {func(e *Event, _ *Meta) { e.Outcome = "maybe" }, "audit_event_invalid"},
		"unknown stream":          {func(e *Event, _ *Meta) { e.Stream = "everything" }, "audit_event_invalid"},
		"random id":               {func(_ *Event, m *Meta) { m.ID = "019ab3c4-0000-4000-8000-000000000001" }, "audit_event_invalid"},
		"no time":                 {func(_ *Event, m *Meta) { m.At = time.Time{} }, "audit_event_invalid"},
		"no number in a chain":    {func(_ *Event, m *Meta) { m.Seq = 0 }, "audit_event_invalid"},
		"second without previous": {func(_ *Event, m *Meta) { m.Prev = Hash{} }, "audit_event_invalid"},
		"first with previous":     {func(_ *Event, m *Meta) { m.Seq = 1 }, "audit_event_invalid"},
		"number outside a chain":  {func(e *Event, _ *Meta) { e.Stream = AgencyStream }, "audit_event_invalid"},
		"float":                   {func(e *Event, _ *Meta) { e.Changes[0].After = 2.5 }, "audit_event_invalid"},
		"float in a list":         {func(e *Event, _ *Meta) { e.Changes[0].After = []float32{1} }, "audit_event_invalid"},
		"personal float":          {func(e *Event, _ *Meta) { e.Changes[1].After = 2.5 }, "audit_event_invalid"},
		"map":                     {func(e *Event, _ *Meta) { e.Changes[0].After = map[string]int{} }, "audit_event_invalid"},
		"raw bytes":               {func(e *Event, _ *Meta) { e.Changes[0].After = []byte("x") }, "audit_event_invalid"},
		"broken UTF-8":            {func(e *Event, _ *Meta) { e.Changes[0].After = "\xff" }, "audit_event_invalid"},
		"broken UTF-8 in reason":  {func(e *Event, _ *Meta) { e.Reason = "\xff" }, "audit_event_invalid"},
		"NUL":                     {func(e *Event, _ *Meta) { e.Changes[0].After = "a\x00b" }, "audit_event_invalid"},
		"field twice":             {func(e *Event, _ *Meta) { e.Changes[1].Field = "severity" }, "audit_event_invalid"},
		"field in camel case":     {func(e *Event, _ *Meta) { e.Changes[0].Field = "newSeverity" }, "audit_event_invalid"},
		"subject is an address":   {func(e *Event, _ *Meta) { e.Changes[1].Subject = "a b" }, "audit_event_invalid"},
		"reason missing":          {func(e *Event, _ *Meta) { e.Action, e.Reason = CrisisGateOverridden, "" }, "audit_event_invalid"},
		"own count in an export": {func(e *Event, _ *Meta) {
			e.Action, e.Object.Type, e.Changes[0].Field = ExportCreated, "export", "entries"
		}, "audit_event_invalid"},
		"too large":                   {func(e *Event, _ *Meta) { e.Changes[0].After = strings.Repeat("x", MaxBody) }, "audit_body_too_large"},
		"access denied to no kind":    {func(e *Event, _ *Meta) { e.Action, e.Object.Type = AccessDenied, "" }, "audit_event_invalid"},
		"negative version":            {func(e *Event, _ *Meta) { e.Object.Version = -1 }, "audit_event_invalid"},
		"object type with a bad name": {func(e *Event, _ *Meta) { e.Action, e.Object.Type = AccessDenied, "A B" }, "audit_event_invalid"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e, m := event(), metaAt(2, Hash{1})
			c.change(&e, &m)
			_, err := Encode(&counting{}, e, m)
			if !fault.Is(err, c.code) {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

func TestEncodeRefusesWithoutRandomness(t *testing.T) {
	_, err := Encode(strings.NewReader("short"), event(), metaAt(2, Hash{1}))
	if !fault.Is(err, "audit_random_failed") {
		t.Errorf("got %v", err)
	}
}

func TestValuesHaveOneSpelling(t *testing.T) {
	two := severity(2)
	var none *severity
	cases := map[string]struct {
		value any
		want  string
	}{
		"nothing":              {nil, `{"field":"f"}`},
		"nil pointer":          {none, `{"field":"f"}`},
		"pointer":              {&two, `{"after":2,"field":"f"}`},
		"named string":         {stage("detect"), `{"after":"detect","field":"f"}`},
		"empty string":         {"", `{"after":"","field":"f"}`},
		"bool":                 {true, `{"after":true,"field":"f"}`},
		"time":                 {moment, `{"after":"2026-11-22T10:30:15.123456Z","field":"f"}`},
		"hash":                 {Hash{0xab}, `{"after":"ab` + strings.Repeat("0", 62) + `","field":"f"}`},
		"array of bytes":       {[32]byte{0xab}, `{"after":"ab` + strings.Repeat("0", 62) + `","field":"f"}`},
		"list":                 {[]stage{"a", "b"}, `{"after":["a","b"],"field":"f"}`},
		"largest safe":         {int64(1<<53 - 1), `{"after":9007199254740991,"field":"f"}`},
		"beyond safe":          {int64(1 << 53), `{"after":"9007199254740992","field":"f"}`},
		"below safe":           {int64(math.MinInt64), `{"after":"-9223372036854775808","field":"f"}`},
		"largest unsigned":     {uint64(math.MaxUint64), `{"after":"18446744073709551615","field":"f"}`},
		"markup is not HTML'd": {"<b>&\u2028", "{\"after\":\"<b>&\u2028\",\"field\":\"f\"}"},
		"decomposed":           {"e\u0301", `{"after":"é","field":"f"}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := event()
			e.Changes = []Change{Set("f", c.value)}
			got, err := Encode(&counting{}, e, metaAt(2, Hash{1}))
			if err != nil {
				t.Fatal(err)
			}
			if want := `"changes":[` + c.want + `]`; !bytes.Contains(got.Body, []byte(want)) {
				t.Errorf("body %s lacks %s", got.Body, want)
			}
		})
	}
}

func TestSealedOpeningOpensOnlyInItsPlace(t *testing.T) {
	key, other := [KeySize]byte{1}, [KeySize]byte{2}
	o := Opening{Field: "reason", Subject: "user:u-1", Key: [KeySize]byte{7}, Value: "שלום"}
	sealed, err := Seal(&counting{}, key, "log", "e1", o)
	if err != nil {
		t.Fatal(err)
	}
	back, err := OpenSealed(key, "log", "e1", "reason", "user:u-1", sealed)
	if err != nil || back != o {
		t.Fatalf("got %+v, %v", back, err)
	}
	bent := bytes.Clone(sealed)
	bent[len(bent)-1] ^= 1
	for name, open := range map[string]func() (Opening, error){
		"other key":   func() (Opening, error) { return OpenSealed(other, "log", "e1", "reason", "", sealed) },
		"other log":   func() (Opening, error) { return OpenSealed(key, "log2", "e1", "reason", "", sealed) },
		"other entry": func() (Opening, error) { return OpenSealed(key, "log", "e2", "reason", "", sealed) },
		"other field": func() (Opening, error) { return OpenSealed(key, "log", "e1", "actor.name", "", sealed) },
		"bent":        func() (Opening, error) { return OpenSealed(key, "log", "e1", "reason", "", bent) },
		"short":       func() (Opening, error) { return OpenSealed(key, "log", "e1", "reason", "", sealed[:5]) },
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := open(); !fault.Is(err, "audit_opening_sealed") {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := Seal(failing{}, key, "log", "e1", o); !fault.Is(err, "audit_random_failed") {
		t.Errorf("sealed without randomness: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no randomness") }
