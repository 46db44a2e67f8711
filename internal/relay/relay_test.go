package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

var keeper = audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}

// engine writes down what it is asked, in order; err is what it answers.
type engine struct {
	mu    sync.Mutex
	asked []string
	err   error
}

func (e *engine) ask(what string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.asked = append(e.asked, what)
	}
	return e.err
}

func (e *engine) Start(_ context.Context, r workflows.StartRequest) error {
	return e.ask("start " + r.Workflow + " " + r.ObjectID)
}

func (e *engine) Signal(_ context.Context, r workflows.SignalRequest, factID string, at time.Time) error {
	if factID == "" || at.IsZero() {
		return fmt.Errorf("a fact without an id or a time")
	}
	return e.ask(string(r.Kind) + " to " + r.Workflow + " " + r.ObjectID)
}

// post keeps what was sent; err is what it answers to the first failing sends.
type post struct {
	mu      sync.Mutex
	sent    []notify.Message
	failing int
	err     error
}

func (p *post) Send(_ context.Context, m notify.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failing > 0 {
		p.failing--
		return p.err
	}
	p.sent = append(p.sent, m)
	return nil
}

// yard is a relay on a real database with one request for approval under way.
type yard struct {
	*testing.T
	*Relay
	db     *store.DB
	engine *engine
	post   *post
	mu     sync.Mutex
	shift  time.Duration
	crisis store.Crisis
	a      store.Approval
	client store.Contact
	user   store.User
}

func (y *yard) now() time.Time {
	y.mu.Lock()
	defer y.mu.Unlock()
	return time.Now().Add(y.shift)
}

func (y *yard) later(d time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.shift += d
}

func (y *yard) must(err error) {
	y.Helper()
	if err != nil {
		y.Fatal(err)
	}
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{T: t, engine: &engine{}, post: &post{}}
	keys, err := store.NewKeys(bytes.Repeat([]byte{3}, 32))
	y.must(err)
	y.db, err = store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "m.db"), Keys: keys, Now: y.now})
	y.must(err)
	t.Cleanup(func() { _ = y.db.Close() })
	y.must(y.db.Migrate(t.Context()))
	links, err := approval.NewKeyRing(approval.Key{ID: "k1", Root: bytes.Repeat([]byte{9}, 32)})
	y.must(err)
	y.Relay = y.another(links)
	y.prepare()
	return y
}

func (y *yard) another(links approval.KeyRing) *Relay {
	return New(Options{DB: y.db, Engine: y.engine, Sender: y.post, Links: links, PublicURL: "https://desk.test", Worker: store.NewID(), Log: slog.New(slog.DiscardHandler)})
}

// prepare sends a response to the client, at severity 2, up to its legal round.
func (y *yard) prepare() {
	y.Helper()
	ctx := y.Context()
	admin := store.NewUser{Email: "admin@agency.test", Name: "Admin", Lang: "he", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}}}
	_, first, err := y.db.SetUp(ctx, store.Setup{AgencyName: "Agency", Admin: admin})
	y.must(err)
	y.user = first
	client, err := y.db.AddClient(ctx, keeper, store.NewClient{Slug: "ferry", Name: "Ferry", Lang: "en"})
	y.must(err)
	second, err := y.db.AddUser(ctx, keeper, store.NewUser{Email: "two@agency.test", Name: "Two", Lang: "en", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "account_manager"}}})
	y.must(err)
	target, err := y.db.PutTarget(ctx, keeper, store.Target{ClientID: client.ID, Platform: "facebook", Kind: store.TargetByHand, Account: "ferry"}, "")
	y.must(err)
	y.client, err = y.db.PutContact(ctx, keeper, store.Contact{ClientID: client.ID, Name: "Dana", Email: "dana@ferry.test", Party: "legal", Lang: "he"})
	y.must(err)
	other, err := y.db.PutContact(ctx, keeper, store.Contact{ClientID: client.ID, Name: "Omer", Email: "omer@ferry.test", Party: "client", Lang: "he"})
	y.must(err)
	writer := audit.Actor{Type: audit.ActorUser, ID: first.ID, Name: "Admin", Via: audit.ViaConsole}
	y.crisis, err = y.db.OpenCrisis(ctx, writer, store.OpenCrisis{ClientID: client.ID, Title: "Boats late", Severity: crisis.S2})
	y.must(err)
	dr, err := y.db.CreateDraft(ctx, writer, store.NewDraft{CrisisID: y.crisis.ID, Kind: "response", Wording: store.Wording{Title: "Answer", Targets: []string{target.ID},
		Texts: []store.DraftText{{Platform: "facebook", Lang: "en", Text: "The boats sail again."}}}})
	y.must(err)
	y.a, err = y.db.SendDraft(ctx, writer, dr.ID, store.SendRequest{PublishOnApproval: true, MayDecide: []string{second.ID}, Rounds: []store.SendRound{
		{Party: approval.PartyManager, Mode: approval.ModeAny, Approvers: []store.ApproverID{{UserID: second.ID}}},
		{Party: approval.PartyLegal, Mode: approval.ModeAny, Approvers: []store.ApproverID{{ContactID: y.client.ID}}},
		{Party: approval.PartyClient, Mode: approval.ModeAny, Approvers: []store.ApproverID{{ContactID: other.ID}}}}})
	y.must(err)
	_, err = y.db.RecordDecision(ctx, audit.Actor{Type: audit.ActorUser, ID: second.ID, Via: audit.ViaConsole},
		store.Decide{ApprovalID: y.a.ID, ApproverKey: "user:" + second.ID, Kind: approval.Approved, VersionHash: y.a.VersionHash})
	y.must(err)
	_, err = y.db.StartRound(ctx, keeper, y.a.ID, y.Links.ActiveID())
	y.must(err)
}

