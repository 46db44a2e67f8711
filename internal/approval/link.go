package approval

import (
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// LinkState is the stored state of an approval link.
type LinkState string

// The states of a link; only an open one can be used, and no state leads back to it.
const (
	LinkOpen       LinkState = "open"
	LinkDecided    LinkState = "decided"
	LinkRevoked    LinkState = "revoked"
	LinkLocked     LinkState = "locked"     // too many wrong codes
	LinkSuperseded LinkState = "superseded" // the draft was edited
	LinkExpired    LinkState = "expired"
)

// How long a link may live.
const (
	DefaultLinkLife = 72 * time.Hour
	MaxLinkLife     = 14 * 24 * time.Hour
)

// LinkRow is what of a stored link decides whether it can be used.
type LinkRow struct {
	State     LinkState
	ExpiresAt time.Time
}

// linkEnds holds why a link of each ended state cannot be used.
var linkEnds = map[LinkState]*fault.Error{
	LinkDecided:    fault.New(fault.Gone, "link_decided", "the decision on this link has been recorded"),
	LinkRevoked:    fault.New(fault.Gone, "link_revoked", "this link was withdrawn"),
	LinkLocked:     fault.New(fault.Gone, "link_locked", "this link was locked after too many wrong codes"),
	LinkSuperseded: fault.New(fault.Gone, "link_superseded", "the draft was changed and this link ended; a new one follows"),
	LinkExpired:    fault.New(fault.Gone, "link_expired", "this link has expired"),
}

// LinkUsable is nil when a link may still be opened and decided on at now. The
// link is dead from the instant of its expiry on, and the stored state wins over
// the clock, so a clock that steps back revives nothing.
func LinkUsable(row LinkRow, now time.Time) error {
	if row.State != LinkOpen {
		if end, known := linkEnds[row.State]; known {
			return end
		}
		return errLink
	}
	if !now.Before(row.ExpiresAt) {
		return linkEnds[LinkExpired]
	}
	return nil
}

// LinkExpiry gives the instant at which a link made now ends: after asked (72 h
// when zero), at the publish deadline if that is sooner, never after 14 days.
// A deadline that has passed is refused: nothing could be decided in time.
func LinkExpiry(now time.Time, asked time.Duration, deadline *time.Time) (time.Time, error) {
	if asked == 0 {
		asked = DefaultLinkLife
	}
	if asked < 0 || asked > MaxLinkLife {
		return time.Time{}, fault.New(fault.Invalid, "link_life", "a link lives longer than zero and at most 14 days")
	}
	end := now.Add(asked)
	if deadline != nil && deadline.Before(end) {
		end = *deadline
	}
	end = end.UTC().Truncate(time.Microsecond)
	if !end.After(now) {
		return time.Time{}, fault.New(fault.Conflict, "deadline_passed", "the publish deadline has passed")
	}
	return end, nil
}
