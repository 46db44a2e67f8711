package detection

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// begin is a Sunday.
var begin = time.Date(2026, 1, 4, 0, 0, 0, 0, time.UTC)

// brand makes counts with a daily and weekly rhythm; change alters the rates of a bucket.
type brand struct {
	perHour, share float64
	seed           uint64
	change         func(at time.Time, rate, share float64) (float64, float64)
}

func (b brand) history(days int) *History {
	rng := rand.New(rand.NewPCG(b.seed, 1))
	end := begin.AddDate(0, 0, days)
	h := NewHistory(begin, end.Add(-Bucket))
	for at := begin; at.Before(end); at = at.Add(Bucket) {
		rate := b.perHour / float64(bucketsPerHour) * (1 + 0.7*math.Sin(float64(at.Hour()-8)/24*2*math.Pi))
		if at.Weekday() == time.Saturday {
			rate *= 0.4
		}
		share := b.share
		if b.change != nil {
			rate, share = b.change(at, rate, share)
		}
		n := poisson(rng, rate)
		neg := 0
		for range n {
			if rng.Float64() < share {
				neg++
			}
		}
		h.Add(at, n, neg)
	}
	return h
}

func poisson(rng *rand.Rand, mean float64) int {
	n, limit := 0, math.Exp(-min(mean, 500))
	for p := rng.Float64(); p > limit; p *= rng.Float64() {
		n++
	}
	return n
}

type ring struct {
	at     time.Time
	signal Signal
}

// replay evaluates every bucket from one moment on, and gives the rings per stream.
func replay(h *History, from time.Time, s Settings) map[Stream][]ring {
	out := map[Stream][]ring{}
	var state State
	_, end := h.Span()
	for at := from; at.Before(end); at = at.Add(Bucket) {
		var v Verdict
		v, state = Detector{}.Evaluate(h, at, s, state)
		for _, sig := range v.Signals {
			if sig.Ring {
				out[sig.Stream] = append(out[sig.Stream], ring{at, sig})
			}
		}
	}
	return out
}

func day0(d int) time.Time { return begin.AddDate(0, 0, d) }

// between changes rates within a span.
func between(from time.Time, length time.Duration, rate, share float64) func(time.Time, float64, float64) (float64, float64) {
	return func(at time.Time, r, s float64) (float64, float64) {
		if !at.Before(from) && at.Before(from.Add(length)) {
			return r*rate + rate/10, share
		}
		return r, s
	}
}

func TestQuietBrandsStayQuiet(t *testing.T) {
	for _, perHour := range []float64{0.5, 4, 40, 200} {
		rings := 0
		for seed := range uint64(3) {
			r := replay(brand{perHour: perHour, share: 0.15, seed: seed}.history(17), day0(3), Settings{})
			rings += len(r[Mentions]) + len(r[Negative])
		}
		// Three brands for two weeks each: one false alarm in that time is tolerable.
		if rings > 1 {
			t.Errorf("%v mentions an hour: %d rings", perHour, rings)
		}
	}
}

func TestSpikeRings(t *testing.T) {
	onset := day0(15).Add(10 * time.Hour)
	for _, perHour := range []float64{2, 10, 60} {
		h := brand{perHour: perHour, share: 0.15, seed: 7, change: between(onset, 6*time.Hour, 8, 0.7)}.history(16)
		r := replay(h, day0(14), Settings{})
		for _, stream := range []Stream{Mentions, Negative} {
			if len(r[stream]) == 0 {
				t.Fatalf("%v an hour: %s did not ring", perHour, stream)
			}
			if delay := r[stream][0].at.Sub(onset); delay < 0 || delay > 40*time.Minute {
				t.Errorf("%v an hour: %s rang after %v", perHour, stream, delay)
			}
		}
		sig := r[Negative][0].signal
		if sig.Rule != RuleRise || sig.Ratio < 2 || sig.Observed < 5 || sig.Score < 3 || sig.Expected <= 0 || !sig.Raised {
			t.Errorf("evidence is thin: %+v", sig)
		}
	}
}

func TestCampaignDoesNotRingTheNegativeStream(t *testing.T) {
	for seed := range uint64(5) {
		change := between(day0(15).Add(10*time.Hour), 12*time.Hour, 8, 0.15)
		r := replay(brand{perHour: 20, share: 0.15, seed: seed, change: change}.history(17), day0(14), Settings{})
		if len(r[Mentions]) == 0 {
			t.Errorf("seed %d: the campaign was not seen at all", seed)
		}
		if len(r[Negative]) > 0 {
			t.Errorf("seed %d: a campaign with as many critics as ever rang as negative: %+v", seed, r[Negative])
		}
	}
}

