package mention

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/sentiment"
)

// Limits of one mention. Lengths are in runes.
const (
	// MaxText is the longest text taken.
	MaxText = 20_000
	// MaxRaw is the largest raw payload kept, in bytes.
	MaxRaw = 256 << 10
	// MaxAhead is how far in the future a mention may be published: clocks differ a little.
	MaxAhead = 10 * time.Minute

	maxShort = 300
	// maxNumber keeps sums of millions of mentions within 64 bits: one number
	// beyond it would make a client's counts unreadable.
	maxNumber = 1_000_000_000_000
	maxTitle  = 1000
	maxURL    = 4000
)

// Normalise checks an input and brings it into the one form that is stored; now
// becomes ReceivedAt. Codes: bad_encoding, text_missing, text_too_long,
// field_too_long, unknown_platform, unknown_kind, bad_time, time_in_future,
// bad_url, bad_url_scheme, bad_number, bad_rating, unknown_sentiment,
// mention_too_large.
func Normalise(in Input, now time.Time) (Mention, error) {
	m := Mention{ReceivedAt: now.UTC().Truncate(time.Microsecond)}
	for _, step := range []func(Input, *Mention) *fault.Error{
		takeTexts, takeWords, takeTime, takeNumbers, takeURL, takeRaw,
	} {
		if err := step(in, &m); err != nil {
			return Mention{}, err
		}
	}
	return m, nil
}

func invalid(field, code, format string, args ...any) *fault.Error {
	e := fault.New(fault.Invalid, code, format, args...)
	return e.WithFields(fault.Field{Location: field, Message: e.Message, Code: code})
}

func takeTexts(in Input, m *Mention) *fault.Error {
	// Four bytes are the most a rune takes: a text beyond that need not be read to be refused.
	if len(in.Text) > MaxText*utf8.UTFMax {
		return tooLong("text", MaxText)
	}
	for _, f := range []struct {
		name string
		from string
		to   *string
		max  int
	}{
		{"text", in.Text, &m.Text, MaxText},
		{"title", in.Title, &m.Title, maxTitle},
		{"external_id", in.ExternalID, &m.ExternalID, maxShort},
		{"parent_external_id", in.ParentExternalID, &m.ParentExternalID, maxShort},
		{"author_handle", in.AuthorHandle, &m.Author.Handle, maxShort},
		{"author_name", in.AuthorName, &m.Author.Name, maxShort},
		{"group_name", in.GroupName, &m.GroupName, maxShort},
	} {
		if len(f.from) > f.max*utf8.UTFMax {
			return tooLong(f.name, f.max)
		}
		if !utf8.ValidString(f.from) {
			e := fault.New(fault.Unsupported, "bad_encoding", "The field %s is not valid UTF-8.", f.name)
			return e.WithFields(fault.Field{Location: f.name, Message: e.Message, Code: e.Code})
		}
		*f.to = clean(f.from, f.name == "text")
		if utf8.RuneCountInString(*f.to) > f.max {
			return tooLong(f.name, f.max)
		}
	}
	m.MatchText = MatchText(m.Text)
	if m.MatchText == "" {
		return invalid("text", "text_missing", "The mention has no text.")
	}
	return nil
}

func tooLong(field string, limit int) *fault.Error {
	code := "field_too_long"
	if field == "text" {
		code = "text_too_long"
	}
	e := fault.New(fault.TooLarge, code, "The field %s is longer than %d characters.", field, limit)
	return e.WithFields(fault.Field{Location: field, Message: e.Message, Code: code})
}

