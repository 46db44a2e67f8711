package channel

import (
	"strings"
	"testing"
)

func TestFacets(t *testing.T) {
	resolve := func(handle string) (string, bool) { return "did:plc:" + handle, handle == "brand.example.test" }
	cases := []struct {
		name, text string
		want       []string // the marked stretches, with what they point to
	}{
		{"nothing", "שלום לכולם", nil},
		{"link after hebrew", "פרטים כאן: https://example.org/א?x=1.", []string{"https://example.org/א?x=1 → https://example.org/א?x=1"}},
		{"link in brackets", "(https://example.org/a)", []string{"https://example.org/a → https://example.org/a"}},
		{"link with brackets", "https://example.org/a_(b)", []string{"https://example.org/a_(b) → https://example.org/a_(b)"}},
		{"mention", "תודה ל-@Brand.example.test!", []string{"@Brand.example.test → did:plc:brand.example.test"}},
		{"unknown handle", "@nobody.example.test", nil},
		{"mail address", "info@brand.example.test", nil},
		{"hebrew tag", "עדכון #שירות_לקוחות, #2026 #א׳", []string{"#שירות_לקוחות → שירות_לקוחות", "#א → א"}},
		{"tag inside a link", "https://example.org/#part", []string{"https://example.org/#part → https://example.org/#part"}},
		{"tag inside a word", "C#sharp", nil},
		{"long tag", "#" + strings.Repeat("א", 65), nil},
		{"lone mark", "# #. ##", nil},
		{"all, in order", "#א https://example.org @brand.example.test", []string{"#א → א", "https://example.org → https://example.org", "@brand.example.test → did:plc:brand.example.test"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, f := range facetsOf(tc.text, resolve) {
				got = append(got, tc.text[f.Index.Start:f.Index.End]+" → "+f.Features[0].URI+f.Features[0].DID+f.Features[0].Tag)
			}
			if strings.Join(got, "|") != strings.Join(tc.want, "|") {
				t.Fatalf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

// The offsets are bytes of UTF-8, not characters: a Hebrew letter takes two.
func TestFacetOffsetsAreBytes(t *testing.T) {
	f := facetsOf("אב #גד", nil)
	if len(f) != 1 || f[0].Index != (byteSlice{5, 10}) {
		t.Fatalf("got %+v", f)
	}
}

func FuzzFacets(f *testing.F) {
	f.Add("שלום @a.b #תג https://example.org/\xff")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, f := range facetsOf(text, func(string) (string, bool) { return "did:x", true }) {
			if f.Index.Start < end || f.Index.End <= f.Index.Start || f.Index.End > len(text) {
				t.Fatalf("facet %+v in %q", f, text)
			}
			end = f.Index.End
		}
	})
}
