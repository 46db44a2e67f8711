package fake

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Fault is one thing that goes wrong with one call.
type Fault string

// The faults. "Before" means that the call was not carried out, "after" that it was.
const (
	None         Fault = ""
	ErrorBefore  Fault = "error_before"  // 500, nothing done
	ErrorAfter   Fault = "error_after"   // 500, but it is done
	DropBefore   Fault = "drop_before"   // connection closed, nothing done
	DropAfter    Fault = "drop_after"    // connection closed, but it is done
	SlowAfter    Fault = "slow_after"    // done, but no answer until the caller hangs up
	SlowBefore   Fault = "slow_before"   // no answer until the caller hangs up; done just before the next write
	RateLimited  Fault = "rate_limited"  // 429 with ratelimit-reset
	BadJSON      Fault = "bad_json"      // done, answered with 200 and half a body
	ExpiredToken Fault = "expired_token" // 400 ExpiredToken, nothing done
	TooLong      Fault = "too_long"      // done, answered with more than 5 MB
	Redirect     Fault = "redirect"      // 307 to another host, nothing done
)

// Bluesky is a server of the AT Protocol calls that a publisher makes, for one account.
type Bluesky struct {
	// URL is where it listens: 127.0.0.1 and a free port.
	URL string
	// DID, Handle and Password are the account's.
	DID, Handle, Password string
	// Reset is what a RateLimited answer names as the time to come back.
	Reset time.Time

	server *httptest.Server

	mu      sync.Mutex
	script  map[string][]Fault // by method, consumed from the front
	records map[string]record
	commits map[string]int // by record key: how often the repository changed
	calls   map[string]int
	late    []func() // writes that SlowBefore holds back
	tokens  int
	valid   map[string]bool
}

type record struct {
	cid   string
	value json.RawMessage
}

// NewBluesky starts the server; Close ends it.
func NewBluesky() *Bluesky {
	b := &Bluesky{
		DID: "did:plc:abcdefghijklmnopqrstuvwx", Handle: "brand.example.test", Password: "abcd-efgh-ijkl-mnop",
		Reset: time.Unix(2_000_000_000, 0), script: map[string][]Fault{}, records: map[string]record{},
		commits: map[string]int{}, calls: map[string]int{}, valid: map[string]bool{},
	}
	b.server = httptest.NewServer(http.HandlerFunc(b.serve))
	b.URL = b.server.URL
	return b
}

// Close ends the server.
func (b *Bluesky) Close() { b.server.Close() }

// Script makes the next calls of a method, such as com.atproto.repo.putRecord,
// meet these faults in order; None lets one through.
func (b *Bluesky) Script(method string, faults ...Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script[method] = append(b.script[method], faults...)
}

// Clear forgets what is left of every script.
func (b *Bluesky) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script = map[string][]Fault{}
}

// Records gives all stored posts by record key.
func (b *Bluesky) Records() map[string]json.RawMessage {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	out := map[string]json.RawMessage{}
	for key, r := range b.records {
		out[key] = r.value
	}
	return out
}

// Commits tells how often a record changed the repository: 1 for a post that
// was made once and never written over.
func (b *Bluesky) Commits(rkey string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	return b.commits[rkey]
}

// Calls tells how often a method was called.
func (b *Bluesky) Calls(method string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[method]
}

// ExpireSessions makes every token given so far worthless.
func (b *Bluesky) ExpireSessions() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.valid = map[string]bool{}
}

// settle carries out what SlowBefore held back. Callers hold mu.
func (b *Bluesky) settle() {
	late := b.late
	b.late = nil
	for _, write := range late {
		write()
	}
}

func (b *Bluesky) serve(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	raw, err := io.ReadAll(r.Body) // to its end, else a caller who hangs up is not noticed
	if err != nil {
		return
	}
	b.mu.Lock()
	b.calls[method]++
	fault := None
	if queue := b.script[method]; len(queue) > 0 {
		fault, b.script[method] = queue[0], queue[1:]
	}
	b.mu.Unlock()
	switch fault {
	case ErrorBefore:
		xrpcError(w, 500, "InternalServerError", "Internal Server Error")
	case DropBefore:
		drop(w)
	case RateLimited:
		w.Header().Set("Ratelimit-Reset", fmt.Sprint(b.Reset.Unix()))
		xrpcError(w, 429, "RateLimitExceeded", "Rate Limit Exceeded")
	case ExpiredToken:
		xrpcError(w, 400, "ExpiredToken", "Token has expired")
	case Redirect:
		http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", http.StatusTemporaryRedirect)
	case SlowBefore:
		b.mu.Lock()
		b.late = append(b.late, func() { b.answer(method, r, raw) })
		b.mu.Unlock()
		<-r.Context().Done()
	default:
		b.carryOut(w, r, fault, method, raw)
	}
}

