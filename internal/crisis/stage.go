package crisis

import (
	"slices"

	"github.com/migdalor/migdalor/internal/fault"
)

// Stage is one of the five stages of the published guide.
type Stage string

// The stages in order.
const (
	Detect  Stage = "detect"
	Assess  Stage = "assess"
	Respond Stage = "respond"
	Refocus Stage = "refocus"
	Sustain Stage = "sustain"
)

// Stages lists the five in order.
func Stages() []Stage { return []Stage{Detect, Assess, Respond, Refocus, Sustain} }

// ParseStage reads a stage's name. Errors: unknown_stage.
func ParseStage(s string) (Stage, error) {
	if st := Stage(s); st.Valid() {
		return st, nil
	}
	return "", fault.New(fault.Invalid, "unknown_stage", "%q is not a stage; the stages are detect, assess, respond, refocus and sustain.", s)
}

// Valid reports whether s is one of the five.
func (s Stage) Valid() bool { return s.Number() > 0 }

// Number is 1 for detect to 5 for sustain, 0 for anything else.
func (s Stage) Number() int { return slices.Index(Stages(), s) + 1 }

// Next gives the stage after s; ok is false after sustain.
func (s Stage) Next() (next Stage, ok bool) {
	if n := s.Number(); n > 0 && n < len(Stages()) {
		return Stages()[n], true
	}
	return "", false
}

// Active lists the stages that may be worked on while s is the current one:
// itself, and refocus beside respond, because the guide wants positive content
// prepared while the response runs.
func (s Stage) Active() []Stage {
	if s == Respond {
		return []Stage{Respond, Refocus}
	}
	return []Stage{s}
}

// IsActive reports whether work on other is open while s is current.
func (s Stage) IsActive(other Stage) bool { return slices.Contains(s.Active(), other) }

// Status says whether the case is still worked on.
type Status string

// The statuses.
const (
	Open   Status = "open"
	Closed Status = "closed"
)

// Statuses lists both.
func Statuses() []Status { return []Status{Open, Closed} }

// ParseStatus reads a status. Errors: unknown_status.
func ParseStatus(s string) (Status, error) {
	if st := Status(s); slices.Contains(Statuses(), st) {
		return st, nil
	}
	return "", fault.New(fault.Invalid, "unknown_status", "%q is not a status; a crisis is open or closed.", s)
}

// Position is where a crisis stands.
type Position struct {
	Status Status `json:"status"`
	Stage  Stage  `json:"stage"`
	Wave   int    `json:"wave"` // 1 for the first, one more with each flare-up
}

// Begin is where every crisis begins.
func Begin() Position { return Position{Status: Open, Stage: Detect, Wave: 1} }

// Advance gives the position after leaving the current stage for to. Only the
// next stage can be entered; going back takes a new wave. Errors:
// crisis_closed, stage_move_refused.
func (p Position) Advance(to Stage) (Position, error) {
	if p.Status != Open {
		return p, fault.New(fault.Conflict, "crisis_closed", "The crisis is closed: re-open it as a new wave first.")
	}
	if next, ok := p.Stage.Next(); !ok || next != to {
		return p, fault.New(fault.Conflict, "stage_move_refused", "From stage %s a crisis cannot move to %s; only to the next stage, or back by a new wave.", p.Stage, to)
	}
	p.Stage = to
	return p, nil
}

// Close gives the closed position; a crisis is closed from its last stage.
// Errors: crisis_closed, stage_move_refused.
func (p Position) Close() (Position, error) {
	if p.Status != Open {
		return p, fault.New(fault.Conflict, "crisis_closed", "The crisis is closed already.")
	}
	if p.Stage != Sustain {
		return p, fault.New(fault.Conflict, "stage_move_refused", "A crisis is closed from stage sustain, not from %s.", p.Stage)
	}
	p.Status = Closed
	return p, nil
}

// Reopen gives the position of a new wave at detect or assess. An open crisis
// that has not passed that stage yet has no need of one. Errors: reopen_refused.
func (p Position) Reopen(at Stage) (Position, error) {
	if at != Detect && at != Assess {
		return p, fault.New(fault.Invalid, "reopen_refused", "A new wave begins at detect or assess, not at %q.", string(at))
	}
	if p.Status == Open && p.Stage.Number() <= at.Number() {
		return p, fault.New(fault.Conflict, "reopen_refused", "The crisis is still at stage %s: no new wave is needed.", p.Stage)
	}
	return Position{Status: Open, Stage: at, Wave: p.Wave + 1}, nil
}
