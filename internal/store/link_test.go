package store

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// atLegal gives a request at severity 2, where legal decides with a one-time code.
func (w *wordsWorld) atLegal() (Draft, Approval) {
	w.t.Helper()
	w.tamper("UPDATE crises SET severity = 2 WHERE id = ?", w.crisis.ID)
	dr := w.draft(approval.KindResponse, w.facebook)
	a := w.send(dr, true, managers(w.manager), contacts(approval.PartyLegal, approval.ModeAny, w.lawyer), contacts(approval.PartyClient, approval.ModeAny, w.dana))
	_, err := w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	w.startRound(a)
	return dr, a
}

// mailedCode reads the newest one-time code out of the outbox, as the relay does.
func (w *wordsWorld) mailedCode(linkID string) string {
	w.t.Helper()
	var rows []OutboxEvent
	w.must(w.read.Where("kind = ?", OutboxMail).Order("id DESC").Find(&rows).Error)
	for _, r := range rows {
		var m MailEvent
		w.must(json.Unmarshal([]byte(r.Payload), &m))
		if m.Kind == mailApprovalCode && m.LinkID == linkID {
			if strings.Contains(r.Payload, "sealed") {
				code, err := w.OpenSealed(linkID, m.Sealed)
				w.must(err)
				return code
			}
		}
	}
	w.t.Fatal("no code was mailed")
	return ""
}

func TestLinkBoundToItsRow(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	token, l := w.token(a, w.dana), w.link(a, w.dana)
	other, _ := w.atClient(true, w.instagram)
	for name, tc := range map[string]struct{ sql, undo string }{
		"another version":    {"UPDATE approval_links SET version_hash = '" + strings.Repeat("a", 64) + "'", "UPDATE approval_links SET version_hash = '" + l.VersionHash + "'"},
		"another approver":   {"UPDATE approval_links SET approver_key = 'contact:x'", "UPDATE approval_links SET approver_key = '" + l.ApproverKey + "'"},
		"a later expiry":     {"UPDATE approval_links SET expires_at = expires_at + 1000000", "UPDATE approval_links SET expires_at = expires_at - 1000000"},
		"revoked":            {"UPDATE approval_links SET state = 'revoked'", "UPDATE approval_links SET state = 'open'"},
		"an unknown state":   {"UPDATE approval_links SET state = 'great'", "UPDATE approval_links SET state = 'open'"},
		"version of request": {"UPDATE approvals SET version_hash = '" + strings.Repeat("b", 64) + "' WHERE id = '" + a.ID + "'; --", "UPDATE approvals SET version_hash = '" + a.VersionHash + "' WHERE id = '" + a.ID + "'; --"},
		"another draft":      {"UPDATE approvals SET draft_id = '" + other.ID + "', state = 'expired' WHERE id = '" + a.ID + "'; --", "UPDATE approvals SET draft_id = '" + a.DraftID + "', state = 'open' WHERE id = '" + a.ID + "'; --"},
	} {
		t.Run(name, func(t *testing.T) {
			w.tamper(tc.sql+" WHERE id = ?", l.ID)
			_, err := w.OpenLink(t.Context(), w.ring, token)
			if !fault.Is(err, "link_invalid") {
				t.Fatalf("the altered link answered %v", err)
			}
			w.tamper(tc.undo+" WHERE id = ?", l.ID)
			if _, err := w.OpenLink(t.Context(), w.ring, token); err != nil {
				t.Fatalf("the link as it was: %v", err)
			}
		})
	}
	// Expired is expired also when the clock steps back after the expiry was stored.
	_, err := w.at(a.Deadline.Time).OpenLink(t.Context(), w.ring, token)
	w.refused(err, "link_invalid")
}

func TestOpeningUsesNothingUp(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	first := w.visit(a, w.dana)
	for range 5 {
		w.visit(a, w.dana)
	}
	if n := w.count("SELECT COUNT(*) FROM audit_entries WHERE action = ?", audit.LinkOpened); n != 1 {
		t.Fatalf("%d entries of the first opening", n)
	}
	_, err := w.DecideByLink(t.Context(), first, yes(a))
	w.must(err)
}

