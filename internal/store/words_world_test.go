package store

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// wordsWorld is an agency with one client, its people and a crisis, and a clock
// that stands still until a test moves it.
type wordsWorld struct {
	*DB
	t                            *testing.T
	mu                           sync.Mutex
	clock                        time.Time
	ring                         approval.KeyRing
	client                       Client
	crisis                       Crisis
	writer, manager, other       audit.Actor
	facebook, instagram, bluesky Target
	dana, omer, lawyer           Contact
	workflow                     audit.Actor
}

func newWordsWorld(t *testing.T, d *DB) *wordsWorld {
	t.Helper()
	// A Sunday morning: no Shabbat and no holiday.
	w := &wordsWorld{DB: d, t: t, clock: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), workflow: audit.Actor{Type: audit.ActorWorkflow, ID: "approval-test", Via: audit.ViaWorkflow}}
	d.now = w.now
	ctx := t.Context()
	var err error
	w.ring, err = approval.NewKeyRing(approval.Key{ID: "k1", Root: bytes.Repeat([]byte{9}, 32)})
	w.must(err)
	w.client, err = d.AddClient(ctx, keeper, NewClient{Slug: "bakery", Name: "Bakery", Lang: "en"})
	w.must(err)
	for _, p := range []struct {
		to   *audit.Actor
		name string
		role string
	}{{&w.writer, "Wanda", "writer"}, {&w.manager, "Maya", "account_manager"}, {&w.other, "Otto", "account_manager"}} {
		u, err := d.AddUser(ctx, keeper, NewUser{Email: p.name + "@agency.test", Name: p.name, Lang: "en", PasswordHash: "x", Grants: []GrantSpec{{Role: p.role, ClientID: w.client.ID}}})
		w.must(err)
		*p.to = audit.Actor{Type: audit.ActorUser, ID: u.ID, Name: p.name, Via: audit.ViaConsole}
	}
	w.facebook = w.target(Target{Platform: "facebook", Kind: TargetByHand, Account: "bakery"}, "")
	w.instagram = w.target(Target{Platform: "instagram", Kind: TargetByHand, Account: "bakery.il"}, "")
	w.bluesky = w.target(Target{Platform: "bluesky", Kind: TargetBluesky, Account: "bakery.test", Identifier: "bakery.test"}, "pass-word")
	w.dana, w.omer, w.lawyer = w.contact("Dana", "client"), w.contact("Omer", "client"), w.contact("Liora", "legal")
	w.crisis, err = d.OpenCrisis(ctx, w.manager, OpenCrisis{ClientID: w.client.ID, Title: "Mould in the bread", Severity: crisis.S3})
	w.must(err)
	return w
}

func (w *wordsWorld) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

func (w *wordsWorld) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

// at gives the same database with another clock.
func (w *wordsWorld) at(now time.Time) *DB {
	d := *w.DB
	d.now = func() time.Time { return now }
	return &d
}

