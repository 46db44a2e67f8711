package crisis

import (
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Missing is one thing that a stage's exit gate asks for and does not find. The
// words for Code are in Labels group "missing", with {param} places.
type Missing struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// Codes of Missing, by stage.
const (
	MissingTriage      = "triage_decision"
	MissingTriageOwner = "triage_owner"
	MissingAcknowledge = "acknowledgement"
	MissingAckReason   = "acknowledgement_reason"
	MissingScheduled   = "scheduled_decision" // {count}

	MissingAssessment        = "assessment"
	MissingPlatforms         = "platforms"
	MissingAffected          = "affected_platforms"
	MissingSentiment         = "sentiment"
	MissingConcerns          = "concerns"
	MissingConcernExamples   = "concern_examples"  // {concern}
	MissingImpact            = "impact"            // {area}
	MissingImpactConfidence  = "impact_confidence" // {area}
	MissingImpactEvidence    = "impact_evidence"   // {area}
	MissingFacts             = "facts"
	MissingFactSource        = "fact_source" // {fact}
	MissingStrategy          = "strategy"
	MissingStrategyReason    = "strategy_reason"
	MissingSeverityConfirmed = "severity_confirmed"

	MissingResponseApproved  = "response_approved"
	MissingResponseTargets   = "response_targets"
	MissingResponsePublished = "response_published" // {platform}
	MissingSolutionSteps     = "solution_steps"
	MissingStepOwner         = "step_owner"        // {count}
	MissingStepDue           = "step_due"          // {count}
	MissingStepsOverdue      = "steps_overdue"     // {count}
	MissingHandoffs          = "handoffs_to_do"    // {count}
	MissingHandoffsLate      = "handoffs_late"     // {count}
	MissingNegativeRate      = "negative_rate"     // {limit}, {rate}
	MissingNegativeHold      = "negative_rate_24h" // {hours}

	MissingPlanKind      = "plan_kind"      // {kind}
	MissingPlanBalance   = "plan_balance"   // {kind}
	MissingPlanConsent   = "plan_consent"   // {count}
	MissingPlanPublished = "plan_published" // {count}
	MissingShareCalm     = "negative_share" // {share}, {limit}

	MissingCalm           = "calm_72h"      // {hours}
	MissingReview         = "review"        // {days}
	MissingReviewReason   = "review_reason" // {days}
	MissingLessons        = "lessons"
	MissingPlaybookChange = "playbook_change"
	MissingReportApproved = "report_approved"
)

// MissingCodes lists every code of Missing.
func MissingCodes() []string {
	return []string{
		MissingTriage, MissingTriageOwner, MissingAcknowledge, MissingAckReason, MissingScheduled,
		MissingAssessment, MissingPlatforms, MissingAffected, MissingSentiment, MissingConcerns, MissingConcernExamples,
		MissingImpact, MissingImpactConfidence, MissingImpactEvidence, MissingFacts, MissingFactSource,
		MissingStrategy, MissingStrategyReason, MissingSeverityConfirmed,
		MissingResponseApproved, MissingResponseTargets, MissingResponsePublished, MissingSolutionSteps, MissingStepOwner,
		MissingStepDue, MissingStepsOverdue, MissingHandoffs, MissingHandoffsLate, MissingNegativeRate, MissingNegativeHold,
		MissingPlanKind, MissingPlanBalance, MissingPlanConsent, MissingPlanPublished, MissingShareCalm,
		MissingCalm, MissingReview, MissingReviewReason, MissingLessons, MissingPlaybookChange, MissingReportApproved,
	}
}

// missingList gathers what is missing in reading order.
type missingList []Missing

// when adds a code if the condition holds; kv are parameter names and values.
func (l *missingList) when(cond bool, code string, kv ...string) {
	if !cond {
		return
	}
	m := Missing{Code: code}
	for i := 0; i+1 < len(kv); i += 2 {
		if m.Params == nil {
			m.Params = map[string]string{}
		}
		m.Params[kv[i]] = kv[i+1]
	}
	*l = append(*l, m)
}

// GateFacts are the facts that the exit gates look at, for the current wave.
// The store fills what the stage in question needs.
type GateFacts struct {
	Now     time.Time
	Detect  DetectFacts
	Assess  AssessFacts
	Respond RespondFacts
	Refocus RefocusFacts
	Sustain SustainFacts
}

// CheckExit tells everything that is missing before stage can be left; nothing
// when the gate is open. Errors: unknown_stage.
func CheckExit(stage Stage, f GateFacts) ([]Missing, error) {
	switch stage {
	case Detect:
		return f.Detect.missing(), nil
	case Assess:
		return f.Assess.missing(), nil
	case Respond:
		return f.Respond.missing(f.Now), nil
	case Refocus:
		return f.Refocus.missing(), nil
	case Sustain:
		return f.Sustain.missing(f.Now), nil
	}
	_, err := ParseStage(string(stage))
	return nil, err
}

// CheckOverride decides whether a stage may be left with something missing:
// it takes the permission and a written reason of MinReason characters. Without
// a reason the answer is the list of what is missing, as detail "missing".
// Errors: gate_not_met, gate_override_forbidden, gate_reason_short.
func CheckOverride(missing []Missing, reason string, allowed bool) error {
	switch {
	case len(missing) == 0:
		return nil
	case reason == "":
		return fault.New(fault.Conflict, "gate_not_met", "%d things are missing before this stage can be left.", len(missing)).With("missing", missing)
	case !allowed:
		return fault.New(fault.Forbidden, "gate_override_forbidden", "Leaving a stage with something missing takes a permission that you do not have.").With("missing", missing)
	case !reasonGiven(reason):
		return fault.New(fault.Invalid, "gate_reason_short", "Write why in at least %d characters.", MinReason).With("missing", missing)
	}
	return nil
}
