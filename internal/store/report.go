package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/report"
)

// ReportFigures computes the figures of a crisis as they stand now.
func (d *DB) ReportFigures(ctx context.Context, scope Scope, crisisID string) ([]report.Figure, error) {
	c, err := d.CrisisRow(ctx, scope, crisisID)
	if err != nil {
		return nil, err
	}
	in, err := reportInput(d.read.WithContext(ctx), c, d.Now())
	if err != nil {
		return nil, translate(err)
	}
	return report.Figures(in), nil
}

// reportInput gathers the whole crisis, all waves together.
func reportInput(g *gorm.DB, c Crisis, now At) (report.Input, error) {
	q := gateQuery{g: g, c: c, start: c.FirstMentionAt, now: now}
	in := report.Input{Now: now.Time, FirstMention: c.FirstMentionAt.Time, Resolved: c.ResolvedAt.Time, Closed: c.ClosedAt.Time, BaselineDays: c.Baseline.V.Days}
	firstOut := `SELECT COALESCE(MIN(p.published_at), 0) FROM publications p JOIN drafts d ON d.id = p.draft_id
		WHERE p.crisis_id = ? AND d.kind = ? AND p.state = 'published'`
	in.AlertRaised = q.at("SELECT COALESCE(MIN(raised_at), 0) FROM alerts WHERE crisis_id = ?", c.ID).Time
	in.Acknowledged = q.at(firstOut, c.ID, "acknowledgement").Time
	in.Statement = q.at(firstOut, c.ID, "response").Time
	in.Handoffs = q.count("SELECT COUNT(*) FROM handoffs WHERE crisis_id = ?", c.ID)
	in.Answered = q.count("SELECT COUNT(*) FROM handoffs WHERE crisis_id = ? AND answered_at > 0", c.ID)
	in.ResolvedCases = q.count("SELECT COUNT(*) FROM handoffs WHERE crisis_id = ? AND state = ?", c.ID, HandoffClosed)
	in.ActionsDue = q.count("SELECT COUNT(*) FROM solution_steps WHERE crisis_id = ? AND (done_at > 0 OR due_at > 0 AND due_at < ?)", c.ID, now)
	in.ActionsOnTime = q.count("SELECT COUNT(*) FROM solution_steps WHERE crisis_id = ? AND done_at > 0 AND (due_at = 0 OR done_at <= due_at)", c.ID)
	in.Published = map[crisis.ContentKind]int{}
	for _, kind := range planKinds() {
		in.Published[contentKindOf(kind)] = q.count(publishedPlanItems, c.ID, kind, PlanPublished, PlanCancelled)
	}
	end := c.until(now)
	q.voices(&in, end)
	if q.err != nil {
		return in, q.err
	}
	if err := approvalRounds(g, c, &in); err != nil {
		return in, err
	}
	return in, reportSeries(g, c, end, &in)
}

// voices fills in ratings and the counts of judged mentions.
func (q *gateQuery) voices(in *report.Input, end At) {
	before := AtOf(q.c.FirstMentionAt.Add(-baselineWindow))
	after := q.c.ResolvedAt
	if after.IsZero() {
		after = end
	}
	in.RatingBefore, in.RatingAfter = q.rating(before, q.c.FirstMentionAt), q.rating(after, end)
	in.ScreenedUnsure = q.count("SELECT COALESCE(SUM(unsure), 0) FROM buckets WHERE client_id = ? AND bucket_at >= ? AND bucket_at <= ?", q.c.ClientID, q.c.FirstMentionAt, end)
	if q.err != nil {
		return
	}
	was, err := sentimentCounts(q.g, q.c.ClientID, before, q.c.FirstMentionAt)
	if q.err = err; err != nil {
		return
	}
	now, err := sentimentCounts(q.g, q.c.ClientID, AtOf(end.Add(-7*24*time.Hour)), end)
	q.err = err
	in.ProBefore, in.ProNow = report.Voices{Positive: was.Positive, Negative: was.Negative}, report.Voices{Positive: now.Positive, Negative: now.Negative}
}

// rating is the mean rating of a span, in stars.
func (q *gateQuery) rating(from, to At) report.Mean {
	var m struct {
		Sum   float64
		Count int
	}
	if q.err == nil {
		q.err = q.g.Raw("SELECT COALESCE(SUM(rating), 0) AS sum, COUNT(*) AS count FROM mentions WHERE client_id = ? AND rating > 0 AND published_at >= ? AND published_at <= ?",
			q.c.ClientID, from, to).Scan(&m).Error
	}
	if m.Count == 0 {
		return report.Mean{}
	}
	return report.Mean{Value: m.Sum / float64(m.Count) / 10, Count: m.Count}
}

// approvalRounds measures each decided round: from its start, which is the end
// of the round before, to its last decision.
func approvalRounds(g *gorm.DB, c Crisis, in *report.Input) error {
	var rows []struct {
		ApprovalID string
		CreatedAt  At
		Round      int
		Last       At
	}
	err := g.Raw(`SELECT a.id AS approval_id, a.created_at, d.round, MAX(d.decided_at) AS last FROM approvals a JOIN decisions d ON d.approval_id = a.id
		WHERE a.crisis_id = ? GROUP BY a.id, a.created_at, d.round ORDER BY a.id, d.round`, c.ID).Scan(&rows).Error
	began, approval := At{}, ""
	for _, r := range rows {
		if r.ApprovalID != approval {
			began, approval = r.CreatedAt, r.ApprovalID
		}
		in.Rounds = append(in.Rounds, report.Round{Number: r.Round + 1, Took: r.Last.Sub(began.Time)})
		began = r.Last
	}
	return err
}

// reportSeries loads the counts and cuts them into days of the client's zone.
func reportSeries(g *gorm.DB, c Crisis, end At, in *report.Input) error {
	var zone string
	if err := g.Raw("SELECT zone FROM clients WHERE id = ?", c.ClientID).Scan(&zone).Error; err != nil {
		return err
	}
	loc, err := clock.LoadZone(zone)
	if err != nil {
		return err
	}
	if in.Series, err = seriesOf(g, c.ClientID, c.FirstMentionAt, end); err != nil {
		return err
	}
	in.After = report.Days(in.Series, loc)
	if c.Baseline.V.Days < 1 {
		return nil
	}
	before, err := seriesOf(g, c.ClientID, AtOf(c.FirstMentionAt.Add(-time.Duration(c.Baseline.V.Days)*24*time.Hour)), c.FirstMentionAt)
	in.Before = report.Days(before, loc)
	return err
}
