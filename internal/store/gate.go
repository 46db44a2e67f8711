package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/crisis"
)

// missingAt asks the exit gate of the stage that the crisis is at.
func (tx *Tx) missingAt(c Crisis) ([]crisis.Missing, error) { return missingAt(tx.g, c, tx.now) }

func missingAt(g *gorm.DB, c Crisis, now At) ([]crisis.Missing, error) {
	facts, err := gateFacts(g, c, now)
	if err != nil {
		return nil, err
	}
	return crisis.CheckExit(c.Stage, facts)
}

// Missing tells what the crisis' stage needs before it can be left.
func (d *DB) Missing(ctx context.Context, c Crisis) ([]crisis.Missing, error) {
	out, err := missingAt(d.read.WithContext(ctx), c, d.Now())
	return out, translate(err)
}

// gateFacts gathers what the gate of the crisis' own stage looks at.
func gateFacts(g *gorm.DB, c Crisis, now At) (crisis.GateFacts, error) {
	f := crisis.GateFacts{Now: now.Time}
	start, err := waveStartOf(g, c)
	if err != nil {
		return f, err
	}
	s := gateQuery{g: g, c: c, start: start, now: now}
	switch c.Stage {
	case crisis.Detect:
		f.Detect = s.detect()
	case crisis.Assess:
		f.Assess = s.assess()
	case crisis.Respond:
		f.Respond = s.respond()
	case crisis.Refocus:
		f.Refocus = s.refocus()
	case crisis.Sustain:
		f.Sustain = s.sustain()
	}
	return f, s.err
}

// gateQuery asks the facts of one crisis; the first error stays.
type gateQuery struct {
	g     *gorm.DB
	c     Crisis
	start At // of the wave
	now   At
	err   error
}

// count runs a query that counts.
func (q *gateQuery) count(sql string, args ...any) int {
	if q.err != nil {
		return 0
	}
	var n int
	q.err = q.g.Raw(sql, args...).Scan(&n).Error
	return n
}

func (q *gateQuery) detect() crisis.DetectFacts {
	f := crisis.DetectFacts{TriageOwner: q.c.LeadID, NoAcknowledgement: q.c.AckWaivedReason != "", NoAckReason: q.c.AckWaivedReason}
	f.Triaged = q.count("SELECT COUNT(*) FROM tasks WHERE crisis_id = ? AND wave = ? AND kind = ? AND state = ?", q.c.ID, q.c.Wave, taskKindTriage, TaskOpen) == 0
	f.Acknowledged = len(q.published("acknowledgement")) > 0
	if q.c.ScheduleDecision == "" {
		// The agency's other tools may hold posts that Migdalor does not know of,
		// so a decision is asked for even when it knows of none.
		planned := q.count("SELECT COUNT(*) FROM publications WHERE client_id = ? AND state IN ('planned', 'held') AND crisis_id <> ?", q.c.ClientID, q.c.ID)
		f.ScheduledUndecided = max(1, planned)
	}
	return f
}

// published lists the platforms on which this wave's drafts of a kind are out.
func (q *gateQuery) published(kind string) []string {
	if q.err != nil {
		return nil
	}
	var out []string
	q.err = q.g.Raw(`SELECT DISTINCT t.platform FROM publications p JOIN drafts d ON d.id = p.draft_id JOIN targets t ON t.id = p.target_id
		WHERE p.crisis_id = ? AND d.kind = ? AND p.state = 'published' AND p.published_at >= ? ORDER BY t.platform`,
		q.c.ID, kind, q.start).Scan(&out).Error
	return out
}

// approved reports whether a draft of a kind has all its approvals in this wave.
func (q *gateQuery) approved(kind string) bool {
	return q.count(`SELECT COUNT(*) FROM approvals a JOIN drafts d ON d.id = a.draft_id
		WHERE a.crisis_id = ? AND d.kind = ? AND a.state = 'approved' AND a.created_at >= ?`, q.c.ID, kind, q.start) > 0
}

func (q *gateQuery) assess() crisis.AssessFacts {
	f := crisis.AssessFacts{SeverityConfirmed: q.c.SeverityConfirmed}
	if a, ok := q.assessment(q.start); ok {
		domain := a.Body.V.Domain()
		f.Assessment = &domain
	}
	return f
}

// assessment is the latest revision that is not older than from.
func (q *gateQuery) assessment(from At) (Assessment, bool) {
	if q.err != nil {
		return Assessment{}, false
	}
	var rows []Assessment
	q.err = q.g.Where("crisis_id = ? AND created_at >= ?", q.c.ID, from).Order("revision DESC").Limit(1).Find(&rows).Error
	if len(rows) == 0 {
		return Assessment{}, false
	}
	return rows[0], true
}

