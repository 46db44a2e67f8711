package detection

import (
	"math"
	"slices"
)

const (
	hoursPerDay = 24
	// learningHours is how much history a seasonal baseline needs.
	learningHours = 3 * hoursPerDay
	// levelDays is how many of the last clean days set the level: few enough to follow a slow drift.
	levelDays = 7
	// recentDays are looked at by themselves, to follow growth.
	recentDays = 2
	// shapePrior, in mentions, and weekPrior, in weeks, say how much evidence it takes to
	// leave a flat day and an ordinary weekday.
	shapePrior = 12.0
	weekPrior  = 2.0
)

// baseline is what is usual for the hour under test.
type baseline struct {
	// perHour is the expected count of the hour under test.
	perHour float64
	// level is the mean count per hour of an ordinary day.
	level float64
	// spread is how much wider than Poisson the usual hours scatter, as a factor on the deviation; at least 1.
	spread float64
	// learning is true while there is too little history for a rhythm.
	learning bool
}

// learn finds the baseline from hourly sums backwards; hours[0], the hour under
// test, is not used. clean tells which past days count; see cleanDays.
func learn(hours []float64, clean []bool) baseline {
	if len(hours) <= learningHours {
		return learnShort(hours)
	}
	totals := dayTotals(hours)
	level := usualLevel(totals, clean)
	shape := dayShape(hours, clean)
	perHour := level * shape[0]
	perHour *= weekFactor(hours, totals, clean, shape[0], perHour)
	return baseline{perHour: perHour, level: level, spread: spread(hours, totals, clean, shape)}
}

// learnShort is the plain mean of what there is, with rises cut off.
func learnShort(hours []float64) baseline {
	b := baseline{spread: 1.5, learning: true}
	if len(hours) < 2 {
		return b
	}
	past := slices.Clone(hours[1:])
	limit := 3*median(slices.Clone(past)) + 3
	for _, v := range past {
		b.level += math.Min(v, limit)
	}
	b.level /= float64(len(past))
	b.perHour = b.level
	return b
}

// day gives the 24 hours of the d-th day back, without the hour under test.
func day(hours []float64, d int) []float64 {
	from := 1 + d*hoursPerDay
	return hours[from : from+hoursPerDay]
}

// dayTotals sums each whole past day, the last one first.
func dayTotals(hours []float64) []float64 {
	totals := make([]float64, max(0, (len(hours)-1)/hoursPerDay))
	for d := range totals {
		totals[d] = sum(day(hours, d))
	}
	return totals
}

// cleanDays tells which past days show the usual: days of a crisis or campaign
// (far above the median day) and days on which a source was silent (far below)
// teach nothing.
func cleanDays(hours []float64) []bool {
	totals := dayTotals(hours)
	mid := median(slices.Clone(totals))
	clean := make([]bool, len(totals))
	for d, t := range totals {
		silent := mid >= 20 && t < mid/10
		clean[d] = t <= 2.5*mid+10 && !silent
	}
	return clean
}

// usualLevel is the level of the last clean days, per hour: their median, blended
// with their mean because the median of small totals is coarse. Growth of the
// last days is followed upwards only: a quiet weekend must not make Sunday loud.
func usualLevel(totals []float64, clean []bool) float64 {
	last := make([]float64, 0, levelDays)
	for d := 0; d < len(clean) && len(last) < levelDays; d++ {
		if clean[d] {
			last = append(last, totals[d])
		}
	}
	if len(last) == 0 {
		return 0
	}
	recent := last[:min(recentDays, len(last))]
	recentMean := sum(recent) / float64(len(recent))
	usual := (sum(last)/float64(len(last)) + median(last)) / 2
	return math.Max(usual, (usual+recentMean)/2) / hoursPerDay
}

// dayShape gives, for the clock hour under test [0], the one before it [1] and so
// on, how busy it is compared with the mean hour of the day.
func dayShape(hours []float64, clean []bool) [hoursPerDay]float64 {
	var raw [hoursPerDay]float64
	total := 0.0
	for d, ok := range clean {
		if !ok {
			continue
		}
		hs := day(hours, d)
		limit := 5*sum(hs)/hoursPerDay + 5
		for i, v := range hs {
			v = math.Min(v, limit)
			raw[(i+1)%hoursPerDay] += v
			total += v
		}
	}
	mean := total / hoursPerDay
	var shape [hoursPerDay]float64
	for j := range shape {
		before, after := raw[(j+1)%hoursPerDay], raw[(j+hoursPerDay-1)%hoursPerDay]
		smooth := (before + 2*raw[j] + after) / 4
		shape[j] = (smooth + shapePrior) / (mean + shapePrior)
	}
	return shape
}

// weekFactor compares the same hour of the same weekday with what the hour of the
// day promised in that week, shrunk to 1 while few weeks are known. Each week is
// held against its own level, so that growth is not taken for a quiet weekday.
func weekFactor(hours, totals []float64, clean []bool, busy, expected float64) float64 {
	if expected <= 0 {
		return 1
	}
	prior := (weekPrior + 3/expected) * expected
	seen, promised := prior, prior
	for week := 1; 7*hoursPerDay*week+1 < len(hours) && 7*week <= len(clean); week++ {
		k := 7 * hoursPerDay * week
		if d := 7*week - 1; !clean[d] {
			continue
		}
		usual := usualLevel(totals[7*week-7:], clean[7*week-7:7*week]) * busy
		limit := 4*usual + 4
		seen += math.Min((hours[k-1]+2*hours[k]+hours[k+1])/4, limit)
		promised += usual
	}
	return math.Min(2.5, math.Max(0.4, seen/promised))
}

// spread measures, in Poisson deviations, by how much clean hours exceeded what
// the days before them promised: an upper quantile of that.
func spread(hours, totals []float64, clean []bool, shape [hoursPerDay]float64) float64 {
	residuals := make([]float64, 0, len(hours))
	for d, ok := range clean {
		if !ok || d+1 >= len(clean) {
			continue
		}
		level := usualLevel(totals[d+1:], clean[d+1:])
		for i, v := range day(hours, d) {
			e := level * shape[(i+1)%hoursPerDay]
			residuals = append(residuals, (v-e)/math.Sqrt(e+0.5))
		}
	}
	if len(residuals) < hoursPerDay {
		return 1.5
	}
	slices.Sort(residuals)
	return math.Max(1, quantile(residuals, 0.95)/1.645)
}

func quantile(sorted []float64, q float64) float64 {
	return sorted[int(q*float64(len(sorted)-1))]
}

func sum(v []float64) float64 {
	t := 0.0
	for _, x := range v {
		t += x
	}
	return t
}

// median sorts v.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// surprise is minus log10 of the chance of at least observed, when the mean is
// expected and the deviation spread times that of Poisson (negative binomial).
// It is 0 when observed is not above expected.
func surprise(observed, expected, spread float64) float64 {
	if observed <= expected || observed < 1 {
		return 0
	}
	mean := math.Max(expected, 1e-3)
	over := spread*spread - 1
	var logp, step float64
	if over < 1e-3 {
		logp = observed*math.Log(mean) - mean - lgamma(observed+1)
		step = mean / (observed + 1)
	} else {
		size := mean / over
		p := over / (1 + over)
		logp = lgamma(observed+size) - lgamma(size) - lgamma(observed+1) + size*math.Log1p(-p) + observed*math.Log(p)
		step = p * (observed + size) / (observed + 1)
	}
	// Beyond the mode the terms shrink at least by step, so a geometric row bounds the tail.
	logp -= math.Log(math.Max(1-step, 0.05))
	return math.Max(0, -logp/math.Ln10)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
