package channel

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// facet marks a stretch of a post's text, counted in UTF-8 bytes.
type facet struct {
	Index    byteSlice `json:"index"`
	Features []feature `json:"features"`
}

type byteSlice struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	Tag  string `json:"tag,omitempty"`
	DID  string `json:"did,omitempty"`
}

var (
	linkPattern    = regexp.MustCompile(`https?://[^\s<>"]+`)
	mentionPattern = regexp.MustCompile(`@([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]`)
	tagPattern     = regexp.MustCompile(`[#＃][^\s#＃]+`)
)

// maxTag is the lexicon's limit on a hashtag, in graphemes; code points are never fewer.
const maxTag = 64

// facetsOf finds links, hashtags and mentions in text. Handles are looked up by
// resolve; one that is not found stays plain text.
func facetsOf(text string, resolve func(handle string) (did string, ok bool)) []facet {
	var out []facet
	add := func(start, end int, f feature) {
		taken := slices.ContainsFunc(out, func(o facet) bool { return start < o.Index.End && o.Index.Start < end })
		if !taken {
			out = append(out, facet{Index: byteSlice{start, end}, Features: []feature{f}})
		}
	}
	for _, at := range linkPattern.FindAllStringIndex(text, -1) {
		uri := trimLink(text[at[0]:at[1]])
		add(at[0], at[0]+len(uri), feature{Type: "app.bsky.richtext.facet#link", URI: uri})
	}
	for _, at := range mentionPattern.FindAllStringIndex(text, -1) {
		if !startsWord(text, at[0]) {
			continue
		}
		if did, ok := resolve(strings.ToLower(text[at[0]+1 : at[1]])); ok {
			add(at[0], at[1], feature{Type: "app.bsky.richtext.facet#mention", DID: did})
		}
	}
	for _, at := range tagPattern.FindAllStringIndex(text, -1) {
		raw := strings.TrimRightFunc(text[at[0]:at[1]], endsTag)
		_, mark := utf8.DecodeRuneInString(raw)
		tag := raw[min(mark, len(raw)):]
		if startsWord(text, at[0]) && isTag(tag) {
			add(at[0], at[0]+len(raw), feature{Type: "app.bsky.richtext.facet#tag", Tag: tag})
		}
	}
	slices.SortFunc(out, func(a, b facet) int { return a.Index.Start - b.Index.Start })
	return out
}

// trimLink drops the punctuation that ends the sentence rather than the link.
func trimLink(uri string) string {
	uri = strings.TrimRight(uri, ".,;:!?'״׳")
	if strings.HasSuffix(uri, ")") && !strings.Contains(uri, "(") {
		uri = strings.TrimRight(uri, ").,;:!?")
	}
	return uri
}

// startsWord is false inside an address such as a@b.example.
func startsWord(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return at == 0 || !(unicode.IsLetter(before) || unicode.IsNumber(before) || before == '_' || before == '/')
}

func endsTag(r rune) bool { return unicode.IsPunct(r) && r != '_' }

func isTag(tag string) bool {
	return tag != "" && utf8.RuneCountInString(tag) <= maxTag && strings.ContainsFunc(tag, unicode.IsLetter)
}
