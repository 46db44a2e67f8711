package crisis

import (
	"time"

	"github.com/migdalor/migdalor/internal/clock"
)

// ReviewHour is the local time of day at which a review falls due.
const ReviewHour = clock.TimeOfDay(9 * 60)

// DefaultReviews are the days after resolution on which a review is held.
func DefaultReviews() []int { return []int{1, 7, 30, 60, 90} }

// ReviewDate is one dated review.
type ReviewDate struct {
	Days int       `json:"days"`   // after resolution
	At   time.Time `json:"due_at"` // UTC
}

// ReviewDates gives when the reviews fall due: so many calendar days after the
// day of resolution in the calendar's zone, at ReviewHour, moved on to the
// next working time. Never multiples of 24 hours, which daylight saving shifts.
func ReviewDates(resolved time.Time, days []int, cal clock.Calendar) []ReviewDate {
	day := clock.DateOf(resolved, cal.Location())
	out := make([]ReviewDate, 0, len(days))
	for _, n := range days {
		at := clock.LocalTime(day.AddDays(n), ReviewHour, cal.Location())
		out = append(out, ReviewDate{Days: n, At: cal.NextOpen(at)})
	}
	return out
}
