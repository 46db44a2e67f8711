package detection

import "time"

const (
	// quietFor is how long a stream must be quiet before it can rise anew.
	quietFor = time.Hour
	// remindAfter is how long a stream may stay high before it rings again.
	remindAfter = 24 * time.Hour
	// escalateBy is how much the sustained ratio must grow for another ring, and
	// escalateAfter the least time between two of them.
	escalateBy    = 2.0
	escalateAfter = 15 * time.Minute
)

// State is what one client's detector remembers between evaluations. It is kept
// as JSON by the caller.
type State struct {
	// At is the moment of the last evaluation.
	At       time.Time   `json:"at"`
	Mentions StreamState `json:"mentions"`
	Negative StreamState `json:"negative"`
}

// StreamState is the hysteresis of one stream.
type StreamState struct {
	// Raised is true from a ring until the stream was quiet for an hour.
	Raised bool `json:"raised"`
	// Since is when it rose, LastRing when it rang last; zero when it never did.
	Since    time.Time `json:"since,omitzero"`
	LastRing time.Time `json:"last_ring,omitzero"`
	// RingRatio is the ratio in the longest window at the last ring.
	RingRatio float64 `json:"ring_ratio"`
	// QuietSince is when it fell; zero while it is high.
	QuietSince time.Time `json:"quiet_since,omitzero"`
}

// decide applies the hysteresis: ring once, then stay quiet until the stream has
// fallen, has doubled, or has stayed high for a day.
func (r *reading) decide(at time.Time, s StreamState) StreamState {
	switch {
	case !s.Raised && r.over:
		rule := RuleRise
		if r.learning {
			rule = RuleLearning
		}
		s = StreamState{Raised: true, Since: at}
		s = r.ring(rule, at, s)
	case !s.Raised:
	case r.quiet:
		if s.QuietSince.IsZero() {
			s.QuietSince = at
		}
		if at.Sub(s.QuietSince) >= quietFor {
			s.Raised = false
		}
	default:
		s.QuietSince = time.Time{}
		switch {
		case r.over && r.SustainedRatio >= escalateBy*s.RingRatio && at.Sub(s.LastRing) >= escalateAfter:
			s = r.ring(RuleEscalation, at, s)
		case r.over && at.Sub(s.LastRing) >= remindAfter:
			s = r.ring(RuleStillHigh, at, s)
		}
	}
	r.Raised = s.Raised
	return s
}

func (r *reading) ring(rule Rule, at time.Time, s StreamState) StreamState {
	r.Ring, r.Rule = true, rule
	s.LastRing, s.RingRatio = at, max(r.SustainedRatio, 1)
	return s
}
