package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// Assessment is one revision of stage 2's record; every revision is kept.
type Assessment struct {
	ID        string `gorm:"primaryKey"`
	ClientID  string
	CrisisID  string
	Revision  int64
	Body      JSON[AssessmentForm]
	Advice    JSON[StrategyAdvice]
	CreatedBy string
	CreatedAt At
}

// StrategyAdvice is what the theory proposed, from what, and what was chosen.
type StrategyAdvice struct {
	Input  crisis.AdviceInput `json:"input"`
	Advice crisis.Advice      `json:"advice"`
	Chosen []crisis.Strategy  `json:"chosen"`
	Reason string             `json:"reason"`
}

// latestAssessment is the newest revision; ok is false when there is none.
func latestAssessment(g *gorm.DB, crisisID string) (a Assessment, ok bool, err error) {
	var rows []Assessment
	err = g.Where("crisis_id = ?", crisisID).Order("revision DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Assessment{}, false, err
	}
	return rows[0], true, nil
}

// Assessment reads the newest revision. Errors: not_found when none is written yet.
func (d *DB) Assessment(ctx context.Context, scope Scope, crisisID string) (Assessment, error) {
	c, err := d.CrisisRow(ctx, scope, crisisID)
	if err != nil {
		return Assessment{}, err
	}
	a, ok, err := latestAssessment(d.read.WithContext(ctx), c.ID)
	if err == nil && !ok {
		err = notFound("assessment")
	}
	return a, translate(err)
}

// SaveAssessment adds a revision after the one that the editor saw (0 for the
// first). With confirm the person confirms the severity that the crisis has;
// another one is a process command. A complete assessment tells the workflow.
// Errors: stale with the newest revision, crisis_closed, assessment_invalid,
// strategy_mixed, severity_differs.
func (d *DB) SaveAssessment(ctx context.Context, by audit.Actor, crisisID string, seen int64, form AssessmentForm, confirm crisis.Severity) (Assessment, error) {
	var a Assessment
	err := d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.openRow(crisisID)
		if err != nil {
			return err
		}
		last, _, err := latestAssessment(tx.g, c.ID)
		if err != nil {
			return err
		}
		if last.Revision != seen {
			return fault.New(fault.Stale, "stale", "Somebody saved the assessment in the meantime.").
				With("changed_by", last.CreatedBy).With("changed_at", last.CreatedAt.Time).With("revision", last.Revision).With("current", last.Body.V)
		}
		if err := tx.countSentiment(c, &form); err != nil {
			return err
		}
		domain := form.Domain()
		if err := domain.Validate(); err != nil {
			return err
		}
		a = Assessment{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, Revision: seen + 1, Body: JSONOf(form), CreatedBy: by.ID, CreatedAt: tx.now}
		if domain.Strategy.Input.Type != "" {
			advice, err := crisis.Advise(domain.Strategy.Input)
			if err != nil {
				return err
			}
			a.Advice = JSONOf(StrategyAdvice{Input: domain.Strategy.Input, Advice: advice, Chosen: domain.Strategy.Chosen, Reason: domain.Strategy.Reason})
		}
		if err := tx.g.Create(&a).Error; err != nil {
			return err
		}
		tx.recordAssessment(c, a, last, domain)
		if err := tx.setType(c, form.CrisisType); err != nil {
			return err
		}
		if err := tx.confirmSeverity(c, confirm); err != nil {
			return err
		}
		if len(domain.Missing()) == 0 {
			if err := tx.finishKind(c, "assessment"); err != nil {
				return err
			}
			if err := tellWorkflow(tx, WorkflowCrisis, c.ID, FactAssessed, a.ID); err != nil {
				return err
			}
		}
		return tx.announce("crisis", c.ClientID, c.ID, a.ID)
	})
	return a, err
}

func (tx *Tx) recordAssessment(c Crisis, a, last Assessment, domain crisis.Assessment) {
	digest, _ := a.Body.Value()
	before, _ := last.Body.Value()
	if last.ID == "" {
		before = nil
	}
	tx.recordOn(c, audit.AssessmentRevised, a.ID, a.Revision, "", audit.Changed("sha256", hashText(before), hashText(digest)),
		audit.Set("missing", len(domain.Missing())))
	chosen, reason := domain.Strategy.Chosen, domain.Strategy.Reason
	was := last.Body.V.Domain().Strategy
	if len(chosen) == 0 || reason == "" || slices.Equal(chosen, was.Chosen) && reason == was.Reason {
		return
	}
	tx.recordCrisis(c, audit.StrategyChosen, reason, audit.Changed("strategy", was.Chosen, chosen), audit.Set("advised", a.Advice.V.Advice.Then),
		audit.Set("crisis_type", domain.Strategy.Input.Type), audit.Set("intensified", a.Advice.V.Advice.Intensified))
}

// setType keeps the crisis' type as the assessment names it.
func (tx *Tx) setType(c Crisis, kind string) error {
	if kind == "" || kind == c.CrisisType {
		return nil
	}
	tx.recordCrisis(c, audit.CrisisUpdated, "", audit.Changed("crisis_type", c.CrisisType, kind))
	return tx.g.Model(&Crisis{}).Where("id = ?", c.ID).Updates(map[string]any{"crisis_type": kind, "rev": gorm.Expr("rev + 1")}).Error
}

// confirmSeverity records that a person stands by the severity as it is.
func (tx *Tx) confirmSeverity(c Crisis, confirm crisis.Severity) error {
	if confirm == 0 || c.SeverityConfirmed && confirm == c.Severity {
		return nil
	}
	if confirm != c.Severity {
		return fault.New(fault.Conflict, "severity_differs", "The crisis has another severity by now: change it first.").With("severity", c.Severity)
	}
	tx.recordCrisis(c, audit.CrisisSeverityConfirmed, "", audit.Set("severity", c.Severity))
	err := tx.g.Model(&Crisis{}).Where("id = ?", c.ID).Updates(map[string]any{"severity_confirmed": true, "rev": gorm.Expr("rev + 1")}).Error
	if err != nil {
		return err
	}
	return tx.finishKind(c, "severity")
}

// countSentiment fills in what the database knows better than a form: the
// counts behind the sentiment and each platform.
func (tx *Tx) countSentiment(c Crisis, form *AssessmentForm) error {
	start, err := tx.waveStart(c)
	if err != nil {
		return err
	}
	counts, err := sentimentCounts(tx.g, c.ClientID, start, tx.now)
	if err != nil {
		return err
	}
	form.Sentiment.Positive, form.Sentiment.Neutral, form.Sentiment.Negative = counts.Positive, counts.Neutral, counts.Negative
	platforms, err := platformCounts(tx.g, c.ClientID, start, tx.now)
	if err != nil {
		return err
	}
	for i := range form.Platforms {
		p := &form.Platforms[i]
		p.Mentions, p.NegativeShare = platforms[p.Platform].Mentions, platforms[p.Platform].share()
	}
	return nil
}

// AssessmentSuggestion is an assessment pre-filled from the data: platforms by
// negative mentions, sentiment, concerns with their loudest examples.
func (d *DB) AssessmentSuggestion(ctx context.Context, scope Scope, crisisID string) (AssessmentForm, error) {
	c, err := d.CrisisRow(ctx, scope, crisisID)
	if err != nil {
		return AssessmentForm{}, err
	}
	g, now := d.read.WithContext(ctx), d.Now()
	start, err := waveStartOf(g, c)
	if err != nil {
		return AssessmentForm{}, translate(err)
	}
	form, err := suggest(g, c, start, AtOf(c.until(now).Add(time.Minute)))
	return form, translate(err)
}
