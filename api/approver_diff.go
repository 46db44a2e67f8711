package api

import (
	"strings"
	"unicode"

	"github.com/migdalor/migdalor/internal/approval"
)

// diffPart is a piece of text that was kept, inserted or deleted.
type diffPart struct {
	Kind string // "", "ins" or "del"
	Text string
}

// changeView is what changed in the words for one account.
type changeView struct {
	Name, Account string
	Parts         []diffPart
}

// maxDiffWork bounds the comparison; longer texts are shown as a whole, old then new.
const maxDiffWork = 4_000_000

// contentChanges compares what goes out where, account by account.
func contentChanges(before, after approval.Content) []changeView {
	var out []changeView
	seen := map[string]bool{}
	compare := func(ref approval.TargetRef) {
		if seen[ref.ID] {
			return
		}
		seen[ref.ID] = true
		if parts := diffWords(wordsFor(before, ref), wordsFor(after, ref)); parts != nil {
			out = append(out, changeView{platformName(ref.Platform), ref.Account, parts})
		}
	}
	for _, ref := range after.Targets {
		compare(ref)
	}
	for _, ref := range before.Targets {
		compare(ref)
	}
	if after.Kind == approval.KindReport {
		compare(approval.TargetRef{ID: approval.ReportPlatform, Platform: approval.ReportPlatform})
	}
	if parts := diffWords(strings.Join(before.Links, "\n"), strings.Join(after.Links, "\n")); parts != nil {
		out = append(out, changeView{Name: "https://", Parts: parts})
	}
	return out
}

// wordsFor is what goes out to ref, nothing when it is no target of the content.
func wordsFor(c approval.Content, ref approval.TargetRef) string {
	if ref.Platform == approval.ReportPlatform {
		text, _ := c.TextFor(ref)
		return text
	}
	for _, t := range c.Targets {
		if t.ID == ref.ID && t.Account == ref.Account {
			text, _ := c.TextFor(t)
			return text
		}
	}
	return ""
}

// diffWords compares two texts word by word; nil when they are alike.
func diffWords(before, after string) []diffPart {
	if before == after {
		return nil
	}
	a, b := splitWords(before), splitWords(after)
	if len(a)*len(b) > maxDiffWork {
		return []diffPart{{"del", before}, {"", "\n"}, {"ins", after}}
	}
	common := commonWords(a, b)
	var out []diffPart
	add := func(kind, text string) {
		if n := len(out); n > 0 && out[n-1].Kind == kind {
			out[n-1].Text += text
			return
		}
		out = append(out, diffPart{kind, text})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			add("", a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			add("del", a[i])
			i++
		default:
			add("ins", b[j])
			j++
		}
	}
	return out
}

// commonWords holds the length of the longest common run of words from [i] and [j] on.
func commonWords(a, b []string) [][]int32 {
	table := make([][]int32, len(a)+1)
	for i := range table {
		table[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// splitWords parts text into words, each with the space after it, so that what
// was replaced stays in one piece.
func splitWords(text string) []string {
	var out []string
	start, space := 0, false
	for i, r := range text {
		if space && !unicode.IsSpace(r) {
			out = append(out, text[start:i])
			start = i
		}
		space = unicode.IsSpace(r)
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

func platformName(p string) string {
	if name, ok := platformNames[p]; ok {
		return name
	}
	return p
}
