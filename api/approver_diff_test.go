package api

import (
	"strings"
	"testing"
)

func TestDiffWords(t *testing.T) {
	spell := func(parts []diffPart) string {
		var out strings.Builder
		for _, p := range parts {
			out.WriteString(map[string]string{"": "", "ins": "+", "del": "-"}[p.Kind] + "[" + p.Text + "]")
		}
		return out.String()
	}
	long := strings.Repeat("a b ", 3000)
	for _, tc := range []struct{ name, before, after, want string }{
		{"alike", "one two", "one two", ""},
		{"a word replaced", "sail tomorrow at nine", "sail on Friday at nine", "[sail ]-[tomorrow ]+[on Friday ][at nine]"},
		{"all replaced", "one two", "three four", "-[one two]+[three four]"},
		{"begun", "", "one", "+[one]"},
		{"dropped", "one", "", "-[one]"},
		{"Hebrew keeps its words whole", "שלום לכולם", "שלום לכם", "[שלום ]-[לכולם]+[לכם]"},
		{"too long to compare", long, long + "c", "-[" + long + "][\n]+[" + long + "c]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := spell(diffWords(tc.before, tc.after)); got != tc.want {
				t.Fatalf("got %.200s", got)
			}
		})
	}
}
