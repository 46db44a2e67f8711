package store

import (
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestDraftKeepsWhatIsHashed(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr := w.draft(approval.KindResponse, w.facebook, w.bluesky)
	v, c, err := w.DraftContent(t.Context(), dr.ID, 1)
	w.must(err)
	if v.ContentHash != dr.VersionHash || approval.ContentHash(c).String() != dr.VersionHash || v.Content != string(approval.Canonical(c)) {
		t.Fatal("the stored bytes are not what the hash is of")
	}
	if len(c.Targets) != 2 || c.Targets[0].Account == "" || c.Targets[0].Platform == "" {
		t.Fatalf("the hash does not cover platform and account: %+v", c.Targets)
	}
}

func TestEditAfterSending(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newWordsWorld(t, d)
		dr, a := w.atClient(true, w.facebook)
		secret := w.visit(a, w.dana)
		dr = w.draftNow(dr.ID)
		edited, err := w.edit(dr, "Other words.", w.facebook)
		w.must(err)
		if edited.Version != 2 || edited.State != DraftEditing || edited.VersionHash == dr.VersionHash {
			t.Fatalf("the edit is not a new version in the making: %+v", edited)
		}
		if now := w.approvalNow(a.ID); now.State != approvalSuperseded {
			t.Fatalf("the open request is %s", now.State)
		}
		if l := w.link(a, w.dana); l.State != string(approval.LinkSuperseded) {
			t.Fatalf("the link is %s", l.State)
		}
		_, err = w.DecideByLink(t.Context(), secret, yes(a))
		w.refused(err, "approval_superseded")
		r, err := w.ReviewPage(t.Context(), secret)
		w.must(err)
		if r.Ended == nil || r.Ended.Code != "link_superseded" || r.Superseding == nil {
			t.Fatalf("the page does not say that the words were changed: %+v", r.Ended)
		}
		if w.count("SELECT COUNT(*) FROM decisions WHERE link_id <> ''") != 0 {
			t.Fatal("a decision on old words was recorded")
		}
		if !w.told(WorkflowApproval, a.ID, FactApprovalEnded) || !w.told(WorkflowCrisis, w.crisis.ID, FactNoLongerWaiting) {
			t.Fatal("the workflows were not told")
		}
		_, err = w.SendDraft(t.Context(), w.manager, dr.ID, SendRequest{Rounds: []SendRound{managers(w.manager), contacts(approval.PartyClient, approval.ModeAny, w.dana)}, MayDecide: w.mayDecide()})
		w.must(err)
	})
}

func TestEditRefused(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr := w.draft(approval.KindResponse, w.facebook)
	newer, err := w.edit(dr, "Second.", w.facebook)
	w.must(err)
	_, err = w.edit(dr, "Mine.", w.facebook)
	w.refused(err, "stale")
	f, _ := fault.As(err)
	if f.Details["changed_by"] != "Wanda" || f.Details["current"].(map[string]any)["version"] != int64(2) {
		t.Fatalf("the refusal does not say who wrote what: %v", f.Details)
	}
	same, err := w.edit(newer, "Second.", w.facebook)
	w.must(err)
	if same.Version != 2 {
		t.Fatal("the same words made a version")
	}
	_, err = w.WithdrawDraft(t.Context(), w.writer, dr.ID, "no longer needed")
	w.must(err)
	_, err = w.edit(newer, "Third.", w.facebook)
	w.refused(err, "draft_withdrawn")
}

func TestWithdrawEndsEverything(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, a := w.atClient(true, w.facebook)
	secret := w.visit(a, w.dana)
	_, err := w.WithdrawDraft(t.Context(), w.writer, dr.ID, "the facts changed")
	w.must(err)
	_, err = w.DecideByLink(t.Context(), secret, yes(a))
	w.refused(err, "approval_withdrawn")
	if l := w.link(a, w.omer); l.State != string(approval.LinkRevoked) {
		t.Fatalf("another's link is %s", l.State)
	}
}

