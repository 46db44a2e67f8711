package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) ledgerRoutes() {
	route(s, http.MethodGet, "/ledger", onVisible(policies.LedgerView), "Who did what, when and why, newest first", s.listLedger)
	route(s, http.MethodGet, "/ledger/status", onVisible(policies.LedgerView), "The signed tree's size, root and lag", s.ledgerStatus)
	route(s, http.MethodGet, "/audit/checkpoint", public(), "The newest signed checkpoint (C2SP tlog-checkpoint)", s.auditCheckpoint, plainText)
	route(s, http.MethodGet, "/audit/key", public(), "The public key that checkpoints are signed with, to be pinned", s.auditKey, plainText)
	route(s, http.MethodGet, "/crises/{id}/export", onCrisis(policies.LedgerExport), "The crisis' evidence bundle", s.exportCrisis, zipFile)
}

type ledgerQuery struct {
	Paging
	Client string    `query:"client" maxLength:"80"`
	Crisis string    `query:"crisis" maxLength:"80" doc:"Id or number."`
	Actor  string    `query:"actor" maxLength:"200"`
	Action string    `query:"action" maxLength:"80" doc:"An action, or the part before its dot."`
	Object string    `query:"object" maxLength:"200"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to"`
}

type actorView struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty" doc:"As it was at that moment; left out when there was none or it was erased."`
	Via  string `json:"via"`
}

type objectView struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type ledgerChangeView struct {
	Field  string `json:"field"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	Erased bool   `json:"erased,omitempty"`
}

type ledgerEntryView struct {
	ID       string             `json:"id"`
	At       time.Time          `json:"at"`
	Idx      *int64             `json:"idx" doc:"Place in the signed tree; null until it has been sequenced."`
	Stream   string             `json:"stream"`
	Seq      *int64             `json:"seq" doc:"Number in a crisis' chain; null elsewhere."`
	Actor    actorView          `json:"actor"`
	ClientID string             `json:"client_id,omitempty"`
	Action   string             `json:"action"`
	WordsHe  string             `json:"words_he"`
	WordsEn  string             `json:"words_en"`
	Object   objectView         `json:"object"`
	Outcome  string             `json:"outcome"`
	Reason   string             `json:"reason,omitempty"`
	Changes  []ledgerChangeView `json:"changes" nullable:"false"`
	Hash     string             `json:"hash" doc:"The entry's leaf, in hex."`
}

func viewLedgerEntry(l store.LedgerEntry) ledgerEntryView {
	e := l.Entry
	spec, _ := audit.Lookup(e.Action)
	v := ledgerEntryView{ID: l.ID, At: l.At.Time, Idx: l.Idx, Stream: l.Stream,
		Actor:    actorView{Type: string(e.Actor.Type), ID: e.Actor.ID, Name: l.ActorName, Via: string(e.Actor.Via)},
		ClientID: e.Client, Action: string(e.Action), WordsHe: spec.He, WordsEn: spec.En, Object: objectView{string(e.Object.Type), e.Object.ID},
		Outcome: string(e.Outcome), Reason: l.Reason, Hash: audit.Hex(audit.LeafHash(l.Body)),
		Changes: each(l.Changes, func(c store.LedgerChange) ledgerChangeView { return ledgerChangeView(c) })}
	if l.StreamSeq > 0 {
		v.Seq = &l.StreamSeq
	}
	return v
}

func (s *Server) listLedger(ctx context.Context, in *ledgerQuery) (*body[list[ledgerEntryView]], error) {
	filter := store.LedgerFilter{ClientID: in.Client, Crisis: in.Crisis, ActorID: in.Actor, Action: in.Action, ObjectID: in.Object, From: in.From, To: in.To}
	entries, next, err := s.db.Ledger(ctx, callerFrom(ctx).scope(policies.LedgerView), filter, in.of())
	if err != nil {
		return nil, err
	}
	return listOf(each(entries, viewLedgerEntry), next), nil
}

type ledgerStatusView struct {
	Size         int64      `json:"size"`
	Root         string     `json:"root" doc:"In hex; empty before the first checkpoint."`
	CheckpointAt *time.Time `json:"checkpoint_at"`
	LagSeconds   float64    `json:"lag_seconds" doc:"How long the oldest entry outside the signed tree has been waiting."`
	KeyID        string     `json:"key_id"`
}

func (s *Server) ledgerStatus(ctx context.Context, _ *struct{}) (*body[ledgerStatusView], error) {
	st, err := s.Ledger.Status(ctx)
	if err != nil {
		return nil, err
	}
	return answer(ledgerStatusView{Size: st.Size, Root: st.Root, CheckpointAt: instant(st.At), LagSeconds: st.Lag.Seconds(), KeyID: st.KeyID}), nil
}

// textFile is an answer in plain text.
type textFile struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func plainText(op *huma.Operation) {
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
}

func textOf(text string, err error) (*textFile, error) {
	if err != nil {
		return nil, err
	}
	return &textFile{"text/plain; charset=utf-8", []byte(text)}, nil
}

func (s *Server) auditCheckpoint(ctx context.Context, _ *struct{}) (*textFile, error) {
	return textOf(s.Ledger.Checkpoint(ctx))
}

func (s *Server) auditKey(ctx context.Context, _ *struct{}) (*textFile, error) {
	return textOf(s.Ledger.Key(ctx))
}