func (w *wordsWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused expects a fault with this code.
func (w *wordsWorld) refused(err error, code string) {
	w.t.Helper()
	if !fault.Is(err, code) {
		w.t.Fatalf("got %v, want %s", err, code)
	}
}

func (w *wordsWorld) target(t Target, password string) Target {
	w.t.Helper()
	t.ClientID = w.client.ID
	t, err := w.PutTarget(w.t.Context(), keeper, t, password)
	w.must(err)
	return t
}

func (w *wordsWorld) contact(name, party string) Contact {
	w.t.Helper()
	c, err := w.PutContact(w.t.Context(), keeper, Contact{ClientID: w.client.ID, Name: name, Email: name + "@brand.test", Party: party, Lang: "en"})
	w.must(err)
	return c
}

// wording says text on the given targets.
func wording(text string, targets ...Target) Wording {
	out := Wording{Title: "Our answer"}
	for _, t := range targets {
		out.Targets = append(out.Targets, t.ID)
		out.Texts = append(out.Texts, DraftText{Platform: t.Platform, Lang: "en", Text: text})
	}
	return out
}

func (w *wordsWorld) draft(kind approval.ContentKind, targets ...Target) Draft {
	w.t.Helper()
	dr, err := w.CreateDraft(w.t.Context(), w.writer, NewDraft{CrisisID: w.crisis.ID, Kind: string(kind), Wording: wording("We know and we are on it.", targets...)})
	w.must(err)
	return dr
}

func (w *wordsWorld) edit(dr Draft, text string, targets ...Target) (Draft, error) {
	return w.AddDraftVersion(w.t.Context(), w.writer, dr.ID, dr.Version, wording(text, targets...))
}

func (w *wordsWorld) mayDecide() []string { return []string{w.manager.ID, w.other.ID} }

func managers(users ...audit.Actor) SendRound {
	r := SendRound{Party: approval.PartyManager, Mode: approval.ModeAny}
	for _, u := range users {
		r.Approvers = append(r.Approvers, ApproverID{UserID: u.ID})
	}
	return r
}

func contacts(party approval.Party, mode approval.Mode, people ...Contact) SendRound {
	r := SendRound{Party: party, Mode: mode}
	for _, c := range people {
		r.Approvers = append(r.Approvers, ApproverID{ContactID: c.ID})
	}
	return r
}

func (w *wordsWorld) send(dr Draft, publish bool, rounds ...SendRound) Approval {
	w.t.Helper()
	a, err := w.SendDraft(w.t.Context(), w.manager, dr.ID, SendRequest{PublishOnApproval: publish, Rounds: rounds, MayDecide: w.mayDecide()})
	w.must(err)
	w.startRound(a)
	return a
}

// sendS3 asks as the playbook does at severity 3: a manager, then the client.
func (w *wordsWorld) sendS3(dr Draft, publish bool) Approval {
	w.t.Helper()
	return w.send(dr, publish, managers(w.manager), contacts(approval.PartyClient, approval.ModeAny, w.dana, w.omer))
}

func (w *wordsWorld) startRound(a Approval) {
	w.t.Helper()
	_, err := w.StartRound(w.t.Context(), w.workflow, a.ID, w.ring.ActiveID())
	w.must(err)
}

// atClient brings a request to its client round.
func (w *wordsWorld) atClient(publish bool, targets ...Target) (Draft, Approval) {
	w.t.Helper()
	dr := w.draft(approval.KindResponse, targets...)
	a := w.sendS3(dr, publish)
	_, err := w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	w.startRound(a)
	return dr, a
}

func (w *wordsWorld) decideInside(a Approval, who audit.Actor, kind approval.DecisionKind) (Decision, error) {
	return w.RecordDecision(w.t.Context(), who, Decide{ApprovalID: a.ID, ApproverKey: "user:" + who.ID, Kind: kind, VersionHash: a.VersionHash, Comment: "because", IdempotencyKey: NewID()})
}

func (w *wordsWorld) link(a Approval, c Contact) Link {
	w.t.Helper()
	var l Link
	w.must(w.read.Where("approval_id = ? AND approver_key = ?", a.ID, "contact:"+c.ID).Take(&l).Error)
	return l
}

func (w *wordsWorld) token(a Approval, c Contact) string {
	w.t.Helper()
	lc, err := w.LinkCase(w.t.Context(), w.link(a, c).ID)
	w.must(err)
	token, err := lc.Token(w.ring)
	w.must(err)
	return token
}

func (w *wordsWorld) visit(a Approval, c Contact) string {
	w.t.Helper()
	secret, err := w.OpenLink(w.t.Context(), w.ring, w.token(a, c))
	w.must(err)
	return secret
}

func yes(a Approval) Decide {
	return Decide{Kind: approval.Approved, VersionHash: a.VersionHash, TypedName: "Dana Levi", IdempotencyKey: NewID()}
}

func (w *wordsWorld) approvalNow(id string) Approval {
	w.t.Helper()
	var a Approval
	w.must(w.read.Where("id = ?", id).Take(&a).Error)
	return a
}

func (w *wordsWorld) draftNow(id string) Draft {
	w.t.Helper()
	dr, err := w.Draft(w.t.Context(), id)
	w.must(err)
	return dr
}

func (w *wordsWorld) pubs(draftID string) []Publication {
	w.t.Helper()
	var out []Publication
	w.must(w.read.Where("draft_id = ?", draftID).Order("id").Find(&out).Error)
	return out
}

func (w *wordsWorld) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	w.must(w.read.Raw(sql, args...).Scan(&n).Error)
	return n
}

// told reports whether the outbox tells a workflow a fact.
func (w *wordsWorld) told(workflow, objectID, kind string) bool {
	w.t.Helper()
	var rows []OutboxEvent
	w.must(w.read.Where("kind = ?", OutboxSignal).Find(&rows).Error)
	for _, r := range rows {
		var p signalPayload
		w.must(json.Unmarshal([]byte(r.Payload), &p))
		if p.Workflow == workflow && p.ObjectID == objectID && p.Kind == kind {
			return true
		}
	}
	return false
}

// tamper changes the database behind the product's back.
func (w *wordsWorld) tamper(sql string, args ...any) {
	w.t.Helper()
	w.must(w.write.WithContext(context.WithoutCancel(w.t.Context())).Exec(sql, args...).Error)
}

// planned brings an approved draft and gives its publications.
func (w *wordsWorld) planned(kind approval.ContentKind, targets ...Target) (Draft, []Publication) {
	w.t.Helper()
	dr := w.draft(kind, targets...)
	a := w.sendS3(dr, true)
	_, err := w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	w.startRound(a)
	_, err = w.DecideByLink(w.t.Context(), w.visit(a, w.dana), yes(a))
	w.must(err)
	return w.draftNow(dr.ID), w.pubs(dr.ID)
}

// atOnce runs fns at the same moment.
func atOnce(fns ...func()) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for _, fn := range fns {
		wg.Go(func() { <-gate; fn() })
	}
	close(gate)
	wg.Wait()
}
