package concern

import (
	"slices"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/sentiment/words"
)

func TestFind(t *testing.T) {
	find := NewKeywords()
	tests := []struct {
		name     string
		text     string
		concerns []Concern
		flags    []Flag
	}{
		{"nothing", "בוקר טוב לכולם", nil, nil},
		{"service in Hebrew", "חיכיתי למוקד שעה ואין מענה", []Concern{Service}, nil},
		{"price in English", "Another hidden fee on my bill", []Concern{Price}, nil},
		{"foreign object in Hebrew", "מצאתי חתיכת זכוכית ביוגורט!", []Concern{Product, Safety}, []Flag{ForeignObject}},
		{"injury in English", "A shard of glass in the cup cut my lip", []Concern{Product, Safety}, []Flag{Injury, ForeignObject}},
		{"boycott with a prefix letter", "אני קורא לחרם על החברה", nil, []Flag{Boycott}},
		{"data leak", "They had a data breach, my credit card was used", []Concern{Privacy}, []Flag{DataLeak}},
		{"law and regulator", "פניתי למשרד הבריאות ולעורך דין", []Concern{Service}, []Flag{Legal, Regulator}},
		{"praise by a figure of speech", "אני מת על היוגורט הזה", []Concern{Product}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := find.Find(tt.text, "")
			if !slices.Equal(f.Concerns, tt.concerns) || !slices.Equal(f.Flags, tt.flags) {
				t.Fatalf("got %v %v (%q), want %v %v", f.Concerns, f.Flags, f.Words, tt.concerns, tt.flags)
			}
			if (len(f.Words) > 0) != (len(tt.concerns)+len(tt.flags) > 0) {
				t.Errorf("evidence %q does not fit the finding", f.Words)
			}
		})
	}
}

// Every entry of the list is found in a text made of it.
func TestEveryEntryIsFound(t *testing.T) {
	k := NewKeywords()
	for line := range strings.Lines(taxonomy) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || name[0] == '#' {
			continue
		}
		i := k.index(name)
		for entry := range strings.SplitSeq(rest, ",") {
			text := strings.ReplaceAll(strings.TrimSpace(entry), "*", "")
			found := false
			k.table.All(words.Tokens(text), func(m words.Match[int]) { found = found || m.Value == i })
			if !found {
				t.Errorf("%s: %q is not found", name, entry)
			}
		}
	}
}

func TestCriticalFlags(t *testing.T) {
	for _, f := range Flags() {
		want := f != Boycott && f != Legal && f != Regulator && f != Executive
		if f.Critical() != want {
			t.Errorf("%s: critical %v", f, f.Critical())
		}
	}
}

func BenchmarkFind(b *testing.B) {
	find := NewKeywords()
	for b.Loop() {
		find.Find("המוצר היה טעים מאוד אבל השירות של המוקד היה נורא, חיכיתי שעה ואף אחד לא ענה לי. not coming back", "")
	}
}
