package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// xrpc speaks AT Protocol calls to one server as one account. It is safe for
// concurrent use; the session is made when first needed and renewed when it ends.
type xrpc struct {
	service    string // such as https://bsky.social, without a slash at the end
	identifier string
	password   string
	client     *http.Client
	now        func() time.Time

	mu      sync.Mutex
	session session
}

// session is what the server gave us for the password.
type session struct {
	DID     string `json:"did"`
	Handle  string `json:"handle"`
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
}

// reply is one XRPC answer; err is set when there was none.
type reply struct {
	answer
	err error
	// name and message are the server's words for a failure.
	name, message string
}

func (r reply) ok() bool { return r.err == nil && r.status == http.StatusOK }

// call makes one request. A nil body makes it a GET.
func (x *xrpc) call(ctx context.Context, method, query, token, contentType string, body []byte) reply {
	verb := http.MethodGet
	if body != nil {
		verb = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, verb, x.service+"/xrpc/"+method+query, bytes.NewReader(body))
	if err != nil || req.URL.Host == "" {
		return reply{err: errGuard}
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Accept", "application/json")
	res, err := roundTrip(x.client, req)
	if err != nil {
		return reply{err: err}
	}
	out := reply{answer: res}
	if res.status != http.StatusOK {
		var failure struct {
			Error   string `json:"error"`
			Message string `json:"message"`
		}
		if json.Unmarshal(res.body, &failure) == nil {
			out.name, out.message = short(failure.Error), short(failure.Message)
		}
	}
	return out
}

// authed makes a call with a session, renewing it once when the server says that
// it ended: such an answer means that the call itself was not carried out.
func (x *xrpc) authed(ctx context.Context, s session, method, query, contentType string, body []byte) reply {
	res := x.call(ctx, method, query, s.Access, contentType, body)
	if res.err != nil || !(res.name == "ExpiredToken" || res.name == "InvalidToken") {
		return res
	}
	renewed, failed := x.renew(ctx, s)
	if failed.Status != "" || renewed.DID != s.DID {
		return res
	}
	return x.call(ctx, method, query, renewed.Access, contentType, body)
}

// open gives the current session or makes one; a non-empty outcome says why not.
func (x *xrpc) open(ctx context.Context) (session, Outcome) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.session.Access != "" {
		return x.session, Outcome{}
	}
	return x.login(ctx)
}

// renew replaces the session old, unless somebody else already has.
func (x *xrpc) renew(ctx context.Context, old session) (session, Outcome) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.session.Access != old.Access && x.session.Access != "" {
		return x.session, Outcome{}
	}
	res := x.call(ctx, "com.atproto.server.refreshSession", "", old.Refresh, "", []byte{})
	var fresh session
	if res.ok() && json.Unmarshal(res.body, &fresh) == nil && fresh.Access != "" {
		x.session = fresh
		return fresh, Outcome{}
	}
	x.session = session{}
	return x.login(ctx)
}

func (x *xrpc) login(ctx context.Context) (session, Outcome) {
	body, err := json.Marshal(map[string]string{"identifier": x.identifier, "password": x.password})
	if err != nil {
		return session{}, refused("login_refused", "the account's name or password cannot be sent")
	}
	res := x.call(ctx, "com.atproto.server.createSession", "", "", "application/json", body)
	if !res.ok() {
		if res.err == nil && (res.status == http.StatusUnauthorized || res.status == http.StatusBadRequest || res.status == http.StatusForbidden) {
			return session{}, refused("login_refused", quote("Bluesky refused the sign-in", res))
		}
		return session{}, x.classify(res, Unsent)
	}
	var fresh session
	if json.Unmarshal(res.body, &fresh) != nil || fresh.Access == "" || !strings.HasPrefix(fresh.DID, "did:") {
		return session{}, unsent("answer_malformed", "the server's sign-in answer could not be read")
	}
	x.session = fresh
	return fresh, Outcome{}
}

// classify turns a failed call into an outcome. doubtful is what no clear answer
// means: Unknown for the call that publishes, Unsent for those before it.
func (x *xrpc) classify(res reply, doubtful Status) Outcome {
	switch {
	case res.err != nil && neverSent(res.err):
		return unsent("unreachable", cause(res.err))
	case res.err != nil:
		return Outcome{Status: doubtful, Code: "no_answer", Reason: cause(res.err)}
	case res.status == http.StatusTooManyRequests:
		out := unsent("rate_limited", "Bluesky asks to wait")
		out.RetryAfter = x.retryAfter(res.header)
		return out
	case res.name == "ExpiredToken" || res.name == "InvalidToken":
		return unsent("session_ended", "Bluesky ended the session")
	case res.status >= 500, res.status == http.StatusRequestTimeout, res.status == http.StatusOK:
		return Outcome{Status: doubtful, Code: "server_error", Reason: quote("Bluesky did not give a clear answer", res)}
	case res.status >= 300 && res.status < 400:
		return refused("redirected", "the server points elsewhere; check its address")
	default:
		return refused("refused", quote("Bluesky refused the post", res))
	}
}

const (
	minWait = time.Second
	maxWait = time.Hour
)

// retryAfter reads ratelimit-reset (seconds since 1970) or Retry-After (seconds).
func (x *xrpc) retryAfter(h http.Header) time.Duration {
	wait := minWait
	if at, err := strconv.ParseInt(h.Get("Ratelimit-Reset"), 10, 64); err == nil {
		wait = time.Unix(at, 0).Sub(x.now())
	} else if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil {
		wait = time.Duration(s) * time.Second
	}
	return min(max(wait, minWait), maxWait)
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}

func quote(what string, res reply) string {
	switch {
	case res.message != "":
		return what + ": " + res.message
	case res.name != "":
		return what + ": " + res.name
	default:
		return what + " (status " + strconv.Itoa(res.status) + ")"
	}
}

// short bounds what a server may put into our records.
func short(s string) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return string(r)
}
