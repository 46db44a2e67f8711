package store

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestDecisionCompletesAndPlans(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, a := w.atClient(true, w.facebook, w.bluesky)
	if !w.told(WorkflowCrisis, w.crisis.ID, FactWaitingForClient) {
		t.Fatal("the crisis does not know that it waits for the client")
	}
	made, err := w.DecideByLink(t.Context(), w.visit(a, w.dana), yes(a))
	w.must(err)
	if made.VersionHash != a.VersionHash || made.TypedName != "Dana Levi" || made.Via != "link" {
		t.Fatalf("the record is not what was decided: %+v", made)
	}
	if now := w.approvalNow(a.ID); now.State != approvalApproved || w.draftNow(dr.ID).State != DraftApproved {
		t.Fatalf("the request is %s", now.State)
	}
	if l := w.link(a, w.omer); l.State != string(approval.LinkRevoked) {
		t.Fatalf("a link that is needed no more is %s", l.State)
	}
	pubs := w.pubs(dr.ID)
	if len(pubs) != 2 || pubs[0].State != PubPlanned {
		t.Fatalf("not planned for both targets: %+v", pubs)
	}
	if n := w.count("SELECT COUNT(*) FROM outbox WHERE kind = ? AND payload LIKE '%Publication%'", OutboxStart); n != 2 {
		t.Fatalf("%d publication workflows are started", n)
	}
	if !w.told(WorkflowApproval, a.ID, FactDecisionMade) || !w.told(WorkflowCrisis, w.crisis.ID, FactNoLongerWaiting) {
		t.Fatal("the workflows were not told")
	}
	if n := w.count("SELECT COUNT(*) FROM outbox WHERE kind = ? AND payload LIKE ?", OutboxMail, "%"+mailReceipt+"%"); n != 1 {
		t.Fatalf("%d receipts", n)
	}
	if n := w.count("SELECT COUNT(*) FROM audit_entries WHERE action IN ?", []audit.Action{audit.DecisionRecorded}); n != 2 {
		t.Fatalf("%d entries of two decisions", n)
	}
}

func TestDecisionRefused(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	secret := w.visit(a, w.dana)
	for _, tc := range []struct {
		name string
		edit func(*Decide)
		code string
	}{
		{"hash of nothing", func(d *Decide) { d.VersionHash = "" }, "version_changed"},
		{"hash of other words", func(d *Decide) { d.VersionHash = strings.Repeat("0", 64) }, "version_changed"},
		{"no name", func(d *Decide) { d.TypedName = " " }, "typed_name_required"},
		{"a name without letters", func(d *Decide) { d.TypedName = "1!" }, "typed_name_required"},
		{"no choice", func(d *Decide) { d.Kind = "" }, "decision_unknown"},
		{"no to it without a word", func(d *Decide) { d.Kind = approval.Declined }, "comment_required"},
		{"an essay", func(d *Decide) { d.Comment = strings.Repeat("x", maxComment+1) }, "comment_too_long"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := yes(a)
			tc.edit(&d)
			_, err := w.DecideByLink(t.Context(), secret, d)
			if !fault.Is(err, tc.code) {
				t.Fatalf("got %v, want %s", err, tc.code)
			}
		})
	}
	_, err := w.decideInside(a, w.other, approval.Approved)
	w.refused(err, "not_asked")
	_, err = w.decideInside(a, w.manager, approval.Declined)
	w.refused(err, "already_decided")
	if now := w.approvalNow(a.ID); now.State != approvalOpen || w.count("SELECT COUNT(*) FROM decisions") != 1 {
		t.Fatalf("a refused decision left something: %s", now.State)
	}
}

func TestDecisionBeforeItsRound(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr := w.draft(approval.KindResponse, w.facebook)
	a := w.sendS3(dr, true)
	if n := w.count("SELECT COUNT(*) FROM approval_links WHERE approval_id = ?", a.ID); n != 0 {
		t.Fatalf("%d links of a later round are out", n)
	}
	_, err := w.RecordDecision(t.Context(), w.other, Decide{ApprovalID: a.ID, ApproverKey: "contact:" + w.dana.ID, Kind: approval.Approved, VersionHash: a.VersionHash})
	w.refused(err, "not_asked")
}

