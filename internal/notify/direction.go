package notify

import (
	"strings"
	"unicode"
)

// Unicode's isolates keep a value's direction to itself: without them a number
// or an address inside a Hebrew sentence is shown in the wrong place.
const (
	ltrIsolate   = '\u2066'
	firstIsolate = '\u2068' // direction of the value's first strong letter
	popIsolate   = '\u2069'
	maxValue     = 2000 // characters of one value
)

// run is a stretch of text, as HTML shows it.
type run struct {
	Text          string
	Isolated, LTR bool
}

func ltr(s string) string     { return wrap(ltrIsolate, s) }
func isolate(s string) string { return wrap(firstIsolate, s) }

func wrap(mark rune, s string) string {
	if s == "" {
		return ""
	}
	return string(mark) + s + string(popIsolate)
}

// isolateLines cleans a value of several lines and wraps each line.
func isolateLines(s string) string {
	var out []string
	for _, line := range strings.Split(cut(s, maxValue), "\n") {
		if line = oneLine(line); line != "" {
			out = append(out, isolate(line))
		}
	}
	return strings.Join(out, "\n")
}

// oneLine makes foreign text harmless in a line of ours: no line breaks, no
// control characters, and none that turn the direction of what follows.
func oneLine(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\uFFFD', r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return cut(strings.Join(strings.Fields(clean), " "), maxValue)
}

func withoutIsolates(s string) string {
	return oneLine(strings.NewReplacer(string(ltrIsolate), "", string(firstIsolate), "", string(popIsolate), "").Replace(s))
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// runs parts text at its isolates; oneLine has made sure that only ours are in it.
func runs(s string) []run {
	var out []run
	for s != "" {
		start := strings.IndexFunc(s, func(r rune) bool { return r == ltrIsolate || r == firstIsolate })
		if start < 0 {
			return append(out, run{Text: s})
		}
		if start > 0 {
			out = append(out, run{Text: s[:start]})
		}
		const mark = len(string(ltrIsolate))
		isLTR := strings.HasPrefix(s[start:], string(ltrIsolate))
		inner, rest, _ := strings.Cut(s[start+mark:], string(popIsolate))
		out = append(out, run{Text: inner, Isolated: true, LTR: isLTR})
		s = rest
	}
	return out
}