func TestRevokedLink(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	secret, token, l := w.visit(a, w.dana), w.token(a, w.dana), w.link(a, w.dana)
	w.must(w.RevokeLink(t.Context(), w.manager, a.ID, l.ID, "wrong person"))
	w.refused(w.RevokeLink(t.Context(), w.manager, a.ID, l.ID, "again"), "link_ended")
	_, err := w.DecideByLink(t.Context(), secret, yes(a))
	w.refused(err, "link_revoked")
	_, err = w.OpenLink(t.Context(), w.ring, token)
	w.refused(err, "link_invalid")
	if w.approvalNow(a.ID).State != approvalOpen || w.count("SELECT COUNT(*) FROM decisions WHERE link_id <> ''") != 0 {
		t.Fatal("revoking one link did more than that")
	}
}

func TestRemovedContactDecidesNothing(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		_, a := w.atClient(true, w.facebook)
		secret, token := w.visit(a, w.dana), w.token(a, w.dana)
		w.must(w.RemoveContact(t.Context(), w.manager, w.client.ID, w.dana.ID))
		_, err := w.DecideByLink(t.Context(), secret, yes(a))
		w.refused(err, "link_revoked")
		_, err = w.OpenLink(t.Context(), w.ring, token)
		w.refused(err, "link_invalid")
		if l := w.link(a, w.omer); l.State != string(approval.LinkOpen) {
			t.Fatalf("the other's link is %s", l.State)
		}
	})
}

func TestRemovedContactGetsNoLink(t *testing.T) {
	w := newWordsWorld(t, open(t))
	a := w.sendS3(w.draft(approval.KindResponse, w.facebook), true)
	w.must(w.RemoveContact(t.Context(), w.manager, w.client.ID, w.dana.ID))
	_, err := w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	w.startRound(a)
	if n := w.count("SELECT COUNT(*) FROM approval_links WHERE approval_id = ? AND approver_key = ?", a.ID, "contact:"+w.dana.ID); n != 0 {
		t.Fatal("somebody who was removed got a link")
	}
	if l := w.link(a, w.omer); l.State != string(approval.LinkOpen) {
		t.Fatalf("the other's link is %s", l.State)
	}
}

func TestVisitEnds(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	for name, tc := range map[string]struct {
		wait time.Duration
		over bool
	}{"29 minutes idle": {29 * time.Minute, false}, "30 minutes idle": {30 * time.Minute, true}} {
		t.Run(name, func(t *testing.T) {
			secret := w.visit(a, w.dana)
			_, err := w.at(w.now().Add(tc.wait)).ReviewPage(t.Context(), secret)
			if fault.Is(err, "review_over") != tc.over {
				t.Fatalf("got %v", err)
			}
		})
	}
	secret := w.visit(a, w.dana)
	w.tamper("UPDATE review_sessions SET seen_at = seen_at + ?", (5 * time.Hour).Microseconds())
	_, err := w.at(w.now().Add(reviewLife)).ReviewPage(t.Context(), secret)
	w.refused(err, "review_over")
	for _, wrong := range []string{"", "x", strings.Repeat("y", 200), reviewHash(secret)} {
		_, err := w.ReviewPage(t.Context(), wrong)
		w.refused(err, "review_over")
	}
	if w.count("SELECT COUNT(*) FROM review_sessions WHERE token_hash = ?", secret) != 0 {
		t.Fatal("the secret itself is stored")
	}
}

func TestVisitIsBoundToOneLink(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atClient(true, w.facebook)
	_, b := w.atClient(true, w.instagram)
	secret := w.visit(a, w.dana)
	d := yes(b)
	d.ApprovalID, d.ApproverKey, d.LinkID = b.ID, "contact:"+w.omer.ID, w.link(b, w.omer).ID
	_, err := w.DecideByLink(t.Context(), secret, d)
	w.refused(err, "version_changed")
	if w.count("SELECT COUNT(*) FROM decisions WHERE link_id <> ''") != 0 {
		t.Fatal("one link's visit decided on another")
	}
}

