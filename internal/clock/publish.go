package clock

import "time"

// Reasons that PublishBlocked gives; holidays and memorial days give the
// holiday's own code.
const BlockedShabbat = "shabbat"

// memorialEve is when a memorial day begins, the evening before; it ends the
// next evening at memorialEnd.
const (
	memorialEve = TimeOfDay(18 * 60)
	memorialEnd = TimeOfDay(20*60 + 30)
)

// PublishBlocked says whether the client's rules forbid publishing at t, why
// (BlockedShabbat or a holiday code), and until when. Neighbouring windows,
// such as a holiday that runs into Shabbat, count as one.
func (c Calendar) PublishBlocked(t time.Time) (reason string, until time.Time, blocked bool) {
	until = t
	for {
		r, end, ok := c.publishWindow(until)
		if !ok {
			return reason, until.UTC(), blocked
		}
		if !blocked {
			reason, blocked = r, true
		}
		until = end
	}
}

// publishWindow finds a no-publish window that covers t: one that began on an
// earlier local day or on t's own.
func (c Calendar) publishWindow(t time.Time) (reason string, end time.Time, ok bool) {
	today := DateOf(t, c.loc)
	for _, d := range []Date{today, today.AddDays(1)} {
		r, from, to := c.restWindow(d)
		if r == "" {
			continue
		}
		if start := LocalTime(d.AddDays(-1), from, c.loc); !t.Before(start) {
			if end := LocalTime(d, to, c.loc); t.Before(end) {
				return r, end, true
			}
		}
	}
	return "", time.Time{}, false
}

// restWindow gives the window that ends on day d and began the evening before.
func (c Calendar) restWindow(d Date) (reason string, from, to TimeOfDay) {
	p := c.cfg.Publish
	if h, found := holidayOn(d); found {
		switch {
		case h.Kind == Rest && p.Holidays:
			return h.Code, p.ShabbatFrom, p.ShabbatTo
		case h.Kind == Memorial && p.Memorial:
			return h.Code, memorialEve, memorialEnd
		}
	}
	if p.Shabbat && d.Weekday() == time.Saturday {
		return BlockedShabbat, p.ShabbatFrom, p.ShabbatTo
	}
	return "", 0, 0
}