// affected are the platforms that the latest assessment wants a response on.
func (q *gateQuery) affected() []string {
	a, ok := q.assessment(At{})
	if !ok {
		return nil
	}
	var out []string
	for _, p := range a.Body.V.Domain().Platforms {
		if p.Affected {
			out = append(out, p.Name)
		}
	}
	return out
}

func (q *gateQuery) respond() crisis.RespondFacts {
	f := crisis.RespondFacts{Affected: q.affected(), Published: q.published("response"), Approved: q.approved("response")}
	steps := func(where string, args ...any) int {
		return q.count("SELECT COUNT(*) FROM solution_steps WHERE crisis_id = ?"+where, append([]any{q.c.ID}, args...)...)
	}
	f.Steps = steps("")
	f.StepsNoOwner = steps(" AND owner_id = ''")
	f.StepsNoDue = steps(" AND due_at = 0")
	f.StepsOverdue = steps(" AND done_at = 0 AND due_at > 0 AND due_at < ?", q.now)
	f.HandoffsLate = q.count("SELECT COUNT(*) FROM handoffs WHERE crisis_id = ? AND state = ? AND limit_at < ?", q.c.ID, HandoffOpen, q.now)
	if q.err != nil {
		return f
	}
	s, err := seriesOf(q.g, q.c.ClientID, q.start, q.c.until(q.now))
	if q.err = err; err != nil {
		return f
	}
	peak, _, rate := s.Rates()
	f.PeakRate, f.Rate, f.UnderHalfSince = float64(peak), float64(rate), s.UnderHalfSince()
	return f
}

func (q *gateQuery) refocus() crisis.RefocusFacts {
	f := crisis.RefocusFacts{BaselineShare: q.c.Baseline.V.NegativeShare}
	for _, kind := range planKinds() {
		n := crisis.PlannedContent{Kind: contentKindOf(kind)}
		n.Planned = q.count("SELECT COUNT(*) FROM plan_items WHERE crisis_id = ? AND kind = ? AND state <> ?", q.c.ID, kind, PlanCancelled)
		n.Published = q.count(publishedPlanItems, q.c.ID, kind, PlanPublished, PlanCancelled)
		f.Plan = append(f.Plan, n)
	}
	f.WithoutConsent = q.count("SELECT COUNT(*) FROM plan_items WHERE crisis_id = ? AND kind = ? AND state <> ? AND consent_note = ''",
		q.c.ID, PlanStory, PlanCancelled)
	f.NegativeShare = q.shareNow()
	return f
}

// publishedPlanItems counts items that are out: said so by a person, or by
// their draft.
const publishedPlanItems = `SELECT COUNT(*) FROM plan_items i WHERE i.crisis_id = ? AND i.kind = ? AND (i.state = ? OR i.state <> ?
	AND EXISTS (SELECT 1 FROM publications p WHERE p.draft_id = i.draft_id AND p.state = 'published'))`

func (q *gateQuery) shareNow() float64 {
	if q.err != nil {
		return 0
	}
	end := q.c.until(q.now)
	s, err := seriesOf(q.g, q.c.ClientID, AtOf(end.Add(-shareWindow)), end)
	q.err = err
	return shareNow(s, end)
}

func (q *gateQuery) sustain() crisis.SustainFacts {
	f := crisis.SustainFacts{PlaybookChange: q.c.PlaybookChange != "", ReportApproved: q.approved("report")}
	if q.c.Lessons != "" {
		f.Lessons = 1
	}
	if q.err != nil {
		return f
	}
	reviews, err := reviewsOf(q.g, q.c)
	if q.err = err; err != nil {
		return f
	}
	for _, r := range reviews {
		f.Reviews = append(f.Reviews, crisis.ReviewFacts{Days: int(r.OffsetDays), Held: r.State == ReviewHeld, Waived: r.State == ReviewWaived, WaivedReason: r.Reason})
	}
	// Only the last days matter: a rise before them cannot break them.
	from := AtOf(later(q.start.Time, q.now.Add(-crisis.CalmHold-time.Hour)))
	s, err := seriesOf(q.g, q.c.ClientID, from, q.c.until(q.now))
	if q.err = err; err == nil {
		f.CalmSince = s.CalmSince(q.c.Baseline.V.NegativePerHour)
	}
	return f
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