func TestCodeIsNeededAndSpent(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atLegal()
	secret, l := w.visit(a, w.lawyer), w.link(a, w.lawyer)
	if l.Step != string(approval.StepCode) {
		t.Fatalf("severity 2 asks for %s", l.Step)
	}
	_, err := w.DecideByLink(t.Context(), secret, yes(a))
	w.refused(err, "code_needed")
	_, err = w.VerifyCode(t.Context(), w.ring, secret, "12345678")
	w.refused(err, "code_none")
	w.must(w.SendCode(t.Context(), w.ring, secret))
	code := w.mailedCode(l.ID)
	w.must(w.SendCode(t.Context(), w.ring, secret)) // a second press within the minute
	if w.link(a, w.lawyer).Sends != 1 || w.mailedCode(l.ID) != code {
		t.Fatal("a second press made a second code")
	}
	verified, err := w.VerifyCode(t.Context(), w.ring, secret, code)
	w.must(err)
	_, err = w.ReviewPage(t.Context(), secret)
	w.refused(err, "review_over") // no fixation: the old visit does not become a verified one
	_, err = w.VerifyCode(t.Context(), w.ring, verified, code)
	w.refused(err, "code_none")
	_, err = w.DecideByLink(t.Context(), verified, yes(a))
	w.must(err)
}

func TestOldAndForeignCodes(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atLegal()
	_, b := w.atLegal()
	secret, foreign := w.visit(a, w.lawyer), w.visit(b, w.lawyer)
	w.must(w.SendCode(t.Context(), w.ring, secret))
	old := w.mailedCode(w.link(a, w.lawyer).ID)
	w.later(2 * time.Minute)
	w.must(w.SendCode(t.Context(), w.ring, secret))
	w.must(w.SendCode(t.Context(), w.ring, foreign))
	_, err := w.VerifyCode(t.Context(), w.ring, secret, old)
	w.refused(err, "code_wrong")
	_, err = w.VerifyCode(t.Context(), w.ring, secret, w.mailedCode(w.link(b, w.lawyer).ID))
	w.refused(err, "code_wrong")
	w.later(11 * time.Minute)
	_, err = w.VerifyCode(t.Context(), w.ring, secret, w.mailedCode(w.link(a, w.lawyer).ID))
	w.refused(err, "code_expired")
}

func TestCodeLimitsHoldInParallel(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		_, a := w.atLegal()
		secret, l := w.visit(a, w.lawyer), w.link(a, w.lawyer)
		for round := range 3 {
			w.must(w.SendCode(t.Context(), w.ring, secret))
			wrong := "00000000"
			if w.mailedCode(l.ID) == wrong {
				wrong = "11111111"
			}
			var mu sync.Mutex
			codes := map[string]int{}
			tries := make([]func(), 12)
			for i := range tries {
				tries[i] = func() {
					_, err := w.VerifyCode(t.Context(), w.ring, secret, wrong)
					f, _ := fault.As(err)
					mu.Lock()
					defer mu.Unlock()
					codes[f.Code]++
				}
			}
			atOnce(tries...)
			counted := w.link(a, w.lawyer).Code.V.Wrong
			if counted != 5*(round+1) {
				t.Fatalf("round %d: %d wrong tries are counted (%v)", round, counted, codes)
			}
			if round < 2 && (codes["code_wrong"] != 5 || codes["code_tries"] != 7) {
				t.Fatalf("round %d answered %v", round, codes)
			}
			w.later(2 * time.Minute)
		}
		if got := w.link(a, w.lawyer); got.State != string(approval.LinkLocked) {
			t.Fatalf("after 15 wrong tries the link is %s", got.State)
		}
		w.refused(w.SendCode(t.Context(), w.ring, secret), "link_locked")
		if w.count("SELECT COUNT(*) FROM audit_entries WHERE action = ?", audit.LinkLocked) != 1 || w.count("SELECT COUNT(*) FROM notifications WHERE kind = 'link_locked'") == 0 {
			t.Fatal("nobody was told that the link is locked")
		}
	})
}

func TestCodeSendsAreLimited(t *testing.T) {
	w := newWordsWorld(t, open(t))
	_, a := w.atLegal()
	for i := range approval.MaxCodeSends + 2 {
		err := w.SendCode(t.Context(), w.ring, w.visit(a, w.lawyer))
		if i < approval.MaxCodeSends {
			w.must(err)
		} else {
			w.refused(err, "code_sends")
		}
		w.later(2 * time.Minute)
	}
}

func TestClientMayAskForMore(t *testing.T) {
	w := newWordsWorld(t, open(t))
	s := w.client.Settings.V
	s.Verification = "code_always"
	_, err := w.UpdateClient(t.Context(), keeper, w.client.ID, ClientChange{Settings: &s})
	w.must(err)
	_, a := w.atClient(true, w.facebook)
	if w.link(a, w.dana).Step != string(approval.StepCode) {
		t.Fatal("the client's stricter setting is ignored at severity 3")
	}
}