// The figure beside the menu and the list it leads to count the same people.
func TestWaitingForThoseWhoseTurnItIs(t *testing.T) {
	w := newWordsWorld(t, open(t))
	lawyers := SendRound{Party: approval.PartyLegal, Mode: approval.ModeAny, Approvers: []ApproverID{{UserID: w.other.ID}}}
	a := w.send(w.draft(approval.KindResponse, w.facebook), true, managers(w.manager), lawyers, contacts(approval.PartyClient, approval.ModeAny, w.dana))
	waits := func(who audit.Actor) int64 {
		n, err := w.ApprovalsWaitingFor(t.Context(), ScopeAll(), who.ID)
		w.must(err)
		rows, _, err := w.Approvals(t.Context(), ApprovalFilter{WaitingFor: "user:" + who.ID, Scope: ScopeAll()})
		w.must(err)
		if int(n) != len(rows) {
			t.Errorf("%d are counted and %d listed", n, len(rows))
		}
		return n
	}
	if waits(w.manager) != 1 || waits(w.other) != 0 {
		t.Fatal("it does not wait for the first round's people alone")
	}
	_, err := w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	if waits(w.manager) != 0 || waits(w.other) != 1 {
		t.Fatal("it does not wait for the second round's people alone")
	}
}

func TestIdempotencyKeyIsAnsweredAlike(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	secret := w.visit(a, w.dana)
	d := yes(a)
	first, err := w.DecideByLink(t.Context(), secret, d)
	w.must(err)
	again, err := w.DecideByLink(t.Context(), secret, d)
	w.must(err)
	if first.ID != again.ID || !first.DecidedAt.Equal(again.DecidedAt.Time) {
		t.Fatal("the same key got another answer")
	}
	d.Kind, d.Comment = approval.Declined, "no"
	_, err = w.DecideByLink(t.Context(), secret, d)
	w.refused(err, "already_decided")
	_, err = w.DecideByLink(t.Context(), secret, yes(a))
	w.refused(err, "already_decided")
}

const raceRounds = 12

func TestDoubleClickAndTwoTabs(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		for range raceRounds / 3 {
			_, a := w.atClient(true, w.facebook)
			secret := w.visit(a, w.dana)
			one := yes(a)
			var mu sync.Mutex
			ids, refused := map[string]int{}, 0
			try := func(cmd Decide) func() {
				return func() {
					made, err := w.DecideByLink(t.Context(), secret, cmd)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						ids[made.ID]++
					case fault.Is(err, "already_decided"):
						refused++
					default:
						t.Error(err)
					}
				}
			}
			atOnce(try(one), try(one), try(one), try(one), try(yes(a)), try(yes(a)))
			if len(ids) != 1 || w.count("SELECT COUNT(*) FROM decisions WHERE approval_id = ? AND link_id <> ''", a.ID) != 1 {
				t.Fatalf("%d decisions were answered for, %d refused", len(ids), refused)
			}
			if n := w.count("SELECT COUNT(*) FROM publications WHERE approval_id = ?", a.ID); n != 1 {
				t.Fatalf("%d publications of one approval", n)
			}
		}
	})
}

