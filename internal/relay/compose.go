package relay

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/internal/store"
)

// errNobody says that there is nobody to tell any more: the account was disabled
// or the link has ended since. The event is done.
var errNobody = errors.New("relay: nobody to tell")

// compose looks up the address and the names at the moment of sending and mints
// the link then, so that neither lies in the outbox.
func (r *Relay) compose(ctx context.Context, e store.OutboxEvent, event store.MailEvent) (notify.Mail, error) {
	agency, err := r.DB.Agency(ctx)
	if err != nil {
		return notify.Mail{}, err
	}
	m := notify.Mail{ID: e.ID, At: e.CreatedAt.Time, Kind: notify.Kind(event.Kind), Data: notify.Data{Agency: agency.Name, Zone: agency.Zone}}
	if event.ClientID != "" {
		client, err := r.DB.Client(ctx, event.ClientID)
		if err != nil {
			return m, err
		}
		m.Data.Client, m.Data.Zone = client.Name, client.Zone
	}
	if event.LinkID != "" {
		return r.toApprover(ctx, m, event)
	}
	return r.toUser(ctx, m, event)
}

// toUser words a notice for a person of the agency.
func (r *Relay) toUser(ctx context.Context, m notify.Mail, event store.MailEvent) (notify.Mail, error) {
	u, err := r.DB.User(ctx, event.UserID)
	if err != nil {
		return m, err
	}
	if !u.DisabledAt.IsZero() {
		return m, errNobody
	}
	m.To, m.Lang, m.Data.Person = u.Email, u.Lang, u.Name
	m.Data.Link = r.PublicURL + place(event)
	fill(&m.Data, u.Lang, event.Params)
	m.Kind = kindOf(event.Kind)
	if m.Kind == notify.News {
		title, known := news[event.Kind]
		if !known {
			title = other
		}
		about := m.Data.Title
		m.Data.Title, m.Data.Summary = title.In(u.Lang), strings.TrimSpace(about+"\n"+m.Data.Reason)
		if about != "" {
			m.Data.Title += ": " + about
		}
	}
	return m, nil
}

// mailKinds maps the notices that have a mail of their own kind under another name.
var mailKinds = map[string]notify.Kind{
	"approval_requested": notify.ApprovalRequest, "approval_escalated": notify.ApprovalEscalation,
	"approval_decided": notify.ApprovalReceipt, "approval_approved": notify.ApprovalReceipt, "approval_declined": notify.ApprovalReceipt,
	"approval_changes_requested": notify.ApprovalReceipt, "publication_refused": notify.PublicationFailed,
	"publication_awaiting_hand": notify.ByHandToPublish,
}

func kindOf(notice string) notify.Kind {
	if k, ok := mailKinds[notice]; ok {
		return k
	}
	for _, k := range notify.Kinds() {
		if string(k) == notice {
			return k
		}
	}
	return notify.News
}

// fill takes a notice's parameters over; codes become words.
func fill(d *notify.Data, lang string, params map[string]string) {
	words := crisis.Labels()
	d.Title, d.Crisis = params["title"], params["crisis"]
	d.Platform, d.Account = params["platform"], params["account"]
	d.Decision, d.Comment, d.Hash, d.By = params["decision"], params["comment"], params["hash"], params["by"]
	if code := params["reason"]; code != "" {
		d.Reason = reasonIn(lang, code)
	}
	if code := params["clock"]; code != "" {
		d.Clock = words.Say("clock_kinds", code, lang, nil)
	}
	if s, err := crisis.ParseSeverity(params["severity"]); err == nil {
		d.Severity = int(s)
	}
	d.Percent, _ = strconv.Atoi(params["percent"])
	for key, at := range map[string]*time.Time{"due_at": &d.DueAt, "deadline": &d.ExpiresAt, "expires_at": &d.ExpiresAt, "at": &d.HappenedAt, "decided_at": &d.HappenedAt} {
		if t, err := time.Parse(time.RFC3339, params[key]); err == nil {
			*at = t
		}
	}
	if p := params["platforms"]; p != "" {
		d.Summary = p
	}
}

// place is the page of the console that a notice is about.
func place(event store.MailEvent) string {
	p := event.Params
	switch {
	case p["approval_id"] != "":
		return "/approvals/" + p["approval_id"]
	case p["draft_id"] != "":
		return "/drafts/" + p["draft_id"]
	case p["alert_id"] != "" && event.CrisisID == "":
		return "/alerts/" + p["alert_id"]
	case event.CrisisID != "":
		return "/crises/" + event.CrisisID
	}
	return "/queue"
}

// toApprover words a mail for somebody without an account: it goes to the
// address that the link is bound to, and to no other.
func (r *Relay) toApprover(ctx context.Context, m notify.Mail, event store.MailEvent) (notify.Mail, error) {
	lc, err := r.DB.LinkCase(ctx, event.LinkID)
	if err != nil {
		return m, err
	}
	l := lc.Link
	m.To, m.Lang = l.Email, l.Lang
	m.Data.Person, m.Data.Title, m.Data.ExpiresAt = l.Name, lc.Draft.Title, l.ExpiresAt.Time
	switch m.Kind {
	case notify.ApprovalRequest, notify.ApprovalReminder:
		if l.State != "open" {
			return m, errNobody
		}
		token, err := lc.Token(r.Links)
		if err != nil {
			return m, err
		}
		m.Data.Link = r.PublicURL + "/a/" + token
	case notify.ApprovalCode:
		if m.Data.Code, err = r.DB.OpenSealed(l.ID, event.Sealed); err != nil {
			return m, fault.New(fault.Invalid, "code_unreadable", "The code cannot be read.").Because(err)
		}
		fill(&m.Data, l.Lang, map[string]string{"expires_at": event.Params["expires_at"]})
		// The code's mail says nothing about what it is for.
		m.Data.Title, m.Data.Client = "", ""
	case notify.ApprovalReceipt:
		return r.receipt(ctx, m, lc)
	}
	return m, nil
}

func (r *Relay) receipt(ctx context.Context, m notify.Mail, lc store.LinkCase) (notify.Mail, error) {
	made, err := r.DB.DecisionByLink(ctx, lc.Link.ID)
	if err != nil {
		return m, err
	}
	token, err := lc.DisputeToken(r.Links)
	if err != nil {
		return m, err
	}
	m.Data.Decision, m.Data.Comment, m.Data.Hash = made.Decision, made.Comment, made.VersionHash
	m.Data.HappenedAt, m.Data.ExpiresAt = made.DecidedAt.Time, time.Time{}
	m.Data.Dispute, m.Data.Link = true, r.PublicURL+"/a/not-me/"+token
	return m, nil
}
