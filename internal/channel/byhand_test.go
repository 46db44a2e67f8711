package channel

import (
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestInstructions(t *testing.T) {
	c := approval.Content{
		Texts: map[string]map[string]string{
			"facebook": {"he": "אנחנו מתנצלים. https://example.org/a", "en": "We apologise."},
			"x":        {"he": "אחר"},
		},
		Links: []string{"https://example.org/a", "https://example.org/b"},
		Media: []approval.MediaRef{{SHA256: strings.Repeat("a", 64), Alt: "חנות"}},
	}
	p := Instructions(c, approval.TargetRef{ID: "t", Platform: "facebook", Account: "Brand"})
	if p.Text != "אנחנו מתנצלים. https://example.org/a\n\nWe apologise." || p.Account != "Brand" {
		t.Fatalf("got %+v", p)
	}
	if len(p.Links) != 1 || p.Links[0] != "https://example.org/b" {
		t.Fatalf("links %v", p.Links)
	}
	if len(p.Media) != 1 || p.Length != 51 || p.Limit != 63206 || p.ComposeURL == "" {
		t.Fatalf("got %+v", p)
	}
}

func TestValidatePastedLink(t *testing.T) {
	cases := []struct{ name, platform, link, want, code string }{
		{"facebook", "facebook", " https://www.facebook.com/brand/posts/123?x=1#top ", "https://www.facebook.com/brand/posts/123?x=1", ""},
		{"phone page", "facebook", "https://m.facebook.com/story.php?id=1", "https://m.facebook.com/story.php?id=1", ""},
		{"x", "x", "https://x.com/brand/status/1", "https://x.com/brand/status/1", ""},
		{"x by its old name", "x", "https://twitter.com/brand/status/1", "https://twitter.com/brand/status/1", ""},
		{"upper-case host", "x", "https://X.com/brand/status/1", "https://x.com/brand/status/1", ""},
		{"own website", "website", "https://brand.example/news/1", "https://brand.example/news/1", ""},
		{"empty", "x", "  ", "", "link_empty"},
		{"words", "x", "it is out", "", "link_malformed"},
		{"http", "x", "http://x.com/brand/status/1", "", "link_scheme"},
		{"script", "x", "javascript:alert(1)", "", "link_malformed"},
		{"other platform", "x", "https://facebook.com/brand/posts/1", "", "link_host"},
		{"look-alike", "x", "https://x.com.evil.example/brand/status/1", "", "link_host"},
		{"suffix without a dot", "x", "https://notx.com/brand/status/1", "", "link_host"},
		{"user name", "x", "https://x.com@evil.example/a", "", "link_malformed"},
		{"password", "x", "https://a:b@x.com/status/1", "", "link_malformed"},
		{"port", "x", "https://x.com:8443/status/1", "", "link_malformed"},
		{"front page", "x", "https://x.com/", "", "link_front_page"},
		{"website by address", "website", "https://192.168.1.1/a", "", "link_host"},
		{"website on this machine", "website", "https://localhost/a", "", "link_host"},
		{"too long", "x", "https://x.com/" + strings.Repeat("a", 2000), "", "link_too_long"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got, err := ValidatePastedLink(tc.platform, tc.link)
			if tc.code == "" {
				if err != nil || got != tc.want {
					t.Fatalf("got %q, %v", got, err)
				}
				return
			}
			e, ok := fault.As(err)
			if !ok || len(e.Fields) != 1 || e.Fields[0].Code != tc.code {
				t.Fatalf("got %q, %v", got, err)
			}
		})
	}
}
