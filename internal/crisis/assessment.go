package crisis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/migdalor/migdalor/internal/fault"
)

// Confidence says how sure an estimate is.
type Confidence string

// The confidences.
const (
	Low    Confidence = "low"
	Medium Confidence = "medium"
	High   Confidence = "high"
)

// Confidences lists them all.
func Confidences() []Confidence { return []Confidence{Low, Medium, High} }

// FactStatus says what is known of a fact.
type FactStatus string

// The statuses of a fact.
const (
	Verified   FactStatus = "verified"
	Unverified FactStatus = "unverified"
	Disputed   FactStatus = "disputed"
)

// FactStatuses lists them all.
func FactStatuses() []FactStatus { return []FactStatus{Verified, Unverified, Disputed} }

// Fact is one line of the fact sheet.
type Fact struct {
	Text   string     `json:"text"`
	Status FactStatus `json:"status"`
	Source string     `json:"source"`
}

// Effect is one estimated consequence.
type Effect struct {
	Score      *int       `json:"score"` // 0 none to 4 grave; nil until somebody judged
	Confidence Confidence `json:"confidence"`
	Evidence   string     `json:"evidence"`
}

// Impact is the likely effect on the three things the guide names.
type Impact struct {
	Trust   Effect `json:"trust"`
	Brand   Effect `json:"brand"`
	Revenue Effect `json:"revenue"`
}

// Platform is one place where the crisis shows; the list is in rank order.
type Platform struct {
	Name          string  `json:"name"`
	Mentions      int     `json:"mentions"`
	NegativeShare float64 `json:"negative_share"` // 0 to 1
	Affected      bool    `json:"affected"`       // a response must be published there
}

// Sentiment is the count of judged mentions and what a person reads from it.
type Sentiment struct {
	Positive int    `json:"positive"`
	Neutral  int    `json:"neutral"`
	Negative int    `json:"negative"`
	Note     string `json:"note"`
}

// Concern is one of the main worries, with mentions that show it.
type Concern struct {
	Text     string   `json:"text"`
	Examples []string `json:"examples"` // mention ids
	Solution string   `json:"solution,omitempty"`
}

// Stakeholder is somebody who must be told or heard.
type Stakeholder struct {
	Name string `json:"name"`
	Need string `json:"need"`
}

// StrategyChoice is what a person chose after the advice.
type StrategyChoice struct {
	Input  AdviceInput `json:"input"`
	Chosen []Strategy  `json:"chosen"`
	Reason string      `json:"reason"`
}

// Assessment is stage 2's record. A revision may be unfinished: Validate
// refuses what is wrong, Missing tells what is not there yet.
type Assessment struct {
	Platforms    []Platform     `json:"platforms"`
	Sentiment    Sentiment      `json:"sentiment"`
	Concerns     []Concern      `json:"concerns"`
	Impact       Impact         `json:"impact"`
	Facts        []Fact         `json:"facts"`
	Stakeholders []Stakeholder  `json:"stakeholders"`
	Strategy     StrategyChoice `json:"strategy"`
}

// effects pairs each effect with its name, in a fixed order.
func (m Impact) effects() []struct {
	name string
	Effect
} {
	type named = struct {
		name string
		Effect
	}
	return []named{{"trust", m.Trust}, {"brand", m.Brand}, {"revenue", m.Revenue}}
}

// Validate refuses values that cannot be right, naming each field. Unfinished
// is not wrong. Errors: assessment_invalid, strategy_mixed, unknown_strategy.
func (a Assessment) Validate() error {
	var bad []fault.Field
	refuse := func(code, message, location string, args ...any) {
		bad = append(bad, fault.Field{Location: fmt.Sprintf(location, args...), Message: message, Code: code})
	}
	for i, p := range a.Platforms {
		if strings.TrimSpace(p.Name) == "" {
			refuse("required", "A platform needs a name.", "platforms[%d].name", i)
		}
		if p.Mentions < 0 {
			refuse("out_of_range", "A count is not negative.", "platforms[%d].mentions", i)
		}
		if !(p.NegativeShare >= 0 && p.NegativeShare <= 1) { // also refuses NaN
			refuse("out_of_range", "A share lies between 0 and 1.", "platforms[%d].negative_share", i)
		}
	}
	if s := a.Sentiment; s.Positive < 0 || s.Neutral < 0 || s.Negative < 0 {
		refuse("out_of_range", "A count is not negative.", "sentiment")
	}
	for i, c := range a.Concerns {
		if strings.TrimSpace(c.Text) == "" {
			refuse("required", "A concern needs words.", "concerns[%d].text", i)
		}
	}
	for _, e := range a.Impact.effects() {
		if e.Score != nil && (*e.Score < 0 || *e.Score > 4) {
			refuse("out_of_range", "An impact is 0 (none) to 4 (grave).", "impact.%s.score", e.name)
		}
		if e.Confidence != "" && !slices.Contains(Confidences(), e.Confidence) {
			refuse("unknown_value", "Confidence is low, medium or high.", "impact.%s.confidence", e.name)
		}
	}
	for i, f := range a.Facts {
		if strings.TrimSpace(f.Text) == "" {
			refuse("required", "A fact needs words.", "facts[%d].text", i)
		}
		if !slices.Contains(FactStatuses(), f.Status) {
			refuse("unknown_value", "A fact is verified, unverified or disputed.", "facts[%d].status", i)
		}
	}
	if t := a.Strategy.Input.Type; t != "" && !slices.Contains(Types(), t) {
		refuse("unknown_value", "That is not a type of crisis.", "strategy.input.type")
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "assessment_invalid", "The assessment has %d wrong fields.", len(bad)).WithFields(bad...)
	}
	if len(a.Strategy.Chosen) > 0 {
		return CheckStrategy(a.Strategy.Chosen, a.Strategy.Reason)
	}
	return nil
}

// Missing tells what the assessment needs before stage 2 can be left.
func (a Assessment) Missing() []Missing {
	var out missingList
	out.when(len(a.Platforms) == 0, MissingPlatforms)
	affected := slices.ContainsFunc(a.Platforms, func(p Platform) bool { return p.Affected })
	out.when(len(a.Platforms) > 0 && !affected, MissingAffected)
	out.when(a.Sentiment.Positive+a.Sentiment.Neutral+a.Sentiment.Negative == 0, MissingSentiment)
	out.when(len(a.Concerns) == 0, MissingConcerns)
	for _, c := range a.Concerns {
		out.when(len(c.Examples) == 0, MissingConcernExamples, "concern", c.Text)
	}
	for _, e := range a.Impact.effects() {
		out.when(e.Score == nil, MissingImpact, "area", e.name)
		out.when(e.Score != nil && e.Confidence == "", MissingImpactConfidence, "area", e.name)
		out.when(e.Score != nil && strings.TrimSpace(e.Evidence) == "", MissingImpactEvidence, "area", e.name)
	}
	out.when(len(a.Facts) == 0, MissingFacts)
	for _, f := range a.Facts {
		out.when(strings.TrimSpace(f.Source) == "", MissingFactSource, "fact", f.Text)
	}
	out.when(len(a.Strategy.Chosen) == 0, MissingStrategy)
	out.when(len(a.Strategy.Chosen) > 0 && !reasonGiven(a.Strategy.Reason), MissingStrategyReason)
	return out
}
