package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/playbook"
)

// CrisisPlan is what a crisis workflow needs to begin, or to be rebuilt after
// the engine has lost it: the position, the playbook's times, the clocks as
// they were last saved, and the facts that people have recorded since.
type CrisisPlan struct {
	Now        CrisisNow           `json:"now"`
	Run        int64               `json:"run"`
	Calendar   clock.Config        `json:"calendar"`
	Clocks     []playbook.Clock    `json:"clocks"`
	Escalation playbook.Escalation `json:"escalation"`
	Stored     []clock.Clock       `json:"stored"`
	Cancelled  []clock.Kind        `json:"cancelled"`
	Known      []KnownFact         `json:"known"`
}

// KnownFact is a fact that the database already has for this wave.
type KnownFact struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
}

// CrisisPlan reads the plan. Errors: not_found.
func (d *DB) CrisisPlan(ctx context.Context, crisisID string) (CrisisPlan, error) {
	p, err := planOf(d.read.WithContext(ctx), crisisID, d.Now())
	return p, translate(err)
}

func planOf(g *gorm.DB, crisisID string, now At) (CrisisPlan, error) {
	c, err := caseIn(g, crisisID)
	if err != nil {
		return CrisisPlan{}, err
	}
	book, err := pinnedPlaybook(g, c)
	if err != nil {
		return CrisisPlan{}, err
	}
	var client Client
	if err := g.Where("id = ?", c.ClientID).Take(&client).Error; err != nil {
		return CrisisPlan{}, missing(err, "client")
	}
	tx := &Tx{g: g, now: now}
	p := CrisisPlan{Run: c.Run, Calendar: client.Calendar(), Clocks: book.Clocks, Escalation: book.Escalation}
	if p.Now, err = tx.nowOf(c); err != nil {
		return p, err
	}
	p.Now.MovedAt = c.StageEnteredAt.Time
	var rows []Clock
	if err := g.Where("crisis_id = ? AND wave = ?", c.ID, c.Wave).Order("id").Find(&rows).Error; err != nil {
		return p, err
	}
	for _, r := range rows {
		if r.State == ClockCancelled {
			p.Cancelled = append(p.Cancelled, r.Kind)
		} else {
			p.Stored = append(p.Stored, r.Body.V)
		}
	}
	p.Known, err = knownFacts(g, c, now)
	return p, err
}

// knownFacts finds what people have recorded in this wave, with the instant
// that counts for the clock.
func knownFacts(g *gorm.DB, c Crisis, now At) ([]KnownFact, error) {
	start, err := waveStartOf(g, c)
	if err != nil {
		return nil, err
	}
	q := gateQuery{g: g, c: c, start: start, now: now}
	published := `SELECT COALESCE(MIN(p.published_at), 0) FROM publications p JOIN drafts d ON d.id = p.draft_id
		WHERE p.crisis_id = ? AND d.kind = ? AND p.state = 'published' AND p.published_at >= ?`
	last := `SELECT COALESCE(MAX(p.published_at), 0) FROM publications p JOIN drafts d ON d.id = p.draft_id
		WHERE p.crisis_id = ? AND d.kind = ? AND p.state = 'published' AND p.published_at >= ?`
	var out []KnownFact
	add := func(kind string, at At) {
		if q.err == nil && !at.IsZero() {
			out = append(out, KnownFact{kind, at.Time})
		}
	}
	add(FactTriaged, q.at("SELECT COALESCE(MIN(done_at), 0) FROM tasks WHERE crisis_id = ? AND wave = ? AND kind = ? AND state <> ?", c.ID, c.Wave, taskKindTriage, TaskOpen))
	add(FactAcknowledged, q.at(published, c.ID, "acknowledgement", start))
	if c.AckWaivedReason != "" {
		add(FactAcknowledged, q.at("SELECT COALESCE(MAX(at), 0) FROM audit_entries WHERE crisis_id = ? AND action = ?", c.ID, audit.AcknowledgementWaived))
	}
	if a, ok := q.assessment(start); ok && len(a.Body.V.Domain().Missing()) == 0 {
		add(FactAssessed, a.CreatedAt)
	}
	if q.responseOut() {
		add(FactResponded, q.at(last, c.ID, "response", start))
	}
	add(FactPrivatelyAnswered, q.at("SELECT COALESCE(MIN(answered_at), 0) FROM handoffs WHERE crisis_id = ? AND answered_at >= ?", c.ID, max(1, start.Micros())))
	add(FactReviewDecided, q.at("SELECT COALESCE(MIN(decided_at), 0) FROM reviews WHERE crisis_id = ? AND wave = ? AND state <> ?", c.ID, c.Wave, ReviewOpen))
	return out, q.err
}

// at runs a query that finds an instant.
func (q *gateQuery) at(sql string, args ...any) At {
	if q.err != nil {
		return At{}
	}
	var at At
	q.err = q.g.Raw(sql, args...).Row().Scan(&at)
	return at
}

// WaitingClock tells which clock an approval holds up: that of the
// acknowledgement or of the statement; empty for everything else.
func (d *DB) WaitingClock(ctx context.Context, approvalID string) (clock.Kind, error) {
	var kind string
	err := d.read.WithContext(ctx).Raw("SELECT d.kind FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE a.id = ?", approvalID).Scan(&kind).Error
	switch kind {
	case "acknowledgement":
		return clock.Acknowledge, translate(err)
	case "response":
		return clock.Statement, translate(err)
	}
	return "", translate(err)
}
