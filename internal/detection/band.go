package detection

import (
	"math"
	"time"
)

// BandPoint is what is usual for one stream around one moment, in mentions an hour.
type BandPoint struct {
	At time.Time
	// Expected is the usual count of the hour that ends at At.
	Expected float64
	// Short and Long are the least counts that would ring in the short and in the
	// long window, before the hysteresis and before the volume of the moment is weighed.
	Short, Long float64
	// Learning is true while there are less than three days of history.
	Learning bool
}

// ShortWindow and LongWindow are the spans behind BandPoint's limits.
const (
	ShortWindow = 15 * time.Minute
	LongWindow  = time.Hour
)

// Band gives the expectation hour by hour from from to to, both included, for
// people to see beside the counts. It knows at each moment only what was known
// then, as Evaluate does.
func (Detector) Band(h *History, stream Stream, from, to time.Time, settings Settings) []BandPoint {
	settings = settings.withDefaults()
	var out []BandPoint
	for at := from.UTC().Truncate(time.Hour); !at.After(to.Add(time.Hour)); at = at.Add(time.Hour) {
		// The bucket that at falls into is the last one that is looked at: the one before ends the hour.
		moment := at.Add(-Bucket)
		hours := h.upTo(moment, stream).hours()
		clean := cleanDays(h.upTo(moment, Mentions).hours())
		if stream != Mentions {
			clean = bothClean(clean, cleanDays(hours))
		}
		b := learn(hours, clean)
		p := BandPoint{At: at, Expected: b.perHour, Learning: b.learning}
		for i, w := range windows(stream) {
			need := least(b.perHour*w.length.Hours(), b.spread, settings.demand(stream, w, b.learning))
			if i == 0 {
				p.Short = need
			} else {
				p.Long = need
			}
		}
		out = append(out, p)
	}
	return out
}

// least is the smallest count that meets what a window demands.
func least(expected, spread float64, d demand) float64 {
	low := math.Ceil(max(d.floor, d.ratio*max(expected, 1)))
	high := low
	for surprise(high, expected, spread) < d.surprise {
		low, high = high, 2*high
	}
	for low < high {
		mid := math.Floor((low + high) / 2)
		if surprise(mid, expected, spread) < d.surprise {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return high
}