// carryAll works until nothing is due.
func (y *yard) carryAll(r *Relay) {
	y.Helper()
	for range 200 {
		n := 0
		for _, l := range lanes {
			k, err := r.pass(y.Context(), l)
			y.must(err)
			n += k
		}
		if n == 0 {
			return
		}
	}
	y.Fatal("the outbox never empties")
}

func (y *yard) counts(pending, dead int64) {
	y.Helper()
	p, d, err := y.db.OutboxCounts(y.Context())
	y.must(err)
	if p != pending || d != dead {
		y.Fatalf("%d wait and %d are put aside, want %d and %d", p, d, pending, dead)
	}
}

func (y *yard) mail(kind notify.Kind, to string) notify.Message {
	y.Helper()
	for _, m := range y.post.sent {
		if m.Kind == kind && m.To == to {
			return m
		}
	}
	y.Fatalf("no %s to %s among %d mails", kind, to, len(y.post.sent))
	return notify.Message{}
}

func TestCarriesInOrder(t *testing.T) {
	y := newYard(t)
	y.carryAll(y.Relay)
	y.counts(0, 0)
	want := []string{"start Approval " + y.a.ID, "decision_made to Approval " + y.a.ID}
	var got []string
	for _, asked := range y.engine.asked {
		if strings.HasSuffix(asked, y.a.ID) {
			got = append(got, asked)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("the approval heard %v", got)
	}
	y.carryAll(y.Relay)
	seen := map[string]bool{}
	for _, m := range y.post.sent {
		if seen[m.ID] {
			t.Fatalf("%s was sent twice", m.Kind)
		}
		seen[m.ID] = true
	}
}

func TestLinkIsMintedWhenItIsMailed(t *testing.T) {
	y := newYard(t)
	events, err := y.db.ClaimOutbox(t.Context(), "peek", []string{store.OutboxMail}, 100, 0)
	y.must(err)
	for _, e := range events {
		if strings.Contains(e.Payload, "dana@ferry.test") || strings.Contains(e.Payload, "v1.k1.") {
			t.Fatalf("the outbox holds an address or a secret: %s", e.Payload)
		}
	}
	y.carryAll(y.Relay)
	m := y.mail(notify.ApprovalRequest, "dana@ferry.test")
	_, token, found := strings.Cut(m.Text, "https://desk.test/a/")
	token = strings.Fields(token)[0]
	if !found || m.Lang != "he" {
		t.Fatalf("the mail: %s", m.Text)
	}
	if _, err := y.db.OpenLink(t.Context(), y.Links, token); err != nil {
		t.Fatalf("the mailed link: %v", err)
	}
	y.must(y.db.RemindApprovers(t.Context(), keeper, y.a.ID, "half"))
	y.carryAll(y.Relay)
	if again := y.mail(notify.ApprovalReminder, "dana@ferry.test"); !strings.Contains(again.Text, token) {
		t.Fatal("the reminder carries another link")
	}
}

func TestEndedLinksAreNotMailed(t *testing.T) {
	y := newYard(t)
	a, err := y.db.ApprovalCase(t.Context(), y.a.ID)
	y.must(err)
	y.must(y.db.RevokeLink(t.Context(), keeper, y.a.ID, a.Links[0].ID, "wrong person"))
	y.carryAll(y.Relay)
	for _, m := range y.post.sent {
		if m.To == "dana@ferry.test" {
			t.Fatalf("a revoked link was mailed: %s", m.Text)
		}
	}
	y.counts(0, 0)
}

func TestCodeIsMailedSealed(t *testing.T) {
	y := newYard(t)
	y.carryAll(y.Relay)
	_, rest, _ := strings.Cut(y.mail(notify.ApprovalRequest, "dana@ferry.test").Text, "https://desk.test/a/")
	secret, err := y.db.OpenLink(t.Context(), y.Links, strings.Fields(rest)[0])
	y.must(err)
	y.must(y.db.SendCode(t.Context(), y.Links, secret))
	events, err := y.db.ClaimOutbox(t.Context(), "peek", []string{store.OutboxMail}, 100, 0)
	y.must(err)
	y.carryAll(y.Relay)
	m := y.mail(notify.ApprovalCode, "dana@ferry.test")
	code := ""
	for _, word := range strings.Fields(strings.NewReplacer("\u2066", "", "\u2068", "", "\u2069", "").Replace(m.Text)) {
		if len(word) == 8 && strings.Trim(word, "0123456789") == "" {
			code = word
		}
	}
	if len(events) != 1 || strings.Contains(events[0].Payload, code) || strings.Contains(m.Subject, code) || strings.Contains(m.Text, "Answer") {
		t.Fatalf("the code lies in the outbox or the subject, or the mail says what it is for: %s", m.Text)
	}
	verified, err := y.db.VerifyCode(t.Context(), y.Links, secret, code)
	y.must(err)
	if _, err := y.db.DecideByLink(t.Context(), verified, store.Decide{Kind: approval.Approved, VersionHash: y.a.VersionHash}); err != nil {
		t.Fatal(err)
	}
	y.carryAll(y.Relay)
	if receipt := y.mail(notify.ApprovalReceipt, "dana@ferry.test"); !strings.Contains(receipt.Text, "https://desk.test/a/not-me/") || !strings.Contains(receipt.Text, y.a.VersionHash) {
		t.Fatalf("the receipt: %s", receipt.Text)
	}
	y.mail(notify.ApprovalReceipt, "admin@agency.test")
}

func TestFailingMailServer(t *testing.T) {
	y := newYard(t)
	y.post.failing, y.post.err = 5, fault.New(fault.Unavailable, "mail_temporary", "busy")
	y.carryAll(y.Relay)
	pending, _, err := y.db.OutboxCounts(t.Context())
	y.must(err)
	if pending == 0 {
		t.Fatal("a mail that was not taken is not tried again")
	}
	for range 8 {
		y.later(11 * time.Minute)
		y.carryAll(y.Relay)
	}
	y.counts(0, 0)
	y.mail(notify.ApprovalRequest, "dana@ferry.test")
}

func TestRefusedMailIsPutAsideAndTold(t *testing.T) {
	y := newYard(t)
	y.post.failing, y.post.err = 1, fault.New(fault.Invalid, "mail_permanent", "no such mailbox")
	y.carryAll(y.Relay)
	y.counts(0, 1)
	entries := 0
	rows, _, err := y.db.Notifications(t.Context(), store.ScopeAll(), y.user.ID, true, store.Page{})
	y.must(err)
	for _, n := range rows {
		if n.Kind == "dead_letter" {
			entries++
		}
	}
	if entries != 1 {
		t.Fatalf("the administrator was told %d times", entries)
	}
}

func TestMailThatFailsForEverEnds(t *testing.T) {
	y := newYard(t)
	y.post.failing, y.post.err = 1<<30, fault.New(fault.Unavailable, "mail_temporary", "busy")
	for range 60 {
		y.carryAll(y.Relay)
		y.later(11 * time.Minute)
	}
	pending, dead, err := y.db.OutboxCounts(t.Context())
	y.must(err)
	if pending != 0 || dead == 0 {
		t.Fatalf("%d wait, %d are put aside", pending, dead)
	}
}

func TestEngineThatIsAway(t *testing.T) {
	y := newYard(t)
	y.engine.err = fault.New(fault.Unavailable, "engine_unreachable", "away")
	for range 100 { // far more tries than an event has
		for _, l := range lanes {
			_, err := y.pass(t.Context(), l)
			y.must(err)
		}
		y.later(6 * time.Second)
	}
	if _, dead, err := y.db.OutboxCounts(t.Context()); err != nil || dead != 0 {
		t.Fatalf("%d events were given up while the engine was away (%v)", dead, err)
	}
	y.engine.err = nil
	y.later(6 * time.Second)
	for range 4 {
		y.carryAll(y.Relay)
		y.later(6 * time.Second)
	}
	y.counts(0, 0)
	if len(y.engine.asked) == 0 {
		t.Fatal("nothing reached the engine when it came back")
	}
}

func TestSeveralRelays(t *testing.T) {
	y := newYard(t)
	relays := []*Relay{y.Relay, y.another(y.Links), y.another(y.Links), y.another(y.Links)}
	var wg sync.WaitGroup
	for _, r := range relays {
		wg.Go(func() {
			for range 30 {
				for _, l := range lanes {
					if _, err := r.pass(t.Context(), l); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	y.counts(0, 0)
	seen := map[string]int{}
	for _, m := range y.post.sent {
		seen[m.ID]++
	}
	for _, asked := range y.engine.asked {
		seen[asked]++
	}
	for what, n := range seen {
		if n != 1 && !strings.Contains(what, " to Crisis ") {
			t.Errorf("%s happened %d times", what, n)
		}
	}
}

func TestDeadProcessGivesItsEventsBack(t *testing.T) {
	y := newYard(t)
	events, err := y.db.ClaimOutbox(t.Context(), "dead", []string{store.OutboxStart, store.OutboxSignal, store.OutboxMail}, 100, time.Minute)
	y.must(err)
	y.carryAll(y.Relay)
	if len(events) == 0 || len(y.engine.asked)+len(y.post.sent) > len(events) {
		t.Fatal("claimed events were carried by somebody else")
	}
	y.later(2 * time.Minute)
	y.carryAll(y.Relay)
	y.counts(0, 0)
}

func TestRunStopsAndWakes(t *testing.T) {
	y := newYard(t)
	y.Poll = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { y.Relay.Run(ctx); close(done) }()
	y.Wake()
	for y.db.Now().Before(time.Now().Add(20 * time.Second)) {
		if pending, _, err := y.db.OutboxCounts(t.Context()); err == nil && pending == 0 {
			break
		}
		y.Wake()
	}
	cancel()
	<-done
	y.counts(0, 0)
}

func TestReconcileStartsWhatIsOpen(t *testing.T) {
	y := newYard(t)
	y.must(y.ReconcileOnce(t.Context()))
	want := fmt.Sprint([]string{"start Crisis " + y.crisis.ID, "start Approval " + y.a.ID})
	if got := fmt.Sprint(y.engine.asked); got != want {
		t.Fatalf("started %s, want %s", got, want)
	}
	y.engine.err = fault.New(fault.Unavailable, "engine_unreachable", "away")
	if y.ReconcileOnce(t.Context()) == nil {
		t.Fatal("an engine that is away was not noticed")
	}
}

// Every notice becomes a mail that can be sent, in both languages, also one that
// nobody has worded.
func TestEveryNoticeIsMailed(t *testing.T) {
	y := newYard(t)
	params := map[string]string{"title": "Title", "crisis": "C-2026-0001", "approval_id": "a", "draft_id": "d", "platform": "facebook", "account": "ferry", "reason": "hold",
		"clock": "acknowledge", "percent": "50", "due_at": time.Now().UTC().Format(time.RFC3339), "deadline": time.Now().UTC().Format(time.RFC3339), "severity": "s2",
		"decision": "approved", "hash": strings.Repeat("a", 64), "decided_at": time.Now().UTC().Format(time.RFC3339), "from": "s3", "to": "s2", "stage": "assess"}
	kinds := []string{"alert_raised", "alert_escalated", "crisis_opened", "crisis_closed", "clock_warning", "clock_breach", "approval_requested", "approval_reminder", "approval_escalated",
		"approval_decided", "approval_approved", "approval_declined", "approval_changes_requested", "publication_failed", "publication_refused", "publication_awaiting_hand", "something_new"}
	for kind := range news {
		kinds = append(kinds, kind)
	}
	for _, lang := range []string{"he", "en"} {
		y.must(y.db.RenameUser(t.Context(), keeper, y.user.ID, "", lang))
		for _, kind := range kinds {
			payload, err := json.Marshal(store.MailEvent{Kind: kind, UserID: y.user.ID, ClientID: y.crisis.ClientID, CrisisID: y.crisis.ID, Params: params})
			y.must(err)
			m, err := y.compose(t.Context(), store.OutboxEvent{ID: store.NewID(), CreatedAt: y.db.Now()}, decode(payload))
			y.must(err)
			out, err := notify.Render(m)
			if err != nil {
				t.Errorf("%s in %s: %v", kind, lang, err)
				continue
			}
			if out.Lang != lang || !strings.Contains(out.Text, "https://desk.test/") {
				t.Errorf("%s in %s: %s", kind, lang, out.Text)
			}
		}
	}
}

func decode(raw []byte) store.MailEvent {
	var m store.MailEvent
	if json.Unmarshal(raw, &m) != nil {
		panic("the payload was made here")
	}
	return m
}
