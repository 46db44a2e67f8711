package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/ledger"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

// tester is who prepares worlds.
var tester = audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}

const goodPassword = "the boats came back before noon"

var goodHash = sync.OnceValues(func() (string, error) { return password.New().Hash(context.Background(), goodPassword) })

// world is a deployment over real HTTP, with two clients, the real database and
// no Temporal.
type world struct {
	*testing.T
	db           *store.DB
	api          *Server
	http         *httptest.Server
	log          *lockedBuffer
	mailbox      string
	path         string
	file         string
	mu           sync.Mutex
	shift        time.Duration
	admin        *visitor
	own, sibling store.Client
	people       int
}

// lockedBuffer keeps what was logged.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.shift)
}

// later turns the clock of the deployment forward.
func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shift += d
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// emptyWorld has no agency yet.
func emptyWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, log: &lockedBuffer{}, mailbox: t.TempDir()}
	keys, err := store.NewKeys(bytes.Repeat([]byte{7}, 32))
	w.must(err)
	w.file = filepath.Join(t.TempDir(), "migdalor.db")
	w.db, err = store.Open(t.Context(), store.Options{Path: w.file, Keys: keys, Now: w.now})
	w.must(err)
	t.Cleanup(func() { _ = w.db.Close() })
	w.must(w.db.Migrate(t.Context()))
	log := slog.New(slog.NewTextHandler(w.log, nil))
	auth, err := policies.NewAuthorizer(t.Context(), grantsOf{w.db}, log)
	w.must(err)
	w.api, err = New(Deps{DB: w.db, Auth: auth, Intake: intake.New(w.db, log), Log: log,
		Workflows: workflows.NewClient(noEngine{}), Ledger: ledger.New(w.db, &ledgerKeys{}, "migdalor.test", log),
		Settings: Settings{PublicURL: "http://migdalor.test", Version: "test", MailboxDir: w.mailbox}})
	w.must(err)
	w.http = httptest.NewServer(w.api)
	t.Cleanup(w.http.Close)
	return w
}

// grantsOf reads grants for the authorizer.
type grantsOf struct{ db *store.DB }

func (g grantsOf) Grants(ctx context.Context) ([]policies.Grant, int64, error) {
	rows, rev, err := g.db.Grants(ctx)
	return each(rows, func(r store.Grant) policies.Grant {
		return policies.Grant{UserID: r.UserID, Role: r.Role, Domain: r.Domain}
	}), rev, err
}

func (g grantsOf) PolicyRevision(ctx context.Context) (int64, error) { return g.db.PolicyRevision(ctx) }

// newWorld has an agency, its administrator and two clients.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	hash, err := goodHash()
	w.must(err)
	_, admin, err := w.db.SetUp(t.Context(), store.Setup{AgencyName: "Harbour", Admin: store.NewUser{Email: "admin@agency.test", Name: "Admin", Lang: "en",
		PasswordHash: hash, Grants: []store.GrantSpec{{Role: "admin"}}}})
	w.must(err)
	w.own, err = w.db.AddClient(t.Context(), tester, store.NewClient{Slug: "own", Name: "Own brand"})
	w.must(err)
	w.sibling, err = w.db.AddClient(t.Context(), tester, store.NewClient{Slug: "sibling", Name: "Sibling brand"})
	w.must(err)
	w.must(w.api.Auth.Refresh(t.Context()))
	w.admin = w.visit(admin.ID)
	return w
}

// visitor calls the API as somebody.
type visitor struct {
	w      *world
	userID string
	cookie string
	bearer string
	header http.Header
}

func (w *world) anonymous() *visitor { return &visitor{w: w, header: http.Header{}} }

// visit opens a session for a person, without the cost of a password.
func (w *world) visit(userID string) *visitor {
	w.Helper()
	ctx, err := w.api.sessions.Load(w.Context(), "")
	w.must(err)
	w.must(w.api.begin(ctx, userID))
	return &visitor{w: w, userID: userID, cookie: w.api.sessions.Token(ctx), header: http.Header{}}
}

// person adds somebody with roles and opens their session.
func (w *world) person(grants ...store.GrantSpec) *visitor {
	w.Helper()
	w.people++
	hash, err := goodHash()
	w.must(err)
	name := "person" + string(rune('a'+w.people%26)) + store.NewID()[30:]
	u, err := w.db.AddUser(w.Context(), tester, store.NewUser{Email: name + "@agency.test", Name: name, Lang: "en", PasswordHash: hash, Grants: grants})
	w.must(err)
	w.must(w.api.Auth.Refresh(w.Context()))
	return w.visit(u.ID)
}

// reply is an answer that was read.
type reply struct {
	w      *world
	status int
	header http.Header
	raw    []byte
}

func (v *visitor) request(method, path string, body any) *http.Request {
	v.w.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	case []byte:
		in = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		v.w.must(err)
		in = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(v.w.Context(), method, v.w.http.URL+path, in)
	v.w.must(err)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if v.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "migdalor_session", Value: v.cookie})
	}
	if v.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+v.bearer)
	}
	for k, values := range v.header {
		r.Header[k] = values
	}
	return r
}

// do calls the API; paths begin below the version's prefix unless they begin with two slashes.
func (v *visitor) do(method, path string, body any) reply {
	v.w.Helper()
	if outside, ok := strings.CutPrefix(path, "//"); ok {
		path = "/" + outside
	} else {
		path = prefix + path
	}
	res, err := v.w.http.Client().Do(v.request(method, path, body))
	v.w.must(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	v.w.must(err)
	for _, c := range res.Cookies() {
		if c.Name == "migdalor_session" {
			v.cookie = c.Value
		}
	}
	return reply{v.w, res.StatusCode, res.Header, raw}
}

func (v *visitor) get(path string) reply { v.w.Helper(); return v.do(http.MethodGet, path, nil) }
func (v *visitor) post(path string, body any) reply {
	v.w.Helper()
	return v.do(http.MethodPost, path, body)
}

type object = map[string]any

// is checks the status and gives the body.
func (r reply) is(status int) object {
	r.w.Helper()
	if r.status != status {
		r.w.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	out := object{}
	if len(r.raw) > 0 && strings.Contains(r.header.Get("Content-Type"), "json") {
		r.w.must(json.Unmarshal(r.raw, &out))
	}
	return out
}

// refused checks that the answer is a problem with this status and code.
func (r reply) refused(status int, code string) object {
	r.w.Helper()
	p := r.is(status)
	if p["code"] != code || r.header.Get("Content-Type") != "application/problem+json" || p["request_id"] == "" || p["detail"] == "" {
		r.w.Fatalf("want a problem %q: %s %s", code, r.header.Get("Content-Type"), r.raw)
	}
	return p
}

func (r reply) items() []object {
	r.w.Helper()
	var out struct{ Items []object }
	r.is(http.StatusOK)
	r.w.must(json.Unmarshal(r.raw, &out))
	return out.Items
}