func (b *Bluesky) carryOut(w http.ResponseWriter, r *http.Request, fault Fault, method string, raw []byte) {
	b.mu.Lock()
	if isWrite(method) {
		b.settle()
	}
	status, body := b.answer(method, r, raw)
	b.mu.Unlock()
	switch fault {
	case ErrorAfter:
		xrpcError(w, 500, "InternalServerError", "Internal Server Error")
	case DropAfter:
		drop(w)
	case SlowAfter:
		<-r.Context().Done()
	case BadJSON:
		fmt.Fprint(w, `{"uri":"at://`)
	case TooLong:
		fmt.Fprintf(w, `{"pad":"%s"}`, strings.Repeat("x", 6<<20))
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(body) //nolint:errcheck // the caller may have gone
	}
}

func isWrite(method string) bool {
	return method == "com.atproto.repo.putRecord" || method == "com.atproto.repo.createRecord"
}

type object map[string]any

func failure(status int, name, message string) (int, any) {
	return status, object{"error": name, "message": message}
}

func xrpcError(w http.ResponseWriter, status int, name, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(object{"error": name, "message": message}) //nolint:errcheck // the caller may have gone
}

// drop closes the connection without an answer.
func drop(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// answer carries a call out. Callers hold mu.
func (b *Bluesky) answer(method string, r *http.Request, raw []byte) (int, any) {
	switch method {
	case "com.atproto.server.createSession":
		var in struct{ Identifier, Password string }
		if json.Unmarshal(raw, &in) != nil || in.Identifier != b.Handle || in.Password != b.Password {
			return failure(401, "AuthenticationRequired", "Invalid identifier or password")
		}
		return 200, b.newSession()
	case "com.atproto.server.refreshSession":
		if !b.signedIn(r, "refresh") {
			return failure(400, "ExpiredToken", "Token has expired")
		}
		return 200, b.newSession()
	case "com.atproto.identity.resolveHandle":
		if r.URL.Query().Get("handle") != b.Handle {
			return failure(400, "InvalidRequest", "Unable to resolve handle")
		}
		return 200, object{"did": b.DID}
	case "com.atproto.repo.getRecord":
		return b.getRecord(r)
	}
	if !b.signedIn(r, "access") {
		return failure(400, "ExpiredToken", "Token has expired")
	}
	switch method {
	case "com.atproto.repo.uploadBlob":
		return 200, object{"blob": object{"$type": "blob", "ref": object{"$link": "bafkreiabc"}, "mimeType": r.Header.Get("Content-Type"), "size": r.ContentLength}}
	case "com.atproto.repo.putRecord", "com.atproto.repo.createRecord":
		return b.write(method, raw)
	}
	return failure(501, "MethodNotImplemented", "Method Not Implemented")
}

func (b *Bluesky) newSession() object {
	b.tokens++
	access, refresh := fmt.Sprintf("access-%d", b.tokens), fmt.Sprintf("refresh-%d", b.tokens)
	b.valid[access], b.valid[refresh] = true, true
	return object{"did": b.DID, "handle": b.Handle, "accessJwt": access, "refreshJwt": refresh}
}

func (b *Bluesky) signedIn(r *http.Request, kind string) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return strings.HasPrefix(token, kind) && b.valid[token]
}

func (b *Bluesky) getRecord(r *http.Request) (int, any) {
	q := r.URL.Query()
	got, ok := b.records[q.Get("rkey")]
	if q.Get("repo") != b.DID || !ok {
		return failure(400, "RecordNotFound", "Could not locate record: "+b.uri(q.Get("rkey")))
	}
	return 200, object{"uri": b.uri(q.Get("rkey")), "cid": got.cid, "value": got.value}
}

func (b *Bluesky) uri(rkey string) string { return "at://" + b.DID + "/app.bsky.feed.post/" + rkey }

var tid = regexp.MustCompile(`^[234567a-j][234567a-z]{12}$`)

// write stores a post as the real server does: createRecord on a taken key
// answers 500, putRecord of the same record changes nothing, and a swapRecord of
// null asks for the key to be free.
func (b *Bluesky) write(method string, raw []byte) (int, any) {
	var in struct {
		Repo, Collection, Rkey string
		Record                 any
		SwapRecord             *json.RawMessage
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &in) != nil || json.Unmarshal(raw, &fields) != nil {
		return failure(400, "InvalidRequest", "Invalid input")
	}
	if in.Repo != b.DID || in.Collection != "app.bsky.feed.post" || !tid.MatchString(in.Rkey) {
		return failure(400, "InvalidRequest", "Invalid app.bsky.feed.post record key")
	}
	value, err := json.Marshal(in.Record) // map keys come out sorted
	if err != nil {
		return failure(400, "InvalidRequest", "Invalid record")
	}
	sum := sha256.Sum256(value)
	cid := "bafyrei" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
	old, exists := b.records[in.Rkey]
	_, swaps := fields["swapRecord"]
	switch {
	case exists && method == "com.atproto.repo.createRecord":
		return failure(500, "InternalServerError", "Internal Server Error")
	case exists && old.cid == cid:
		return 200, object{"uri": b.uri(in.Rkey), "cid": cid}
	case exists && swaps && in.SwapRecord == nil:
		return failure(400, "InvalidSwap", "Record was at "+old.cid)
	}
	b.records[in.Rkey] = record{cid: cid, value: value}
	b.commits[in.Rkey]++
	return 200, object{"uri": b.uri(in.Rkey), "cid": cid, "validationStatus": "valid"}
}
