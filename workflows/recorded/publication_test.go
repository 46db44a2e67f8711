package recorded

import (
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// sent is an acknowledgement that a manager is asked to approve.
func sent(t *testing.T, c store.Crisis) store.Approval {
	t.Helper()
	d, err := shared.db.CreateDraft(t.Context(), shared.dana, store.NewDraft{CrisisID: c.ID, Kind: "acknowledgement", Wording: store.Wording{
		Title: "We know", Texts: []store.DraftText{{Platform: "facebook", Lang: "en", Text: "We know and are looking into it."}}, Targets: []string{shared.target.ID}}})
	must(t, err)
	deadline := time.Now().Add(time.Hour)
	a, err := shared.db.SendDraft(t.Context(), shared.dana, d.ID, store.SendRequest{Deadline: &deadline, PublishOnApproval: true, MayDecide: []string{shared.dana.ID, shared.roni.ID},
		Rounds: []store.SendRound{{Party: approval.PartyManager, Mode: approval.ModeAny, Approvers: []store.ApproverID{{UserID: shared.roni.ID}}}}})
	must(t, err)
	return a
}

func TestApprovedAndPublishedByHand(t *testing.T) {
	c := openCase(t, crisis.S4, time.Minute)
	a := sent(t, c)
	eventually(t, "the start of the approval", func() bool { return running(t, workflows.ApprovalWorkflow, a.ID) })
	_, err := shared.db.RecordDecision(t.Context(), shared.roni, store.Decide{ApprovalID: a.ID, ApproverKey: "user:" + shared.roni.ID, Kind: approval.Approved,
		VersionHash: a.VersionHash, TypedName: "Roni", IdempotencyKey: store.NewID()})
	must(t, err)
	var p store.PublicationCase
	eventually(t, "a publication that waits for a hand", func() bool {
		rows, _, err := shared.db.Publications(t.Context(), store.PublicationFilter{Scope: store.ScopeAll(), CrisisID: c.ID})
		must(t, err)
		if len(rows) == 1 {
			p = rows[0]
		}
		return p.State == store.PubAwaitingHand
	})
	_, err = shared.db.ConfirmByHand(t.Context(), shared.dana, p.ID, "https://www.facebook.com/tene/posts/1")
	must(t, err)
	eventually(t, "the end of both processes", func() bool {
		return !running(t, workflows.ApprovalWorkflow, a.ID) && !running(t, workflows.PublicationWorkflow, p.ID)
	})
	eventually(t, "the acknowledgement's clock", func() bool { return clockState(t, c.ID, clock.Acknowledge) == clock.Met })
	keep(t, "approval-approved", workflows.ApprovalID(a.ID), "")
	keep(t, "publication-by-hand", workflows.PublicationID(p.ID), "")
	keep(t, "crisis-acknowledged", workflows.CrisisID(c.ID), "")
}

func TestWithdrawnBeforeItsDeadline(t *testing.T) {
	c := openCase(t, crisis.S4, time.Minute)
	a := sent(t, c)
	eventually(t, "the start of the approval", func() bool { return running(t, workflows.ApprovalWorkflow, a.ID) })
	_, err := shared.db.WithdrawDraft(t.Context(), shared.dana, a.DraftID, because)
	must(t, err)
	eventually(t, "the end of the approval", func() bool { return !running(t, workflows.ApprovalWorkflow, a.ID) })
	keep(t, "approval-withdrawn", workflows.ApprovalID(a.ID), "")
}