func TestSlowDriftStaysQuiet(t *testing.T) {
	drift := func(at time.Time, rate, share float64) (float64, float64) {
		return rate * math.Pow(1.04, at.Sub(begin).Hours()/24), share
	}
	r := replay(brand{perHour: 10, share: 0.15, seed: 3, change: drift}.history(28), day0(3), Settings{})
	if n := len(r[Mentions]) + len(r[Negative]); n > 1 {
		t.Errorf("a brand that grows by 4 %% a day rang %d times", n)
	}
}

func TestGapStaysQuiet(t *testing.T) {
	for _, hours := range []int{5, 30} {
		gap := between(day0(14).Add(9*time.Hour), time.Duration(hours)*time.Hour, 0, 0)
		r := replay(brand{perHour: 30, share: 0.15, seed: 5, change: gap}.history(20), day0(13), Settings{})
		if n := len(r[Mentions]) + len(r[Negative]); n > 0 {
			t.Errorf("a source that was silent for %d hours rang when it came back: %+v", hours, r)
		}
	}
}

func TestSecondCrisisRingsToo(t *testing.T) {
	first, second := day0(14).Add(9*time.Hour), day0(18).Add(13*time.Hour)
	one, two := between(first, 20*time.Hour, 10, 0.7), between(second, 6*time.Hour, 8, 0.7)
	change := func(at time.Time, r, s float64) (float64, float64) {
		if at.Before(second) {
			return one(at, r, s)
		}
		return two(at, r, s)
	}
	r := replay(brand{perHour: 10, share: 0.15, seed: 11, change: change}.history(19), day0(13), Settings{})
	var rises []time.Time
	for _, x := range r[Negative] {
		if x.signal.Rule == RuleRise {
			rises = append(rises, x.at)
		}
	}
	if len(rises) != 2 || rises[1].Sub(second) > 40*time.Minute || rises[1].Before(second) {
		t.Fatalf("rises at %v, want one within 40 minutes of %v and %v", rises, first, second)
	}
}

func TestHysteresis(t *testing.T) {
	onset := day0(14).Add(9 * time.Hour)
	steady := brand{perHour: 20, share: 0.15, seed: 2, change: between(onset, 10*time.Hour, 8, 0.7)}
	r := replay(steady.history(16), day0(13), Settings{})
	if n := len(r[Negative]); n < 1 || n > 4 {
		t.Errorf("a steady crisis of ten hours rang %d times", n)
	}
	for i, x := range r[Negative] {
		if i > 0 && x.signal.Rule != RuleEscalation {
			t.Errorf("ring %d is a %s", i, x.signal.Rule)
		}
		if i > 0 && x.at.Sub(r[Negative][i-1].at) < escalateAfter {
			t.Errorf("ring %d comes %v after the one before", i, x.at.Sub(r[Negative][i-1].at))
		}
	}
	long := brand{perHour: 20, share: 0.15, seed: 2, change: between(onset, 40*time.Hour, 10, 0.7)}
	still := 0
	for _, x := range replay(long.history(17), day0(13), Settings{})[Negative] {
		if x.signal.Rule == RuleStillHigh {
			still++
		}
	}
	if still != 1 {
		t.Errorf("a crisis of forty hours was brought up again %d times, want once", still)
	}
}

func TestEscalationRingsWhenTheCrisisGrows(t *testing.T) {
	onset := day0(14).Add(9 * time.Hour)
	grown := onset.Add(4 * time.Hour)
	change := func(at time.Time, r, s float64) (float64, float64) {
		switch {
		case at.Before(onset):
			return r, s
		case at.Before(grown):
			return r * 5, 0.6
		}
		return r * 30, 0.8
	}
	late := 0
	for _, x := range replay(brand{perHour: 20, share: 0.15, seed: 4, change: change}.history(15), day0(13), Settings{})[Negative] {
		if x.signal.Rule == RuleEscalation && x.at.Sub(grown) > 0 && x.at.Sub(grown) < time.Hour {
			late++
		}
	}
	if late == 0 {
		t.Error("a crisis that grew sixfold did not ring again within the hour")
	}
}

