package store

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

func (w *wordsWorld) prepare(p Publication) (PublicationStep, Publication) {
	w.t.Helper()
	step, err := w.PreparePublication(w.t.Context(), w.workflow, p.ID)
	w.must(err)
	return step, w.pub(p.ID)
}

func (w *wordsWorld) pub(id string) Publication {
	w.t.Helper()
	p, err := w.PublicationCase(w.t.Context(), id)
	w.must(err)
	return p.Publication
}

func TestNothingWithoutApproval(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr := w.draft(approval.KindResponse, w.facebook)
	_, err := w.PublishDraft(t.Context(), w.manager, dr.ID)
	w.refused(err, ReasonNotApproved)
	w.sendS3(dr, false)
	_, err = w.PublishDraft(t.Context(), w.manager, dr.ID)
	w.refused(err, ReasonNotApproved)
	if len(w.pubs(dr.ID)) != 0 {
		t.Fatal("something is planned without its approvals")
	}
}

// Whatever is changed behind the product's back between planning and sending,
// nothing goes out but the approved words to the approved account.
func TestPrepareChecksEverything(t *testing.T) {
	for _, tc := range []struct {
		name          string
		sql           string
		arg           func(*wordsWorld, Draft) any
		state, reason string
	}{
		{"nothing", "UPDATE clients SET name = name WHERE id = ?", func(w *wordsWorld, _ Draft) any { return w.client.ID }, PubPlanned, ""},
		{"words", "UPDATE draft_versions SET content = REPLACE(content, 'on it', 'off it') WHERE draft_id = ?", func(_ *wordsWorld, d Draft) any { return d.ID }, PubRefused, ReasonHashMismatch},
		{"words and their hash", "UPDATE draft_versions SET content_hash = 'x' WHERE draft_id = ?", func(_ *wordsWorld, d Draft) any { return d.ID }, PubRefused, ReasonHashMismatch},
		{"approval taken back", "UPDATE approvals SET state = 'withdrawn' WHERE id = ?", func(_ *wordsWorld, d Draft) any { return d.ApprovalID }, PubRefused, ReasonNotApproved},
		{"approval of other words", "UPDATE approvals SET version_hash = 'x' WHERE id = ?", func(_ *wordsWorld, d Draft) any { return d.ApprovalID }, PubRefused, ReasonNotApproved},
		{"approval only open", "UPDATE approvals SET state = 'open' WHERE id = ?", func(_ *wordsWorld, d Draft) any { return d.ApprovalID }, PubRefused, ReasonNotApproved},
		{"draft moved on", "UPDATE drafts SET version_hash = 'x' WHERE id = ?", func(_ *wordsWorld, d Draft) any { return d.ID }, PubRefused, ReasonSuperseded},
		{"another account", "UPDATE targets SET account = 'rival' WHERE id = ?", func(w *wordsWorld, _ Draft) any { return w.bluesky.ID }, PubRefused, ReasonTargetChanged},
		{"account removed", "UPDATE targets SET removed_at = 1 WHERE id = ?", func(w *wordsWorld, _ Draft) any { return w.bluesky.ID }, PubRefused, ReasonTargetChanged},
		{"on hold", "UPDATE clients SET hold_since = 1 WHERE id = ?", func(w *wordsWorld, _ Draft) any { return w.client.ID }, PubHeld, ReasonHold},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWordsWorld(t, open(t))
			dr, pubs := w.planned(approval.KindResponse, w.bluesky)
			w.tamper(tc.sql, tc.arg(w, dr))
			s, err := w.BeginSend(t.Context(), w.workflow, pubs[0].ID)
			w.must(err)
			if s.Go != (tc.state == PubPlanned) {
				t.Fatalf("the call may be made: %v", s.Go)
			}
			if s.Go {
				return
			}
			step, err := w.PreparePublication(t.Context(), w.workflow, pubs[0].ID)
			w.must(err)
			var p Publication
			w.must(w.read.Where("id = ?", pubs[0].ID).Take(&p).Error)
			if p.State != tc.state || p.Reason != tc.reason || step.State != tc.state {
				t.Fatalf("got %s (%s), want %s (%s)", p.State, p.Reason, tc.state, tc.reason)
			}
		})
	}
}

