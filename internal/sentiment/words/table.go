package words

import (
	"strings"
	"unicode/utf8"
)

// Table finds entries of a word list in a row of tokens. An entry is one or more
// words; a word that ends in * stands for everything that begins with it.
// Build it with Add, then only read: reading is safe for concurrent use.
type Table[V any] struct {
	whole map[string][]entry[V]
	begin map[string][]entry[V]
	// longest and shortest bound the beginnings that are looked up, in runes.
	longest, shortest int
}

type entry[V any] struct {
	rest  []pattern
	value V
	text  string
}

type pattern struct {
	form string
	stem bool
}

// Match is one entry found at one place.
type Match[V any] struct {
	// Value is what the entry was added with; Entry is its text as listed.
	Value V
	Entry string
	// Len is how many tokens the entry covers.
	Len int
}

// Add lists an entry, such as "terribl*" or "הרעלת מזון".
func (t *Table[V]) Add(text string, value V) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return
	}
	if t.whole == nil {
		t.whole, t.begin, t.shortest = map[string][]entry[V]{}, map[string][]entry[V]{}, 1<<30
	}
	patterns := make([]pattern, len(fields))
	for i, f := range fields {
		form, stem := strings.CutSuffix(f, "*")
		patterns[i] = pattern{form: Fold(form), stem: stem}
	}
	first := patterns[0]
	e := entry[V]{rest: patterns[1:], value: value, text: text}
	if !first.stem {
		t.whole[first.form] = append(t.whole[first.form], e)
		return
	}
	n := utf8.RuneCountInString(first.form)
	t.longest, t.shortest = max(t.longest, n), min(t.shortest, n)
	t.begin[first.form] = append(t.begin[first.form], e)
}

// At finds the entry that covers most tokens from tokens[0] on. Among entries of
// one length the less stripped form and the longer beginning win.
func (t *Table[V]) At(tokens []Token) (Match[V], bool) {
	var best Match[V]
	if len(tokens) == 0 {
		return best, false
	}
	for _, form := range tokens[0].Forms() {
		best = longer(best, t.whole[form], tokens)
		if best.Len > 0 && len(tokens) == 1 {
			return best, true
		}
		n := 0
		ends := make([]int, 0, 24)
		for i := range form {
			if n >= t.shortest && n > 0 {
				ends = append(ends, i)
			}
			if n++; n > t.longest {
				break
			}
		}
		if n >= t.shortest && n <= t.longest {
			ends = append(ends, len(form))
		}
		for i := len(ends) - 1; i >= 0; i-- {
			best = longer(best, t.begin[form[:ends[i]]], tokens)
		}
	}
	return best, best.Len > 0
}

func longer[V any](best Match[V], entries []entry[V], tokens []Token) Match[V] {
	for _, e := range entries {
		n := 1 + len(e.rest)
		if n <= best.Len || n > len(tokens) {
			continue
		}
		ok := true
		for i, p := range e.rest {
			if !p.matches(tokens[i+1]) {
				ok = false
				break
			}
		}
		if ok {
			best = Match[V]{Value: e.value, Entry: e.text, Len: n}
		}
	}
	return best
}

func (p pattern) matches(t Token) bool {
	for _, form := range t.Forms() {
		if form == p.form || p.stem && strings.HasPrefix(form, p.form) {
			return true
		}
	}
	return false
}
