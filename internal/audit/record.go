package audit

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed record.tmpl.html
var recordSource string

// recordTemplates has three parts, "begin", "entry" and "end", so that a long
// record is never held whole in memory.
var recordTemplates = template.Must(template.New("record").Parse(recordSource))

// recordHead is what stands at the top of record.html.
type recordHead struct {
	Origin  string
	Stream  Stream
	Entries int64
	Head    string
	Size    int64
	Root    string
	KeyID   string
}

// recordWriter makes record.html: the entries for people, in Hebrew and English.
type recordWriter struct{ w io.Writer }

func (r recordWriter) begin(h recordHead) error {
	return recordTemplates.ExecuteTemplate(r.w, "begin", h)
}

func (r recordWriter) end() error { return recordTemplates.ExecuteTemplate(r.w, "end", nil) }

// recordEntry is one entry as the page shows it.
type recordEntry struct {
	Entry
	Index          int64
	Leaf           string
	En, He         string
	Day, ISO       string
	Name           *recordValue
	ActorHe, ActEn string
	Reason         *recordValue
	Rows           []recordRow
	OutcomeHe      string
}

type recordRow struct {
	Field         string
	Before, After *recordValue
}

// recordValue is a value in clear, or what stands in its place.
type recordValue struct {
	Text     string
	Withheld bool
	Erased   bool
	ErasedAt int64
}

var actorNames = map[ActorType][2]string{
	ActorUser: {"איש צוות", "staff"}, ActorApprover: {"מאשר מטעם הלקוח", "client's approver"}, ActorSystem: {"המערכת", "system"},
	ActorSource: {"מקור", "source"}, ActorWorkflow: {"תהליך", "workflow"},
}

var outcomeNames = map[Outcome]string{OutcomeOK: "בוצע", OutcomeDenied: "נדחה", OutcomeFailed: "נכשל"}

func (r recordWriter) entry(e Entry, index int64, leaf Hash, lines []openingLine) error {
	opened := make(map[string]*recordValue, len(lines))
	for _, l := range lines {
		if l.Value != nil {
			opened[l.Field] = &recordValue{Text: visible(*l.Value)}
		} else {
			opened[l.Field] = &recordValue{Erased: true, ErasedAt: *l.Erased}
		}
	}
	committed := func(field, c string) *recordValue {
		if c == "" {
			return nil
		}
		if v, ok := opened[field]; ok {
			return v
		}
		return &recordValue{Withheld: true}
	}
	spec, _ := Lookup(e.Action)
	at := e.Time()
	out := recordEntry{
		Entry: e, Index: index, Leaf: Hex(leaf), En: spec.En, He: spec.He, OutcomeHe: outcomeNames[e.Outcome],
		Day: at.Format("02.01.2006 15:04:05"), ISO: e.At,
		ActorHe: actorNames[e.Actor.Type][0], ActEn: actorNames[e.Actor.Type][1],
		Name: committed(fieldActorName, e.Actor.NameC), Reason: committed(fieldReason, e.ReasonC),
	}
	for _, c := range e.Changes {
		row := recordRow{Field: c.Field, Before: committed(c.Field+".before", c.BeforeC), After: committed(c.Field+".after", c.AfterC)}
		if c.Before != nil {
			row.Before = &recordValue{Text: visible(clearText(c.Before))}
		}
		if c.After != nil {
			row.After = &recordValue{Text: visible(clearText(c.After))}
		}
		out.Rows = append(out.Rows, row)
	}
	return recordTemplates.ExecuteTemplate(r.w, "entry", out)
}

// clearText is a value of the body for people: text without quotes, lists with commas.
func clearText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		parts := make([]string, len(list))
		for i, item := range list {
			parts[i] = clearText(item)
		}
		return strings.Join(parts, ", ")
	}
	return string(raw)
}

// visible spells out the characters that turn the direction of text or cannot
// be seen, so that nobody's name can make the page read otherwise than it is.
func visible(s string) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case c >= 0x202A && c <= 0x202E, c >= 0x2066 && c <= 0x2069, c == 0x200E, c == 0x200F, c == 0x061C,
			c == 0x200B, c == 0xFEFF, c < 0x20 && c != '\n' && c != '\t', c >= 0x7F && c <= 0x9F:
			fmt.Fprintf(&b, "⟨U+%04X⟩", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
