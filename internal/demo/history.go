package demo

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/migdalor/migdalor/internal/mention"
)

const (
	// HistoryDays is how far back the demonstration's past reaches.
	HistoryDays = 28
	// lastHour is left out of the history: the stream hands it in while one watches.
	lastHour = time.Hour
)

// israel is the zone in which the invented people live. A fixed offset keeps the
// texts' times the same on every machine.
var israel = time.FixedZone("", 2*60*60)

// perDay is how many mentions a brand has on an ordinary day.
var perDay = map[string]float64{Dairy: 66, Mobile: 54}

// hourly is how busy each hour of the day is, in Israel; the sum is 24.
var hourly = [24]float64{0.30, 0.15, 0.10, 0.10, 0.10, 0.20, 0.55, 0.95, 1.20, 1.35, 1.35, 1.30,
	1.30, 1.25, 1.20, 1.20, 1.25, 1.40, 1.60, 1.75, 1.90, 1.70, 1.15, 0.65}

// rate is how many mentions per hour a brand has at a moment.
func rate(brand string, at time.Time) float64 {
	at = at.In(israel)
	r := perDay[brand] / 24 * hourly[at.Hour()]
	switch {
	case at.Weekday() == time.Friday && at.Hour() >= 17, at.Weekday() == time.Saturday && at.Hour() < 19:
		return r * 0.35
	case at.Weekday() == time.Friday && at.Hour() >= 13:
		return r * 0.7
	}
	return r
}

// History gives what was said in the four weeks up to one hour before now, oldest
// first: a few thousand mentions with the rhythm of days and weeks and no crisis.
func History(seed uint64, now time.Time) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		writers := map[string]*writer{}
		for _, brand := range []string{Dairy, Mobile} {
			writers[brand] = &writer{rng: rng, brand: brand, next: rng.Float64()}
		}
		const step = 5 * time.Minute
		number := 0
		for at := now.Add(-HistoryDays * 24 * time.Hour); at.Before(now.Add(-lastHour)); at = at.Add(step) {
			for _, brand := range []string{Dairy, Mobile} {
				for range writers[brand].due(rate(brand, at) * step.Hours()) {
					number++
					when := min(now.Add(-lastHour).Sub(at), step)
					id := fmt.Sprintf("h%d-%d-%d", seed, now.Unix(), number)
					if !yield(Item{Brand: brand, Input: writers[brand].write(id, at.Add(time.Duration(rng.Int64N(int64(when)))))}) {
						return
					}
				}
			}
		}
	}
}

// writer paces the ordinary talk about one brand. Gaps vary but do not clump, so
// that an ordinary day never looks like a crisis.
type writer struct {
	rng   *rand.Rand
	brand string
	// sum is how many mentions were expected so far, next when the next one is due.
	sum, next float64
	// tones is what is left of a shuffled hand of ten.
	tones []tone
}

// due gives how many mentions fall into a step in which expected are expected.
func (w *writer) due(expected float64) int {
	n := 0
	for w.sum += expected; w.sum >= w.next; n++ {
		w.next += 0.3 + 1.4*w.rng.Float64()
	}
	return n
}

// hand is the usual mixture: one in seven is negative.
var hand = []tone{pleased, pleased, pleased, pleased, pleased, pleased, plain, plain, plain, plain, plain, plain, upset, upset}

func (w *writer) write(id string, at time.Time) mention.Input {
	if len(w.tones) == 0 {
		w.tones = append(w.tones, hand...)
		w.rng.Shuffle(len(w.tones), func(i, j int) { w.tones[i], w.tones[j] = w.tones[j], w.tones[i] })
	}
	t := w.tones[0]
	w.tones = w.tones[1:]
	language := speaks(w.rng)
	return say(w.rng, id, w.brand, language, compose(w.rng, w.brand, language, t), t, at)
}
