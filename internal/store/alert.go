package store

import (
	"context"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of an alert.
const (
	AlertOpen      = "open"
	AlertSnoozed   = "snoozed"
	AlertDismissed = "dismissed"
	AlertOpened    = "opened"
	AlertAttached  = "attached"
)

// Alert is a detected sudden rise with the evidence that fired it.
type Alert struct {
	ID               string `gorm:"primaryKey"`
	ClientID         string
	State            string
	Stream           string
	SeverityProposed int64
	Verdict          JSON[detection.Verdict]
	Evidence         JSON[Evidence]
	RaisedAt         At
	LastHitAt        At
	Hits             int64
	SnoozedUntil     At
	DecidedBy        string
	DecidedAt        At
	Reason           string
	Note             string
	CrisisID         string
	Rev              int64
}

// Evidence is what a person needs to see to believe an alert.
type Evidence struct {
	// Reasons are the rules of severity that matched, worst first.
	Reasons []crisis.Reason `json:"reasons"`
	// MentionIDs are the loudest mentions of the rise.
	MentionIDs []string        `json:"mention_ids"`
	Authors    []EvidenceCount `json:"authors"`
	Terms      []EvidenceCount `json:"terms"`
	Platforms  []EvidenceCount `json:"platforms"`
	Languages  []EvidenceCount `json:"languages"`
	// FirstMentionAt is the first negative mention of the rise.
	FirstMentionAt time.Time `json:"first_mention_at"`
}

// EvidenceCount is one name with how often it was seen and how many were negative.
type EvidenceCount struct {
	Name      string `json:"name"`
	Count     int    `json:"count"`
	Negative  int    `json:"negative"`
	Followers int64  `json:"followers,omitempty"`
}

// Hit is one ring of the detector with its evidence.
type Hit struct {
	ClientID string
	Verdict  detection.Verdict
	Severity crisis.Severity
	Evidence Evidence
	// AutoTitle is the title of a crisis that opens by itself.
	AutoTitle string
}

// RaiseAlert stores the detector's new state and, when it rang, opens the
// client's one alert or appends to it. The state's revision decides between two
// evaluators: the second one's verdict is dropped (stored is false).
func (d *DB) RaiseAlert(ctx context.Context, by audit.Actor, clientID string, state DetectorState, hit *Hit) (alert Alert, stored bool, err error) {
	err = d.Change(ctx, by, func(tx *Tx) error {
		alert, stored = Alert{}, false
		ok, err := tx.saveDetector(clientID, state)
		if err != nil || !ok {
			return err
		}
		stored = true
		if hit == nil {
			return nil
		}
		alert, err = tx.takeHit(*hit)
		return err
	})
	return alert, stored, err
}

func (tx *Tx) takeHit(h Hit) (Alert, error) {
	var a Alert
	err := tx.locked(tx.g.Where("client_id = ? AND state IN ?", h.ClientID, []string{AlertOpen, AlertSnoozed})).Limit(1).Find(&a).Error
	if err != nil {
		return a, err
	}
	if a.ID != "" {
		return a, tx.appendHit(&a, h)
	}
	if h.Verdict.Rule == detection.RuleEscalation || h.Verdict.Rule == detection.RuleStillHigh {
		// The same episode goes on inside the crisis that its alert opened.
		err := tx.locked(tx.g.Where("client_id = ? AND state IN ? AND crisis_id IN (SELECT id FROM crises WHERE status = 'open')",
			h.ClientID, []string{AlertOpened, AlertAttached})).Order("raised_at DESC").Limit(1).Find(&a).Error
		if err != nil {
			return a, err
		}
		if a.ID != "" {
			return a, tx.appendHit(&a, h)
		}
	}
	return tx.openAlert(h)
}

func (tx *Tx) openAlert(h Hit) (Alert, error) {
	a := Alert{ID: NewID(), ClientID: h.ClientID, State: AlertOpen, Stream: string(h.Verdict.Stream), SeverityProposed: int64(h.Severity),
		Verdict: JSONOf(h.Verdict), Evidence: JSONOf(h.Evidence), RaisedAt: tx.now, LastHitAt: tx.now, Hits: 1, Rev: 1}
	if err := tx.g.Create(&a).Error; err != nil {
		return a, err
	}
	tx.Record(audit.Event{Stream: audit.ClientStream(a.ClientID), Action: audit.AlertRaised, ClientID: a.ClientID, Object: audit.Object{ID: a.ID}, Changes: []audit.Change{
		audit.Set("stream", a.Stream), audit.Set("severity_proposed", a.SeverityProposed), audit.Set("observed", h.Verdict.Observed),
		audit.Set("rule", string(h.Verdict.Rule)), audit.Set("rule_version", h.Verdict.RuleVersion)}})
	c, err := tx.client(a.ClientID)
	if err != nil {
		return a, err
	}
	if c.Settings.V.AutoOpen && h.Severity <= crisis.S2 {
		if _, err := tx.openFromAlert(&a, OpenCrisis{Title: h.AutoTitle, Severity: h.Severity}); err != nil {
			return a, err
		}
	}
	if err := tx.tellOfAlert(a, c, "alert_raised"); err != nil {
		return a, err
	}
	return a, tx.announce("alert", a.ClientID, a.CrisisID, a.ID)
}

// appendHit adds a later ring to the alert; a worse severity tells people again.
func (tx *Tx) appendHit(a *Alert, h Hit) error {
	worse := int64(h.Severity) < a.SeverityProposed
	a.Verdict, a.Evidence, a.LastHitAt, a.Hits, a.Rev = JSONOf(h.Verdict), JSONOf(h.Evidence), tx.now, a.Hits+1, a.Rev+1
	action := audit.AlertAppended
	before := a.SeverityProposed
	if worse {
		a.SeverityProposed, action = int64(h.Severity), audit.AlertEscalated
		if a.State == AlertSnoozed {
			a.State, a.SnoozedUntil = AlertOpen, At{}
		}
	}
	if err := tx.g.Select("verdict", "evidence", "last_hit_at", "hits", "rev", "severity_proposed", "state", "snoozed_until").Updates(a).Error; err != nil {
		return err
	}
	stream := audit.ClientStream(a.ClientID)
	if a.CrisisID != "" {
		stream = audit.CrisisStream(a.CrisisID)
	}
	tx.Record(audit.Event{Stream: stream, Action: action, ClientID: a.ClientID, Object: audit.Object{ID: a.ID, Version: a.Rev}, Changes: []audit.Change{
		audit.Changed("severity_proposed", before, a.SeverityProposed), audit.Set("observed", h.Verdict.Observed), audit.Set("rule", string(h.Verdict.Rule))}})
	if worse {
		c, err := tx.client(a.ClientID)
		if err != nil {
			return err
		}
		if err := tx.tellOfAlert(*a, c, "alert_raised"); err != nil {
			return err
		}
	}
	return tx.announce("alert", a.ClientID, a.CrisisID, a.ID)
}

// tellOfAlert tells everybody who triages this client's alerts; once per severity.
func (tx *Tx) tellOfAlert(a Alert, c Client, kind string) error {
	var people []string
	for _, role := range []crisis.Role{crisis.RoleAccountManager, crisis.RoleAnalyst} {
		ids, err := tx.withRole(role, a.ClientID)
		if err != nil {
			return err
		}
		people = append(people, ids...)
	}
	return tx.notify(Notice{Kind: kind, ClientID: a.ClientID, CrisisID: a.CrisisID, Users: people,
		DedupeKey: kind + ":" + a.ID + ":" + crisis.Severity(a.SeverityProposed).Key(),
		Params: map[string]string{"client": c.Name, "alert_id": a.ID, "severity": crisis.Severity(a.SeverityProposed).Key(),
			"at": a.RaisedAt.Format(time.RFC3339), "platforms": platformNames(a.Evidence.V.Platforms)}})
}

func platformNames(counts []EvidenceCount) string {
	names := make([]string, 0, len(counts))
	for _, c := range counts {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// Alert reads one alert.
func (d *DB) Alert(ctx context.Context, id string) (Alert, error) {
	var a Alert
	err := d.read.WithContext(ctx).Where("id = ?", id).Take(&a).Error
	return a, translate(missing(err, "alert"))
}

// Alerts lists alerts in the scope, newest first; empty state and client do not narrow.
func (d *DB) Alerts(ctx context.Context, scope Scope, state, clientID string, p Page) ([]Alert, string, error) {
	c, on, err := p.at()
	if err != nil {
		return nil, "", err
	}
	q := scope.on(d.read.WithContext(ctx), "client_id")
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if clientID != "" {
		q = q.Where("client_id = ?", clientID)
	}
	if on {
		q = q.Where("(raised_at, id) < (?, ?)", c.At, c.ID)
	}
	var out []Alert
	if err := q.Order("raised_at DESC, id DESC").Limit(p.limit() + 1).Find(&out).Error; err != nil {
		return nil, "", translate(err)
	}
	out, next := cut(out, p.limit(), func(a Alert) cursor { return cursor{a.RaisedAt.Micros(), a.ID} })
	return out, next, nil
}

// Busy reports whether a client has an alert or a crisis that is open.
func (d *DB) Busy(ctx context.Context, clientID string) (bool, error) {
	var n int64
	err := d.read.WithContext(ctx).Raw(`SELECT (SELECT COUNT(*) FROM alerts WHERE client_id = ? AND state IN ('open', 'snoozed'))
		+ (SELECT COUNT(*) FROM crises WHERE client_id = ? AND status = 'open')`, clientID, clientID).Scan(&n).Error
	return n > 0, translate(err)
}

// undecided refuses a triage that came second, and says what happened instead.
func undecided(a Alert) error {
	if a.State == AlertOpen || a.State == AlertSnoozed {
		return nil
	}
	return fault.New(fault.Conflict, "alert_decided", "Somebody has decided on this alert already.").
		With("state", a.State).With("by", a.DecidedBy).With("at", a.DecidedAt.Time).With("crisis_id", a.CrisisID)
}