func TestAtMostOncePerVersionAndTarget(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		dr, pubs := w.planned(approval.KindResponse, w.facebook, w.bluesky)
		for range 3 {
			_, err := w.PublishDraft(t.Context(), w.manager, dr.ID)
			w.must(err)
		}
		if n := len(w.pubs(dr.ID)); n != 2 {
			t.Fatalf("%d publications for two targets", n)
		}
		twin := pubs[0]
		twin.ID = NewID()
		if err := w.write.Create(&twin).Error; !duplicate(err) {
			t.Fatalf("the database let a second one in: %v", err)
		}
		target := pubs[slices.IndexFunc(pubs, func(p Publication) bool { return p.TargetID == w.bluesky.ID })]
		var mu sync.Mutex
		gone := 0
		tries := make([]func(), 8)
		for i := range tries {
			tries[i] = func() {
				s, err := w.BeginSend(t.Context(), w.workflow, target.ID)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if s.Go {
					gone++
				}
			}
		}
		atOnce(tries...)
		if gone != 1 || w.pub(target.ID).State != PubSending {
			t.Fatalf("%d callers may send", gone)
		}
	})
}

func TestHoldAndReleaseOneByOne(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, pubs := w.planned(approval.KindResponse, w.facebook, w.instagram, w.bluesky)
	_, waiting := w.prepare(pubs[0])
	if waiting.State != PubAwaitingHand {
		t.Fatalf("by hand is %s", waiting.State)
	}
	_, err := w.SetHold(t.Context(), w.manager, w.client.ID, "the lawyer asked to stop")
	w.must(err)
	_, err = w.SetHold(t.Context(), w.manager, w.client.ID, "once more please")
	w.refused(err, "hold_active")
	for _, p := range w.pubs(dr.ID) {
		if p.State != PubHeld || p.Reason != ReasonHold {
			t.Fatalf("under hold a publication is %s (%s)", p.State, p.Reason)
		}
	}
	_, err = w.ConfirmByHand(t.Context(), w.manager, pubs[0].ID, "https://facebook.com/p/1")
	w.refused(err, "not_awaiting_hand")
	_, err = w.ReleasePublication(t.Context(), w.manager, pubs[0].ID, "it is harmless")
	w.refused(err, "hold_active")
	_, err = w.LiftHold(t.Context(), w.manager, w.client.ID, "the lawyer agrees")
	w.must(err)
	step, p := w.prepare(pubs[1])
	if p.State != PubHeld || step.Next != NextPerson {
		t.Fatalf("lifting the hold let an item go: %s", p.State)
	}
	_, err = w.ReleasePublication(t.Context(), w.manager, pubs[1].ID, "checked with the lawyer")
	w.must(err)
	if w.pub(pubs[1].ID).State != PubPlanned || w.pub(pubs[0].ID).State != PubHeld || !w.told(WorkflowPublication, pubs[1].ID, FactPublicationReleased) {
		t.Fatal("not exactly one item was released")
	}
}

func TestPlanningUnderHold(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, err := w.SetHold(t.Context(), w.manager, w.client.ID, "the lawyer asked to stop")
	w.must(err)
	_, pubs := w.planned(approval.KindResponse, w.bluesky)
	s, err := w.BeginSend(t.Context(), w.workflow, pubs[0].ID)
	w.must(err)
	if _, p := w.prepare(pubs[0]); s.Go || p.State != PubHeld {
		t.Fatalf("approved under hold it is %s", p.State)
	}
}

