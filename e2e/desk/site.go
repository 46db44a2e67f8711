package desk

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// Site is one deployment and the addresses at which it answers. As a
// RoundTripper it does what a load balancer does: it takes the addresses in
// turn and passes over one where nobody listens.
type Site struct {
	Base  string
	bases []string
	turn  atomic.Int64
	wire  http.Transport
}

// NewSite is the deployment that answers at bases; people know the first.
func NewSite(bases ...string) *Site { return &Site{Base: bases[0], bases: bases} }

// RoundTrip sends the request to the next address. A request that nobody took
// is given to another one.
func (s *Site) RoundTrip(r *http.Request) (*http.Response, error) {
	var last error
	for range s.bases {
		to, err := url.Parse(s.bases[int(s.turn.Add(1))%len(s.bases)])
		if err != nil {
			return nil, err
		}
		next := r.Clone(r.Context())
		next.URL.Host = to.Host
		if r.GetBody != nil {
			if next.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		res, err := s.wire.RoundTrip(next)
		var refused *net.OpError
		if err == nil || !errors.As(err, &refused) || refused.Op != "dial" {
			return res, err
		}
		last = err
	}
	return nil, last
}

func (s *Site) client(jar http.CookieJar) *http.Client {
	return &http.Client{Transport: s, Jar: jar, Timeout: 30 * time.Second}
}

// Person is somebody at this site who has not signed in.
func (s *Site) Person(t testing.TB) *Person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Person{Base: s.Base, client: s.client(jar)}
}

// SignIn signs a new person in.
func (s *Site) SignIn(t testing.TB, email, password string) *Person {
	t.Helper()
	p := s.Person(t)
	p.Must(t, http.MethodPost, "/session", map[string]any{"email": email, "password": password}, nil)
	return p
}

// Approver holds the secret of one link, as it stands in the mail.
func (s *Site) Approver(token string) *Approver {
	a := NewApprover(s.Base, token)
	a.client.Transport = s
	return a
}

// Hook delivers a signed body to a source, as Standard Webhooks asks.
func (s *Site) Hook(hookURL, secret, id string, body any) (Answer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return Answer{}, err
	}
	return hook(s.client(nil), hookURL, secret, id, raw)
}
