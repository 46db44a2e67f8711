package audit

import (
	"bytes"
	"fmt"
	"testing"
)

// Whatever is accepted must be exactly what the format writes.
func FuzzParseEntry(f *testing.F) {
	enc, err := Encode(&counting{}, event(), metaAt(2, Hash{1}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(enc.Body)
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := ParseEntry(body)
		if err != nil {
			return
		}
		if _, ok := Lookup(e.Action); !ok || e.V != 1 || e.Time().IsZero() || bytes.ContainsAny(body, "\n\r\x00") {
			t.Errorf("accepted %q", body)
		}
	})
}

func FuzzParseProof(f *testing.F) {
	f.Add([]byte(proofHeader + "\nindex 5\n" + Hash{}.String() + "\n\nh/audit/a\n6\n" + Hash{}.String() + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProof(data)
		if err != nil {
			return
		}
		if again := formatProof(proofHeader, fmt.Sprint("index ", p.Number), p.Path, p.Note); !bytes.Equal(again, data) {
			t.Errorf("%q was read as %q", data, again)
		}
	})
}

func FuzzParseOpening(f *testing.F) {
	line, _ := openedLine(3, Opening{Field: "reason", Value: "x\n"}).bytes()
	f.Add(line)
	f.Add([]byte(`{"erased":3,"field":"reason","seq":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parseOpening(data)
		if err != nil {
			return
		}
		if again, err := l.bytes(); err != nil || !bytes.Equal(again, data) || (l.Value == nil) == (l.Erased == nil) {
			t.Errorf("%q was read as %q", data, again)
		}
	})
}