func TestByHand(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, pubs := w.planned(approval.KindAcknowledgement, w.facebook, w.instagram)
	for i, p := range pubs {
		step, now := w.prepare(p)
		if step.Next != NextPerson || now.State != PubAwaitingHand {
			t.Fatalf("got %s, %s", step.Next, now.State)
		}
		if w.told(WorkflowCrisis, w.crisis.ID, FactAcknowledged) != (i > 0) {
			t.Fatal("the acknowledgement is heard of at the wrong time")
		}
		url := "https://facebook.com/bakery/posts/1"
		got, err := w.ConfirmByHand(t.Context(), w.manager, p.ID, url)
		w.must(err)
		again, err := w.ConfirmByHand(t.Context(), w.manager, p.ID, url)
		w.must(err)
		if got.State != PubPublished || got.URL != url || again.Rev != got.Rev {
			t.Fatalf("confirmed it is %+v", got)
		}
		want := map[int]string{0: DraftApproved, 1: DraftPublished}[i]
		if state := w.draftNow(dr.ID).State; state != want {
			t.Fatalf("after %d of 2 targets the draft is %s", i+1, state)
		}
	}
	_, err := w.edit(w.draftNow(dr.ID), "Other.", w.facebook)
	w.refused(err, "draft_published")
}

func TestResponseIsOutOnlyOnEveryAffectedPlatform(t *testing.T) {
	w := newWordsWorld(t, open(t))
	affected := true
	body := AssessmentForm{Platforms: []PlatformRank{{Platform: "facebook", Rank: 1, Affected: &affected}, {Platform: "instagram", Rank: 2, Affected: &affected}}}
	w.tamper("INSERT INTO assessments (id, client_id, crisis_id, revision, body, created_by, created_at) VALUES (?, ?, ?, 1, ?, ?, ?)",
		NewID(), w.client.ID, w.crisis.ID, JSONOf(body), w.manager.ID, AtOf(w.now()))
	_, pubs := w.planned(approval.KindResponse, w.facebook, w.instagram)
	for i, p := range pubs {
		w.prepare(p)
		_, err := w.ConfirmByHand(t.Context(), w.manager, p.ID, "https://facebook.com/bakery/posts/1")
		w.must(err)
		if told := w.told(WorkflowCrisis, w.crisis.ID, FactResponded); told != (i == 1) {
			t.Fatalf("after %d of 2 platforms told = %v", i+1, told)
		}
	}
}

func TestEditEndsWhatIsPlanned(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, pubs := w.planned(approval.KindResponse, w.facebook, w.bluesky)
	sending := pubs[slices.IndexFunc(pubs, func(p Publication) bool { return p.TargetID == w.bluesky.ID })]
	s, err := w.BeginSend(t.Context(), w.workflow, sending.ID)
	w.must(err)
	_, err = w.edit(dr, "Better words.", w.facebook)
	w.refused(err, "publication_under_way")
	_, err = w.FinishSend(t.Context(), w.workflow, sending.ID, int(s.Publication.Attempts), SendResult{Status: SentUnsent, Code: "rate_limited"})
	w.must(err)
	_, err = w.edit(w.draftNow(dr.ID), "Better words.", w.facebook)
	w.must(err)
	for _, p := range w.pubs(dr.ID) {
		if p.State != PubRefused || p.Reason != ReasonSuperseded || !w.told(WorkflowPublication, p.ID, FactPublicationEnded) {
			t.Fatalf("of the old words one is %s (%s)", p.State, p.Reason)
		}
	}
	_, err = w.PublishDraft(t.Context(), w.manager, dr.ID)
	w.refused(err, ReasonNotApproved)
}

