package words

import (
	"slices"
	"testing"
)

func forms(text string) []string {
	var out []string
	for _, t := range Tokens(text) {
		out = append(out, t.Form)
	}
	return out
}

func TestTokens(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"final letters become plain", "שלום חם", []string{"שלומ", "חמ"}},
		{"niqqud goes", "שָׁלוֹם", []string{"שלומ"}},
		{"quote inside a word stays", `המנכ"ל אמר "לא"`, []string{`המנכ"ל`, "אמר", "לא"}},
		{"gershayim and curly quotes are one", "המנכ״ל", []string{`המנכ"ל`}},
		{"zero-width and direction marks go", "ha\u200bte \u202edoow\u202c", []string{"hate", "doow"}},
		{"marks end a clause", "no. yes!", []string{"no", ".", "yes", "!"}},
		{"emoji stand alone", "ok😡😡", []string{"ok", "😡", "😡"}},
		{"hashtag and handle", "#חרם @brand_x", []string{"חרמ", "brand", "x"}},
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := forms(tt.text); !slices.Equal(got, tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTokenMarksShouting(t *testing.T) {
	for text, want := range map[string]bool{"BAD": true, "Bad": false, "OK": false, "רע": false} {
		if got := Tokens(text)[0].Shout; got != want {
			t.Errorf("%q: shout %v", text, got)
		}
	}
}

func TestFormsTakeOffPrefixLetters(t *testing.T) {
	tests := map[string][]string{
		"ומהשירות": {"ומהשירות", "מהשירות", "השירות", "שירות"},
		"לב":       {"לב"},
		"service":  {"service"},
	}
	for text, want := range tests {
		got := Tokens(text)[0].Forms()
		if len(got) > len(want) {
			got = got[:len(want)]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTableAt(t *testing.T) {
	var table Table[int]
	table.Add("bad", 1)
	table.Add("data leak*", 2)
	table.Add("data", 3)
	table.Add("שירות*", 4)
	table.Add("גוף זר", 5)
	table.Add("", 9)
	tests := []struct {
		name string
		text string
		want int
		len  int
	}{
		{"one word", "Bad news", 1, 1},
		{"longest entry wins", "data leaks again", 2, 2},
		{"short entry when the phrase does not follow", "data is new", 3, 1},
		{"beginning with prefix letters", "ובשירותים", 4, 1},
		{"phrase with prefix letters", "הגוף הזר", 5, 2},
		{"whole words only", "badly", 0, 0},
		{"unknown", "hello", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, ok := table.At(Tokens(tt.text))
			if m.Value != tt.want || m.Len != tt.len || ok != (tt.want != 0) {
				t.Fatalf("got %+v, %v", m, ok)
			}
		})
	}
}
