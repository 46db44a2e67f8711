package store

import (
	"encoding/json"
	"strings"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
)

// LedgerEntry is an entry as a person reads it: its body, and its committed
// values opened where they have not been erased.
type LedgerEntry struct {
	AuditEntry
	// Entry is the parsed body.
	Entry audit.Entry
	// ActorName and Reason are empty when there are none or they were erased.
	ActorName, Reason string
	Changes           []LedgerChange
}

// LedgerChange is one field before and after.
type LedgerChange struct {
	Field string
	// Before and After are nil, text, numbers, booleans or lists of these.
	Before, After any
	// Erased says that a value was there and has been erased.
	Erased bool
}

// openedEntry is what is known of one entry's committed values.
type openedEntry struct {
	openings []audit.Opening
	// erased are the openings whose value is gone.
	erased []openingRow
}

// opener opens sealed values of the ledger and keeps the subjects' keys that it
// has read; it must not outlive one request.
type opener struct {
	db   *DB
	g    *gorm.DB
	keys map[string]*[audit.KeySize]byte
}

func (d *DB) opener(g *gorm.DB) *opener {
	return &opener{db: d, g: g, keys: map[string]*[audit.KeySize]byte{}}
}

// open opens the values of the entries, by entry id.
func (o *opener) open(rows []AuditEntry) (map[string]openedEntry, error) {
	ids := make([]string, len(rows))
	logs := make(map[string]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		logs[r.ID] = r.LogID
	}
	var sealed []openingRow
	if err := o.g.Where("entry_id IN ?", ids).Order("entry_id, field").Find(&sealed).Error; err != nil {
		return nil, err
	}
	if err := o.load(sealed); err != nil {
		return nil, err
	}
	out := make(map[string]openedEntry, len(rows))
	for _, s := range sealed {
		e := out[s.EntryID]
		if key := o.keys[s.Subject]; key == nil || len(s.Sealed) == 0 {
			e.erased = append(e.erased, s)
		} else {
			opening, err := audit.OpenSealed(*key, logs[s.EntryID], s.EntryID, s.Field, s.Subject, s.Sealed)
			if err != nil {
				return nil, err
			}
			e.openings = append(e.openings, opening)
		}
		out[s.EntryID] = e
	}
	return out, nil
}

// load reads the keys of subjects that have not been read yet; nil stands for a
// destroyed one.
func (o *opener) load(sealed []openingRow) error {
	var subjects []string
	for _, s := range sealed {
		if _, ok := o.keys[s.Subject]; !ok {
			o.keys[s.Subject] = nil
			subjects = append(subjects, s.Subject)
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	var rows []subjectKeyRow
	if err := o.g.Where("subject IN ?", subjects).Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		plain, err := o.db.keys.Open(subjectKeyPlace(r.Subject), r.Sealed)
		if err != nil {
			return err
		}
		key := [audit.KeySize]byte(plain)
		o.keys[r.Subject] = &key
	}
	return nil
}

// readable parses the entries and fills in what could be opened.
func (o *opener) readable(rows []AuditEntry) ([]LedgerEntry, error) {
	opened, err := o.open(rows)
	if err != nil {
		return nil, err
	}
	out := make([]LedgerEntry, len(rows))
	for i, r := range rows {
		entry, err := audit.ParseEntry(r.Body)
		if err != nil {
			return nil, err
		}
		out[i] = LedgerEntry{AuditEntry: r, Entry: entry}
		out[i].fill(opened[r.ID])
	}
	return out, nil
}

func (l *LedgerEntry) fill(values openedEntry) {
	texts := make(map[string]string, len(values.openings))
	for _, v := range values.openings {
		texts[v.Field] = v.Value
	}
	erased := make(map[string]bool, len(values.erased))
	for _, e := range values.erased {
		erased[strings.TrimSuffix(strings.TrimSuffix(e.Field, ".before"), ".after")] = true
	}
	l.ActorName, l.Reason = texts["actor.name"], texts["reason"]
	for _, c := range l.Entry.Changes {
		change := LedgerChange{Field: c.Field, Before: plainValue(c.Before), After: plainValue(c.After), Erased: erased[c.Field]}
		if v, ok := texts[c.Field+".before"]; ok {
			change.Before = v
		}
		if v, ok := texts[c.Field+".after"]; ok {
			change.After = v
		}
		l.Changes = append(l.Changes, change)
	}
}

// plainValue reads a value that stands in the body as it is.
func plainValue(raw json.RawMessage) any {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	return v
}
