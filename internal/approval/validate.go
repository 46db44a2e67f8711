package approval

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/migdalor/migdalor/internal/fault"
)

var (
	errHash = fault.New(fault.Invalid, "hash_malformed", "a content hash is 64 lower-case hexadecimal digits")

	namePattern  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	langPattern  = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	mediaPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	urlPattern   = regexp.MustCompile(`https?://\S+`)
)

// What holds on every platform, whatever it allows itself.
const (
	maxTitle   = 300 // characters
	maxAlt     = 2000
	maxLinks   = 20
	maxMedia   = 10
	maxTargets = 50
	// blueskyBytes is the lexicon's second limit beside 300 graphemes.
	blueskyBytes = 3000
	// otherLimit is for platforms without a known limit, such as a website or a forum.
	otherLimit = 20000
)

// limits holds the platforms' published maximum of a post, in the unit that Length counts.
var limits = map[string]int{
	"bluesky": 300, "x": 280, "threads": 500, "mastodon": 500, "facebook": 63206, "instagram": 2200,
	"linkedin": 3000, "tiktok": 2200, "youtube": 5000, "telegram": 4096, "whatsapp": 4096,
	"google_reviews": 4096,
}

// Limit is the longest text that a platform takes, in the unit of Length.
func Limit(platform string) int {
	if n, ok := limits[platform]; ok {
		return n
	}
	return otherLimit
}

// Length counts text the way the platform does: graphemes on Bluesky, weighted
// characters with links as 23 on X, code points elsewhere.
func Length(platform, text string) int {
	switch platform {
	case "bluesky":
		return uniseg.GraphemeClusterCount(text)
	case "x":
		return lengthX(text)
	default:
		return utf8.RuneCountInString(text)
	}
}

// lengthX follows X's published configuration (version 3): these ranges, which
// hold Latin and Hebrew, weigh one, everything else two, any link 23.
func lengthX(text string) int {
	n := 23 * len(urlPattern.FindAllStringIndex(text, -1))
	for _, r := range urlPattern.ReplaceAllString(text, "") {
		switch {
		case r <= 4351, r >= 8192 && r <= 8205, r >= 8208 && r <= 8223, r >= 8242 && r <= 8247:
			n++
		default:
			n += 2
		}
	}
	return n
}

// Validate tells what stands against sending c out for approval, field by field;
// nil when nothing does. The error is a *fault.Error with code content_invalid.
func Validate(c Content) error {
	var v contentCheck
	v.head(c)
	v.texts(c)
	v.media(c.Media)
	v.targets(c)
	v.links(c.Links)
	if c.PublishFrom != nil && c.PublishUntil != nil && !c.PublishFrom.Before(*c.PublishUntil) {
		v.add("publish_until", "publish_window_empty", "the publish window must end after it begins")
	}
	if len(v.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "content_invalid", "the draft cannot be sent as it is").WithFields(v.fields...)
}

type contentCheck struct{ fields []fault.Field }

func (v *contentCheck) add(where, code, format string, args ...any) {
	v.fields = append(v.fields, fault.Field{Location: where, Code: code, Message: fmt.Sprintf(format, args...)})
}

// words refuses what cannot be hashed or shown faithfully.
func (v *contentCheck) words(where, s string) {
	if !utf8.ValidString(s) {
		v.add(where, "text_encoding", "the text is not valid UTF-8")
	} else if strings.ContainsRune(s, 0) {
		v.add(where, "text_control", "the text holds a NUL character")
	}
}

func (v *contentCheck) head(c Content) {
	if !slices.Contains([]ContentKind{KindAcknowledgement, KindResponse, KindContent, KindReport}, c.Kind) {
		v.add("kind", "kind_unknown", "the kind must be acknowledgement, response, content or report")
	}
	v.words("title", c.Title)
	if utf8.RuneCountInString(c.Title) > maxTitle {
		v.add("title", "text_too_long", "the title is longer than %d characters", maxTitle)
	}
}

func (v *contentCheck) texts(c Content) {
	for platform, byLang := range c.Texts {
		if !namePattern.MatchString(platform) {
			v.add("texts", "platform_malformed", "a platform is named in lower-case letters, digits and _")
			continue
		}
		for lang, words := range byLang {
			where := "texts." + platform + "." + lang
			if !langPattern.MatchString(lang) {
				v.add("texts."+platform, "lang_malformed", "a language is a BCP 47 tag such as he or en")
				continue
			}
			v.words(where, words)
		}
	}
	slices.SortFunc(v.fields, func(a, b fault.Field) int { return strings.Compare(a.Location, b.Location) })
}

func (v *contentCheck) media(media []MediaRef) {
	if len(media) > maxMedia {
		v.add("media", "media_too_many", "at most %d media", maxMedia)
	}
	for i, m := range media {
		where := fmt.Sprintf("media[%d]", i)
		if !mediaPattern.MatchString(m.SHA256) {
			v.add(where+".sha256", "media_hash_malformed", "a media hash is 64 lower-case hexadecimal digits")
		}
		v.words(where+".alt", m.Alt)
		if utf8.RuneCountInString(m.Alt) > maxAlt {
			v.add(where+".alt", "text_too_long", "the description is longer than %d characters", maxAlt)
		}
	}
}

func (v *contentCheck) targets(c Content) {
	if c.Kind == KindReport {
		v.report(c)
		return
	}
	if len(c.Targets) == 0 || len(c.Targets) > maxTargets {
		v.add("targets", "targets_count", "name between 1 and %d target accounts", maxTargets)
	}
	seen := map[string]bool{}
	for i, t := range c.Targets {
		where := fmt.Sprintf("targets[%d]", i)
		if t.ID == "" || !namePattern.MatchString(t.Platform) || t.Account == "" {
			v.add(where, "target_malformed", "a target needs an id, a platform and an account")
			continue
		}
		v.words(where+".account", t.Account)
		if seen[t.ID] {
			v.add(where+".id", "target_repeated", "the same target is named twice")
		}
		seen[t.ID] = true
		v.targetText(where, c, t)
	}
}

// report holds what is true of a report only: it goes out to nobody, and its
// words stand under ReportPlatform.
func (v *contentCheck) report(c Content) {
	if len(c.Targets) > 0 {
		v.add("targets", "targets_count", "a report is published nowhere: it has no target accounts")
	}
	if text, _ := c.TextFor(TargetRef{Platform: ReportPlatform}); text == "" {
		v.add("texts", "text_missing", "the report has no text")
	}
}

func (v *contentCheck) targetText(where string, c Content, t TargetRef) {
	text, _ := c.TextFor(t)
	if text == "" {
		v.add(where, "text_missing", "there is no text for %s", t.Platform)
		return
	}
	if n, limit := Length(t.Platform, text), Limit(t.Platform); n > limit {
		v.add(where, "text_too_long", "the text for %s has %d characters; %d are allowed", t.Platform, n, limit)
	} else if t.Platform == "bluesky" && len(text) > blueskyBytes {
		v.add(where, "text_too_long", "the text for bluesky takes %d bytes; %d are allowed", len(text), blueskyBytes)
	}
}

func (v *contentCheck) links(links []string) {
	if len(links) > maxLinks {
		v.add("links", "links_too_many", "at most %d links", maxLinks)
	}
	for i, l := range links {
		u, err := url.Parse(l)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || !utf8.ValidString(l) {
			v.add(fmt.Sprintf("links[%d]", i), "link_malformed", "a link begins with https:// or http:// and names a host")
		}
	}
}
