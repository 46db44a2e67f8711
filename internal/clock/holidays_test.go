package clock

import (
	"testing"
	"time"
)

func date(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The dates are those of the published Israeli calendars.
func TestHolidaysFallOnKnownDates(t *testing.T) {
	for _, tc := range []struct {
		code  string
		kind  HolidayKind
		dates []string
	}{
		{"rosh_hashana", Rest, []string{
			"2020-09-19", "2021-09-07", "2022-09-26", "2023-09-16", "2024-10-03", "2025-09-23",
			"2026-09-12", "2027-10-02", "2028-09-21", "2029-09-10", "2030-09-28",
		}},
		{"yom_kippur", Rest, []string{"2023-09-25", "2024-10-12", "2025-10-02", "2026-09-21", "2027-10-11"}},
		{"sukkot", Rest, []string{"2024-10-17", "2025-10-07", "2026-09-26"}},
		{"simchat_torah", Rest, []string{"2023-10-07", "2024-10-24", "2025-10-14", "2026-10-03"}},
		{"pesach", Eve, []string{"2026-04-01"}},
		{"pesach", Rest, []string{
			"2020-04-09", "2021-03-28", "2022-04-16", "2023-04-06", "2024-04-23", "2025-04-13", "2026-04-02", "2027-04-22", "2028-04-11",
		}},
		{"pesach_seventh", Rest, []string{"2024-04-29", "2025-04-19", "2026-04-08"}},
		{"shavuot", Rest, []string{"2023-05-26", "2024-06-12", "2025-06-02", "2026-05-22", "2027-06-11"}},
		{"yom_hashoah", Memorial, []string{
			"2021-04-08", "2022-04-28", "2023-04-18", "2024-05-06", "2025-04-24", "2026-04-14", "2027-05-04",
		}},
		{"independence_day", National, []string{
			"2010-04-20", "2011-05-10", "2012-04-26", "2013-04-16", "2014-05-06", "2015-04-23", "2016-05-12", "2017-05-02",
			"2018-04-19", "2019-05-09", "2020-04-29", "2021-04-15", "2022-05-05", "2023-04-26", "2024-05-14", "2025-05-01",
			"2026-04-22", "2027-05-12", "2028-05-02",
		}},
		{"yom_hazikaron", Memorial, []string{"2023-04-25", "2024-05-13", "2025-04-30", "2026-04-21"}},
	} {
		for _, s := range tc.dates {
			h, ok := holidayOn(date(t, s))
			if !ok || h.Code != tc.code || h.Kind != tc.kind {
				t.Errorf("%s: got %+v, want %s %s", s, h, tc.code, tc.kind)
			}
		}
	}
}

func TestHolidaysNeverTouchForbiddenWeekdays(t *testing.T) {
	for year := 1990; year <= 2150; year++ {
		list := Holidays(year)
		if len(list) != 18 {
			t.Errorf("%d has %d special days, want 18", year, len(list))
		}
		for i, h := range list {
			if i > 0 && h.Date.fixed() <= list[i-1].Date.fixed() {
				t.Errorf("%d: %v is out of order or twice", year, h)
			}
			day := h.Date.Weekday()
			bad := false
			switch {
			case h.Code == "rosh_hashana" && h.Kind == Rest && list[i-1].Kind == Eve:
				bad = day == time.Sunday || day == time.Wednesday || day == time.Friday
			case h.Code == "yom_kippur" && h.Kind == Rest:
				bad = day == time.Friday || day == time.Sunday
			case h.Code == "independence_day", h.Code == "yom_hazikaron":
				bad = day == time.Friday || day == time.Saturday || h.Code == "yom_hazikaron" && day == time.Sunday
			case h.Code == "yom_hashoah":
				bad = day == time.Friday || day == time.Sunday || day == time.Saturday
			}
			if bad {
				t.Errorf("%v falls on %s", h, day)
			}
		}
	}
}
