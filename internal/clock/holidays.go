package clock

import (
	"slices"
	"time"
)

// HolidayKind says what a special day does to work and to publishing.
type HolidayKind string

// The kinds of special days.
const (
	// Rest is a day on which work is forbidden: offices closed, no publishing.
	Rest HolidayKind = "rest"
	// Eve is the day before a day of rest: offices closed; publishing stops in the afternoon.
	Eve HolidayKind = "eve"
	// National is Independence Day: offices closed, publishing allowed.
	National HolidayKind = "national"
	// Memorial is a memorial day: no publishing. The Day of Remembrance is also
	// the eve of Independence Day, so offices are closed on it.
	Memorial HolidayKind = "memorial"
)

// Holiday is one special day of the Israeli year.
type Holiday struct {
	Date Date        `json:"date"`
	Code string      `json:"code"` // stable, translated through crisis.Labels group "holidays"
	Kind HolidayKind `json:"kind"`
}

// Closed reports whether offices are closed on the day.
func (h Holiday) Closed() bool { return h.Kind != Memorial || h.Code == "yom_hazikaron" }

// hebrewEpoch is 1 Tishri of year 1 as a fixed day.
const hebrewEpoch = -1373427

// hebrewElapsedDays counts the days from the epoch to the molad-derived start
// of a Hebrew year, after Reingold and Dershowitz, Calendrical Calculations.
func hebrewElapsedDays(year int) int {
	months := floorDiv(235*year-234, 19)
	parts := 12084 + 13753*months
	days := 29*months + floorDiv(parts, 25920)
	if (3*(days+1))%7 < 3 {
		days++
	}
	return days
}

// hebrewNewYear gives 1 Tishri of a Hebrew year as a fixed day. The correction
// keeps every year's length among the six that are allowed.
func hebrewNewYear(year int) int {
	prev, this, next := hebrewElapsedDays(year-1), hebrewElapsedDays(year), hebrewElapsedDays(year+1)
	correction := 0
	switch {
	case next-this == 356:
		correction = 2
	case this-prev == 382:
		correction = 1
	}
	return hebrewEpoch + this + correction
}

// Nisan to Elul always have 177 days together, so spring is counted back from
// the next new year and leap months never matter here.
func firstOfNisan(year int) int { return hebrewNewYear(year+1) - 177 }

func weekdayOf(fixed int) time.Weekday { return time.Weekday(((fixed % 7) + 7) % 7) }

// holocaustDay gives Yom HaShoah: 27 Nisan, moved off Friday and Sunday.
func holocaustDay(nisan1 int) int {
	switch d := nisan1 + 26; weekdayOf(d) {
	case time.Friday:
		return d - 1
	case time.Sunday:
		return d + 1
	default:
		return d
	}
}

// independenceDay gives 5 Iyar, moved so that neither it nor the Day of
// Remembrance before it touches Shabbat (the rule in force since 2004).
func independenceDay(nisan1 int) int {
	switch d := nisan1 + 34; weekdayOf(d) {
	case time.Friday:
		return d - 1
	case time.Saturday:
		return d - 2
	case time.Monday:
		return d + 1
	default:
		return d
	}
}

type fixedHoliday struct {
	day  int
	code string
	kind HolidayKind
}

// hebrewYearHolidays lists a Hebrew year's special days in date order.
func hebrewYearHolidays(year int) []fixedHoliday {
	tishri, nisan := hebrewNewYear(year), firstOfNisan(year)
	independence := independenceDay(nisan)
	return []fixedHoliday{
		{tishri - 1, "rosh_hashana", Eve},
		{tishri, "rosh_hashana", Rest},
		{tishri + 1, "rosh_hashana", Rest},
		{tishri + 8, "yom_kippur", Eve},
		{tishri + 9, "yom_kippur", Rest},
		{tishri + 13, "sukkot", Eve},
		{tishri + 14, "sukkot", Rest},
		{tishri + 20, "simchat_torah", Eve},
		{tishri + 21, "simchat_torah", Rest},
		{nisan + 13, "pesach", Eve},
		{nisan + 14, "pesach", Rest},
		{nisan + 19, "pesach_seventh", Eve},
		{nisan + 20, "pesach_seventh", Rest},
		{holocaustDay(nisan), "yom_hashoah", Memorial},
		{independence - 1, "yom_hazikaron", Memorial},
		{independence, "independence_day", National},
		{nisan + 63, "shavuot", Eve},
		{nisan + 64, "shavuot", Rest},
	}
}

// Holidays lists the special days of a Gregorian year in date order.
func Holidays(year int) []Holiday {
	var out []Holiday
	for _, hebrew := range []int{year + 3760, year + 3761} {
		for _, h := range hebrewYearHolidays(hebrew) {
			if d := fromFixed(h.day); d.Year == year {
				out = append(out, Holiday{d, h.code, h.kind})
			}
		}
	}
	slices.SortFunc(out, func(a, b Holiday) int { return a.Date.fixed() - b.Date.fixed() })
	return out
}

// holidayOn finds the special day that falls on d.
func holidayOn(d Date) (Holiday, bool) {
	day := d.fixed()
	// The eve of Rosh Hashana is listed with the year it begins, so a September
	// or October day belongs to one of two Hebrew years.
	for _, hebrew := range []int{d.Year + 3760, d.Year + 3761} {
		for _, h := range hebrewYearHolidays(hebrew) {
			if h.day == day {
				return Holiday{d, h.code, h.kind}, true
			}
		}
	}
	return Holiday{}, false
}
