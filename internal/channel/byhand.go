package channel

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
)

// Paste is exactly what a person publishes by hand: nothing to add, nothing to
// leave out, or it is not what was approved.
type Paste struct {
	Platform string
	Account  string
	// Text is to be pasted as it is.
	Text  string
	Langs []string
	// Links must be in the post; those that the text already holds are not repeated.
	Links []string
	// Media is to be attached in this order, each with its description.
	Media []approval.MediaRef
	// Length and Limit are in the platform's own count.
	Length, Limit int
	// ComposeURL opens the platform; empty when it has no known address.
	ComposeURL string
}

// Instructions gives what a person has to publish on target.
func Instructions(content approval.Content, target approval.TargetRef) Paste {
	text, langs := content.TextFor(target)
	p := Paste{
		Platform: target.Platform, Account: target.Account, Text: text, Langs: langs,
		Media:  slices.Clone(content.Media),
		Length: approval.Length(target.Platform, text), Limit: approval.Limit(target.Platform),
		ComposeURL: homes[target.Platform],
	}
	for _, link := range content.Links {
		if !strings.Contains(text, link) {
			p.Links = append(p.Links, link)
		}
	}
	return p
}

// homes is where a person begins to post.
var homes = map[string]string{
	"bluesky": "https://bsky.app/", "facebook": "https://www.facebook.com/", "instagram": "https://www.instagram.com/",
	"linkedin": "https://www.linkedin.com/feed/", "threads": "https://www.threads.net/", "tiktok": "https://www.tiktok.com/upload",
	"x": "https://x.com/compose/post", "youtube": "https://studio.youtube.com/", "whatsapp": "https://web.whatsapp.com/",
	"telegram": "https://web.telegram.org/", "google_reviews": "https://business.google.com/reviews",
}

// hosts is where a platform's posts live; a subdomain of one counts as well.
var hosts = map[string][]string{
	"bluesky":        {"bsky.app"},
	"facebook":       {"facebook.com", "fb.com", "fb.watch"},
	"google_reviews": {"google.com", "google.co.il", "maps.app.goo.gl", "g.co"},
	"instagram":      {"instagram.com"},
	"linkedin":       {"linkedin.com", "lnkd.in"},
	"telegram":       {"t.me", "telegram.me"},
	"threads":        {"threads.net", "threads.com"},
	"tiktok":         {"tiktok.com"},
	"whatsapp":       {"whatsapp.com", "wa.me"},
	"x":              {"x.com", "twitter.com"},
	"youtube":        {"youtube.com", "youtu.be"},
}

const maxPastedLink = 2000 // bytes

// ValidatePastedLink takes the link that a person pastes after publishing: https,
// on the platform's own host, and more than its front page. It gives the link in
// normal form, or a *fault.Error that says what is wrong. Platforms without known
// hosts, such as a website, accept any public host.
func ValidatePastedLink(platform, raw string) (string, error) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return "", linkFault("link_empty", "paste the link of the published post")
	case len(raw) > maxPastedLink:
		return "", linkFault("link_too_long", "the link is longer than 2000 characters")
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return "", linkFault("link_malformed", "this is not a link")
	case u.Scheme != "https":
		return "", linkFault("link_scheme", "the link must begin with https://")
	case u.User != nil || (u.Port() != "" && u.Port() != "443"):
		return "", linkFault("link_malformed", "the link must not hold a user name, a password or a port")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") {
		return "", linkFault("link_host", "the link must name a public host")
	}
	if known := hosts[platform]; known != nil && !slices.ContainsFunc(known, func(h string) bool {
		return host == h || strings.HasSuffix(host, "."+h)
	}) {
		return "", linkFault("link_host", "the link is not on "+known[0])
	}
	if strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return "", linkFault("link_front_page", "this is the front page: paste the link of the post itself")
	}
	u.Host, u.Fragment, u.RawFragment = host, "", ""
	return u.String(), nil
}

func linkFault(code, message string) error {
	return fault.New(fault.Invalid, "pasted_link_invalid", "%s", message).
		WithFields(fault.Field{Location: "body.url", Code: code, Message: message})
}
