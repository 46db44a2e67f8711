package activities

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/channel"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fake"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

const putRecord = "com.atproto.repo.putRecord"

// shore is a real database with one approved response for one account of a fake Bluesky.
type shore struct {
	*testing.T
	db   *store.DB
	bsky *fake.Bluesky
	pub  store.PublicationCase
}

func newShore(t *testing.T) *shore {
	t.Helper()
	s := &shore{T: t, bsky: fake.NewBluesky()}
	t.Cleanup(s.bsky.Close)
	keys, err := store.NewKeys(bytes.Repeat([]byte{3}, 32))
	s.must(err)
	s.db, err = store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "m.db"), Keys: keys})
	s.must(err)
	t.Cleanup(func() { _ = s.db.Close() })
	s.must(s.db.Migrate(t.Context()))
	s.pub = s.approved()
	return s
}

func (s *shore) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *shore) approved() store.PublicationCase {
	s.Helper()
	ctx := s.Context()
	system := audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}
	admin := store.NewUser{Email: "admin@agency.test", Name: "Admin", Lang: "en", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}}}
	_, first, err := s.db.SetUp(ctx, store.Setup{AgencyName: "Agency", Admin: admin})
	s.must(err)
	client, err := s.db.AddClient(ctx, system, store.NewClient{Slug: "ferry", Name: "Ferry", Lang: "en"})
	s.must(err)
	second, err := s.db.AddUser(ctx, system, store.NewUser{Email: "two@agency.test", Name: "Two", Lang: "en", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "account_manager"}}})
	s.must(err)
	target, err := s.db.PutTarget(ctx, system, store.Target{ClientID: client.ID, Platform: "bluesky", Kind: store.TargetBluesky, Account: s.bsky.Handle,
		Identifier: s.bsky.Handle, ServiceURL: s.bsky.URL}, s.bsky.Password)
	s.must(err)
	writer := audit.Actor{Type: audit.ActorUser, ID: first.ID, Via: audit.ViaConsole}
	c, err := s.db.OpenCrisis(ctx, writer, store.OpenCrisis{ClientID: client.ID, Title: "Boats late", Severity: crisis.S4})
	s.must(err)
	dr, err := s.db.CreateDraft(ctx, writer, store.NewDraft{CrisisID: c.ID, Kind: "response", Wording: store.Wording{Title: "Answer", Targets: []string{target.ID},
		Texts: []store.DraftText{{Platform: "bluesky", Lang: "en", Text: "The boats sail again."}}}})
	s.must(err)
	a, err := s.db.SendDraft(ctx, writer, dr.ID, store.SendRequest{PublishOnApproval: true, MayDecide: []string{second.ID},
		Rounds: []store.SendRound{{Party: approval.PartyManager, Mode: approval.ModeAny, Approvers: []store.ApproverID{{UserID: second.ID}}}}})
	s.must(err)
	_, err = s.db.RecordDecision(ctx, audit.Actor{Type: audit.ActorUser, ID: second.ID, Via: audit.ViaConsole},
		store.Decide{ApprovalID: a.ID, ApproverKey: "user:" + second.ID, Kind: approval.Approved, VersionHash: a.VersionHash})
	s.must(err)
	pubs, _, err := s.db.Publications(ctx, store.PublicationFilter{DraftID: dr.ID, Scope: store.ScopeAll()})
	s.must(err)
	if len(pubs) != 1 {
		s.Fatalf("%d publications are planned", len(pubs))
	}
	return pubs[0]
}

// dying is a store under a worker that dies at a named point, once.
type dying struct {
	PublicationStore
	at string
}

var errKilled = errors.New("the worker died")

func (d *dying) BeginSend(ctx context.Context, by audit.Actor, id string) (store.Sending, error) {
	if d.at == "before the intent" {
		d.at = ""
		return store.Sending{}, errKilled
	}
	s, err := d.PublicationStore.BeginSend(ctx, by, id)
	if d.at == "after the intent" {
		d.at = ""
		return store.Sending{}, errKilled
	}
	return s, err
}

func (d *dying) FinishSend(ctx context.Context, by audit.Actor, id string, attempt int, r store.SendResult) (store.PublicationStep, error) {
	if d.at == "after the call" {
		d.at = ""
		return store.PublicationStep{}, errKilled
	}
	return d.PublicationStore.FinishSend(ctx, by, id, attempt, r)
}

// run lets the real workflow work with the real database against the fake platform.
func (s *shore) run(st PublicationStore) {
	s.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(60 * time.Second)
	env.RegisterActivity(&Publications{Store: st, Guard: channel.Guard{AllowLoopback: true, Timeout: 300 * time.Millisecond}, Now: time.Now})
	env.RegisterWorkflowWithOptions(workflows.Publication, workflow.RegisterOptions{Name: workflows.PublicationWorkflow})
	env.RegisterDelayedCallback(func() { env.CancelWorkflow() }, 48*time.Hour) // whoever still waits, waits for a person
	env.ExecuteWorkflow(workflows.PublicationWorkflow, workflows.Input{ObjectID: s.pub.ID})
	if !env.IsWorkflowCompleted() {
		s.Fatal("the workflow hangs")
	}
}