func TestLearning(t *testing.T) {
	onset := day0(1).Add(10 * time.Hour)
	quiet := brand{perHour: 6, share: 0.15, seed: 9}
	if r := replay(quiet.history(3), begin, Settings{}); len(r[Mentions])+len(r[Negative]) > 0 {
		t.Errorf("a new brand without a crisis rang: %+v", r)
	}
	flood := quiet
	flood.change = between(onset, 5*time.Hour, 30, 0.7)
	h := flood.history(2)
	r := replay(h, begin, Settings{})
	if len(r[Negative]) == 0 || r[Negative][0].signal.Rule != RuleLearning || r[Negative][0].at.Before(onset) {
		t.Fatalf("a flood on a new brand: %+v", r[Negative])
	}
	v, _ := Detector{}.Evaluate(h, r[Negative][0].at, Settings{}, State{})
	if !v.Learning || !v.Ring || v.Reasons[len(v.Reasons)-1].Code != "learning" {
		t.Errorf("the verdict does not say that it is learning: %+v", v)
	}
}

func TestEmptyHistory(t *testing.T) {
	for name, h := range map[string]*History{"zero": {}, "no mention": NewHistory(begin, day0(28))} {
		v, state := Detector{}.Evaluate(h, day0(10), Settings{}, State{})
		if v.Ring || !v.Learning || !state.At.Equal(day0(10)) || v.Ratio != 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestSensitivity(t *testing.T) {
	onset := day0(14).Add(9 * time.Hour)
	h := brand{perHour: 6, share: 0.15, seed: 21, change: between(onset, 8*time.Hour, 4, 0.6)}.history(15)
	last := time.Duration(math.MaxInt64)
	for s := 1; s <= 5; s++ {
		delay := 24 * time.Hour
		if r := replay(h, day0(14), Settings{Sensitivity: s})[Negative]; len(r) > 0 {
			delay = r[0].at.Sub(onset)
		}
		if delay > last {
			t.Errorf("sensitivity %d rings after %v, later than %d after %v", s, delay, s-1, last)
		}
		last = delay
	}
	if last > time.Hour {
		t.Errorf("at the highest sensitivity it took %v", last)
	}
}

func TestFloorsHold(t *testing.T) {
	onset := day0(14).Add(9 * time.Hour)
	h := brand{perHour: 1, share: 0.1, seed: 3, change: between(onset, 3*time.Hour, 6, 0.9)}.history(15)
	if r := replay(h, day0(14), Settings{FloorMentions: 500, FloorNegative: 500}); len(r) > 0 {
		t.Errorf("it rang below the floor: %+v", r)
	}
}

// What comes later must not change an answer, and neither must when the history
// was cut.
func TestCausality(t *testing.T) {
	change := between(day0(5).Add(3*time.Hour), 5*time.Hour, 9, 0.6)
	whole := brand{perHour: 8, share: 0.2, seed: 13, change: change}.history(7)
	for _, cut := range []time.Duration{26 * time.Hour, 5*24*time.Hour + 4*time.Hour, 6 * 24 * time.Hour} {
		end := begin.Add(cut)
		short := NewHistory(begin, end)
		n := int(index(end)-index(begin)) + 1
		copy(short.mentions, whole.mentions[:n])
		copy(short.negative, whole.negative[:n])
		var a, b State
		var va, vb Verdict
		for at := begin.Add(cut - 6*time.Hour); !at.After(end); at = at.Add(Bucket) {
			va, a = Detector{}.Evaluate(whole, at, Settings{}, a)
			vb, b = Detector{}.Evaluate(short, at, Settings{}, b)
			if !reflect.DeepEqual(va, vb) || a != b {
				t.Fatalf("at %v the future changed the answer:\n%+v\n%+v", at, va, vb)
			}
		}
	}
}

// The same for arbitrary counts: whatever is added after a moment, its answer stays.
func TestCausalityHoldsForAnyCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := rapid.IntRange(1, 200).Draw(t, "hours")
		end := begin.Add(time.Duration(hours) * time.Hour)
		past, both := NewHistory(begin, end), NewHistory(begin, end.Add(48*time.Hour))
		for range rapid.IntRange(0, 60).Draw(t, "bursts") {
			at := begin.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(begin)+47*time.Hour)).Draw(t, "at")))
			n := rapid.IntRange(0, 300).Draw(t, "mentions")
			neg := rapid.IntRange(0, n).Draw(t, "negative")
			if index(at) <= index(end) {
				past.Add(at, n, neg)
			}
			both.Add(at, n, neg)
		}
		settings := Settings{Sensitivity: rapid.IntRange(0, 6).Draw(t, "sensitivity")}
		a, stateA := Detector{}.Evaluate(past, end, settings, State{})
		b, stateB := Detector{}.Evaluate(both, end, settings, State{})
		if !reflect.DeepEqual(a, b) || stateA != stateB {
			t.Fatalf("the future changed the answer:\n%+v\n%+v", a, b)
		}
		for _, s := range a.Signals {
			if math.IsNaN(s.Score+s.Ratio+s.Expected) || math.IsInf(s.Score+s.Ratio+s.Expected, 0) || s.Score < 0 {
				t.Fatalf("not a figure: %+v", s)
			}
		}
	})
}