// A decision and the deadline in the same instant have one outcome, and the
// approver hears which.
func TestDecisionAgainstDeadline(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		for i := range raceRounds {
			dr, a := w.atClient(true, w.facebook)
			secret := w.visit(a, w.dana)
			early, late := w.at(a.Deadline.Add(-time.Microsecond)), w.at(a.Deadline.Time)
			w.tamper("UPDATE review_sessions SET seen_at = ?, expires_at = ?", a.Deadline, AtOf(a.Deadline.Add(time.Hour)))
			var decided, expired error
			decide := func() { _, decided = early.DecideByLink(t.Context(), secret, yes(a)) }
			expire := func() { _, expired = late.ExpireApproval(t.Context(), w.workflow, a.ID) }
			switch i {
			case 0:
				decide()
				expire()
			case 1:
				expire()
				decide()
			default:
				atOnce(decide, expire)
			}
			w.must(expired)
			now, made := w.approvalNow(a.ID), w.count("SELECT COUNT(*) FROM decisions WHERE approval_id = ? AND link_id <> ''", a.ID)
			switch now.State {
			case approvalApproved:
				if decided != nil || made != 1 || len(w.pubs(dr.ID)) != 1 || w.draftNow(dr.ID).State != DraftApproved {
					t.Fatalf("approved, but the approver heard %v and %d decisions stand", decided, made)
				}
			case approvalExpired:
				if !fault.Is(decided, "approval_expired") || made != 0 || len(w.pubs(dr.ID)) != 0 || w.draftNow(dr.ID).State != DraftEditing {
					t.Fatalf("expired, but the approver heard %v and %d decisions stand", decided, made)
				}
			default:
				t.Fatalf("the request is %s", now.State)
			}
			if i == 0 && now.State != approvalApproved || i == 1 && now.State != approvalExpired {
				t.Fatalf("the order did not decide: %s", now.State)
			}
		}
	})
}

func TestExpiryWaitsForTheDeadline(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, a := w.atClient(true, w.facebook)
	p, err := w.at(a.Deadline.Add(-time.Microsecond)).ExpireApproval(t.Context(), w.workflow, a.ID)
	w.must(err)
	if !p.Open || w.approvalNow(a.ID).State != approvalOpen {
		t.Fatal("it expired early")
	}
	late := w.at(a.Deadline.Time)
	_, err = late.RecordDecision(t.Context(), w.other, Decide{ApprovalID: a.ID, ApproverKey: "contact:" + w.dana.ID, Kind: approval.Approved, VersionHash: a.VersionHash})
	w.refused(err, "approval_expired")
	for range 2 {
		_, err = late.ExpireApproval(t.Context(), w.workflow, a.ID)
		w.must(err)
	}
	if w.approvalNow(a.ID).State != approvalExpired || w.draftNow(dr.ID).State != DraftEditing || w.count("SELECT COUNT(*) FROM audit_entries WHERE action = ?", audit.ApprovalExpired) != 1 {
		t.Fatal("it did not expire exactly once")
	}
}

// An approval of old words never stands beside an edit that came first.
func TestDecisionAgainstEdit(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		for i := range raceRounds {
			dr, a := w.atClient(false, w.facebook)
			dana, omer := w.visit(a, w.dana), w.visit(a, w.omer)
			dr = w.draftNow(dr.ID)
			var one, two, edited error
			atOnce(
				func() { _, one = w.DecideByLink(t.Context(), dana, yes(a)) },
				func() { _, two = w.DecideByLink(t.Context(), omer, yes(a)) },
				func() { _, edited = w.edit(dr, fmt.Sprint("Edited ", i), w.facebook) },
			)
			now, made := w.approvalNow(a.ID), w.count("SELECT COUNT(*) FROM decisions WHERE approval_id = ? AND link_id <> ''", a.ID)
			if (one == nil || two == nil) != (now.State == approvalApproved) || (made == 1) != (now.State == approvalApproved) {
				t.Fatalf("request %s, decisions %d, heard %v and %v", now.State, made, one, two)
			}
			if edited != nil || w.draftNow(dr.ID).Version != 2 || w.draftNow(dr.ID).State != DraftEditing {
				t.Fatalf("the edit: %v", edited)
			}
			if now.State != approvalApproved && now.State != approvalSuperseded {
				t.Fatalf("the request is %s", now.State)
			}
		}
	})
}

func TestApproveAndDeclineAtOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		for range raceRounds / 2 {
			dr, a := w.atClient(true, w.facebook)
			dana, omer := w.visit(a, w.dana), w.visit(a, w.omer)
			no := yes(a)
			no.Kind, no.Comment = approval.Declined, "not like this"
			var one, two error
			atOnce(func() { _, one = w.DecideByLink(t.Context(), dana, yes(a)) }, func() { _, two = w.DecideByLink(t.Context(), omer, no) })
			if (one == nil) == (two == nil) {
				t.Fatalf("heard %v and %v", one, two)
			}
			want := map[bool]string{true: DraftApproved, false: DraftDeclined}[one == nil]
			if got := w.draftNow(dr.ID).State; got != want || (len(w.pubs(dr.ID)) == 1) != (one == nil) {
				t.Fatalf("the draft is %s, want %s", got, want)
			}
		}
	})
}

func TestDisputeStopsWhatWasApproved(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, pubs := w.planned(approval.KindResponse, w.facebook, w.bluesky)
	a := w.approvalNow(dr.ApprovalID)
	lc, err := w.LinkCase(t.Context(), w.link(a, w.dana).ID)
	w.must(err)
	dispute, err := lc.DisputeToken(w.ring)
	w.must(err)
	w.refused(w.DisputeDecision(t.Context(), w.ring, dispute, "Dana", ""), "reason_required")
	w.refused(w.DisputeDecision(t.Context(), w.ring, w.token(a, w.dana), "Dana", "not me"), "link_invalid")
	if w.pubs(dr.ID)[0].State != PubPlanned {
		t.Fatal("a refused dispute stopped something")
	}
	for range 2 {
		w.must(w.DisputeDecision(t.Context(), w.ring, dispute, "Dana", "my phone was stolen"))
	}
	for _, p := range w.pubs(dr.ID) {
		if p.State != PubHeld || p.Reason != ReasonDisputed {
			t.Fatalf("%s is %s (%s)", p.ID, p.State, p.Reason)
		}
	}
	_, err = w.ReleasePublication(t.Context(), w.manager, pubs[0].ID, "it was fine really")
	w.refused(err, ReasonDisputed)
	_, err = w.PublishDraft(t.Context(), w.manager, dr.ID)
	w.refused(err, ReasonNotApproved)
	if n := w.count("SELECT COUNT(*) FROM audit_entries WHERE action = ?", audit.DecisionDisputed); n != 1 {
		t.Fatalf("%d entries of one dispute", n)
	}
	again := w.sendS3(w.draftNow(dr.ID), true)
	_, err = w.decideInside(again, w.manager, approval.Approved)
	w.must(err)
	w.startRound(again)
	_, err = w.DecideByLink(t.Context(), w.visit(again, w.omer), yes(again))
	w.must(err)
	for i, p := range w.pubs(dr.ID) {
		if p.State != PubPlanned || p.ID != pubs[i].ID || !p.IntentAt.Equal(pubs[i].IntentAt.Time) {
			t.Fatalf("after a new approval: %s as %s", p.State, p.ID)
		}
		// Its workflow waits for a person, and a start would not wake it.
		if !w.told(WorkflowPublication, p.ID, FactPublicationReleased) {
			t.Fatalf("%s goes on and its workflow does not know", p.ID)
		}
	}
}

func TestRemindersAreSentOnce(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	mails := func() int {
		return w.count("SELECT COUNT(*) FROM outbox WHERE kind = ? AND payload LIKE ?", OutboxMail, "%"+mailApprovalReminder+"%")
	}
	for range 3 {
		w.must(w.RemindApprovers(t.Context(), w.workflow, a.ID, "half"))
	}
	if n := mails(); n != 2 {
		t.Fatalf("%d reminders to two people", n)
	}
	w.must(w.RemindApprovers(t.Context(), w.manager, a.ID, ""))
	w.refused(w.RemindApprovers(t.Context(), w.manager, a.ID, ""), "reminded_recently")
	_, err := w.DecideByLink(t.Context(), w.visit(a, w.dana), yes(a))
	w.must(err)
	before := mails()
	w.must(w.RemindApprovers(t.Context(), w.workflow, a.ID, "late"))
	w.refused(w.RemindApprovers(t.Context(), w.manager, a.ID, ""), "approval_ended")
	if mails() != before {
		t.Fatal("somebody was reminded of a request that has ended")
	}
}
