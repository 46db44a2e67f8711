package report

import (
	"math"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
)

// Figure is one number with what it stands on. Value is nil when the data do
// not give one; Gaps then says why.
type Figure struct {
	Key     string
	Value   *float64
	Unit    string // minutes, hours, days, percent, count, per_hour, stars, index
	Formula crisis.Text
	Window  string
	Gaps    crisis.Text
}

// Round is one decided approval round.
type Round struct {
	Number int // from 1
	Took   time.Duration
}

// Input is what the figures are computed from. Zero instants mean "has not happened".
type Input struct {
	Now            time.Time
	FirstMention   time.Time
	AlertRaised    time.Time
	Acknowledged   time.Time
	Statement      time.Time
	Resolved       time.Time
	Closed         time.Time
	Rounds         []Round
	Series         Series // first mention to now or to closing
	Before, After  []Day
	Handoffs       int
	Answered       int
	ResolvedCases  int
	RatingBefore   Mean
	RatingAfter    Mean
	Published      map[crisis.ContentKind]int
	ActionsDue     int // steps to a solution whose day has come, or that are done
	ActionsOnTime  int
	ProBefore      Voices // four weeks before the first mention
	ProNow         Voices // last seven days of the window
	BaselineDays   int
	ScreenedUnsure int // mentions whose sentiment the judge was unsure of
}

// Mean is a mean of so many.
type Mean struct {
	Value float64
	Count int
}

// Voices counts judged mentions.
type Voices struct{ Positive, Negative int }

func (v Voices) share() (float64, bool) {
	n := v.Positive + v.Negative
	if n == 0 {
		return 0, false
	}
	return float64(v.Positive) / float64(n), true
}

// Figures computes all figures in reading order.
func Figures(in Input) []Figure {
	window := in.Series.From.Format("2006-01-02 15:04") + " – " + in.Series.To.Format("2006-01-02 15:04") + " UTC"
	out := []Figure{
		since("detection_delay", in.FirstMention, in.AlertRaised, window),
		since("time_to_acknowledge", in.FirstMention, in.Acknowledged, window),
		since("time_to_statement", in.FirstMention, in.Statement, window),
	}
	out = append(out, rounds(in.Rounds, window)...)
	out = append(out, voice(in, window)...)
	count := func(key string, n int) Figure { return figure(key, float64(n), "count", window) }
	out = append(out, count("private_cases", in.Handoffs), count("private_answered", in.Answered), count("private_resolved", in.ResolvedCases))
	out = append(out, rating(in, window), balance(in, window), onTime(in, window), trust(in, window))
	for i := range out {
		out[i].Formula = formulas[out[i].Key]
		if out[i].Value == nil && out[i].Gaps == (crisis.Text{}) {
			out[i].Gaps = gapNotYet
		}
	}
	return out
}

func figure(key string, v float64, unit, window string) Figure {
	v = math.Round(v*10) / 10
	return Figure{Key: key, Value: &v, Unit: unit, Window: window}
}

func empty(key, unit, window string, gap crisis.Text) Figure {
	return Figure{Key: key, Unit: unit, Window: window, Gaps: gap}
}

// since measures minutes from the first mention; what lies before it counts as 0.
func since(key string, from, to time.Time, window string) Figure {
	if to.IsZero() {
		return empty(key, "minutes", window, gapNotYet)
	}
	return figure(key, max(0, to.Sub(from).Minutes()), "minutes", window)
}

func rounds(all []Round, window string) []Figure {
	sums, counts := map[int]time.Duration{}, map[int]int{}
	last := 0
	for _, r := range all {
		sums[r.Number] += r.Took
		counts[r.Number]++
		last = max(last, r.Number)
	}
	if last == 0 {
		return []Figure{empty("approval_turnaround", "minutes", window, gapNotYet)}
	}
	var out []Figure
	for n := 1; n <= last; n++ {
		if counts[n] == 0 {
			continue
		}
		f := figure("approval_turnaround", (sums[n] / time.Duration(counts[n])).Minutes(), "minutes", window)
		f.Gaps = crisis.Text{He: "סבב " + digits(n), En: "round " + digits(n)}
		out = append(out, f)
	}
	return out
}

func voice(in Input, window string) []Figure {
	mentions, negative := in.Series.Sum()
	peak, at, _ := in.Series.Rates()
	share := figure("negative_share", 100*Share(negative, mentions), "percent", window)
	if mentions == 0 {
		share = empty("negative_share", "percent", window, gapNoMentions)
	} else if in.ScreenedUnsure > 0 {
		share.Gaps = crisis.Text{He: "אזכורים שהסיווג שלהם לא בטוח: " + digits(in.ScreenedUnsure), En: "mentions with an unsure label: " + digits(in.ScreenedUnsure)}
	}
	out := []Figure{share, figure("peak_negative_rate", float64(peak), "per_hour", window)}
	if d, ok := in.Series.HalfLife(); ok {
		out = append(out, figure("negative_half_life", d.Hours(), "hours", window))
	} else {
		out = append(out, empty("negative_half_life", "hours", window, gapNotYet))
	}
	if len(in.Before) == 0 {
		return append(out, empty("recovery_time", "days", window, gapNoHistory))
	}
	if day, ok := Recovery(in.Before, in.After, at); ok {
		return append(out, figure("recovery_time", max(0, day.Sub(in.FirstMention).Hours()/24), "days", window))
	}
	return append(out, empty("recovery_time", "days", window, gapNotYet))
}

func rating(in Input, window string) Figure {
	if in.RatingBefore.Count == 0 || in.RatingAfter.Count == 0 {
		return empty("rating_change", "stars", window, gapNoRatings)
	}
	return figure("rating_change", in.RatingAfter.Value-in.RatingBefore.Value, "stars", window)
}

// balance is 100 when the three kinds of content are even and 0 when one is not there.
func balance(in Input, window string) Figure {
	total, least := 0, math.MaxInt
	for _, k := range crisis.ContentKinds() {
		total += in.Published[k]
		least = min(least, in.Published[k])
	}
	if total == 0 {
		return empty("positive_content_balance", "percent", window, gapNotYet)
	}
	return figure("positive_content_balance", 300*float64(least)/float64(total), "percent", window)
}

func onTime(in Input, window string) Figure {
	if in.ActionsDue == 0 {
		return empty("actions_on_time", "percent", window, gapNotYet)
	}
	return figure("actions_on_time", 100*float64(in.ActionsOnTime)/float64(in.ActionsDue), "percent", window)
}

// trust compares the positive share of judged voices with the one before; it is
// a proxy and its name says so.
func trust(in Input, window string) Figure {
	before, ok1 := in.ProBefore.share()
	now, ok2 := in.ProNow.share()
	if !ok1 || !ok2 || before == 0 {
		return empty("trust_proxy", "index", window, gapNoHistory)
	}
	f := figure("trust_proxy", 100*now/before, "index", window)
	f.Gaps = crisis.Text{He: "מדד עקיף: נשען על קולות ברשת בלבד, לא על סקר", En: "a proxy: it stands on public voices only, not on a survey"}
	return f
}
