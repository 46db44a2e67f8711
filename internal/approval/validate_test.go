package approval

import (
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

func TestValidateAccepts(t *testing.T) {
	if err := Validate(sample()); err != nil {
		t.Fatal(err)
	}
	family := "👨‍👩‍👧‍👦" // one grapheme of seven code points and 25 bytes
	c := sample()
	c.Texts["bluesky"] = map[string]string{"he": strings.Repeat(family, 100) + strings.Repeat("א", 200)}
	if err := Validate(c); err != nil {
		t.Fatalf("300 graphemes on bluesky: %v", err)
	}
}

func TestValidateRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(c *Content)
		where  string
		code   string
	}{
		"no target":             {func(c *Content) { c.Targets = nil }, "targets", "targets_count"},
		"unknown kind":          {func(c *Content) { c.Kind = "rumour" }, "kind", "kind_unknown"},
		"target without text":   {func(c *Content) { delete(c.Texts, "facebook") }, "targets[1]", "text_missing"},
		"target with blanks":    {func(c *Content) { c.Texts["facebook"] = map[string]string{"he": " \n"} }, "targets[1]", "text_missing"},
		"language not written":  {func(c *Content) { c.Targets[1].Lang = "ar" }, "targets[1]", "text_missing"},
		"target repeated":       {func(c *Content) { c.Targets[1].ID = "t1" }, "targets[1].id", "target_repeated"},
		"target nameless":       {func(c *Content) { c.Targets[0].Account = "" }, "targets[0]", "target_malformed"},
		"bluesky 301 graphemes": {func(c *Content) { c.Texts["bluesky"] = map[string]string{"he": strings.Repeat("א", 301)} }, "targets[0]", "text_too_long"},
		"bluesky 3001 bytes": {func(c *Content) {
			c.Texts["bluesky"] = map[string]string{"he": strings.Repeat("👨‍👩‍👧‍👦", 121)}
		}, "targets[0]", "text_too_long"},
		"both languages together too long": {func(c *Content) {
			c.Texts["bluesky"] = map[string]string{"he": strings.Repeat("א", 200), "en": strings.Repeat("a", 200)}
		}, "targets[0]", "text_too_long"},
		"media hash upper case": {func(c *Content) { c.Media[0].SHA256 = strings.ToUpper(c.Media[0].SHA256) }, "media[0].sha256", "media_hash_malformed"},
		"media hash short":      {func(c *Content) { c.Media[1].SHA256 = "00" }, "media[1].sha256", "media_hash_malformed"},
		"broken utf-8":          {func(c *Content) { c.Texts["bluesky"]["he"] = "a\xffb" }, "texts.bluesky.he", "text_encoding"},
		"nul":                   {func(c *Content) { c.Title = "a\x00b" }, "title", "text_control"},
		"language malformed":    {func(c *Content) { c.Texts["bluesky"]["Hebrew!"] = "x" }, "texts.bluesky", "lang_malformed"},
		"platform malformed":    {func(c *Content) { c.Texts["Blue Sky"] = map[string]string{"he": "x"} }, "texts", "platform_malformed"},
		"script link":           {func(c *Content) { c.Links[0] = "javascript:alert(1)" }, "links[0]", "link_malformed"},
		"link with a password":  {func(c *Content) { c.Links[1] = "https://u:p@example.org" }, "links[1]", "link_malformed"},
		"window backwards":      {func(c *Content) { c.PublishFrom, c.PublishUntil = c.PublishUntil, c.PublishFrom }, "publish_until", "publish_window_empty"},
		"window empty":          {func(c *Content) { at := *c.PublishFrom; c.PublishUntil = &at }, "publish_until", "publish_window_empty"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := sample()
			tc.change(&c)
			err := Validate(c)
			if !fault.Is(err, "content_invalid") {
				t.Fatalf("got %v", err)
			}
			e, _ := fault.As(err)
			for _, f := range e.Fields {
				if f.Location == tc.where && f.Code == tc.code {
					return
				}
			}
			t.Fatalf("fields %+v hold no %s at %s", e.Fields, tc.code, tc.where)
		})
	}
}

func TestLength(t *testing.T) {
	cases := []struct {
		name, platform, text string
		want                 int
	}{
		{"hebrew on x", "x", "שלום", 4},
		{"emoji on x", "x", "a👍", 3},
		{"link on x", "x", "ראו https://example.org/very/long/path/that/does/not/count", 27},
		{"points on a letter", "bluesky", "שָׁ", 1},
		{"code points elsewhere", "facebook", "שָׁ", 3},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := Length(tc.platform, tc.text); got != tc.want {
				t.Fatalf("got %d, want %d", got, tc.want)
			}
		})
	}
}

func TestTextFor(t *testing.T) {
	c := Content{Texts: map[string]map[string]string{"x": {"fr": "trois", "en": " two\n", "he": "אחת", "ar": ""}}}
	text, langs := c.TextFor(TargetRef{Platform: "x"})
	if text != "אחת\n\ntwo\n\ntrois" || strings.Join(langs, ",") != "he,en,fr" {
		t.Fatalf("got %q in %v", text, langs)
	}
	if text, langs = c.TextFor(TargetRef{Platform: "x", Lang: "en"}); text != "two" || len(langs) != 1 {
		t.Fatalf("got %q in %v", text, langs)
	}
	if text, _ = c.TextFor(TargetRef{Platform: "bluesky"}); text != "" {
		t.Fatalf("got %q for a platform without text", text)
	}
}

func TestLinkExpiry(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *time.Time { end := now.Add(d); return &end }
	cases := []struct {
		name     string
		asked    time.Duration
		deadline *time.Time
		want     time.Duration
		code     string
	}{
		{"default", 0, nil, 72 * time.Hour, ""},
		{"deadline sooner", 0, at(time.Hour), time.Hour, ""},
		{"deadline later", 0, at(100 * time.Hour), 72 * time.Hour, ""},
		{"fortnight", MaxLinkLife, nil, MaxLinkLife, ""},
		{"longer", MaxLinkLife + 1, nil, 0, "link_life"},
		{"negative", -1, nil, 0, "link_life"},
		{"deadline now", 0, at(0), 0, "deadline_passed"},
		{"deadline passed", 0, at(-time.Hour), 0, "deadline_passed"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got, err := LinkExpiry(now, tc.asked, tc.deadline)
			if tc.code != "" {
				if !fault.Is(err, tc.code) {
					t.Fatalf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || got.Sub(now) != tc.want {
				t.Fatalf("got %v, %v", got.Sub(now), err)
			}
		})
	}
}

func TestReportGoesNowhere(t *testing.T) {
	report := Content{Kind: KindReport, Title: "Closing report", Texts: map[string]map[string]string{ReportPlatform: {"en": "What happened."}}}
	if err := Validate(report); err != nil {
		t.Fatalf("a report without targets: %v", err)
	}
	aimed := report
	aimed.Targets = []TargetRef{{ID: "t", Platform: ReportPlatform, Account: "a"}}
	if Validate(aimed) == nil {
		t.Error("a report with a target account was let through")
	}
	empty := report
	empty.Texts = nil
	if Validate(empty) == nil {
		t.Error("a report without words was let through")
	}
}
