package approval

import (
	"slices"
	"strings"
	"time"
)

// ContentKind says what role public words play in a crisis.
type ContentKind string

// The kinds of content that are approved and published.
const (
	KindAcknowledgement ContentKind = "acknowledgement" // the first answer: the problem is known
	KindResponse        ContentKind = "response"        // the full statement of stage 3
	KindContent         ContentKind = "content"         // positive content of stage 4
	KindReport          ContentKind = "report"          // the closing report: approved by the client, published nowhere
)

// ReportPlatform is the name under which a report's words stand.
const ReportPlatform = "report"

// MediaRef names one picture or film by what it contains.
type MediaRef struct {
	// SHA256 is the digest of the file's bytes, 64 lower-case hexadecimal digits.
	SHA256 string `json:"sha256"`
	// Alt is the published description for people who do not see the picture.
	Alt string `json:"alt"`
}

// TargetRef names one account that the content goes out to.
type TargetRef struct {
	// ID is the target's record.
	ID string `json:"id"`
	// Platform is a lower-case name, such as "bluesky"; it selects the text.
	Platform string `json:"platform"`
	// Account is the handle or page on that platform.
	Account string `json:"account"`
	// Lang limits the target to one language; empty means every language written for the platform.
	Lang string `json:"lang,omitempty"`
}

// Content is everything of a draft version that the public will see and where
// it will be seen. Nothing outside it may change what is published.
type Content struct {
	Kind  ContentKind `json:"kind"`
	Title string      `json:"title"`
	// Texts holds the words by platform and then by BCP 47 language.
	Texts map[string]map[string]string `json:"texts"`
	// Media is in the order of publication.
	Media []MediaRef `json:"media,omitempty"`
	// Targets and Links have no order.
	Targets []TargetRef `json:"targets"`
	Links   []string    `json:"links,omitempty"`
	// PublishFrom and PublishUntil bound the time of publication; nil means no bound.
	PublishFrom  *time.Time `json:"publish_from,omitempty"`
	PublishUntil *time.Time `json:"publish_until,omitempty"`
}

// TextFor gives exactly the words that go out to t and the languages they are
// in: the one language that t asks for, else all that were written for its
// platform, Hebrew first, then English, then the others by name, parted by an
// empty line.
func (c Content) TextFor(t TargetRef) (text string, langs []string) {
	byLang := c.Texts[t.Platform]
	for lang, words := range byLang {
		if strings.TrimSpace(words) != "" && (t.Lang == "" || t.Lang == lang) {
			langs = append(langs, lang)
		}
	}
	slices.SortFunc(langs, compareLangs)
	parts := make([]string, len(langs))
	for i, lang := range langs {
		parts[i] = strings.TrimSpace(byLang[lang])
	}
	return strings.Join(parts, "\n\n"), langs
}

func compareLangs(a, b string) int {
	if d := langRank(a) - langRank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func langRank(lang string) int {
	switch lang {
	case "he":
		return 0
	case "en":
		return 1
	default:
		return 2
	}
}
