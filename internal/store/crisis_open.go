package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// OpenCrisis opens a crisis by hand. Errors: those of OpenCrisis' checks.
func (d *DB) OpenCrisis(ctx context.Context, by audit.Actor, o OpenCrisis) (Crisis, error) {
	var c Crisis
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		c, err = tx.openCrisis(o)
		return err
	})
	return c, err
}

// maxTitle is the longest title in characters.
const maxTitle = 200

func checkTitle(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || utf8.RuneCountInString(s) > maxTitle {
		return "", fault.New(fault.Invalid, "crisis_title", "A crisis needs a title of at most %d characters.", maxTitle).
			WithFields(fault.Field{Location: "body.title", Message: "is empty or too long"})
	}
	return s, nil
}

// A first mention that a person names lies between these.
const (
	oldestFirstMention = 31 * 24 * time.Hour
	clockSkew          = 5 * time.Minute
)

// firstMention is what the clocks of wave 1 count from. What a person typed is
// checked; a source's clock that runs ahead must not keep an alert from opening.
func (tx *Tx) firstMention(o OpenCrisis) (At, error) {
	first, age := AtOf(o.FirstMentionAt), tx.now.Sub(o.FirstMentionAt)
	if o.AlertID == "" && !first.IsZero() && (age > oldestFirstMention || age < -clockSkew) {
		return At{}, fault.New(fault.Invalid, "first_mention", "The first mention lies in the future, or more than 31 days back.").
			WithFields(fault.Field{Location: "body.first_mention_at", Message: "is in the future or too long ago"})
	}
	if first.IsZero() || age < 0 || age > oldestFirstMention {
		return tx.now, nil
	}
	return first, nil
}

// nextNumber takes the agency's next crisis number of this year. The agency's
// one row gives it, so two openings at once cannot get the same.
func (tx *Tx) nextNumber() (string, error) {
	var a Agency
	if err := tx.locked(tx.g.Limit(1)).Take(&a).Error; err != nil {
		return "", missing(err, "agency")
	}
	loc, err := clock.LoadZone(a.Zone)
	if err != nil {
		return "", err
	}
	n := crisis.Number{Year: tx.now.In(loc).Year(), Seq: 1}
	if int(a.LastCrisisYear) == n.Year {
		n.Seq = int(a.LastCrisisNumber) + 1
	}
	err = tx.g.Exec("UPDATE agency SET last_crisis_year = ?, last_crisis_number = ? WHERE id = ?", n.Year, n.Seq, a.ID).Error
	return n.String(), err
}

// mustBeEnabled refuses people who are not there or have been disabled.
func (tx *Tx) mustBeEnabled(userID string) error {
	var n int64
	if err := tx.g.Raw("SELECT COUNT(*) FROM users WHERE id = ? AND disabled_at = 0", userID).Scan(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return notFound("person")
	}
	return nil
}

// baselineWindow is how much history a crisis' baseline looks at.
const baselineWindow = 28 * 24 * time.Hour

// baselineBefore measures what was usual before first. The median hour would
// be 0 for a quiet brand, so means are taken; the days of an earlier crisis
// raise them and make the gate kinder, never stricter.
func baselineBefore(g *gorm.DB, clientID string, first At) (Baseline, error) {
	var sums struct {
		Mentions, Negative float64
		Oldest             int64
	}
	err := g.Raw(`SELECT COALESCE(SUM(mentions), 0) AS mentions, COALESCE(SUM(negative), 0) AS negative, COALESCE(MIN(bucket_at), 0) AS oldest
		FROM buckets WHERE client_id = ? AND bucket_at >= ? AND bucket_at < ?`,
		clientID, AtOf(first.Add(-baselineWindow)), AtOf(first.Add(-time.Hour))).Scan(&sums).Error
	if err != nil || sums.Oldest == 0 || sums.Mentions == 0 {
		return Baseline{}, err
	}
	span := first.Sub(time.UnixMicro(sums.Oldest))
	hours := max(1, span.Hours())
	return Baseline{MentionsPerHour: sums.Mentions / hours, NegativePerHour: sums.Negative / hours,
		NegativeShare: sums.Negative / sums.Mentions, Days: int(span.Hours()/24 + 0.5)}, nil
}

// triaged records that a person has decided what the alert is: the triage task
// of this wave is done and the clock is met.
func (tx *Tx) triaged(c Crisis) error {
	if err := tx.finishKind(c, taskKindTriage); err != nil {
		return err
	}
	return tellWorkflow(tx, WorkflowCrisis, c.ID, FactTriaged, "")
}

// tellLead sends a notice to who leads the crisis; without a lead, to the
// client's account managers.
func (tx *Tx) tellLead(c Crisis, kind, dedupe string, params map[string]string) error {
	users := []string{c.LeadID}
	if c.LeadID == "" {
		var err error
		if users, err = tx.withRole(crisis.RoleAccountManager, c.ClientID); err != nil {
			return err
		}
	}
	return tx.tellPeople(c, kind, dedupe, users, params)
}

func (tx *Tx) tellPeople(c Crisis, kind, dedupe string, users []string, params map[string]string) error {
	all := map[string]string{"crisis": c.Number, "crisis_id": c.ID, "title": c.Title}
	for k, v := range params {
		all[k] = v
	}
	return tx.notify(Notice{Kind: kind, Params: all, ClientID: c.ClientID, CrisisID: c.ID,
		DedupeKey: "crisis:" + c.ID + ":" + dedupe, Users: users})
}
