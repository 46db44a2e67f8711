package detection

import "time"

const (
	// Bucket is the width of one count.
	Bucket = 5 * time.Minute
	// HistoryLength is how far back counts are of use; older ones need not be loaded.
	HistoryLength = 28 * 24 * time.Hour

	bucketsPerHour = int(time.Hour / Bucket)
)

// Stream is one of the two counts that are watched.
type Stream string

// The streams.
const (
	Mentions Stream = "mentions"
	Negative Stream = "negative"
)

// History is a client's counts per bucket of event time, without gaps: a bucket
// that was never added to counts zero. The zero value is an empty history.
type History struct {
	start    int64 // index of the first bucket since 1970
	mentions []uint32
	negative []uint32
}

// NewHistory makes an empty history that has room for the buckets from from to to.
func NewHistory(from, to time.Time) *History {
	n := max(int(index(to)-index(from))+1, 0)
	return &History{start: index(from), mentions: make([]uint32, n), negative: make([]uint32, n)}
}

func index(t time.Time) int64 {
	s := t.Unix()
	w := int64(Bucket / time.Second)
	if s < 0 {
		return -((-s + w - 1) / w)
	}
	return s / w
}

// Add counts mentions, and how many of them are negative, into the bucket of at.
// A moment outside the history's span is ignored and reported as false.
func (h *History) Add(at time.Time, mentions, negative int) bool {
	i := index(at) - h.start
	if i < 0 || i >= int64(len(h.mentions)) {
		return false
	}
	h.mentions[i] += uint32(max(mentions, 0))
	h.negative[i] += uint32(max(min(negative, mentions), 0))
	return true
}

// Span gives the start of the first and the end of the last bucket.
func (h *History) Span() (from, to time.Time) {
	w := int64(Bucket / time.Second)
	return time.Unix(h.start*w, 0).UTC(), time.Unix((h.start+int64(len(h.mentions)))*w, 0).UTC()
}

// counts is one stream of a history, cut off after the bucket of one moment and
// read backwards from there.
type counts struct {
	series []uint32
	// age is how many buckets passed since the first mention of any kind, this one included.
	age int
}

// upTo gives a stream as it was known at a moment: nothing later is visible.
func (h *History) upTo(at time.Time, s Stream) counts {
	end := min(index(at)-h.start+1, int64(len(h.mentions)))
	if end <= 0 {
		return counts{}
	}
	from := max(0, end-int64(HistoryLength/Bucket)-int64(bucketsPerHour))
	series := h.mentions[from:end]
	if s == Negative {
		series = h.negative[from:end]
	}
	age := 0
	for i, n := range h.mentions[from:end] {
		if n > 0 {
			age = int(end-from) - i
			break
		}
	}
	// A history that ends before the moment asked for has been silent since.
	if silent := index(at) - h.start + 1 - end; silent > 0 && age > 0 {
		padded := make([]uint32, len(series)+int(min(silent, int64(HistoryLength/Bucket))))
		copy(padded, series)
		return counts{series: padded, age: age + int(silent)}
	}
	return counts{series: series, age: age}
}

// trailing sums the last n buckets.
func (c counts) trailing(n int) float64 {
	var sum uint64
	for _, v := range c.series[max(0, len(c.series)-n):] {
		sum += uint64(v)
	}
	return float64(sum)
}

// hours sums the series in steps of one hour backwards: hours[0] is the last
// hour, which is under test, hours[24] the same hour yesterday. Only whole hours
// since the first mention are given.
func (c counts) hours() []float64 {
	n := min(c.age, len(c.series)) / bucketsPerHour
	out := make([]float64, n)
	end := len(c.series)
	for k := range out {
		var sum uint32
		for _, v := range c.series[end-bucketsPerHour*(k+1) : end-bucketsPerHour*k] {
			sum += v
		}
		out[k] = float64(sum)
	}
	return out
}