func (s *shore) ended() store.Publication {
	s.Helper()
	p, err := s.db.PublicationCase(s.Context(), s.pub.ID)
	s.must(err)
	return p.Publication
}

// Whatever goes wrong with the call, at most one post is public, it is the
// approved one, and the row says so.
func TestPublishedOnceWhateverFails(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults []fake.Fault
		state  string
		posts  int
	}{
		{"nothing", nil, store.PubPublished, 1},
		{"error before", []fake.Fault{fake.ErrorBefore}, store.PubPublished, 1},
		{"error after", []fake.Fault{fake.ErrorAfter}, store.PubPublished, 1},
		{"connection lost before", []fake.Fault{fake.DropBefore, fake.DropBefore}, store.PubPublished, 1},
		{"connection lost after", []fake.Fault{fake.DropAfter}, store.PubPublished, 1},
		{"no answer, but done", []fake.Fault{fake.SlowAfter}, store.PubPublished, 1},
		{"no answer, done later", []fake.Fault{fake.SlowBefore}, store.PubPublished, 1},
		{"half an answer", []fake.Fault{fake.BadJSON}, store.PubPublished, 1},
		{"asked to wait", []fake.Fault{fake.RateLimited}, store.PubPublished, 1},
		{"token ended", []fake.Fault{fake.ExpiredToken}, store.PubPublished, 1},
		{"pointed elsewhere", []fake.Fault{fake.Redirect}, store.PubFailed, 0},
		{"one thing after another", []fake.Fault{fake.DropBefore, fake.ErrorBefore, fake.RateLimited, fake.DropAfter}, store.PubPublished, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newShore(t)
			s.bsky.Script(putRecord, tc.faults...)
			s.run(s.db)
			s.check(tc.state, tc.posts)
		})
	}
}

func TestPublishedOnceWhereverTheWorkerDies(t *testing.T) {
	for _, point := range []string{"before the intent", "after the intent", "after the call"} {
		t.Run(point, func(t *testing.T) {
			s := newShore(t)
			s.run(&dying{PublicationStore: s.db, at: point})
			s.check(store.PubPublished, 1)
		})
	}
}

func (s *shore) check(state string, posts int) {
	s.Helper()
	p := s.ended()
	if p.State != state || len(s.bsky.Records()) != posts {
		s.Fatalf("it is %s (%s) with %d posts, want %s with %d", p.State, p.Reason, len(s.bsky.Records()), state, posts)
	}
	key := channel.RecordKey(channel.Post{IntentID: s.pub.ID, At: s.pub.IntentAt.Time})
	if posts == 1 && (s.bsky.Commits(key) != 1 || p.URL == "" || p.RemoteID == "") {
		s.Fatalf("%d commits under the key, url %q", s.bsky.Commits(key), p.URL)
	}
}

func TestSilentPlatformIsAPersonsToSettle(t *testing.T) {
	s := newShore(t)
	s.bsky.Script("com.atproto.repo.getRecord", slices.Concat([]fake.Fault{fake.None}, slices.Repeat([]fake.Fault{fake.DropBefore}, 40))...)
	s.bsky.Script(putRecord, fake.DropAfter)
	s.run(s.db)
	if p := s.ended(); p.State != store.PubUnknown || s.bsky.Calls(putRecord) != 1 {
		t.Fatalf("it is %s after %d calls", p.State, s.bsky.Calls(putRecord))
	}
}

func TestHoldBetweenPlanAndCall(t *testing.T) {
	s := newShore(t)
	system := audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}
	_, err := s.db.SetHold(t.Context(), system, s.pub.ClientID, "stop everything")
	s.must(err)
	s.run(s.db)
	if p := s.ended(); p.State != store.PubHeld || s.bsky.Calls(putRecord) != 0 {
		t.Fatalf("under hold it is %s after %d calls", p.State, s.bsky.Calls(putRecord))
	}
}

func TestWrongPasswordIsFinal(t *testing.T) {
	s := newShore(t)
	s.bsky.Password = "another-one"
	s.run(s.db)
	if p := s.ended(); p.State != store.PubFailed || p.Reason != "login_refused" {
		t.Fatalf("it is %s (%s)", p.State, p.Reason)
	}
}

// The contract's words are the store's and the channel's.
func TestWordsAgree(t *testing.T) {
	for _, pair := range [][2]string{
		{workflows.NextSend, store.NextSend}, {workflows.NextWait, store.NextWait}, {workflows.NextReconcile, store.NextReconcile},
		{workflows.NextPerson, store.NextPerson}, {workflows.NextDone, store.NextDone},
		{string(channel.Published), store.SentPublished}, {string(channel.Refused), store.SentRefused}, {string(channel.Unsent), store.SentUnsent},
		{string(channel.Unknown), store.SentUnknown}, {string(channel.Absent), store.SentAbsent},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%q is not %q", pair[0], pair[1])
		}
	}
}
