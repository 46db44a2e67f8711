package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/store"
)

// noEngine is Temporal when it does not answer.
type noEngine struct{ client.Client }

var errNoEngine = serviceerror.NewUnavailable("the engine is away")

func (noEngine) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return nil, errNoEngine
}

func (noEngine) UpdateWorkflow(context.Context, client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return nil, errNoEngine
}

// ledgerKeys signs with a key of this test.
type ledgerKeys struct {
	once           sync.Once
	secret, public string
	err            error
}

func (k *ledgerKeys) Ledger(origin string) (string, string, error) {
	k.once.Do(func() { k.secret, k.public, k.err = audit.NewKey(bytes.NewReader(bytes.Repeat([]byte{9}, 64)), origin) })
	return k.secret, k.public, k.err
}

// objects is one of each kind that a client has.
type objects struct {
	client                                                                              store.Client
	crisis, crisisNumber, alert, mention, draft, approval, publication, target, contact string
	// canary is in every text of theirs.
	canary string
}

// furnish gives a client one of everything, with a canary in each text.
func (w *world) furnish(c store.Client, canary string) objects {
	w.Helper()
	ctx, o := w.Context(), objects{client: c, canary: canary}
	contact, err := w.db.PutContact(ctx, tester, store.Contact{ClientID: c.ID, Name: canary, Email: strings.ToLower(canary) + "@client.test", Party: "client"})
	w.must(err)
	target, err := w.db.PutTarget(ctx, tester, store.Target{ClientID: c.ID, Platform: "facebook", Kind: store.TargetByHand, Account: canary}, "")
	w.must(err)
	src, _, err := w.db.AddSource(ctx, tester, store.NewSource{ClientID: c.ID, Name: canary, Kind: store.SourceWebhook})
	w.must(err)
	done, err := w.api.intake.Take(ctx, intake.Batch{Source: src, Action: audit.MentionsIngested, By: tester, Inputs: []mention.Input{{
		Platform: "x", Text: "they wrote " + canary, AuthorName: canary, ExternalID: "1", PublishedAt: w.now().Add(-time.Minute).Format(time.RFC3339)}}})
	w.must(err)
	alert := w.ring(c, canary, done.IDs[0])
	k, err := w.db.OpenCrisis(ctx, tester, store.OpenCrisis{ClientID: c.ID, Title: canary, Severity: crisis.S3})
	w.must(err)
	dr, err := w.db.CreateDraft(ctx, tester, store.NewDraft{CrisisID: k.ID, Kind: "response", Wording: store.Wording{Title: canary,
		Texts: []store.DraftText{{Platform: "facebook", Lang: "en", Text: "we say " + canary}}, Targets: []string{target.ID}}})
	w.must(err)
	o.crisis, o.crisisNumber, o.alert, o.mention, o.draft, o.target, o.contact = k.ID, k.Number, alert, done.IDs[0], dr.ID, target.ID, contact.ID
	o.approval, o.publication = w.asked(dr, target.ID)
	return o
}

// ring raises an alert of the client.
func (w *world) ring(c store.Client, canary, mentionID string) string {
	w.Helper()
	state, err := w.db.Detector(w.Context(), c.ID)
	w.must(err)
	hit := &store.Hit{ClientID: c.ID, Severity: crisis.S3, AutoTitle: canary,
		Verdict: detection.Verdict{Signal: detection.Signal{Stream: detection.Negative, Ring: true, Rule: detection.RuleRise, Window: time.Hour, Observed: 30, Expected: 3, Ratio: 10}, At: w.now()},
		Evidence: store.Evidence{MentionIDs: []string{mentionID}, Terms: []store.EvidenceCount{{Name: canary, Count: 3}}, FirstMentionAt: w.now(),
			Reasons: []crisis.Reason{{Code: crisis.ReasonShare, Params: map[string]string{"points": "20"}}}}}
	a, stored, err := w.db.RaiseAlert(w.Context(), tester, c.ID, state, hit)
	w.must(err)
	if !stored {
		w.Fatal("the alert was not stored")
	}
	return a.ID
}

// asked puts a request for approval and a publication beside a draft, as rows:
// how they come about is tested elsewhere.
func (w *world) asked(dr store.Draft, targetID string) (approvalID, publicationID string) {
	w.Helper()
	approvalID, publicationID = store.NewID(), store.NewID()
	now := w.now().UnixMicro()
	rounds, err := store.JSONOf([]approval.Round{{Name: "manager", Party: approval.PartyManager, Mode: approval.ModeAny,
		Approvers: []approval.ApproverRef{{ID: "user:" + w.admin.userID, Name: "Admin"}}}}).Value()
	w.must(err)
	w.exec(`INSERT INTO approvals (id, client_id, crisis_id, draft_id, version, version_hash, state, rounds, step, severity, deadline, created_by, created_at)
		VALUES (?, ?, ?, ?, 1, ?, 'open', ?, 'typed_name', 3, ?, 'test', ?)`, approvalID, dr.ClientID, dr.CrisisID, dr.ID, dr.VersionHash, rounds, now+int64(time.Hour/time.Microsecond), now)
	w.exec(`INSERT INTO publications (id, client_id, crisis_id, draft_id, approval_id, version, version_hash, target_id, kind, state, intent_at, created_by)
		VALUES (?, ?, ?, ?, ?, 1, ?, ?, 'response', 'awaiting_hand', ?, 'test')`, publicationID, dr.ClientID, dr.CrisisID, dr.ID, approvalID, dr.VersionHash, targetID, now)
	return approvalID, publicationID
}

// exec writes to the database behind the product's back.
func (w *world) exec(query string, args ...any) {
	w.Helper()
	w.sql(func(db *sql.DB) error { _, err := db.ExecContext(w.Context(), query, args...); return err })
}

func (w *world) sql(do func(*sql.DB) error) {
	w.Helper()
	db, err := sql.Open("sqlite", "file:"+w.file+"?_pragma=busy_timeout(10000)")
	w.must(err)
	w.must(errors.Join(do(db), db.Close()))
}

// denials counts the refused attempts in the ledger.
func (w *world) denials() (n int) {
	w.Helper()
	w.sql(func(db *sql.DB) error {
		return db.QueryRowContext(w.Context(), "SELECT COUNT(*) FROM audit_entries WHERE action = 'access.denied'").Scan(&n)
	})
	return n
}

// dump is a digest of every table that a refused call must leave as it is.
func (w *world) dump() map[string]string {
	w.Helper()
	out := map[string]string{}
	w.sql(func(db *sql.DB) error {
		names, err := texts(w.Context(), db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'audit_%' AND name <> 'subject_keys'")
		for _, name := range names {
			rows, rowErr := db.QueryContext(w.Context(), "SELECT * FROM "+name+" ORDER BY 1")
			if rowErr != nil {
				return rowErr
			}
			out[name], rowErr = digestRows(rows)
			err = errors.Join(err, rowErr)
		}
		return err
	})
	return out
}

func texts(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func digestRows(rows *sql.Rows) (string, error) {
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return "", err
		}
		for _, v := range values {
			_, _ = fmt.Fprintf(h, "%v|", *(v.(*any)))
		}
	}
	return hex.EncodeToString(h.Sum(nil)), rows.Err()
}
