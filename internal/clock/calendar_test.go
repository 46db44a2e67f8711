package clock

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/migdalor/migdalor/internal/fault"
)

func israel(t interface{ Fatal(...any) }) Calendar {
	c, err := New(DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// local reads "2026-03-26 18:30" in the calendar's zone.
func local(t *testing.T, c Calendar, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, c.Location())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestLocalTimeRulesForChangingClocks(t *testing.T) {
	for _, tc := range []struct{ name, zone, day, at, want string }{
		{"ordinary", "Asia/Jerusalem", "2026-11-22", "14:12", "2026-11-22T12:12:00Z"},
		{"spring gap gives its end", "Asia/Jerusalem", "2026-03-27", "02:30", "2026-03-27T00:00:00Z"},
		{"end of the gap", "Asia/Jerusalem", "2026-03-27", "03:00", "2026-03-27T00:00:00Z"},
		{"before the gap", "Asia/Jerusalem", "2026-03-27", "01:59", "2026-03-26T23:59:00Z"},
		{"autumn overlap gives the first", "Asia/Jerusalem", "2026-10-25", "01:30", "2026-10-24T22:30:00Z"},
		{"after the overlap", "Asia/Jerusalem", "2026-10-25", "02:00", "2026-10-25T00:00:00Z"},
		{"end of day", "Asia/Jerusalem", "2026-10-25", "24:00", "2026-10-25T22:00:00Z"},
		{"gap at midnight", "Africa/Cairo", "2026-04-24", "00:30", "2026-04-23T22:00:00Z"},
		{"half-hour change", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"},
		{"west", "America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			loc, err := LoadZone(tc.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := ParseTimeOfDay(tc.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := LocalTime(date(t, tc.day), at, loc).Format(time.RFC3339); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTomorrowIsNotTwentyFourHours(t *testing.T) {
	c := israel(t)
	before := local(t, c, "2026-03-26 20:00")
	if got := AddDays(before, 1, c.Location()); got.Sub(before) != 23*time.Hour {
		t.Errorf("spring: %v later", got.Sub(before))
	}
	autumn := local(t, c, "2026-10-24 20:00")
	if got := AddDays(autumn, 1, c.Location()); got.Sub(autumn) != 25*time.Hour {
		t.Errorf("autumn: %v later", got.Sub(autumn))
	}
}

func TestAdd(t *testing.T) {
	c := israel(t)
	for _, tc := range []struct {
		name, start string
		budget      time.Duration
		want        string
	}{
		{"within the day", "2026-11-22 10:00", 2 * time.Hour, "2026-11-22 12:00"},
		{"before opening", "2026-11-22 05:00", time.Hour, "2026-11-22 09:00"},
		{"over the night", "2026-11-22 18:30", time.Hour, "2026-11-23 08:30"},
		{"exactly to closing", "2026-11-22 18:00", time.Hour, "2026-11-22 19:00"},
		{"over Shabbat", "2026-11-26 18:30", time.Hour, "2026-11-29 08:30"},
		{"begun on Shabbat", "2026-11-28 12:00", time.Hour, "2026-11-29 09:00"},
		{"over spring change and Shabbat", "2026-03-26 18:00", 2 * time.Hour, "2026-03-29 09:00"},
		{"over autumn change", "2026-10-22 18:00", 2 * time.Hour, "2026-10-25 09:00"},
		// Eve Wednesday 1 April, Pesach Thursday, then Friday and Shabbat.
		{"over Pesach 2026", "2026-03-31 18:00", 2 * time.Hour, "2026-04-05 09:00"},
		// Seventh day Wednesday 8 April, its eve Tuesday.
		{"over seventh of Pesach 2026", "2026-04-06 18:00", 2 * time.Hour, "2026-04-09 09:00"},
		// Remembrance Day Tuesday 21 April and Independence Day Wednesday.
		{"over Independence Day 2026", "2026-04-20 18:00", 2 * time.Hour, "2026-04-23 09:00"},
		{"on Holocaust Remembrance Day people work", "2026-04-14 10:00", time.Hour, "2026-04-14 11:00"},
		// Eve Friday 11 September to Sunday 13th.
		{"over Rosh Hashana 2026", "2026-09-10 18:30", time.Hour, "2026-09-14 08:30"},
		{"nothing to add", "2026-11-28 12:00", 0, "2026-11-28 12:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			start := local(t, c, tc.start)
			got := c.Add(start, tc.budget)
			if want := local(t, c, tc.want); !got.Equal(want) {
				t.Errorf("got %s, want %s", got.In(c.Location()), want)
			}
			if got.Location() != time.UTC {
				t.Error("not in UTC")
			}
		})
	}
}

func TestNightWindowsCountRealHours(t *testing.T) {
	cfg := DefaultConfig()
	night := []Window{{From: 0, To: 4 * 60}}
	cfg.Exceptions = []Exception{
		{Date: Date{2026, time.March, 27}, Windows: night, Note: "spring"},
		{Date: Date{2026, time.October, 25}, Windows: night, Note: "autumn"},
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Between(local(t, c, "2026-03-27 00:00"), local(t, c, "2026-03-27 12:00")); got != 3*time.Hour {
		t.Errorf("spring night: %v", got)
	}
	if got := c.Between(local(t, c, "2026-10-25 00:00"), local(t, c, "2026-10-25 12:00")); got != 5*time.Hour {
		t.Errorf("autumn night: %v", got)
	}
}

func TestExceptionsWin(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Exceptions = []Exception{
		{Date: Date{2026, time.November, 23}, Note: "closed Monday"},
		{Date: Date{2026, time.November, 27}, Windows: []Window{{From: 600, To: 720}}, Note: "open Friday"},
		{Date: Date{2026, time.April, 2}, Windows: []Window{{From: 600, To: 720}}, Note: "open on Pesach"},
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-11-23 10:00": false, "2026-11-27 10:00": true, "2026-11-27 12:00": false, "2026-04-02 11:00": true, "2026-04-01 11:00": false,
	} {
		if got := c.IsOpen(local(t, c, at)); got != want {
			t.Errorf("%s: open is %v", at, got)
		}
	}
}

func TestPublishBlocked(t *testing.T) {
	c := israel(t)
	for _, tc := range []struct{ name, at, reason, until string }{
		{"Friday noon", "2026-11-27 12:00", "", ""},
		{"Friday at four", "2026-11-27 16:00", BlockedShabbat, "2026-11-28 20:30"},
		{"Shabbat morning", "2026-11-28 10:00", BlockedShabbat, "2026-11-28 20:30"},
		{"Shabbat is out", "2026-11-28 20:30", "", ""},
		{"Shabbat over the spring change", "2026-03-27 17:00", BlockedShabbat, "2026-03-28 20:30"},
		{"eve of Pesach", "2026-04-01 17:00", "pesach", "2026-04-02 20:30"},
		{"eve of Pesach in the morning", "2026-04-01 12:00", "", ""},
		// Shavuot is Friday 22 May 2026 and runs into Shabbat.
		{"Shavuot into Shabbat", "2026-05-21 18:00", "shavuot", "2026-05-23 20:30"},
		// Rosh Hashana is Shabbat 12 and Sunday 13 September 2026.
		{"two days of Rosh Hashana", "2026-09-11 18:00", "rosh_hashana", "2026-09-13 20:30"},
		{"Holocaust Remembrance evening", "2026-04-13 19:00", "yom_hashoah", "2026-04-14 20:30"},
		{"Remembrance Day", "2026-04-21 09:00", "yom_hazikaron", "2026-04-21 20:30"},
		{"Independence Day", "2026-04-22 12:00", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			reason, until, blocked := c.PublishBlocked(local(t, c, tc.at))
			if reason != tc.reason || blocked != (tc.reason != "") {
				t.Fatalf("got %q %v", reason, blocked)
			}
			if blocked && !until.Equal(local(t, c, tc.until)) {
				t.Errorf("until %s, want %s", until.In(c.Location()), tc.until)
			}
		})
	}
	cfg := DefaultConfig()
	cfg.Publish = PublishRules{}
	off, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, blocked := off.PublishBlocked(local(t, c, "2026-11-28 10:00")); blocked {
		t.Error("blocked although the client has it off")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		change     func(*Config)
	}{
		{"unknown zone", "zone_unknown", func(c *Config) { c.Zone = "Asia/Tel_Aviv_Yafo" }},
		{"no zone", "zone_unknown", func(c *Config) { c.Zone = "" }},
		{"machine's zone", "zone_unknown", func(c *Config) { c.Zone = "Local" }},
		{"never open", "calendar_invalid", func(c *Config) { c.Weekly = nil }},
		{"eighth day", "calendar_invalid", func(c *Config) { c.Weekly[0].Day = 7 }},
		{"day twice", "calendar_invalid", func(c *Config) { c.Weekly[1].Day = 0 }},
		{"backwards", "calendar_invalid", func(c *Config) { c.Weekly[0].Windows = []Window{{From: 600, To: 500}} }},
		{"overlapping", "calendar_invalid", func(c *Config) { c.Weekly[0].Windows = []Window{{From: 0, To: 600}, {From: 500, To: 700}} }},
		{"past midnight", "calendar_invalid", func(c *Config) { c.Exceptions = []Exception{{Windows: []Window{{From: 0, To: 1441}}}} }},
		{"date twice", "calendar_invalid", func(c *Config) { c.Exceptions = []Exception{{}, {}} }},
		{"Shabbat at 25", "calendar_invalid", func(c *Config) { c.Publish.ShabbatFrom = 1500 }},
	} {
		cfg := DefaultConfig()
		tc.change(&cfg)
		if _, err := New(cfg); !fault.Is(err, tc.code) {
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.code)
		}
	}
	for _, s := range []string{"", "8:30", "25:00", "24:01", "12:60", "aa:bb", "12-30", "+1:20"} {
		if _, err := ParseTimeOfDay(s); err == nil {
			t.Errorf("%q is taken for a time of day", s)
		}
	}
}

func TestConfigSurvivesJSON(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Exceptions = []Exception{{Date: Date{2026, time.May, 1}, Windows: []Window{{From: 600, To: 1440}}}}
	b, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(cfg, back) {
		t.Errorf("got %+v from %s", back, b)
	}
}

func instant(label string) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(1735689600, 1893456000).Draw(t, label), 0).UTC() // 2025 to 2030
	})
}

func TestCalendarArithmeticAgrees(t *testing.T) {
	c := israel(t)
	rapid.Check(t, func(t *rapid.T) {
		start := instant("start").Draw(t, "start")
		budget := time.Duration(rapid.Int64Range(1, int64(200*time.Hour/time.Second)).Draw(t, "budget")) * time.Second
		end := c.Add(start, budget)
		if got := c.Between(start, end); got != budget {
			t.Fatalf("%v from %v is %v, but between them lies %v", budget, start, end, got)
		}
		mid := start.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(start))).Draw(t, "mid")))
		if c.Between(start, mid)+c.Between(mid, end) != budget {
			t.Fatalf("the parts at %v do not add up", mid)
		}
		next := c.NextOpen(start)
		if c.Between(start, next) != 0 || !c.IsOpen(next) || c.Between(next, next.Add(time.Second)) == 0 {
			t.Fatalf("next opening after %v is %v", start, next)
		}
	})
}

func TestDatesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-100000, 1000000).Draw(t, "fixed")
		if got := fromFixed(n).fixed(); got != n {
			t.Fatalf("%d became %d", n, got)
		}
	})
}
