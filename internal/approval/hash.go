package approval

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/text/unicode/norm"
)

// canonicalVersion is part of the hashed bytes, so that a later form can never be taken for this one.
const canonicalVersion = "content/v1"

// canonicalTime has a fixed width: microseconds, always UTC.
const canonicalTime = "2006-01-02T15:04:05.000000Z"

// Hash is a content hash. Its text form, also in JSON, is 64 lower-case hexadecimal digits.
type Hash [sha256.Size]byte

// ContentHash identifies what will be published: SHA-256 over Canonical.
func ContentHash(c Content) Hash { return sha256.Sum256(Canonical(c)) }

// String gives the text form.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText gives the text form.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the text form.
func (h *Hash) UnmarshalText(text []byte) error {
	parsed, err := ParseHash(string(text))
	*h = parsed
	return err
}

// ParseHash reads the text form of a content hash and takes no other spelling of it.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != hex.EncodedLen(len(h)) || strings.ToLower(s) != s {
		return Hash{}, errHash
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return Hash{}, errHash.Because(err)
	}
	return h, nil
}

// Canonical gives the bytes that are hashed: RFC 8785 JSON of the content in
// Unicode normal form C. Targets and links are sorted and repeated links
// dropped, because their order means nothing; empty texts count as absent.
// Content that Validate refuses for invalid UTF-8 has no faithful canonical form.
func Canonical(c Content) []byte {
	form := map[string]any{
		"v":       canonicalVersion,
		"kind":    string(c.Kind),
		"title":   norm.NFC.String(c.Title),
		"texts":   canonicalTexts(c.Texts),
		"media":   canonicalMedia(c.Media),
		"targets": canonicalTargets(c.Targets),
		"links":   canonicalLinks(c.Links),
	}
	if c.PublishFrom != nil {
		form["publish_from"] = instant(*c.PublishFrom)
	}
	if c.PublishUntil != nil {
		form["publish_until"] = instant(*c.PublishUntil)
	}
	plain, err := json.Marshal(form)
	if err == nil {
		plain, err = jcs.Transform(plain)
	}
	if err != nil {
		// The form holds only strings, lists and maps, which always encode.
		panic(fmt.Sprintf("approval: canonical form: %v", err))
	}
	return plain
}

func canonicalTexts(texts map[string]map[string]string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for platform, byLang := range texts {
		for lang, words := range byLang {
			if strings.TrimSpace(words) == "" {
				continue
			}
			if out[platform] == nil {
				out[platform] = map[string]string{}
			}
			out[platform][lang] = norm.NFC.String(words)
		}
	}
	return out
}

func canonicalMedia(media []MediaRef) []MediaRef {
	out := make([]MediaRef, 0, len(media))
	for _, m := range media {
		out = append(out, MediaRef{SHA256: strings.ToLower(m.SHA256), Alt: norm.NFC.String(m.Alt)})
	}
	return out
}

func canonicalTargets(targets []TargetRef) []TargetRef {
	out := make([]TargetRef, 0, len(targets))
	for _, t := range targets {
		t.Account = norm.NFC.String(t.Account)
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b TargetRef) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Platform, b.Platform),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Lang, b.Lang))
	})
	return out
}

func canonicalLinks(links []string) []string {
	out := make([]string, 0, len(links))
	for _, l := range links {
		out = append(out, norm.NFC.String(l))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func instant(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format(canonicalTime)
}