func TestEarlierMomentNeverRings(t *testing.T) {
	onset := day0(14).Add(9 * time.Hour)
	h := brand{perHour: 10, share: 0.15, seed: 1, change: between(onset, time.Hour, 12, 0.8)}.history(15)
	state := State{At: day0(14).Add(20 * time.Hour)}
	v, after := Detector{}.Evaluate(h, onset.Add(40*time.Minute), Settings{}, state)
	if v.Ring || after != state {
		t.Fatalf("an old moment rang: %+v", v.Signal)
	}
}

func TestSilenceAfterTheEndIsCounted(t *testing.T) {
	h := brand{perHour: 10, share: 0.15, seed: 1}.history(10)
	v, _ := Detector{}.Evaluate(h, day0(12), Settings{}, State{})
	for _, s := range v.Signals {
		if s.Observed != 0 || s.Ring || s.Expected <= 0 {
			t.Errorf("two days after the last count: %+v", s)
		}
	}
}

func TestStateSurvivesStorage(t *testing.T) {
	h := brand{perHour: 10, share: 0.15, seed: 1, change: between(day0(14), time.Hour, 12, 0.8)}.history(15)
	var state, stored State
	for at := day0(13).Add(23 * time.Hour); at.Before(day0(14).Add(3 * time.Hour)); at = at.Add(Bucket) {
		var a, b Verdict
		a, state = Detector{}.Evaluate(h, at, Settings{}, state)
		b, stored = Detector{}.Evaluate(h, at, Settings{}, stored)
		data, err := json.Marshal(stored)
		if err != nil {
			t.Fatal(err)
		}
		stored = State{}
		if err := json.Unmarshal(data, &stored); err != nil {
			t.Fatal(err)
		}
		if a.Ring != b.Ring {
			t.Fatalf("at %v the stored state answers %v, the live one %v", at, b.Ring, a.Ring)
		}
	}
	if !state.Negative.LastRing.Equal(stored.Negative.LastRing) || state.Negative.LastRing.IsZero() {
		t.Fatalf("%+v against %+v", state, stored)
	}
}

func TestFresh(t *testing.T) {
	received := day0(3)
	for _, tt := range []struct {
		name string
		s    Settings
		age  time.Duration
		want bool
	}{
		{"new", Settings{}, time.Minute, true},
		{"at the limit", Settings{}, 2 * time.Hour, true},
		{"back-fill", Settings{}, 2*time.Hour + time.Second, false},
		{"a client's own limit", Settings{FreshWithin: time.Hour}, 90 * time.Minute, false},
		{"clock ahead", Settings{}, -5 * time.Minute, true},
	} {
		if got := tt.s.Fresh(received.Add(-tt.age), received); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestHistoryIgnoresWhatIsOutside(t *testing.T) {
	h := NewHistory(begin, begin.Add(time.Hour))
	if h.Add(begin.Add(-time.Second), 1, 0) || h.Add(begin.Add(66*time.Minute), 1, 0) {
		t.Error("a moment outside was taken")
	}
	if !h.Add(begin.Add(4*time.Minute), 2, 5) || h.mentions[0] != 2 || h.negative[0] != 2 {
		t.Error("a bucket cannot hold more negative mentions than mentions")
	}
	if from, to := h.Span(); !from.Equal(begin) || !to.Equal(begin.Add(65*time.Minute)) {
		t.Errorf("span %v to %v", from, to)
	}
	if index(time.Unix(-1, 0)) != -1 || index(time.Unix(0, 0)) != 0 {
		t.Error("buckets before 1970 are not floored")
	}
}

func BenchmarkEvaluate28Days(b *testing.B) {
	h := brand{perHour: 40, share: 0.15, seed: 1}.history(28)
	at := day0(28).Add(-Bucket)
	var state State
	b.ReportAllocs()
	for b.Loop() {
		_, state = Detector{}.Evaluate(h, at, Settings{}, state)
	}
}
