package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"

	"github.com/gowebpki/jcs"

	"github.com/migdalor/migdalor/internal/fault"
)

// openingLine is one line of openings.jsonl, in canonical JSON: either an
// opened value, or the index of the subject.erased entry that took it.
type openingLine struct {
	C      string  `json:"c,omitempty"`
	Erased *int64  `json:"erased,omitempty"`
	Field  string  `json:"field"`
	Key    string  `json:"k,omitempty"`
	Seq    int64   `json:"seq"`
	Value  *string `json:"value,omitempty"`
}

func openedLine(seq int64, o Opening) openingLine {
	return openingLine{C: Hex(o.Commitment()), Field: o.Field, Key: hex.EncodeToString(o.Key[:]), Seq: seq, Value: &o.Value}
}

// bytes is the line as it stands in the file, without the newline.
func (l openingLine) bytes() ([]byte, error) {
	raw, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return jcs.Transform(raw)
}

// parseOpening reads a line strictly.
func parseOpening(line []byte) (openingLine, error) {
	bad := fault.New(fault.Invalid, "audit_opening_invalid", "The line is not an opening in canonical form.")
	var l openingLine
	if err := json.Unmarshal(line, &l); err != nil {
		return l, bad.Because(err)
	}
	again, err := l.bytes()
	if err != nil || !bytes.Equal(again, line) {
		return l, bad
	}
	opened := l.Value != nil && hexPattern.MatchString(l.Key) && hexPattern.MatchString(l.C)
	erased := l.Erased != nil && *l.Erased >= 0 && l.Value == nil && l.Key == "" && l.C == ""
	if opened == erased || (opened && l.Erased != nil) || bytes.Contains(line, []byte(`\u0000`)) {
		return l, bad
	}
	return l, nil
}

// check holds an opened line against the commitment that the entry has at its field.
func (l openingLine) check(commitments map[string]string) string {
	c, ok := commitments[l.Field]
	if !ok {
		return "Entry has no committed value at " + l.Field + "."
	}
	if l.Value == nil {
		return ""
	}
	key, err := ParseHex(l.Key)
	if err != nil || l.C != c || Hex(Commit(key, l.Field, *l.Value)) != c {
		return "The value given for " + l.Field + " is not the one that was committed to."
	}
	return ""
}
