package store

import (
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// crisisWorld is an agency with two account managers, a writer, an auditor and
// a client, at a clock that only moves when a test moves it.
type crisisWorld struct {
	*DB
	t                           *testing.T
	at                          time.Time
	dana, roni, writer, auditor audit.Actor
	client                      Client
	source                      string
}

// monday is a working morning in Jerusalem.
var monday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func newCrisisWorld(t *testing.T, d *DB) *crisisWorld {
	t.Helper()
	w := &crisisWorld{DB: d, t: t, at: monday}
	d.now = func() time.Time { return w.at }
	w.dana = w.person("dana", crisis.RoleAccountManager)
	w.roni = w.person("roni", crisis.RoleAccountManager)
	w.writer = w.person("gal", crisis.RoleWriter)
	w.auditor = w.person("tal", crisis.RoleAuditor)
	var err error
	w.client, err = d.AddClient(t.Context(), keeper, NewClient{Slug: "dairy", Name: "Tene Dairy"})
	w.ok(err)
	w.ok(d.read.Raw("SELECT id FROM sources WHERE client_id = ?", w.client.ID).Scan(&w.source).Error)
	return w
}

func (w *crisisWorld) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused wants a fault with this code.
func (w *crisisWorld) refused(err error, code string) {
	w.t.Helper()
	_ = w.refusal(err, code)
}

// refusal wants a fault with this code and gives it.
func (w *crisisWorld) refusal(err error, code string) *fault.Error {
	w.t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Code != code {
		w.t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	return f
}

func (w *crisisWorld) person(name string, role crisis.Role) audit.Actor {
	w.t.Helper()
	u, err := w.AddUser(w.t.Context(), keeper, NewUser{Email: name + "@agency.test", Name: strings.ToUpper(name[:1]) + name[1:], Lang: "he", PasswordHash: "x",
		Grants: []GrantSpec{{Role: string(role)}}})
	w.ok(err)
	return audit.Actor{Type: audit.ActorUser, ID: u.ID, Name: u.Name, Via: audit.ViaConsole}
}

func (w *crisisWorld) open(severity crisis.Severity) Crisis {
	w.t.Helper()
	c, err := w.OpenCrisis(w.t.Context(), w.dana, OpenCrisis{ClientID: w.client.ID, Title: "Glass in the yoghurt", Severity: severity})
	w.ok(err)
	return c
}

func (w *crisisWorld) command(c Crisis, by audit.Actor, key string) Command {
	return Command{CrisisID: c.ID, Key: key, By: audit.Actor{Type: by.Type, ID: by.ID, Via: by.Via}}
}

const because = "The client asked for it on the phone."

// leave passes the gate of the stage, whatever is missing.
func (w *crisisWorld) leave(c Crisis, from crisis.Stage) CrisisNow {
	w.t.Helper()
	now, err := w.LeaveStage(w.t.Context(), w.command(c, w.dana, "leave "+string(from)+" "+fmtInt(c.Wave)), LeaveStage{Expected: from, OverrideReason: because, MayOverride: true})
	w.ok(err)
	return now
}

// at takes the crisis to a stage.
func (w *crisisWorld) advance(c Crisis, to crisis.Stage) Crisis {
	w.t.Helper()
	for c.Stage != to {
		w.leave(c, c.Stage)
		c = w.row(c)
	}
	return c
}

func (w *crisisWorld) row(c Crisis) Crisis {
	w.t.Helper()
	c, err := w.CrisisRow(w.t.Context(), ScopeAll(), c.ID)
	w.ok(err)
	return c
}

// actions lists the ledger of a crisis, oldest first.
func (w *crisisWorld) actions(c Crisis) []audit.Action {
	w.t.Helper()
	var out []audit.Action
	w.ok(w.read.Raw("SELECT action FROM audit_entries WHERE crisis_id = ? ORDER BY stream_seq", c.ID).Scan(&out).Error)
	return out
}

func (w *crisisWorld) recorded(c Crisis, action audit.Action) int {
	n := 0
	for _, a := range w.actions(c) {
		if a == action {
			n++
		}
	}
	return n
}

// told counts the signals of a kind that wait for the crisis' workflow.
func (w *crisisWorld) told(c Crisis, kind string) int {
	w.t.Helper()
	var n int
	w.ok(w.read.Raw("SELECT COUNT(*) FROM outbox WHERE kind = ? AND payload LIKE ? AND payload LIKE ?", OutboxSignal, "%"+c.ID+"%", `%"kind":"`+kind+`"%`).Scan(&n).Error)
	return n
}

func (w *crisisWorld) notices(kind string, who audit.Actor) int {
	w.t.Helper()
	var n int
	w.ok(w.read.Raw("SELECT COUNT(*) FROM notifications WHERE kind = ? AND user_id = ?", kind, who.ID).Scan(&n).Error)
	return n
}

// exec writes facts that other parts own; the ledger's guard watches changes, not this.
func (w *crisisWorld) exec(sql string, args ...any) {
	w.t.Helper()
	w.ok(w.write.Exec(sql, args...).Error)
}

// said counts mentions into one bucket of the client.
func (w *crisisWorld) said(at time.Time, mentions, negative int) {
	w.t.Helper()
	w.exec("INSERT INTO buckets (client_id, bucket_at, platform, mentions, negative) VALUES (?, ?, 'x', ?, ?)", w.client.ID, AtOf(at.Truncate(5*time.Minute)), mentions, negative)
}

// mention stores one judged mention.
func (w *crisisWorld) mention(at time.Time, platform, sentiment, concerns string) string {
	w.t.Helper()
	id := NewID()
	w.exec(`INSERT INTO mentions (id, client_id, source_id, dedupe_key, platform, author_handle, text, match_text, published_at, received_at, bucket_at, sentiment, concerns)
		VALUES (?, ?, ?, ?, ?, ?, 't', 't', ?, ?, ?, ?, ?)`, id, w.client.ID, w.source, id, platform, "h"+id, AtOf(at), AtOf(at), AtOf(at.Truncate(5*time.Minute)), sentiment, concerns)
	return id
}

// publish puts a draft of a kind out on a platform, as its own commands would.
func (w *crisisWorld) publish(c Crisis, kind, platform string, at time.Time) {
	w.t.Helper()
	target, draft := NewID(), NewID()
	w.exec("INSERT INTO targets (id, client_id, platform, kind, account, secret, created_at) VALUES (?, ?, ?, 'by_hand', 'a', ?, 1)", target, c.ClientID, platform, []byte{})
	w.draft(c, draft, kind)
	w.exec(`INSERT INTO publications (id, client_id, crisis_id, draft_id, approval_id, version, version_hash, target_id, kind, state, intent_at, published_at, created_by)
		VALUES (?, ?, ?, ?, '', 1, 'h', ?, ?, 'published', ?, ?, ?)`, NewID(), c.ClientID, c.ID, draft, target, kind, AtOf(at), AtOf(at), w.dana.ID)
}

func (w *crisisWorld) draft(c Crisis, id, kind string) {
	w.t.Helper()
	w.exec(`INSERT INTO drafts (id, client_id, crisis_id, kind, title, state, version_hash, created_by, created_at, updated_by, updated_at)
		VALUES (?, ?, ?, ?, 't', 'approved', 'h', ?, 1, ?, 1)`, id, c.ClientID, c.ID, kind, w.dana.ID, w.dana.ID)
}

// approve gives a draft of a kind all its approvals.
func (w *crisisWorld) approve(c Crisis, kind string) string {
	w.t.Helper()
	draft, approval := NewID(), NewID()
	w.draft(c, draft, kind)
	w.exec(`INSERT INTO approvals (id, client_id, crisis_id, draft_id, version, version_hash, state, rounds, step, severity, deadline, created_by, created_at)
		VALUES (?, ?, ?, ?, 1, 'h', 'approved', '[]', 'typed_name', 3, ?, ?, ?)`, approval, c.ClientID, c.ID, draft, AtOf(w.at), w.dana.ID, AtOf(w.at))
	return approval
}
