package store

import (
	"testing"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/crisis"
)

func (w *wordsWorld) raise(from, to crisis.Severity) {
	w.t.Helper()
	_, err := w.ChangeSeverity(w.t.Context(), Command{CrisisID: w.crisis.ID, Key: NewID(), By: w.manager}, from, to, "children were hurt")
	w.must(err)
}

// What was asked or given at a lighter severity does not count at a graver one:
// its rounds and its proof were weaker than the policy asks for now.
func TestRaisedSeverityRecallsWeakerApprovals(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		open, asked := w.atClient(true, w.facebook)
		approved, pubs := w.planned(approval.KindResponse, w.instagram)
		visit := w.visit(asked, w.dana)
		w.raise(crisis.S3, crisis.S1)

		if a := w.approvalNow(asked.ID); a.State != approvalSuperseded {
			t.Errorf("the open request is %s", a.State)
		}
		if _, err := w.DecideByLink(t.Context(), visit, yes(asked)); err == nil {
			t.Error("a link of the lighter severity still decides")
		}
		for _, id := range []string{open.ID, approved.ID} {
			if s := w.draftNow(id).State; s != DraftEditing {
				t.Errorf("a draft is %s and need not be sent again", s)
			}
		}
		if p := w.pub(pubs[0].ID); p.State != PubRefused || p.Reason != ReasonSeverityRaised {
			t.Errorf("what was planned is %s (%s)", p.State, p.Reason)
		}
		_, err := w.PublishDraft(t.Context(), w.manager, approved.ID)
		w.refused(err, ReasonNotApproved)
		_, err = w.SendDraft(t.Context(), w.manager, open.ID, SendRequest{MayDecide: w.mayDecide(),
			Rounds: []SendRound{managers(w.manager), contacts(approval.PartyClient, approval.ModeAny, w.dana)}})
		if err == nil {
			t.Error("the rounds of severity 3 were taken at severity 1")
		}
	})
}

func TestLoweredSeverityLeavesApprovalsAlone(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, asked := w.atClient(true, w.facebook)
	w.raise(crisis.S3, crisis.S4)
	if a := w.approvalNow(asked.ID); a.State != approvalOpen {
		t.Errorf("the request is %s", a.State)
	}
}

func TestClosedCrisisAsksAndPublishesNothingMore(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, asked := w.atClient(true, w.facebook)
	waiting, pubs := w.planned(approval.KindResponse, w.instagram)
	w.must(w.write.Exec("UPDATE crises SET stage = 'sustain', wave = 1 WHERE id = ?", w.crisis.ID).Error)
	_, err := w.LeaveStage(t.Context(), Command{CrisisID: w.crisis.ID, Key: NewID(), By: w.manager},
		LeaveStage{Expected: crisis.Sustain, OverrideReason: "the test closes it early", MayOverride: true})
	w.must(err)
	if a := w.approvalNow(asked.ID); a.State != approvalSuperseded {
		t.Errorf("the request of a closed crisis is %s", a.State)
	}
	if p := w.pub(pubs[0].ID); p.State != PubRefused || p.Reason != ReasonCrisisClosed {
		t.Errorf("what was planned is %s (%s)", p.State, p.Reason)
	}
	for _, id := range []string{dr.ID, waiting.ID} {
		_, err = w.SendDraft(t.Context(), w.manager, id, SendRequest{MayDecide: w.mayDecide(),
			Rounds: []SendRound{managers(w.manager), contacts(approval.PartyClient, approval.ModeAny, w.dana)}})
		w.refused(err, "crisis_closed")
	}
}
