package clock

import (
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Window is a stretch of one local day, From included and To not.
type Window struct {
	From TimeOfDay `json:"from"`
	To   TimeOfDay `json:"to"`
}

// DayHours are the working windows of one day of the week (0 is Sunday).
type DayHours struct {
	Day     time.Weekday `json:"day"`
	Windows []Window     `json:"windows"`
}

// Exception replaces everything else the calendar says about one date: no
// windows closes it, windows open it, holiday or not.
type Exception struct {
	Date    Date     `json:"date"`
	Windows []Window `json:"windows"`
	Note    string   `json:"note,omitempty"`
}

// PublishRules say when nothing of a client is published.
type PublishRules struct {
	Shabbat     bool      `json:"shabbat"`      // Friday ShabbatFrom to Saturday ShabbatTo
	ShabbatFrom TimeOfDay `json:"shabbat_from"` // local, Friday and eves of days of rest
	ShabbatTo   TimeOfDay `json:"shabbat_to"`   // local, Saturday and days of rest
	Holidays    bool      `json:"holidays"`     // days of rest, from their eve
	Memorial    bool      `json:"memorial"`     // memorial days, from the evening before
}

// Config is a client's calendar as it is stored and sent to workflows.
type Config struct {
	Zone       string       `json:"zone"`     // IANA name
	Weekly     []DayHours   `json:"weekly"`   // days not named are closed
	Holidays   bool         `json:"holidays"` // close on Israeli holidays and their eves
	Exceptions []Exception  `json:"exceptions,omitempty"`
	Publish    PublishRules `json:"publish"`
}

// DefaultConfig is the Israeli working week: Sunday to Thursday 08:00–19:00 in
// Asia/Jerusalem, holidays and eves closed, and no publishing on Shabbat, days
// of rest and memorial days.
func DefaultConfig() Config {
	hours := []Window{{From: 8 * 60, To: 19 * 60}}
	c := Config{Zone: "Asia/Jerusalem", Holidays: true, Publish: PublishRules{
		Shabbat: true, ShabbatFrom: 16 * 60, ShabbatTo: 20*60 + 30, Holidays: true, Memorial: true,
	}}
	for d := time.Sunday; d <= time.Thursday; d++ {
		c.Weekly = append(c.Weekly, DayHours{Day: d, Windows: hours})
	}
	return c
}

// Calendar tells working time from the rest. The zero value is not usable:
// make one with New or Always.
type Calendar struct {
	always     bool
	cfg        Config
	loc        *time.Location
	weekly     [7][]Window
	exceptions []Exception // sorted by date
}

// Always gives the calendar that is open at every instant, for severity 1;
// dates are those of loc.
func Always(loc *time.Location) Calendar { return Calendar{always: true, loc: loc} }

// New checks a configuration and gives its calendar. Errors: zone_unknown,
// calendar_invalid.
func New(cfg Config) (Calendar, error) {
	loc, err := LoadZone(cfg.Zone)
	if err != nil {
		return Calendar{}, err
	}
	c := Calendar{cfg: cfg, loc: loc, exceptions: slices.Clone(cfg.Exceptions)}
	open := false
	for _, d := range cfg.Weekly {
		if d.Day < time.Sunday || d.Day > time.Saturday {
			return Calendar{}, invalid("A day of the week is 0 (Sunday) to 6 (Saturday), not %d.", int(d.Day))
		}
		if c.weekly[d.Day] != nil {
			return Calendar{}, invalid("%s is listed twice in the working week.", d.Day)
		}
		if err := checkWindows(d.Windows, d.Day.String()); err != nil {
			return Calendar{}, err
		}
		c.weekly[d.Day] = d.Windows
		open = open || len(d.Windows) > 0
	}
	// Without an open weekday a deadline would never come.
	if !open {
		return Calendar{}, invalid("The working week needs at least one open day.")
	}
	slices.SortStableFunc(c.exceptions, func(a, b Exception) int { return a.Date.fixed() - b.Date.fixed() })
	for i, e := range c.exceptions {
		if i > 0 && c.exceptions[i-1].Date == e.Date {
			return Calendar{}, invalid("%s has two exceptions.", e.Date)
		}
		if err := checkWindows(e.Windows, e.Date.String()); err != nil {
			return Calendar{}, err
		}
	}
	p := cfg.Publish
	if p.ShabbatFrom < 0 || p.ShabbatFrom > 1440 || p.ShabbatTo < 0 || p.ShabbatTo > 1440 {
		return Calendar{}, invalid("The hours of Shabbat lie between 00:00 and 24:00.")
	}
	return c, nil
}

func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "calendar_invalid", format, args...)
}

