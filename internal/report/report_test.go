package report

import (
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// negatives makes a series of two per mention, with counts at minutes after noon.
func negatives(until time.Duration, at map[int]int) Series {
	var points []Point
	for m := 0; m <= int(until.Minutes()); m += 5 {
		if n, ok := at[m]; ok {
			points = append(points, Point{At: noon.Add(time.Duration(m) * time.Minute), Mentions: 2 * n, Negative: n})
		}
	}
	return NewSeries(noon, noon.Add(until), points)
}

func TestRatesAndCalm(t *testing.T) {
	for _, tc := range []struct {
		name      string
		s         Series
		peak, now int
		halfSince time.Duration // -1: not under half
		calmSince time.Duration
	}{
		{"nothing was said", negatives(3*time.Hour, nil), 0, 0, 0, 0},
		{"still at its peak", negatives(30*time.Minute, map[int]int{20: 10, 30: 10}), 20, 20, -1, -1},
		{"an hour spans its buckets", negatives(3*time.Hour, map[int]int{0: 6, 55: 6}), 12, 0, 60 * time.Minute, 115 * time.Minute},
		{"under the floor is calm", negatives(2*time.Hour, map[int]int{10: 4}), 4, 0, 70 * time.Minute, 0},
		{"a second rise starts the count again", negatives(5*time.Hour, map[int]int{0: 20, 180: 12}), 20, 0, 240 * time.Minute, 240 * time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			peak, _, now := tc.s.Rates()
			if peak != tc.peak || now != tc.now {
				t.Errorf("peak %d, now %d", peak, now)
			}
			for name, got := range map[string]struct {
				at   *time.Time
				want time.Duration
			}{"half": {tc.s.UnderHalfSince(), tc.halfSince}, "calm": {tc.s.CalmSince(1), tc.calmSince}} {
				if (got.at == nil) != (got.want < 0) || got.at != nil && !got.at.Equal(noon.Add(got.want)) {
					t.Errorf("%s since %v, want %v", name, got.at, got.want)
				}
			}
		})
	}
}

func TestHalfLife(t *testing.T) {
	if d, ok := negatives(4*time.Hour, map[int]int{0: 10, 30: 10}).HalfLife(); !ok || d != 30*time.Minute {
		t.Errorf("half-life %v %v", d, ok)
	}
	if _, ok := negatives(30*time.Minute, map[int]int{10: 10}).HalfLife(); ok {
		t.Error("it has not fallen yet")
	}
	if _, ok := negatives(time.Hour, nil).HalfLife(); ok {
		t.Error("there was no peak")
	}
}

func TestRecovery(t *testing.T) {
	days := func(counts ...int) []Day {
		var out []Day
		for i, n := range counts {
			out = append(out, Day{Start: noon.AddDate(0, 0, i), Negative: n})
		}
		return out
	}
	before := days(4, 5, 6, 5, 4, 5, 6) // median 5, deviation 1: up to 6 is usual
	for _, tc := range []struct {
		name  string
		after []Day
		want  int // day of recovery, -1 for none
	}{
		{"three quiet days", days(50, 20, 6, 5, 4), 2},
		{"a relapse counts anew", days(50, 5, 5, 30, 6, 6, 6), 4},
		{"two days are too few", days(50, 5, 5), -1},
		{"quieter than usual is recovered", days(50, 0, 0, 0), 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			day, ok := Recovery(before, tc.after, noon)
			if ok != (tc.want >= 0) || ok && !day.Equal(noon.AddDate(0, 0, tc.want)) {
				t.Errorf("recovered %v %v", day, ok)
			}
		})
	}
	if _, ok := Recovery(nil, days(0, 0, 0, 0), noon); ok {
		t.Error("nothing is known of the days before")
	}
}

func TestDaysAreWholeAndLocal(t *testing.T) {
	loc, err := time.LoadLocation("Asia/Jerusalem")
	if err != nil {
		t.Fatal(err)
	}
	s := NewSeries(noon, noon.AddDate(0, 0, 3), []Point{
		{At: noon, Negative: 100}, // the first day is not whole
		{At: time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC), Negative: 3},  // midnight in Jerusalem
		{At: time.Date(2026, 11, 24, 21, 55, 0, 0, time.UTC), Negative: 4}, // the last minutes of the 24th
		{At: time.Date(2026, 11, 24, 22, 0, 0, 0, time.UTC), Negative: 7},  // the 25th
	})
	got := Days(s, loc)
	if len(got) != 2 || got[0].Negative != 7 || got[1].Negative != 7 || !got[0].Start.Equal(time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("days: %+v", got)
	}
}

func TestFigures(t *testing.T) {
	in := Input{FirstMention: noon, AlertRaised: noon.Add(-time.Minute), Acknowledged: noon.Add(25 * time.Minute), Series: negatives(3*time.Hour, map[int]int{0: 10}),
		Rounds:    []Round{{1, 10 * time.Minute}, {1, 20 * time.Minute}, {2, time.Hour}},
		Published: map[crisis.ContentKind]int{crisis.SuccessStory: 2, crisis.Achievement: 1, crisis.Value: 1},
		Handoffs:  3, Answered: 2, ResolvedCases: 1, ActionsDue: 4, ActionsOnTime: 3,
		RatingBefore: Mean{4.5, 10}, RatingAfter: Mean{4, 3}, ProBefore: Voices{6, 4}, ProNow: Voices{3, 7}}
	want := map[string][]float64{"detection_delay": {0}, "time_to_acknowledge": {25}, "approval_turnaround": {15, 60}, "negative_share": {50}, "peak_negative_rate": {10},
		"negative_half_life": {1}, "private_cases": {3}, "private_answered": {2}, "private_resolved": {1}, "rating_change": {-0.5}, "positive_content_balance": {75},
		"actions_on_time": {75}, "trust_proxy": {50}}
	got := map[string][]float64{}
	for _, f := range Figures(in) {
		if f.Formula.He == "" || f.Formula.En == "" || f.Window == "" || f.Unit == "" {
			t.Errorf("%s does not say how it is made: %+v", f.Key, f)
		}
		if f.Value == nil {
			if f.Gaps.En == "" {
				t.Errorf("%s is empty and does not say why", f.Key)
			}
			continue
		}
		got[f.Key] = append(got[f.Key], *f.Value)
	}
	if len(got) != len(want) {
		t.Errorf("figures: %v", got)
	}
	for key, v := range want {
		if len(got[key]) != len(v) || got[key][0] != v[0] || got[key][len(v)-1] != v[len(v)-1] {
			t.Errorf("%s is %v, want %v", key, got[key], v)
		}
	}
}

func TestEveryFigureOfNothingSaysWhy(t *testing.T) {
	for _, f := range Figures(Input{Series: NewSeries(noon, noon, nil)}) {
		if f.Value != nil && *f.Value != 0 || f.Value == nil && (f.Gaps.He == "" || f.Gaps.En == "") {
			t.Errorf("%s of nothing is %v: %+v", f.Key, f.Value, f.Gaps)
		}
	}
}
