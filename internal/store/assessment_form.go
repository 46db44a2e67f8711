package store

import (
	"cmp"
	"crypto/sha256"
	"database/sql/driver"
	"slices"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/report"
)

// AssessmentForm is what a person fills in; counts come from the data.
type AssessmentForm struct {
	Platforms      []PlatformRank    `json:"platforms" nullable:"false"`
	Sentiment      SentimentForm     `json:"sentiment"`
	Concerns       []ConcernForm     `json:"concerns" nullable:"false"`
	Impact         ImpactForm        `json:"impact"`
	Facts          []FactForm        `json:"facts" nullable:"false"`
	Stakeholders   []string          `json:"stakeholders" nullable:"false"`
	CrisisType     string            `json:"crisis_type"`
	PriorCrisis    bool              `json:"prior_crisis"`
	PoorReputation bool              `json:"poor_reputation"`
	WithoutMerit   bool              `json:"without_merit,omitempty"`
	Strategy       []crisis.Strategy `json:"strategy" nullable:"false"`
	StrategyReason string            `json:"strategy_reason"`
}

// PlatformRank is one place where the crisis shows. A listed platform needs a
// response there unless Affected says no.
type PlatformRank struct {
	Platform      string  `json:"platform"`
	Rank          int     `json:"rank"`
	Note          string  `json:"note"`
	Affected      *bool   `json:"affected,omitempty"`
	Mentions      int     `json:"mentions,omitempty" readOnly:"true"`
	NegativeShare float64 `json:"negative_share,omitempty" readOnly:"true"`
}

// SentimentForm is what a person reads from the counts.
type SentimentForm struct {
	NegativeShare float64 `json:"negative_share"`
	Note          string  `json:"note"`
	Positive      int     `json:"positive,omitempty" readOnly:"true"`
	Neutral       int     `json:"neutral,omitempty" readOnly:"true"`
	Negative      int     `json:"negative,omitempty" readOnly:"true"`
}

// ConcernForm is one main worry with mentions that show it.
type ConcernForm struct {
	Code       string   `json:"code"`
	Title      string   `json:"title"`
	MentionIDs []string `json:"mention_ids" nullable:"false"`
	Plan       string   `json:"plan"`
}

// EffectForm is one estimated consequence.
type EffectForm struct {
	Score      *int              `json:"score,omitempty"`
	Confidence crisis.Confidence `json:"confidence"`
	Evidence   string            `json:"evidence"`
}

// ImpactForm is the likely effect on the three things the guide names.
type ImpactForm struct {
	Trust   EffectForm `json:"trust"`
	Brand   EffectForm `json:"brand"`
	Revenue EffectForm `json:"revenue"`
}

// FactForm is one line of the fact sheet.
type FactForm struct {
	Text   string            `json:"text"`
	Status crisis.FactStatus `json:"status"`
	Source string            `json:"source"`
}

// Domain is the form as the rules look at it.
func (f AssessmentForm) Domain() crisis.Assessment {
	ranked := slices.Clone(f.Platforms)
	slices.SortStableFunc(ranked, func(a, b PlatformRank) int { return cmp.Compare(a.Rank, b.Rank) })
	a := crisis.Assessment{
		Sentiment: crisis.Sentiment{Positive: f.Sentiment.Positive, Neutral: f.Sentiment.Neutral, Negative: f.Sentiment.Negative, Note: f.Sentiment.Note},
		Impact:    crisis.Impact{Trust: crisis.Effect(f.Impact.Trust), Brand: crisis.Effect(f.Impact.Brand), Revenue: crisis.Effect(f.Impact.Revenue)},
		Strategy: crisis.StrategyChoice{Chosen: f.Strategy, Reason: f.StrategyReason, Input: crisis.AdviceInput{Type: crisis.Type(f.CrisisType),
			SimilarBefore: f.PriorCrisis, PoorReputation: f.PoorReputation, WithoutMerit: f.WithoutMerit}},
	}
	for _, p := range ranked {
		a.Platforms = append(a.Platforms, crisis.Platform{Name: p.Platform, Mentions: p.Mentions, NegativeShare: p.NegativeShare, Affected: p.Affected == nil || *p.Affected})
	}
	for _, c := range f.Concerns {
		a.Concerns = append(a.Concerns, crisis.Concern{Text: c.Title, Examples: c.MentionIDs, Solution: c.Plan})
	}
	for _, x := range f.Facts {
		a.Facts = append(a.Facts, crisis.Fact(x))
	}
	for _, s := range f.Stakeholders {
		a.Stakeholders = append(a.Stakeholders, crisis.Stakeholder{Name: s})
	}
	return a
}

// voices are judged mentions by what counts: a person's label, else the machine's.
type voices struct{ Mentions, Positive, Neutral, Negative int }

func (v voices) share() float64 { return report.Share(v.Negative, v.Mentions) }

const effectiveSentiment = "CASE WHEN person_sentiment <> '' THEN person_sentiment ELSE sentiment END"

func sentimentCounts(g *gorm.DB, clientID string, from, to At) (voices, error) {
	var v voices
	err := g.Raw(`SELECT COUNT(*) AS mentions, COALESCE(SUM(CASE WHEN s = 'positive' THEN 1 ELSE 0 END), 0) AS positive,
		COALESCE(SUM(CASE WHEN s = 'negative' THEN 1 ELSE 0 END), 0) AS negative FROM
		(SELECT `+effectiveSentiment+` AS s FROM mentions WHERE client_id = ? AND published_at >= ? AND published_at <= ?) AS m`, clientID, from, to).Scan(&v).Error
	v.Neutral = v.Mentions - v.Positive - v.Negative
	return v, err
}

func platformCounts(g *gorm.DB, clientID string, from, to At) (map[string]voices, error) {
	var rows []struct {
		Platform           string
		Mentions, Negative int
	}
	err := g.Raw(`SELECT platform, COUNT(*) AS mentions, SUM(CASE WHEN `+effectiveSentiment+` = 'negative' THEN 1 ELSE 0 END) AS negative
		FROM mentions WHERE client_id = ? AND published_at >= ? AND published_at <= ? GROUP BY platform`, clientID, from, to).Scan(&rows).Error
	out := make(map[string]voices, len(rows))
	for _, r := range rows {
		out[r.Platform] = voices{Mentions: r.Mentions, Negative: r.Negative}
	}
	return out, err
}

// hashText is the SHA-256 of a stored text, for the ledger; nil stays nil.
func hashText(v driver.Value) any {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	return audit.Hash(sha256.Sum256([]byte(s)))
}
