package report

import "time"

// Step is the width of one point.
const Step = 5 * time.Minute

const stepsPerHour = int(time.Hour / Step)

// Point is what was said in one step; steps without mentions may be left out.
type Point struct {
	At       time.Time
	Mentions int
	Negative int
}

// Series is the points of a span, oldest first; From and To are multiples of Step.
type Series struct {
	From, To time.Time
	Points   []Point
}

// NewSeries cuts the span to whole steps.
func NewSeries(from, to time.Time, points []Point) Series {
	return Series{From: from.UTC().Truncate(Step), To: to.UTC().Truncate(Step).Add(Step), Points: points}
}

// Sum counts the mentions and the negative ones of the whole series.
func (s Series) Sum() (mentions, negative int) {
	for _, p := range s.Points {
		mentions += p.Mentions
		negative += p.Negative
	}
	return mentions, negative
}

// Share is negative over all; 0 when nothing was said.
func Share(negative, mentions int) float64 {
	if mentions == 0 {
		return 0
	}
	return float64(negative) / float64(mentions)
}

// negativePerHour gives, for the end of each step, the negative mentions of the
// hour before it.
func (s Series) negativePerHour() []int {
	n := int(s.To.Sub(s.From) / Step)
	if n <= 0 {
		return nil
	}
	dense := make([]int, n)
	for _, p := range s.Points {
		if i := int(p.At.Sub(s.From) / Step); !p.At.Before(s.From) && i < n {
			dense[i] += p.Negative
		}
	}
	rates := make([]int, n)
	sum := 0
	for i, v := range dense {
		sum += v
		if i >= stepsPerHour {
			sum -= dense[i-stepsPerHour]
		}
		rates[i] = sum
	}
	return rates
}

// end is the instant at which step i ends.
func (s Series) end(i int) time.Time { return s.From.Add(time.Duration(i+1) * Step) }

// Rates are the negative mentions per hour: the highest of the series with its
// instant, and the latest.
func (s Series) Rates() (peak int, at time.Time, now int) {
	rates := s.negativePerHour()
	at = s.From
	for i, r := range rates {
		if r > peak {
			peak, at = r, s.end(i)
		}
		now = r
	}
	return peak, at, now
}

// UnderSince is since when the negative rate has stayed at or under limit; nil
// while it does not.
func (s Series) UnderSince(limit float64) *time.Time {
	rates := s.negativePerHour()
	for i := len(rates) - 1; i >= 0; i-- {
		if float64(rates[i]) <= limit {
			continue
		}
		if i == len(rates)-1 {
			return nil
		}
		t := s.end(i)
		return &t
	}
	t := s.From
	return &t
}

// UnderHalfSince is since when the negative rate has stayed at or under half
// its peak; nil while it does not.
func (s Series) UnderHalfSince() *time.Time {
	peak, _, _ := s.Rates()
	return s.UnderSince(float64(peak) / 2)
}

// Floor is how many negative mentions an hour needs before it can count as a rise.
const Floor = 5

// CalmSince is since when no hour has risen above the baseline (twice what was
// usual, and over the floor, as in the severity rule); nil while one does.
func (s Series) CalmSince(usualPerHour float64) *time.Time {
	return s.UnderSince(max(2*usualPerHour, Floor))
}

// HalfLife is how long after its peak the negative rate first fell to half of
// it; ok is false when there was no peak or it has not fallen yet.
func (s Series) HalfLife() (d time.Duration, ok bool) {
	peak, at, _ := s.Rates()
	if peak == 0 {
		return 0, false
	}
	for i, r := range s.negativePerHour() {
		if end := s.end(i); end.After(at) && 2*r <= peak {
			return end.Sub(at), true
		}
	}
	return 0, false
}