func TestPositiveContentIsLocked(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, pubs := w.planned(approval.KindContent, w.facebook)
	step, p := w.prepare(pubs[0])
	if step.Next != NextPerson || p.State != PubHeld || p.Reason != crisis.LockResponseNotOut {
		t.Fatalf("before the response it is %s (%s)", p.State, p.Reason)
	}
	_, err := w.ReleasePublication(t.Context(), w.manager, p.ID, "let it go out")
	w.refused(err, "positive_locked")
	_, response := w.planned(approval.KindResponse, w.instagram)
	w.prepare(response[0])
	_, err = w.ConfirmByHand(t.Context(), w.manager, response[0].ID, "https://instagram.com/p/1")
	w.must(err)
	_, err = w.ReleasePublication(t.Context(), w.manager, p.ID, "the response is out")
	w.must(err)
	if step, p = w.prepare(p); p.State != PubAwaitingHand {
		t.Fatalf("after the response it is %s (%s), %s", p.State, p.Reason, step.Next)
	}
}

func TestTimesOfPublishing(t *testing.T) {
	w := newWordsWorld(t, open(t))
	s := w.client.Settings.V
	s.NoPublishShabbat = true
	_, err := w.UpdateClient(t.Context(), keeper, w.client.ID, ClientChange{Settings: &s})
	w.must(err)
	from, until := w.now().Add(24*time.Hour), w.now().Add(8*24*time.Hour)
	wording := wording("Soon.", w.bluesky)
	wording.PublishFrom, wording.PublishUntil = &from, &until
	dr, err := w.CreateDraft(t.Context(), w.writer, NewDraft{CrisisID: w.crisis.ID, Kind: "response", Wording: wording})
	w.must(err)
	a := w.sendS3(dr, true)
	_, err = w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	w.startRound(a)
	_, err = w.DecideByLink(t.Context(), w.visit(a, w.dana), yes(a))
	w.must(err)
	p := w.pubs(dr.ID)[0]
	saturday := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		at     time.Time
		next   string
		reason string
	}{
		{"before the window", w.now(), NextWait, ReasonBeforeWindow},
		{"in the window", from, NextSend, ReasonBeforeWindow},
		{"on Shabbat", saturday, NextWait, "no_publish_shabbat"},
		{"after the window", until, NextDone, ReasonWindowOver},
	} {
		t.Run(tc.name, func(t *testing.T) {
			step, err := w.at(tc.at).PreparePublication(t.Context(), w.workflow, p.ID)
			w.must(err)
			if step.Next != tc.next || tc.next == NextWait && !step.Until.After(tc.at) {
				t.Fatalf("got %s until %v", step.Next, step.Until)
			}
			if got := w.pub(p.ID).Reason; got != tc.reason {
				t.Fatalf("the reason is %q", got)
			}
		})
	}
}

func TestWhatIsKnownAfterACall(t *testing.T) {
	for _, tc := range []struct {
		name   string
		r      SendResult
		state  string
		reason string
	}{
		{"published", SendResult{Status: SentPublished, URL: "https://bsky.app/p", RemoteID: "at://x"}, PubPublished, ""},
		{"refused by the platform", SendResult{Status: SentRefused, Code: "login_refused"}, PubFailed, "login_refused"},
		{"not sent", SendResult{Status: SentUnsent, Code: "rate_limited"}, PubPlanned, "rate_limited"},
		{"unknown", SendResult{Status: SentUnknown, Code: "no_answer"}, PubSending, ""},
		{"looked up and not there", SendResult{Status: SentAbsent, Code: "not_there", LookedUp: true}, PubPlanned, "not_there"},
		{"looked up and there", SendResult{Status: SentPublished, LookedUp: true}, PubPublished, ""},
		{"unknown to the last", SendResult{Status: SentUnknown, Code: "no_answer", LookedUp: true, GiveUp: true}, PubUnknown, "no_answer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWordsWorld(t, open(t))
			_, pubs := w.planned(approval.KindResponse, w.bluesky)
			s, err := w.BeginSend(t.Context(), w.workflow, pubs[0].ID)
			w.must(err)
			if !s.Go || s.Password != "pass-word" || s.Text != "We know and we are on it." {
				t.Fatalf("what to send: %+v", s)
			}
			_, err = w.FinishSend(t.Context(), w.workflow, pubs[0].ID, 7, tc.r)
			w.must(err)
			if p := w.pub(pubs[0].ID); p.State != PubSending {
				t.Fatalf("another call's result was taken: %s", p.State)
			}
			for range 2 {
				_, err = w.FinishSend(t.Context(), w.workflow, pubs[0].ID, 1, tc.r)
				w.must(err)
			}
			if p := w.pub(pubs[0].ID); p.State != tc.state || p.Reason != tc.reason {
				t.Fatalf("got %s (%s), want %s (%s)", p.State, p.Reason, tc.state, tc.reason)
			}
		})
	}
}