func TestDraftContentRefused(t *testing.T) {
	w := newWordsWorld(t, open(t))
	foreign, err := w.AddClient(t.Context(), keeper, NewClient{Slug: "foreign", Name: "Foreign"})
	w.must(err)
	theirs, err := w.PutTarget(t.Context(), keeper, Target{ClientID: foreign.ID, Platform: "facebook", Kind: TargetByHand, Account: "them"}, "")
	w.must(err)
	for name, tc := range map[string]struct {
		w    Wording
		code string
	}{
		"another client's account": {wording("Hi", theirs), "unknown_target"},
		"no title":                 {Wording{Texts: []DraftText{{"facebook", "en", "Hi"}}, Targets: []string{w.facebook.ID}}, "draft_title"},
		"text with NUL":            {wording("a\x00b", w.facebook), "content_invalid"},
		"link with script":         {Wording{Title: "t", Links: []string{"javascript:alert(1)"}}, "content_invalid"},
		"language twice":           {Wording{Title: "t", Texts: []DraftText{{"facebook", "en", "a"}, {"facebook", "en", "b"}}}, "content_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreateDraft(t.Context(), w.writer, NewDraft{CrisisID: w.crisis.ID, Kind: "response", Wording: tc.w})
			if !fault.Is(err, tc.code) {
				t.Fatalf("got %v, want %s", err, tc.code)
			}
		})
	}
	unfinished, err := w.CreateDraft(t.Context(), w.writer, NewDraft{CrisisID: w.crisis.ID, Kind: "response", Wording: Wording{Title: "Later"}})
	w.must(err)
	_, err = w.SendDraft(t.Context(), w.manager, unfinished.ID, SendRequest{Rounds: []SendRound{managers(w.manager)}, MayDecide: w.mayDecide()})
	w.refused(err, "content_invalid")
}

func TestHoldingStatementPrefills(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, err := w.CreateDraft(t.Context(), w.writer, NewDraft{CrisisID: w.crisis.ID, Kind: "acknowledgement", StatementID: "we-know", Wording: Wording{Targets: []string{w.facebook.ID}}})
	w.must(err)
	_, c, err := w.DraftContent(t.Context(), dr.ID, 1)
	w.must(err)
	if c.Texts["facebook"]["en"] == "" || c.Title == "" {
		t.Fatalf("the statement's words are not there: %+v", c)
	}
	_, err = w.CreateDraft(t.Context(), w.writer, NewDraft{CrisisID: w.crisis.ID, Kind: "acknowledgement", StatementID: "nope", Wording: Wording{Title: "t"}})
	w.refused(err, "unknown_statement")
}

func TestRoundsAreNeverWeaker(t *testing.T) {
	w := newWordsWorld(t, open(t))
	client := func(mode approval.Mode, c ...Contact) SendRound { return contacts(approval.PartyClient, mode, c...) }
	legal := contacts(approval.PartyLegal, approval.ModeAny, w.lawyer)
	for _, tc := range []struct {
		name     string
		severity int
		rounds   []SendRound
		code     string // "" when it may be sent
	}{
		{"S4 as asked", 4, []SendRound{managers(w.manager)}, ""},
		{"S4 with more", 4, []SendRound{legal, managers(w.manager), client(approval.ModeAll, w.dana)}, ""},
		{"S4 without the manager", 4, []SendRound{client(approval.ModeAny, w.dana)}, "rounds_weaker"},
		{"S3 without the client", 3, []SendRound{managers(w.manager)}, "rounds_weaker"},
		{"S3 in the other order", 3, []SendRound{client(approval.ModeAny, w.dana), managers(w.manager)}, "rounds_weaker"},
		{"S3 stricter", 3, []SendRound{managers(w.manager), client(approval.ModeAll, w.dana, w.omer)}, ""},
		{"S2 without legal", 2, []SendRound{managers(w.manager), client(approval.ModeAny, w.dana)}, "rounds_weaker"},
		{"S2 as asked", 2, []SendRound{managers(w.manager), legal, client(approval.ModeAny, w.dana)}, ""},
		{"S1 with one of two client contacts", 1, []SendRound{contacts(approval.PartyLegal, approval.ModeAll, w.lawyer), client(approval.ModeAll, w.dana)}, "rounds_weaker"},
		{"S1 any instead of all", 1, []SendRound{contacts(approval.PartyLegal, approval.ModeAll, w.lawyer), client(approval.ModeAny, w.dana, w.omer)}, "rounds_weaker"},
		{"S1 as asked", 1, []SendRound{contacts(approval.PartyLegal, approval.ModeAll, w.lawyer), client(approval.ModeAll, w.dana, w.omer)}, ""},
		{"somebody without the permission", 4, []SendRound{managers(w.writer)}, "unknown_approver"},
		{"a client as manager", 4, []SendRound{contacts(approval.PartyManager, approval.ModeAny, w.dana)}, "unknown_approver"},
		{"one person in two rounds", 2, []SendRound{managers(w.manager), {Party: approval.PartyLegal, Mode: approval.ModeAny, Approvers: []ApproverID{{UserID: w.manager.ID}}}, client(approval.ModeAny, w.dana)}, "rounds_invalid"},
		{"nobody", 4, []SendRound{managers()}, "rounds_invalid"},
		{"no rounds", 4, nil, "rounds_missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.tamper("UPDATE crises SET severity = ? WHERE id = ?", tc.severity, w.crisis.ID)
			dr := w.draft(approval.KindResponse, w.facebook)
			_, err := w.SendDraft(t.Context(), w.manager, dr.ID, SendRequest{Rounds: tc.rounds, MayDecide: w.mayDecide()})
			if tc.code == "" && err != nil || tc.code != "" && !fault.Is(err, tc.code) {
				t.Fatalf("got %v, want %q", err, tc.code)
			}
		})
	}
}

