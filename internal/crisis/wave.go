package crisis

import "time"

// ReopenWithin is how long after closing a flare-up still belongs to the crisis.
const ReopenWithin = 30 * 24 * time.Hour

// FlareAction is what a new alert means for a crisis that is known.
type FlareAction string

// The actions.
const (
	FlareAttach    FlareAction = "attach"     // more of the same: append to the wave that runs
	FlareNewWave   FlareAction = "new_wave"   // re-open this crisis as its next wave
	FlareNewCrisis FlareAction = "new_crisis" // another matter: a case of its own
)

// FlareActions lists them all.
func FlareActions() []FlareAction { return []FlareAction{FlareAttach, FlareNewWave, FlareNewCrisis} }

// Codes of the decision's reasons.
const (
	ReasonStillHandled   = "flare_still_handled"   // {stage}
	ReasonClosedLongAgo  = "flare_closed_long_ago" // {days}
	ReasonOtherMatter    = "flare_other_matter"
	ReasonWorseThanKnown = "flare_worse" // {from}, {to}
	ReasonNewConcerns    = "flare_new_concerns"
	ReasonKnownMatter    = "flare_known_matter"
)

// ReasonCodes lists every code of Reason.
func ReasonCodes() []string {
	return []string{
		ReasonFlag, ReasonRatio, ReasonWindows, ReasonSustained, ReasonShare, ReasonPlatforms, ReasonFollowers, ReasonNothingFired,
		ReasonCluster, ReasonSimilarBefore, ReasonPoorReputation, ReasonMayDeny,
		ReasonStillHandled, ReasonClosedLongAgo, ReasonOtherMatter, ReasonWorseThanKnown, ReasonNewConcerns, ReasonKnownMatter,
	}
}

// FlareFacts are what the decision looks at.
type FlareFacts struct {
	Position   Position
	Severity   Severity   // confirmed for the running or last wave
	Proposed   Severity   // of the new alert
	SameMatter bool       // a concern of the alert is among the crisis's
	NewOnes    bool       // the alert also has concerns that the crisis did not know
	ClosedAt   *time.Time // nil while open
	Now        time.Time
}

// Flare is the decision with its reason; Stage is set for a new wave.
type Flare struct {
	Action FlareAction `json:"action"`
	Stage  Stage       `json:"stage,omitempty"`
	Reason Reason      `json:"reason"`
}

// FlareUp proposes what a new alert means for a crisis of the same client. While
// the crisis is in its first three stages everything belongs to the wave that
// runs. Afterwards a known matter re-opens it at assess, because the first
// acknowledgement is still true; a worse one or new concerns re-open it at
// detect, because people must be told again that it is known.
func FlareUp(f FlareFacts) Flare {
	p := f.Position
	if p.Status == Open && p.Stage.Number() <= Respond.Number() {
		return Flare{Action: FlareAttach, Reason: Reason{Code: ReasonStillHandled, Params: map[string]string{"stage": string(p.Stage)}}}
	}
	if f.ClosedAt != nil {
		if since := f.Now.Sub(*f.ClosedAt); since > ReopenWithin {
			return Flare{Action: FlareNewCrisis, Reason: Reason{Code: ReasonClosedLongAgo,
				Params: map[string]string{"days": figure(float64(since / (24 * time.Hour)))}}}
		}
	}
	switch {
	case !f.SameMatter:
		return Flare{Action: FlareNewCrisis, Reason: Reason{Code: ReasonOtherMatter}}
	case f.Proposed.WorseThan(f.Severity):
		return Flare{Action: FlareNewWave, Stage: Detect, Reason: Reason{Code: ReasonWorseThanKnown,
			Params: map[string]string{"from": f.Severity.Key(), "to": f.Proposed.Key()}}}
	case f.NewOnes:
		return Flare{Action: FlareNewWave, Stage: Detect, Reason: Reason{Code: ReasonNewConcerns}}
	}
	return Flare{Action: FlareNewWave, Stage: Assess, Reason: Reason{Code: ReasonKnownMatter}}
}
