package report

import (
	"slices"
	"time"
)

// Day is the negative mentions of one local day.
type Day struct {
	Start    time.Time
	Negative int
}

// recoveryDays is how many quiet days in a row make a recovery.
const recoveryDays = 3

// Recovery finds the first day after the peak that is back inside the median
// plus one median absolute deviation of the days before the crisis, and stays
// there for three days. A quieter day than usual is recovered, too. ok is false
// when it has not happened or nothing is known of the days before.
func Recovery(before, after []Day, peak time.Time) (day time.Time, ok bool) {
	if len(before) == 0 {
		return time.Time{}, false
	}
	counts := make([]float64, len(before))
	for i, d := range before {
		counts[i] = float64(d.Negative)
	}
	mid := median(counts)
	for i, v := range counts {
		counts[i] = max(v-mid, mid-v)
	}
	limit := mid + median(counts)
	run := 0
	for i, d := range after {
		if !d.Start.After(peak) || float64(d.Negative) > limit {
			run = 0
			continue
		}
		if run++; run == recoveryDays {
			return after[i-recoveryDays+1].Start, true
		}
	}
	return time.Time{}, false
}

// median of a copy; 0 of nothing.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// Days cuts a series into whole local days; the first and the last day are left
// out, because they are not whole.
func Days(s Series, loc *time.Location) []Day {
	first := s.From.In(loc)
	start := time.Date(first.Year(), first.Month(), first.Day()+1, 0, 0, 0, 0, loc)
	var out []Day
	at := 0
	for {
		next := time.Date(start.Year(), start.Month(), start.Day()+1, 0, 0, 0, 0, loc)
		if next.After(s.To) {
			return out
		}
		d := Day{Start: start.UTC()}
		for ; at < len(s.Points) && s.Points[at].At.Before(next); at++ {
			if !s.Points[at].At.Before(start) {
				d.Negative += s.Points[at].Negative
			}
		}
		out = append(out, d)
		start = next
	}
}
