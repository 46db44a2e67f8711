package clock

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones must load on machines that have no zone files

	"github.com/migdalor/migdalor/internal/fault"
)

// fixedUnixEpoch is 1970-01-01 as a fixed day: days since 0000-12-31 in the
// proleptic Gregorian calendar ("R.D." of Reingold and Dershowitz).
const fixedUnixEpoch = 719163

// Date is a day of the civil calendar without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the local day of t in loc.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-04-22".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fault.New(fault.Invalid, "date_invalid", "%q is not a date such as 2026-04-22.", s)
	}
	return DateOf(t, time.UTC), nil
}

// String gives "2026-04-22".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(b []byte) error {
	p, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// AddDays gives the day n days later (earlier when n is negative).
func (d Date) AddDays(n int) Date { return fromFixed(d.fixed() + n) }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday()
}

func (d Date) fixed() int {
	sec := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix()
	return floorDiv(int(sec), 86400) + fixedUnixEpoch
}

func fromFixed(n int) Date {
	return DateOf(time.Unix(int64(n-fixedUnixEpoch)*86400, 0), time.UTC)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// TimeOfDay is minutes after local midnight, 0 to 1440 (24:00 ends a day).
type TimeOfDay int

// ParseTimeOfDay reads "08:30"; "24:00" is the end of the day.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	bad := fault.New(fault.Invalid, "time_of_day_invalid", "%q is not a time of day such as 08:30.", s)
	if len(s) != 5 || s[2] != ':' {
		return 0, bad
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, bad
		}
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	if m > 59 || h > 24 || h == 24 && m > 0 {
		return 0, bad
	}
	return TimeOfDay(h*60 + m), nil
}

// String gives "08:30".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// MarshalText writes the time as String does.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseTimeOfDay reads.
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	p, err := ParseTimeOfDay(string(b))
	if err != nil {
		return err
	}
	*t = p
	return nil
}

// LoadZone finds an IANA zone such as "Asia/Jerusalem". The empty name and
// "Local" are refused: a stored zone must mean the same on every machine.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fault.New(fault.Invalid, "zone_unknown", "A time zone is needed, such as Asia/Jerusalem.")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "zone_unknown", "%q is not a known time zone.", name).Because(err)
	}
	return loc, nil
}

// LocalTime gives the instant of a local date and time of day. A time that
// daylight saving skips becomes the first instant after the gap; a time that
// happens twice means its first occurrence.
func LocalTime(d Date, at TimeOfDay, loc *time.Location) time.Time {
	wall := time.Date(d.Year, d.Month, d.Day, 0, int(at), 0, 0, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(loc).Zone()
	_, after := wall.Add(24 * time.Hour).In(loc).Zone()
	// The larger offset gives the earlier instant, so it is tried first.
	for _, offset := range []int{max(before, after), min(before, after)} {
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, got := t.In(loc).Zone(); got == offset {
			return t.UTC()
		}
	}
	// Inside the gap: read with the old offset it falls after the change, and
	// the zone in force there began at the change.
	start, _ := wall.Add(-time.Duration(before) * time.Second).In(loc).ZoneBounds()
	return start.UTC()
}

// AddDays moves t by whole calendar days in loc and keeps the local time of
// day, which is not the same as adding 24 hours when clocks change.
func AddDays(t time.Time, days int, loc *time.Location) time.Time {
	l := t.In(loc)
	minute := TimeOfDay(l.Hour()*60 + l.Minute())
	rest := time.Duration(l.Second())*time.Second + time.Duration(l.Nanosecond())
	return LocalTime(DateOf(t, loc).AddDays(days), minute, loc).Add(rest)
}