// clean gives NFC without NUL and other control characters. Lines and tabs stay
// in long texts and become spaces elsewhere.
func clean(s string, lines bool) string {
	s = strings.ReplaceAll(norm.NFC.String(s), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r' || r == 0x2028 || r == 0x2029:
			if lines && r == '\t' {
				return r
			}
			if lines {
				return '\n'
			}
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// MatchText gives the form of a text that is compared and searched: NFKC, lower
// case, no niqqud, no hidden or direction characters, single spaces. It is empty
// for a text that shows nothing.
func MatchText(s string) string {
	s = strings.Map(func(r rune) rune {
		niqqud := r >= 0x0591 && r <= 0x05C7 && unicode.Is(unicode.Mn, r)
		if niqqud || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r == 0x034F || r == 0x115F || r == 0x3164 {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

func takeWords(in Input, m *Mention) *fault.Error {
	m.Platform = Platform(strings.ToLower(strings.TrimSpace(in.Platform)))
	if m.Platform == "twitter" {
		m.Platform = X
	}
	if !slices.Contains(Platforms(), m.Platform) {
		return invalid("platform", "unknown_platform", "The platform %.40q is not known; use one of the listed platforms, or \"other\".", in.Platform)
	}
	m.Kind = Kind(strings.ToLower(strings.TrimSpace(in.Kind)))
	if m.Kind == "" {
		m.Kind = defaultKind(m)
	}
	if !slices.Contains(Kinds(), m.Kind) {
		return invalid("kind", "unknown_kind", "The kind %.40q is not known; use post, comment, review, article or note.", in.Kind)
	}
	label, ok := sentiment.ParseLabel(in.Sentiment)
	if !ok {
		return invalid("sentiment", "unknown_sentiment", "The sentiment %.40q is not known; use positive, neutral or negative.", in.Sentiment)
	}
	m.SourceSentiment = label
	m.Language = language(in.Language, m.Text)
	return nil
}

func defaultKind(m *Mention) Kind {
	switch {
	case m.Platform == Review:
		return KindReview
	case m.Platform == News || m.Platform == Blog:
		return KindArticle
	case m.ParentExternalID != "":
		return KindComment
	}
	return KindPost
}

// language keeps the primary part of a code that looks like one; anything else
// is found from the text.
func language(code, text string) string {
	code, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(code)), "-")
	if code == "iw" {
		return "he"
	}
	if n := len(code); n < 2 || n > 3 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" || code == "und" {
		return sentiment.Language(text)
	}
	return code
}

func takeTime(in Input, m *Mention) *fault.Error {
	at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(in.PublishedAt))
	if err != nil || at.Year() < 1990 || at.Year() > 9000 {
		return invalid("published_at", "bad_time", "The time %.40q is not RFC 3339 with a zone, such as 2026-03-01T09:30:00+02:00.", in.PublishedAt)
	}
	m.PublishedAt, m.PublishedZone = at.UTC().Truncate(time.Microsecond), at.Format("-07:00")
	if m.PublishedAt.After(m.ReceivedAt.Add(MaxAhead)) {
		return invalid("published_at", "time_in_future", "The mention is dated more than %d minutes in the future.", int(MaxAhead.Minutes()))
	}
	return nil
}

func takeNumbers(in Input, m *Mention) *fault.Error {
	for _, n := range []struct {
		name string
		from int64
		to   *int64
	}{{"reach", in.Reach, &m.Reach}, {"engagement", in.Engagement, &m.Engagement}, {"author_followers", in.AuthorFollowers, &m.Author.Followers}} {
		if n.from < 0 {
			return invalid(n.name, "bad_number", "The field %s is below zero.", n.name)
		}
		if n.from > maxNumber {
			return invalid(n.name, "bad_number", "The field %s is larger than any audience.", n.name)
		}
		*n.to = n.from
	}
	if in.Rating != nil {
		if r := *in.Rating; math.IsNaN(r) || r < 0 || r > 10 {
			return invalid("rating", "bad_rating", "The rating must be a number from 0 to 10.")
		}
		r := *in.Rating
		m.Rating = &r
	}
	return nil
}

func takeURL(in Input, m *Mention) *fault.Error {
	if strings.TrimSpace(in.URL) == "" {
		return nil
	}
	u, err := normaliseURL(in.URL)
	if err != nil {
		return err
	}
	m.URL = u
	return nil
}

func takeRaw(in Input, m *Mention) *fault.Error {
	if len(in.Raw) > MaxRaw {
		return fault.New(fault.TooLarge, "mention_too_large", "The mention's payload is larger than %d bytes.", MaxRaw)
	}
	if len(in.Raw) > 0 && json.Valid(in.Raw) {
		m.Raw = in.Raw
	}
	return nil
}
