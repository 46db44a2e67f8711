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

// maxStem is the longest beginning that may be listed, in runes.
const maxStem = 24

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
	if n > maxStem {
		panic("words: the beginning " + text + " is longer than any that is looked up")
	}
	t.longest, t.shortest = max(t.longest, n), min(t.shortest, n)
	t.begin[first.form] = append(t.begin[first.form], e)
}

// At finds the entry that covers most tokens from tokens[0] on. Among entries of
// one length the less stripped form and the longer beginning win.
func (t *Table[V]) At(tokens []Token) (Match[V], bool) {
	var best Match[V]
	t.All(tokens, func(m Match[V]) {
		if m.Len > best.Len {
			best = m
		}
	})
	return best, best.Len > 0
}

// All gives every entry that stands at tokens[0]: for each form of the word, the
// whole word first and then its beginnings, the longer before the shorter.
func (t *Table[V]) All(tokens []Token, found func(Match[V])) {
	if len(tokens) == 0 {
		return
	}
	for _, form := range tokens[0].Forms() {
		each(t.whole[form], tokens, found)
		var ends [maxStem + 1]int
		n := 0
		for i := range form {
			if n > t.longest {
				break
			}
			ends[n] = i
			n++
		}
		if n <= t.longest {
			ends[n] = len(form)
		} else {
			n = t.longest
		}
		for ; n >= t.shortest && n > 0; n-- {
			each(t.begin[form[:ends[n]]], tokens, found)
		}
	}
}

func each[V any](entries []entry[V], tokens []Token, found func(Match[V])) {
	for _, e := range entries {
		if n := 1 + len(e.rest); n <= len(tokens) && follows(e.rest, tokens[1:n]) {
			found(Match[V]{Value: e.value, Entry: e.text, Len: n})
		}
	}
}

func follows(rest []pattern, tokens []Token) bool {
	for i, p := range rest {
		if !p.matches(tokens[i]) {
			return false
		}
	}
	return true
}

func (p pattern) matches(t Token) bool {
	for _, form := range t.Forms() {
		if form == p.form || p.stem && strings.HasPrefix(form, p.form) {
			return true
		}
	}
	return false
}