func TestTriesEnd(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, pubs := w.planned(approval.KindResponse, w.bluesky)
	for i := range maxSends {
		s, err := w.BeginSend(t.Context(), w.workflow, pubs[0].ID)
		w.must(err)
		if !s.Go {
			t.Fatalf("try %d was not let through", i)
		}
		_, err = w.FinishSend(t.Context(), w.workflow, pubs[0].ID, i+1, SendResult{Status: SentUnsent, Code: "unreachable"})
		w.must(err)
	}
	if p := w.pub(pubs[0].ID); p.State != PubFailed || p.Reason != ReasonAttemptsUsed {
		t.Fatalf("after %d tries it is %s (%s)", maxSends, p.State, p.Reason)
	}
	_, err := w.PublishDraft(t.Context(), w.manager, dr.ID)
	w.must(err)
	if p := w.pub(pubs[0].ID); p.State != PubPlanned || !p.IntentAt.Equal(pubs[0].IntentAt.Time) {
		t.Fatalf("tried anew it is %s at %v", p.State, p.IntentAt)
	}
}

func TestUnknownIsSettledByAPerson(t *testing.T) {
	for _, out := range []bool{true, false} {
		w := newWordsWorld(t, open(t))
		dr, pubs := w.planned(approval.KindResponse, w.bluesky)
		_, err := w.BeginSend(t.Context(), w.workflow, pubs[0].ID)
		w.must(err)
		_, err = w.ResolvePublication(t.Context(), w.manager, pubs[0].ID, out, "https://bsky.app/p", "I looked at the profile")
		w.refused(err, "not_unknown")
		_, err = w.FinishSend(t.Context(), w.workflow, pubs[0].ID, 1, SendResult{Status: SentUnknown, GiveUp: true})
		w.must(err)
		_, err = w.edit(dr, "Other words.", w.bluesky)
		w.refused(err, "publication_under_way")
		_, err = w.ResolvePublication(t.Context(), w.manager, pubs[0].ID, out, "https://bsky.app/p", "I looked at the profile")
		w.must(err)
		if p := w.pub(pubs[0].ID); (p.State == PubPublished) != out || !w.told(WorkflowPublication, p.ID, FactPublicationResolved) {
			t.Fatalf("a person said %v and it is %s", out, p.State)
		}
	}
}

func TestEveryStepIsInTheLedger(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, pubs := w.planned(approval.KindAcknowledgement, w.facebook)
	w.prepare(pubs[0])
	_, err := w.ConfirmByHand(t.Context(), w.manager, pubs[0].ID, "https://facebook.com/p/1")
	w.must(err)
	for _, action := range []audit.Action{audit.DraftCreated, audit.DraftSent, audit.ApprovalRequested, audit.ApprovalRoundStarted, audit.LinkIssued, audit.LinkOpened,
		audit.DecisionRecorded, audit.ApprovalCompleted, audit.PublicationPlanned, audit.PublicationByHandConfirmed} {
		if w.count("SELECT COUNT(*) FROM audit_entries WHERE action = ? AND crisis_id = ?", action, w.crisis.ID) == 0 {
			t.Errorf("no entry says %s", action)
		}
	}
	err = w.Change(t.Context(), keeper, func(tx *Tx) error {
		return tx.g.Exec("UPDATE publications SET url = 'x' WHERE id = ?", pubs[0].ID).Error
	})
	if !fault.Is(err, "fact_without_entry") {
		t.Fatalf("a change without an entry: %v", err)
	}
}
