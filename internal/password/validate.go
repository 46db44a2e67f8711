package password

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed common.txt
var commonText string

// common are words and runs that known breaches are full of, longest first.
var common = sync.OnceValue(func() []string {
	words := strings.Fields(commonText)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
})

// leastOwn is how many characters must remain once common words, digits at the
// ends and the person's own words are taken out.
const leastOwn = 6

// Validate refuses passwords that are too short, too long or easy to guess; own
// are words that others know of the person, such as name and address. Codes:
// password_short, password_long, password_encoding, password_common.
func Validate(plain string, own ...string) error {
	switch {
	case len(plain) > MaxLength:
		return refused("password_long", "The password is longer than 1024 bytes.")
	case !utf8.ValidString(plain):
		return refused("password_encoding", "The password is not valid text.")
	case utf8.RuneCountInString(plain) < MinLength:
		return refused("password_short", "The password needs at least 15 characters; a sentence is easiest to remember.")
	}
	if len(distinct(remains(plain, own))) < leastOwn {
		return refused("password_common", "The password is easy to guess: it is made of common words, repetitions or your own name.")
	}
	return nil
}

// remains is what is left of a password without what a guesser tries first.
func remains(plain string, own []string) string {
	s := letters(plain)
	for _, o := range own {
		for _, word := range strings.FieldsFunc(strings.ToLower(o), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(word) >= 3 {
				s = strings.ReplaceAll(s, word, "")
			}
		}
	}
	for _, word := range common() {
		s = strings.ReplaceAll(s, word, "")
	}
	return s
}

// letters folds case and the usual disguises, and drops what is neither letter nor digit.
func letters(s string) string {
	s = strings.NewReplacer("@", "a", "$", "s", "!", "i").Replace(strings.ToLower(s))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// distinct is the set of pairs of neighbouring characters: a repetition adds none.
func distinct(s string) map[[2]rune]bool {
	pairs := map[[2]rune]bool{}
	var last rune
	for _, r := range s {
		if last != 0 {
			pairs[[2]rune{last, r}] = true
		}
		last = r
	}
	return pairs
}