func TestFourEyes(t *testing.T) {
	w := newWordsWorld(t, open(t))
	w.tamper("UPDATE crises SET severity = 4 WHERE id = ?", w.crisis.ID)
	dr, err := w.CreateDraft(t.Context(), w.manager, NewDraft{CrisisID: w.crisis.ID, Kind: "response", Wording: wording("Mine.", w.facebook)})
	w.must(err)
	_, err = w.SendDraft(t.Context(), w.manager, dr.ID, SendRequest{Rounds: []SendRound{managers(w.manager)}, MayDecide: w.mayDecide()})
	w.refused(err, "four_eyes")
	a := w.send(dr, true, managers(w.manager, w.other))
	_, err = w.decideInside(a, w.manager, approval.Approved)
	w.must(err)
	if now := w.approvalNow(a.ID); now.State != approvalOpen || len(w.pubs(dr.ID)) != 0 {
		t.Fatalf("the author's own approval sufficed: %s", now.State)
	}
	_, err = w.decideInside(a, w.other, approval.Approved)
	w.must(err)
	if now := w.approvalNow(a.ID); now.State != approvalApproved {
		t.Fatalf("the second pair of eyes did not complete it: %s", now.State)
	}
}

func TestDeadlines(t *testing.T) {
	w := newWordsWorld(t, open(t))
	for name, tc := range map[string]struct {
		in   time.Duration
		code string
	}{"in the past": {-time.Second, "deadline_passed"}, "too far": {15 * 24 * time.Hour, "link_life"}, "tomorrow": {24 * time.Hour, ""}} {
		t.Run(name, func(t *testing.T) {
			dr := w.draft(approval.KindResponse, w.facebook)
			at := w.now().Add(tc.in)
			a, err := w.SendDraft(t.Context(), w.manager, dr.ID, SendRequest{Deadline: &at, MayDecide: w.mayDecide(),
				Rounds: []SendRound{managers(w.manager), contacts(approval.PartyClient, approval.ModeAny, w.dana)}})
			if tc.code == "" && (err != nil || !a.Deadline.Equal(at)) || tc.code != "" && !fault.Is(err, tc.code) {
				t.Fatalf("got %v, %v", a.Deadline, err)
			}
		})
	}
}

func TestReportIsTheClientsToApprove(t *testing.T) {
	w := newWordsWorld(t, open(t))
	dr, err := w.CreateDraft(t.Context(), w.manager, NewDraft{CrisisID: w.crisis.ID, Kind: "report", Wording: Wording{Title: "Report", Texts: []DraftText{{"report", "en", "What happened."}}}})
	w.must(err)
	_, err = w.SendDraft(t.Context(), w.manager, dr.ID, SendRequest{Rounds: []SendRound{managers(w.other)}, MayDecide: w.mayDecide()})
	w.refused(err, "rounds_weaker")
	a := w.send(dr, true, contacts(approval.PartyClient, approval.ModeAny, w.dana))
	_, err = w.DecideByLink(t.Context(), w.visit(a, w.dana), yes(a))
	w.must(err)
	if w.count("SELECT COUNT(*) FROM audit_entries WHERE action = ?", audit.ReportApproved) != 1 || len(w.pubs(dr.ID)) != 0 || w.draftNow(dr.ID).State != DraftApproved {
		t.Fatal("the report is not approved and unpublished")
	}
}
