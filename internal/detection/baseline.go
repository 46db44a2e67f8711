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
	level := usualLevel(hours, clean)
	shape := dayShape(hours, clean)
	perHour := level * shape[0]
	perHour *= weekFactor(hours, clean, perHour)
	return baseline{perHour: perHour, level: level, spread: spread(hours, clean, level, shape)}
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

func dayCount(hours []float64) int { return max(0, (len(hours)-1)/hoursPerDay) }

// cleanDays tells which past days show the usual: days of a crisis or campaign
// (far above the median day) and days on which a source was silent (far below)
// teach nothing.
func cleanDays(hours []float64) []bool {
	n := dayCount(hours)
	totals := make([]float64, n)
	for d := range totals {
		totals[d] = sum(day(hours, d))
	}
	mid := median(slices.Clone(totals))
	clean := make([]bool, n)
	for d, t := range totals {
		silent := mid >= 20 && t < mid/10
		clean[d] = t <= 2.5*mid+10 && !silent
	}
	return clean
}

// usualLevel is the median of the last clean days, per hour. The median of small
// totals is coarse, so it is blended with their mean, which clean days keep tame.
func usualLevel(hours []float64, clean []bool) float64 {
	var totals []float64
	for d := 0; d < len(clean) && len(totals) < levelDays; d++ {
		if clean[d] {
			totals = append(totals, sum(day(hours, d)))
		}
	}
	if len(totals) == 0 {
		return 0
	}
	mean := sum(totals) / float64(len(totals))
	return (median(totals) + mean) / 2 / hoursPerDay
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
// day alone promises, shrunk to 1 while few weeks are known.
func weekFactor(hours []float64, clean []bool, expected float64) float64 {
	if expected <= 0 {
		return 1
	}
	seen, weeks := 0.0, 0.0
	for k := 7 * hoursPerDay; k+1 < len(hours); k += 7 * hoursPerDay {
		if d := (k - 1) / hoursPerDay; d < len(clean) && !clean[d] {
			continue
		}
		limit := 4*expected + 4
		seen += math.Min((hours[k-1]+2*hours[k]+hours[k+1])/4, limit)
		weeks++
	}
	prior := weekPrior + 3/expected
	return math.Min(2.5, math.Max(0.4, (seen+prior*expected)/((weeks+prior)*expected)))
}

// spread measures the scatter of clean hours around the rhythm by an upper
// quantile, in Poisson deviations.
func spread(hours []float64, clean []bool, level float64, shape [hoursPerDay]float64) float64 {
	residuals := make([]float64, 0, len(hours))
	for d, ok := range clean {
		if !ok {
			continue
		}
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