// checkWindows wants windows inside a day, in order and apart.
func checkWindows(ws []Window, day string) error {
	last := TimeOfDay(-1)
	for _, w := range ws {
		if w.From < 0 || w.To > 1440 || w.From >= w.To {
			return invalid("%s has a window from %s to %s.", day, w.From, w.To)
		}
		if w.From <= last {
			return invalid("The windows of %s overlap or are out of order.", day)
		}
		last = w.To
	}
	return nil
}

// Location is the zone whose days the calendar counts.
func (c Calendar) Location() *time.Location { return c.loc }

// IsAlways reports whether the calendar is open at every instant.
func (c Calendar) IsAlways() bool { return c.always }

// span is one open stretch of absolute time.
type span struct{ open, close time.Time }

// spans gives the open stretches of a local day in order.
func (c Calendar) spans(d Date) []span {
	ws := c.weekly[d.Weekday()]
	i, found := slices.BinarySearchFunc(c.exceptions, d, func(e Exception, d Date) int { return e.Date.fixed() - d.fixed() })
	switch {
	case found:
		ws = c.exceptions[i].Windows
	case len(ws) > 0 && c.cfg.Holidays:
		if h, ok := holidayOn(d); ok && h.Closed() {
			return nil
		}
	}
	out := make([]span, 0, len(ws))
	for _, w := range ws {
		s := span{LocalTime(d, w.From, c.loc), LocalTime(d, w.To, c.loc)}
		if s.open.Before(s.close) { // a window wholly inside a gap is empty
			out = append(out, s)
		}
	}
	return out
}

// IsOpen reports whether t is working time. Closing instants are not.
func (c Calendar) IsOpen(t time.Time) bool { return c.NextOpen(t).Equal(t) }

// NextOpen gives t itself when it is working time, otherwise the next opening.
func (c Calendar) NextOpen(t time.Time) time.Time {
	if c.always {
		return t.UTC()
	}
	for d := DateOf(t, c.loc); ; d = d.AddDays(1) {
		for _, s := range c.spans(d) {
			if t.Before(s.open) {
				return s.open
			}
			if t.Before(s.close) {
				return t.UTC()
			}
		}
	}
}

// Add gives the instant at which a budget of working time, counted from start,
// is used up; start itself when the budget is not positive.
func (c Calendar) Add(start time.Time, budget time.Duration) time.Time {
	if budget <= 0 || c.always {
		return start.Add(max(budget, 0)).UTC()
	}
	for d := DateOf(start, c.loc); ; d = d.AddDays(1) {
		for _, s := range c.spans(d) {
			from := later(start, s.open)
			have := s.close.Sub(from)
			if have <= 0 {
				continue
			}
			if budget <= have {
				return from.Add(budget).UTC()
			}
			budget -= have
		}
	}
}

// Between measures the working time from a to b; zero when b is not after a.
func (c Calendar) Between(a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	if c.always {
		return b.Sub(a)
	}
	var sum time.Duration
	for d, last := DateOf(a, c.loc), DateOf(b, c.loc).fixed(); d.fixed() <= last; d = d.AddDays(1) {
		for _, s := range c.spans(d) {
			if from, to := later(a, s.open), earlier(b, s.close); to.After(from) {
				sum += to.Sub(from)
			}
		}
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
