package channel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	callTimeout = 10 * time.Second
	maxAnswer   = 5 << 20 // bytes
)

// errGuard marks a call that was refused before anything was sent.
var errGuard = errors.New("address refused")

// Guard says which addresses outgoing calls may reach: by default https on port
// 443 of public addresses. Redirects are never followed and no proxy is used.
type Guard struct {
	// AllowLoopback also lets through http and any port on this machine. Set it from
	// configuration only, for development and tests, never from what a user typed.
	AllowLoopback bool
	// Timeout bounds a whole call; 10 s when zero.
	Timeout time.Duration
}

// client makes an HTTP client that obeys the guard. The address is checked after
// the name was resolved, so a name that changes its mind gains nothing.
func (g Guard) client() *http.Client {
	timeout := g.Timeout
	if timeout == 0 {
		timeout = callTimeout
	}
	dialer := &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error {
		return g.checkAddress(address)
	}}
	transport := &http.Transport{
		DialContext:           dialer.DialContext,
		DisableKeepAlives:     true, // a connection that died while idle would look like a lost answer
		TLSHandshakeTimeout:   timeout,
		ResponseHeaderTimeout: timeout,
	}
	return &http.Client{
		Timeout:       timeout,
		Transport:     guarded{g, transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type guarded struct {
	guard Guard
	next  http.RoundTripper
}

// RoundTrip refuses schemes and ports that are not allowed.
func (t guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	port := req.URL.Port()
	public := req.URL.Scheme == "https" && (port == "" || port == "443")
	if !public && !(t.guard.AllowLoopback && isLoopbackHost(req.URL.Hostname())) {
		return nil, fmt.Errorf("%w: only https on port 443", errGuard)
	}
	return t.next.RoundTrip(req)
}

func isLoopbackHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

// checkAddress refuses a resolved host:port that is not on the public internet.
func (g Guard) checkAddress(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q is no address", errGuard, address)
	}
	ip := at.Addr().Unmap()
	if g.AllowLoopback && ip.IsLoopback() {
		return nil
	}
	if !isPublic(ip) {
		return fmt.Errorf("%w: %s is not a public address", errGuard, ip)
	}
	return nil
}

// special lists what net/netip does not already name: shared, reserved,
// documentation and translated ranges (IANA special-purpose registries).
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

func isPublic(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.Zone() != "" {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// neverSent reports that err came before a byte of the request could reach the
// other side: refused by the guard, name unknown, or no connection.
func neverSent(err error) bool {
	if errors.Is(err, errGuard) {
		return true
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return true
	}
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// answer is a whole response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

var errTooLong = errors.New("the answer is longer than 5 MB")

func roundTrip(client *http.Client, req *http.Request) (answer, error) {
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return answer{}, err
	}
	if len(body) > maxAnswer {
		return answer{}, errTooLong
	}
	return answer{status: res.StatusCode, header: res.Header, body: body}, nil
}

// cause says in a few safe words why a call failed; addresses and URLs stay out.
func cause(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errGuard):
		return "the server's address is not allowed"
	case errors.Is(err, errTooLong):
		return errTooLong.Error()
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the server did not answer in time"
	case neverSent(err):
		return "the server cannot be reached"
	default:
		return "the connection was lost"
	}
}
