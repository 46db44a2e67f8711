package detection

import "time"

// RuleVersion names the rules below; it is kept with each alert, so that an old
// alert can be explained by the rule that fired it.
const RuleVersion = "2026-11-1"

// Settings are a client's choices. The zero value means the defaults.
type Settings struct {
	// Sensitivity runs from 1 (only the loudest rises) to 5 (rather too early than
	// late); 0 means 3. Values outside are brought to the nearest end.
	Sensitivity int `json:"sensitivity"`
	// FreshWithin is how old a mention may be on arrival to be able to ring; 0 means 2 h.
	FreshWithin time.Duration `json:"fresh_within"`
	// FloorMentions and FloorNegative are the smallest counts in one window that can
	// ring; 0 means 10 and 5.
	FloorMentions int `json:"floor_mentions"`
	FloorNegative int `json:"floor_negative"`
}

// DefaultFreshWithin is the age beyond which a mention only feeds the baseline.
const DefaultFreshWithin = 2 * time.Hour

// Fresh tells whether a mention published at one time and received at another may
// ring. Older ones are back-fill: they feed the baseline, and nothing need be evaluated for them.
func (s Settings) Fresh(published, received time.Time) bool {
	limit := s.FreshWithin
	if limit <= 0 {
		limit = DefaultFreshWithin
	}
	return received.Sub(published) <= limit
}

func (s Settings) withDefaults() Settings {
	if s.Sensitivity == 0 {
		s.Sensitivity = 3
	}
	s.Sensitivity = min(5, max(1, s.Sensitivity))
	if s.FloorMentions <= 0 {
		s.FloorMentions = 10
	}
	if s.FloorNegative <= 0 {
		s.FloorNegative = 5
	}
	return s
}

func (s Settings) floor(stream Stream) float64 {
	if stream == Negative {
		return float64(s.FloorNegative)
	}
	return float64(s.FloorMentions)
}

// window is one span that is looked at, with what it takes to ring at sensitivity 3.
type window struct {
	length   time.Duration
	surprise float64
	ratio    float64
}

// windows: the short one catches a burst early, the long one a steady rise. More
// mentions alone are often good news, so they must be more surprising to ring.
func windows(s Stream) [2]window {
	if s == Negative {
		return [2]window{
			{length: 15 * time.Minute, surprise: 3.3, ratio: 3},
			{length: 60 * time.Minute, surprise: 3.3, ratio: 2},
		}
	}
	return [2]window{
		{length: 15 * time.Minute, surprise: 4.5, ratio: 3},
		{length: 60 * time.Minute, surprise: 4.5, ratio: 2},
	}
}

// demand is what a window takes to ring, with the sensitivity applied.
type demand struct{ surprise, ratio, floor float64 }

func (s Settings) demand(stream Stream, w window, learning bool) demand {
	k := knob[s.Sensitivity]
	d := demand{surprise: w.surprise * k, ratio: 1 + (w.ratio-1)*k, floor: s.floor(stream)}
	if learning {
		d = demand{surprise: 2 * d.surprise, ratio: 2 * d.ratio, floor: 3 * d.floor}
	}
	return d
}

// knob scales what a window demands: index is the sensitivity.
var knob = [...]float64{0, 1.8, 1.35, 1, 0.8, 0.6}
