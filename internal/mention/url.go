package mention

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/fault"
)

// tracking are query parameters that say who shared a link, not what it shows.
var tracking = map[string]bool{
	"fbclid": true, "gclid": true, "dclid": true, "msclkid": true, "yclid": true, "twclid": true, "ttclid": true,
	"igshid": true, "igsh": true, "mc_cid": true, "mc_eid": true, "ref_src": true, "ref_url": true, "_ga": true, "_gl": true,
	"mibextid": true, "rdid": true, "share_id": true, "wbraid": true, "gbraid": true, "si": true, "feature": true,
}

// NormaliseURL brings an address into one form: http or https only, host in
// lower case without default port and credentials, no fragment, no tracking
// parameters, the rest of the query sorted. Codes: bad_url, bad_url_scheme,
// field_too_long.
func NormaliseURL(s string) (string, error) {
	u, err := normaliseURL(s)
	if err != nil {
		return "", err
	}
	return u, nil
}

func normaliseURL(s string) (string, *fault.Error) {
	s = strings.TrimSpace(s)
	if len(s) > maxURL {
		return "", tooLong("url", maxURL)
	}
	if !utf8.ValidString(s) {
		return "", invalid("url", "bad_url", "The address is not valid UTF-8.")
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", invalid("url", "bad_url", "The address cannot be read.").Because(err)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", invalid("url", "bad_url_scheme", "The address must begin with http:// or https://.")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "" || strings.ContainsAny(host, " \t<>\"'\\") {
		return "", invalid("url", "bad_url", "The address names no host.")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && !(u.Scheme == "http" && p == "80") && !(u.Scheme == "https" && p == "443") {
		host += ":" + p
	}
	u.Host, u.User, u.Fragment, u.RawFragment, u.ForceQuery = host, nil, "", "", false
	if u.Path == "" {
		u.Path = "/"
	}
	if u.RawQuery != "" {
		q := u.Query()
		for k := range q {
			if l := strings.ToLower(k); tracking[l] || strings.HasPrefix(l, "utm_") {
				q.Del(k)
			}
		}
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}
