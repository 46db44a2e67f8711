package approval

import (
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

func sample() Content {
	from := time.Date(2026, 11, 22, 9, 0, 0, 123456789, time.UTC)
	until := from.Add(48 * time.Hour)
	return Content{
		Kind:  KindResponse,
		Title: "Café — תגובה ראשונה",
		Texts: map[string]map[string]string{
			"bluesky":  {"he": "אנחנו מטפלים בזה <עכשיו>", "en": "We are on it & will report"},
			"facebook": {"he": "הסבר מלא"},
		},
		Media: []MediaRef{
			{SHA256: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", Alt: "החנות"},
			{SHA256: "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100", Alt: "the shop"},
		},
		Targets: []TargetRef{
			{ID: "t1", Platform: "bluesky", Account: "brand.example"},
			{ID: "t2", Platform: "facebook", Account: "Brand"},
		},
		Links:        []string{"https://example.org/b", "https://example.org/a"},
		PublishFrom:  &from,
		PublishUntil: &until,
	}
}

const sampleCanonical = `{"kind":"response","links":["https://example.org/a","https://example.org/b"],"media":[{"alt":"החנות","sha256":"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"},{"alt":"the shop","sha256":"ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"}],"publish_from":"2026-11-22T09:00:00.123456Z","publish_until":"2026-11-24T09:00:00.123456Z","targets":[{"account":"brand.example","id":"t1","platform":"bluesky"},{"account":"Brand","id":"t2","platform":"facebook"}],"texts":{"bluesky":{"en":"We are on it & will report","he":"אנחנו מטפלים בזה <עכשיו>"},"facebook":{"he":"הסבר מלא"}},"title":"Café — תגובה ראשונה","v":"content/v1"}`

// The hash was computed over sampleCanonical by another program (sha256sum).
const sampleHash = "19a7238f05bf374aa3a4e2741fbf14655f4fd017c7372441b0a77d4b047911f2"

func TestContentHashGolden(t *testing.T) {
	if got := string(Canonical(sample())); got != sampleCanonical {
		t.Fatalf("canonical form changed: every stored approval would be void\n got %s\nwant %s", got, sampleCanonical)
	}
	if got := ContentHash(sample()).String(); got != sampleHash {
		t.Fatalf("hash = %s, want %s", got, sampleHash)
	}
}

func TestContentHashSameMeaning(t *testing.T) {
	jerusalem := time.FixedZone("IST", 2*3600)
	cases := map[string]func(c *Content){
		"targets in another order": func(c *Content) { c.Targets[0], c.Targets[1] = c.Targets[1], c.Targets[0] },
		"links in another order":   func(c *Content) { c.Links[0], c.Links[1] = c.Links[1], c.Links[0] },
		"link repeated":            func(c *Content) { c.Links = append(c.Links, c.Links[0]) },
		"decomposed letters":       func(c *Content) { c.Title = norm.NFD.String(c.Title) },
		"empty text":               func(c *Content) { c.Texts["x"] = map[string]string{"he": "  "} },
		"another zone":             func(c *Content) { at := c.PublishFrom.In(jerusalem); c.PublishFrom = &at },
		"below a microsecond":      func(c *Content) { at := c.PublishFrom.Truncate(time.Microsecond); c.PublishFrom = &at },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			c := sample()
			change(&c)
			if ContentHash(c).String() != sampleHash {
				t.Fatalf("the hash changed: %s", Canonical(c))
			}
		})
	}
}

func TestContentHashOtherMeaning(t *testing.T) {
	cases := map[string]func(c *Content){
		"a letter": func(c *Content) { c.Texts["bluesky"]["he"] += "." },
		"a space":  func(c *Content) { c.Texts["bluesky"]["he"] += " " },
		"text moved": func(c *Content) {
			c.Texts["facebook"]["en"] = c.Texts["bluesky"]["en"]
			delete(c.Texts["bluesky"], "en")
		},
		"kind":               func(c *Content) { c.Kind = KindContent },
		"title":              func(c *Content) { c.Title = "x" },
		"media order":        func(c *Content) { c.Media[0], c.Media[1] = c.Media[1], c.Media[0] },
		"description":        func(c *Content) { c.Media[0].Alt = "" },
		"media gone":         func(c *Content) { c.Media = nil },
		"account":            func(c *Content) { c.Targets[0].Account = "other.example" },
		"target's language":  func(c *Content) { c.Targets[0].Lang = "he" },
		"target gone":        func(c *Content) { c.Targets = c.Targets[:1] },
		"link":               func(c *Content) { c.Links[0] += "x" },
		"window":             func(c *Content) { at := c.PublishUntil.Add(time.Microsecond); c.PublishUntil = &at },
		"window open-ended":  func(c *Content) { c.PublishUntil = nil },
		"window ends differ": func(c *Content) { c.PublishFrom, c.PublishUntil = c.PublishUntil, nil },
	}
	seen := map[Hash]string{}
	for name, change := range cases {
		c := sample()
		change(&c)
		h := ContentHash(c)
		if h.String() == sampleHash {
			t.Errorf("%s: the hash did not change", name)
		}
		if other, dup := seen[h]; dup {
			t.Errorf("%s and %s give one hash", name, other)
		}
		seen[h] = name
	}
}

func TestHashText(t *testing.T) {
	h := ContentHash(sample())
	out, err := json.Marshal(Decision{VersionHash: h})
	if err != nil {
		t.Fatal(err)
	}
	var back Decision
	if err := json.Unmarshal(out, &back); err != nil || back.VersionHash != h {
		t.Fatalf("round trip gave %v, %v", back.VersionHash, err)
	}
	for name, s := range map[string]string{
		"empty": "", "short": sampleHash[1:], "long": sampleHash + "00", "upper case": "AB" + sampleHash[2:], "no digits": "zz" + sampleHash[2:],
	} {
		if got, err := ParseHash(s); err == nil || got != (Hash{}) {
			t.Errorf("%s: accepted as %v", name, got)
		}
	}
}
