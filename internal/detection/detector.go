package detection

import "time"

// Rule says why a verdict rings.
type Rule string

// The rules.
const (
	// RuleRise: the stream left its usual range.
	RuleRise Rule = "rise"
	// RuleEscalation: it was ringing already and has grown materially since.
	RuleEscalation Rule = "escalation"
	// RuleStillHigh: it has been high for a day since it last rang.
	RuleStillHigh Rule = "still_high"
	// RuleLearning: there is no rhythm yet, and the count is high by any measure.
	RuleLearning Rule = "learning_floor"
)

// Signal is what one stream shows at one moment.
type Signal struct {
	Stream Stream `json:"stream"`
	// Ring is true when somebody should be told now.
	Ring bool `json:"ring"`
	// Raised is true from a ring until the stream has been quiet for an hour.
	Raised bool `json:"raised"`
	// Rule is set when Ring is.
	Rule Rule `json:"rule,omitempty"`
	// Window is the trailing span that decided: the most surprising one.
	Window time.Duration `json:"window"`
	// Observed and Expected are counts in that window.
	Observed int     `json:"observed"`
	Expected float64 `json:"expected"`
	// Ratio is Observed over Expected, where less than one expected counts as one.
	Ratio float64 `json:"ratio"`
	// Score is minus log10 of the chance of so many on an ordinary day.
	// For negative mentions "ordinary" also means as many as the usual share of the
	// present volume, so that a campaign surprises nobody.
	Score float64 `json:"score"`
	// WindowsOver is how many windows are over their threshold; SustainedRatio is the
	// ratio in the longest window.
	WindowsOver    int     `json:"windows_over"`
	SustainedRatio float64 `json:"sustained_ratio"`
}

// Reason is one fact that led to the verdict, for people; the console words it by Code.
type Reason struct {
	Code  string  `json:"code"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
}

// Verdict is the answer for one moment. The fields of the embedded Signal are
// those of the stream that matters: the one that rings, negative first; else the
// more surprising one.
type Verdict struct {
	Signal
	RuleVersion string    `json:"rule_version"`
	At          time.Time `json:"at"`
	// NegativeShare is that of the last hour, BaselineShare the usual one; 0 to 1.
	NegativeShare float64 `json:"negative_share"`
	BaselineShare float64 `json:"baseline_share"`
	// Learning is true while there are less than three days of history.
	Learning bool     `json:"learning"`
	Reasons  []Reason `json:"reasons,omitempty"`
	// Signals holds both streams, mentions first.
	Signals []Signal `json:"signals"`
}

// Detector evaluates histories. The zero value is ready and safe for concurrent use.
type Detector struct{}

// Evaluate judges the moment at: the bucket that at falls into is the last one
// looked at. state is what the last evaluation of this client returned (the zero
// State at first); store the returned one with the verdict. An evaluation for an
// earlier bucket than the last one never rings and leaves the state as it is.
func (Detector) Evaluate(h *History, at time.Time, settings Settings, state State) (Verdict, State) {
	settings = settings.withDefaults()
	at = at.UTC()
	v := Verdict{RuleVersion: RuleVersion, At: at}
	all, neg := h.upTo(at, Mentions), h.upTo(at, Negative)
	hoursAll, hoursNeg := all.hours(), neg.hours()
	clean := cleanDays(hoursAll)
	baseAll, baseNeg := learn(hoursAll, clean), learn(hoursNeg, bothClean(clean, cleanDays(hoursNeg)))

	v.Learning = baseAll.learning
	v.BaselineShare = usualShare(baseAll, baseNeg)
	if hour := all.trailing(bucketsPerHour); hour > 0 {
		v.NegativeShare = neg.trailing(bucketsPerHour) / hour
	}
	late := index(at) < index(state.At)
	mentions := measure(Mentions, all, baseAll, settings, func(int) float64 { return 0 })
	// So many negative ones would come with this many mentions if people were no angrier than usual.
	negative := measure(Negative, neg, baseNeg, settings, func(n int) float64 { return v.BaselineShare * all.trailing(n) })
	if !late {
		state.At = at
		state.Mentions = mentions.decide(at, state.Mentions)
		state.Negative = negative.decide(at, state.Negative)
	}
	v.Signals = []Signal{mentions.Signal, negative.Signal}
	main := mentions
	if negative.Ring || !mentions.Ring && negative.Score >= mentions.Score {
		main = negative
	}
	v.Signal = main.Signal
	if v.Ring {
		v.Reasons = main.reasons(v)
	}
	return v, state
}

// reasons lists what a person should see first, and the limit each was held against.
func (r reading) reasons(v Verdict) []Reason {
	out := []Reason{
		{Code: "count_over_floor", Value: float64(r.Observed), Limit: r.need.floor},
		{Code: "ratio_to_expected", Value: r.Ratio, Limit: r.need.ratio},
		{Code: "surprise", Value: r.Score, Limit: r.need.surprise},
	}
	if v.NegativeShare > v.BaselineShare {
		out = append(out, Reason{Code: "negative_share_up", Value: v.NegativeShare, Limit: v.BaselineShare})
	}
	if v.Learning {
		out = append(out, Reason{Code: "learning"})
	}
	return out
}

func bothClean(a, b []bool) []bool {
	out := make([]bool, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] && b[i]
	}
	return out
}

// usualShare is the negative share of ordinary days, drawn towards a fifth while
// little is known.
func usualShare(all, neg baseline) float64 {
	const prior, weight = 0.2, 0.2 // mentions per hour that the prior is worth
	return (neg.level + prior*weight) / (all.level + weight)
}

// reading is a signal with what is needed to decide on it.
type reading struct {
	Signal
	need                  demand
	over, quiet, learning bool
}

// angrier is how far negative mentions must exceed what the usual share of all
// mentions would bring.
const angrier = 1.3

// measure looks at one stream in all windows. least gives, for a window of n
// buckets, the count that would be no surprise at the present volume.
func measure(stream Stream, c counts, b baseline, s Settings, least func(n int) float64) reading {
	r := reading{Signal: Signal{Stream: stream}, quiet: true, learning: b.learning}
	for i, w := range windows(stream) {
		n := int(w.length / Bucket)
		observed := c.trailing(n)
		expected, share := b.perHour*w.length.Hours(), least(n)
		ratio := observed / max(expected, 1)
		score := surprise(observed, max(expected, share), b.spread)
		need := s.demand(stream, w, b.learning)
		over := observed >= need.floor && ratio >= need.ratio && score >= need.surprise && observed >= angrier*share
		if over {
			r.WindowsOver++
		}
		if score >= need.surprise/2 && ratio >= 1+(need.ratio-1)/2 {
			r.quiet = false
		}
		if i == 0 || over && !r.over || over == r.over && score > r.Score {
			r.Window, r.Observed, r.Expected, r.Ratio, r.Score = w.length, int(observed), expected, ratio, score
			r.need = need
		}
		r.over = r.over || over
		r.SustainedRatio = ratio
	}
	return r
}
