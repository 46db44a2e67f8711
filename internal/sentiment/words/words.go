package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Language tells the language of a text by counting letters per script: "he",
// "en" (any Latin text), "ar", "ru" (any Cyrillic text) or "und". A Latin brand
// name inside a Hebrew sentence does not outweigh it: Latin must be clearly ahead.
func Language(text string) string {
	var he, la, ar, cy int
	for _, r := range text {
		switch {
		case r >= 0x05D0 && r <= 0x05EA:
			he++
		case r < utf8.RuneSelf && unicode.IsLetter(r), unicode.Is(unicode.Latin, r):
			la++
		case unicode.Is(unicode.Arabic, r):
			ar++
		case unicode.Is(unicode.Cyrillic, r):
			cy++
		}
	}
	la /= 2
	best, lang := 0, "und"
	for _, c := range []struct {
		n    int
		lang string
	}{{he, "he"}, {ar, "ar"}, {cy, "ru"}, {la, "en"}} {
		if c.n > best {
			best, lang = c.n, c.lang
		}
	}
	return lang
}

// Token is one word, or one emoji or run of punctuation that carries feeling.
type Token struct {
	// Form is the word as compared: lower case, plain letters.
	Form string
	// Hebrew is true when the word is written in Hebrew letters.
	Hebrew bool
	// Shout is true for a Latin word of three or more letters, all capital.
	Shout bool
	// Stop is true for a mark that ends a clause (. ! ? , ; or a new line).
	Stop bool
}

// finals maps Hebrew final letters to their plain form, so that a word and its
// inflections share a beginning.
var finals = map[rune]rune{'ך': 'כ', 'ם': 'מ', 'ן': 'נ', 'ף': 'פ', 'ץ': 'צ'}

// Fold brings a word into the form of Token.Form.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if hidden(r) {
			continue
		}
		if p, ok := finals[r]; ok {
			r = p
		}
		if r == '’' || r == '׳' || r == '`' || r == '´' {
			r = '\''
		}
		if r == '״' || r == '“' || r == '”' {
			r = '"'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// hidden tells marks that people do not see: niqqud, Arabic vowels and other
// combining marks of Hebrew, direction marks, zero-width characters.
func hidden(r rune) bool {
	return r >= 0x0591 && r <= 0x05C7 && r != 0x05BE || unicode.Is(unicode.Cf, r) || r == 0xFE0F || r == 0x034F
}

// Tokens cuts a text into tokens. A quote or apostrophe inside a word stays in
// it (don't, מנכ"ל); each emoji is a token by itself.
func Tokens(text string) []Token {
	out := make([]Token, 0, len(text)/6+1)
	runes := []rune(text)
	for i := 0; i < len(runes); {
		r := runes[i]
		switch {
		case hidden(r):
			i++
		case wordRune(r):
			start := i
			for i < len(runes) && (wordRune(runes[i]) || hidden(runes[i]) || inner(runes, i)) {
				i++
			}
			out = append(out, wordToken(runes[start:i]))
		case r == '.' || r == '!' || r == '?' || r == ';' || r == ',' || r == '\n' || r == '…':
			out = append(out, Token{Form: string(r), Stop: true})
			i++
		case unicode.Is(unicode.So, r) || r >= 0x1F000:
			out = append(out, Token{Form: string(r)})
			i++
		default:
			i++
		}
	}
	return out
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// inner tells a quote or apostrophe between two letters.
func inner(runes []rune, i int) bool {
	switch runes[i] {
	case '\'', '’', '׳', '"', '״':
		return i+1 < len(runes) && unicode.IsLetter(runes[i+1])
	}
	return false
}

func wordToken(runes []rune) Token {
	t := Token{Form: Fold(string(runes))}
	upper, letters := 0, 0
	for _, r := range runes {
		switch {
		case r >= 0x05D0 && r <= 0x05EA:
			t.Hebrew = true
		case unicode.IsUpper(r):
			upper++
			letters++
		case unicode.IsLetter(r):
			letters++
		}
	}
	t.Shout = letters >= 3 && upper == letters
	return t
}

// prefixes are the Hebrew letters that are written onto the next word: and, the,
// in, to, from, that, as.
const prefixes = "והבלמשכ"

// Forms gives the forms under which a token may stand in a list: itself, and for
// Hebrew the word without one, two or three prefix letters, as long as two
// letters remain. The longest form comes first.
func (t Token) Forms() []string {
	if !t.Hebrew {
		return []string{t.Form}
	}
	out := append(make([]string, 0, 4), t.Form)
	rest := t.Form
	for range 3 {
		r, size := utf8.DecodeRuneInString(rest)
		if !strings.ContainsRune(prefixes, r) || utf8.RuneCountInString(rest) < 3 {
			break
		}
		rest = rest[size:]
		out = append(out, rest)
	}
	return out
}
