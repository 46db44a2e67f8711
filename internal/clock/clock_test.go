package clock

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/migdalor/migdalor/internal/fault"
)

func start(t *testing.T, cal Calendar, at string, budget time.Duration) Clock {
	t.Helper()
	c, err := Start(Acknowledge, local(t, cal, at), budget, true, cal, "u1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func whys(c Clock) (out []string) {
	for _, ch := range c.Ledger {
		out = append(out, ch.Why)
	}
	return out
}

func TestWarningsAndBreachInOrder(t *testing.T) {
	cal := israel(t)
	c := start(t, cal, "2026-11-22 18:00", 2*time.Hour)
	for _, want := range []struct {
		event Event
		at    string
		state State
	}{
		{EventWarn50, "2026-11-22 19:00", Warned50}, // exactly at closing
		{EventWarn80, "2026-11-23 08:36", Warned80},
		{EventBreach, "2026-11-23 09:00", Breached},
	} {
		e, at, ok := c.NextEvent()
		if !ok || e != want.event || !at.Equal(local(t, cal, want.at)) {
			t.Fatalf("got %s %v %v, want %s at %s", e, at, ok, want.event, want.at)
		}
		if early, events := c.Advance(at.Add(-time.Microsecond)); len(events) > 0 || early.State != c.State {
			t.Fatalf("%s came early", e)
		}
		var events []Event
		c, events = c.Advance(at)
		if len(events) != 1 || events[0] != want.event || c.State != want.state {
			t.Fatalf("got %v in state %s", events, c.State)
		}
		if _, again := c.Advance(at); len(again) > 0 {
			t.Fatalf("%s came twice", e)
		}
	}
	if _, _, ok := c.NextEvent(); ok {
		t.Error("a breached clock goes on")
	}
}

func TestLongSleepTellsOnlyTheLast(t *testing.T) {
	cal := israel(t)
	c, events := start(t, cal, "2026-11-22 10:00", time.Hour).Advance(local(t, cal, "2026-11-24 10:00"))
	if !reflect.DeepEqual(events, []Event{EventBreach}) {
		t.Errorf("events: %v", events)
	}
	if want := []string{WhyStarted, WhyWarn50, WhyWarn80, WhyBreach}; !reflect.DeepEqual(whys(c), want) {
		t.Errorf("ledger: %v", whys(c))
	}
	if !c.BreachedAt.Equal(local(t, cal, "2026-11-22 11:00")) {
		t.Errorf("breached at %v", c.BreachedAt)
	}
}

func TestPauseKeepsWhatIsLeft(t *testing.T) {
	cal := israel(t)
	c := start(t, cal, "2026-11-22 10:00", time.Hour)
	c, err := c.Pause(local(t, cal, "2026-11-22 10:40"), WaitingClient, cal, "u1")
	if err != nil || c.State != Paused || c.Left != 20*time.Minute || c.Reason != WaitingClient {
		t.Fatalf("%+v %v", c, err)
	}
	if _, err := c.Pause(local(t, cal, "2026-11-22 10:41"), WaitingLegal, cal, "u1"); !fault.Is(err, "clock_not_running") {
		t.Errorf("paused twice: %v", err)
	}
	if _, events := c.Advance(local(t, cal, "2026-11-25 10:00")); len(events) > 0 {
		t.Error("time passes in a paused clock")
	}
	c, err = c.Resume(local(t, cal, "2026-11-22 18:50"), cal, "u1")
	if err != nil || c.State != Warned50 || !c.Due.Equal(local(t, cal, "2026-11-23 08:10")) {
		t.Fatalf("%+v %v", c, err)
	}
	if _, err := c.Resume(local(t, cal, "2026-11-22 18:51"), cal, "u1"); !fault.Is(err, "clock_not_paused") {
		t.Errorf("resumed twice: %v", err)
	}
	if _, err := c.Pause(local(t, cal, "2026-11-22 18:51"), OutsideHours, cal, "u1"); !fault.Is(err, "pause_reason_unknown") {
		t.Errorf("paused by hand for hours: %v", err)
	}
}

func TestMeet(t *testing.T) {
	cal := israel(t)
	fresh := start(t, cal, "2026-11-22 10:00", time.Hour)
	paused, err := fresh.Pause(local(t, cal, "2026-11-22 10:15"), WaitingLegal, cal, "u1")
	if err != nil {
		t.Fatal(err)
	}
	breached, _ := fresh.Advance(local(t, cal, "2026-11-22 11:05"))
	for _, tc := range []struct {
		name string
		c    Clock
		at   string
		late bool
		left time.Duration
		last string
	}{
		{"in time", fresh, "2026-11-22 10:20", false, 40 * time.Minute, WhyMet},
		{"in the last minute", fresh, "2026-11-22 10:59", false, time.Minute, WhyMet},
		{"exactly at the deadline is late", fresh, "2026-11-22 11:00", true, 0, WhyMet},
		{"while paused", paused, "2026-11-22 15:00", false, 45 * time.Minute, WhyMet},
		{"late records both", breached, "2026-11-22 12:00", true, 0, WhyMet},
		{"news of an earlier deed withdraws the breach", breached, "2026-11-22 10:50", false, 10 * time.Minute, WhyMet},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := tc.c.Meet(local(t, cal, tc.at), cal, "u2")
			if c.State != Met || c.Late() != tc.late || c.Left != tc.left || !c.MetAt.Equal(local(t, cal, tc.at)) {
				t.Errorf("%+v", c)
			}
			if again := c.Meet(local(t, cal, "2026-11-23 10:00"), cal, "u3"); !reflect.DeepEqual(again, c) {
				t.Error("meeting twice changes something")
			}
		})
	}
	withdrawn := whys(breached.Meet(local(t, cal, "2026-11-22 10:50"), cal, "u2"))
	if withdrawn[len(withdrawn)-2] != WhyBreachWithdrawn {
		t.Errorf("ledger: %v", withdrawn)
	}
}

func TestRearm(t *testing.T) {
	cal := israel(t)
	c := start(t, cal, "2026-11-26 18:30", time.Hour) // Thursday; due Sunday 08:30
	friday := local(t, cal, "2026-11-27 10:00")

	t.Run("to severity 1 the calendar no longer counts", func(t *testing.T) {
		got, events, err := c.Rearm(friday, 40*time.Minute, false, cal, "u1")
		if err != nil || !reflect.DeepEqual(events, []Event{EventWarn50}) {
			t.Fatalf("%v %v", events, err)
		}
		if !got.Due.Equal(local(t, cal, "2026-11-27 10:10")) { // half an hour is used already
			t.Errorf("due %v", got.Due)
		}
	})
	t.Run("used time may breach at once", func(t *testing.T) {
		got, events, err := c.Rearm(friday, 15*time.Minute, false, cal, "u1")
		if err != nil || got.State != Breached || !reflect.DeepEqual(events, []Event{EventBreach}) || !got.BreachedAt.Equal(friday) {
			t.Fatalf("%+v %v %v", got, events, err)
		}
	})
	t.Run("paused stays paused", func(t *testing.T) {
		p, err := c.Pause(local(t, cal, "2026-11-26 18:45"), WaitingLegal, cal, "u1")
		if err != nil {
			t.Fatal(err)
		}
		got, events, err := p.Rearm(friday, 30*time.Minute, false, cal, "u1")
		if err != nil || len(events) > 0 || got.State != Paused || got.Reason != WaitingLegal || got.Left != 15*time.Minute {
			t.Fatalf("%+v %v %v", got, events, err)
		}
	})
	t.Run("met and breached stay", func(t *testing.T) {
		for _, ended := range []Clock{c.Meet(local(t, cal, "2026-11-26 18:40"), cal, "u1"), func() Clock { b, _ := c.Advance(local(t, cal, "2026-11-30 10:00")); return b }()} {
			got, events, err := ended.Rearm(local(t, cal, "2026-11-30 11:00"), time.Minute, false, cal, "u1")
			if err != nil || len(events) > 0 || !reflect.DeepEqual(got, ended) {
				t.Errorf("%+v %v %v", got, events, err)
			}
		}
	})
	if _, _, err := c.Rearm(friday, 0, true, cal, "u1"); !fault.Is(err, "clock_budget_invalid") {
		t.Errorf("no budget: %v", err)
	}
	if _, err := Start(Triage, friday, -time.Minute, true, cal, "u1"); !fault.Is(err, "clock_budget_invalid") {
		t.Errorf("no budget: %v", err)
	}
}

func TestViewOutsideHours(t *testing.T) {
	cal := israel(t)
	c := start(t, cal, "2026-11-26 18:30", time.Hour)
	v := c.ViewAt(local(t, cal, "2026-11-27 10:00"), cal)
	if v.State != Paused || v.Reason != OutsideHours || v.Left != 30*time.Minute || !v.Resumes.Equal(local(t, cal, "2026-11-29 08:00")) {
		t.Errorf("%+v", v)
	}
	always, err := Start(Acknowledge, local(t, cal, "2026-11-27 10:00"), time.Hour, false, cal, "u1")
	if err != nil {
		t.Fatal(err)
	}
	if v := always.ViewAt(local(t, cal, "2026-11-27 10:10"), cal); v.State != Running || v.Resumes != nil {
		t.Errorf("severity 1: %+v", v)
	}
}

func TestClockSurvivesJSON(t *testing.T) {
	cal := israel(t)
	c, _ := start(t, cal, "2026-11-22 10:00", time.Hour).Advance(local(t, cal, "2026-11-22 10:45"))
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Clock
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, c) {
		t.Errorf("%+v from %s", back, b)
	}
}

// A model that only sums running stretches must agree with the clock after any
// sequence of commands.
func TestClockAgreesWithTheModel(t *testing.T) {
	cal := israel(t)
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.Int64Range(1, 600)
		budget := time.Duration(minutes.Draw(t, "budget")) * time.Minute
		follows := rapid.Bool().Draw(t, "follows")
		now := instant("start").Draw(t, "start")
		c, err := Start(Statement, now, budget, follows, cal, "u1")
		if err != nil {
			t.Fatal(err)
		}
		var used time.Duration
		running, dead := true, false
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			next := now.Add(time.Duration(minutes.Draw(t, "gap")) * time.Minute)
			if running && !dead {
				k := cal
				if !follows {
					k = Always(cal.Location())
				}
				used += k.Between(now, next)
				dead = used >= budget
			}
			now = next
			before, ledger := c, len(c.Ledger)
			switch rapid.IntRange(0, 3).Draw(t, "command") {
			case 0:
				c, _ = c.Advance(now)
			case 1:
				if c, err = c.Pause(now, WaitingClient, cal, "u1"); err == nil {
					running = false
				}
			case 2:
				if c, err = c.Resume(now, cal, "u1"); err == nil {
					running = true
					dead = used >= budget // a smaller budget may have been given meanwhile
				}
			case 3:
				nb, nf := time.Duration(minutes.Draw(t, "new budget"))*time.Minute, rapid.Bool().Draw(t, "new follows")
				c, _, err = c.Rearm(now, nb, nf, cal, "u1")
				if err != nil {
					t.Fatal(err)
				}
				if !dead {
					budget, follows = nb, nf
					dead = running && used >= budget
				}
			}
			if len(before.Ledger) != ledger {
				t.Fatal("a transition changed its receiver")
			}
			if c, _ = c.Advance(now); (c.State == Breached) != dead {
				t.Fatalf("state %s after %v of %v", c.State, used, budget)
			}
			if left := max(0, budget-used); !dead && c.LeftAt(now, cal) != left {
				t.Fatalf("left %v, the model says %v", c.LeftAt(now, cal), left)
			}
			if c.UsedAt(now, cal)+c.LeftAt(now, cal) != c.Budget {
				t.Fatal("used and left are not the budget")
			}
			if _, at, ok := c.NextEvent(); ok && !at.After(now) {
				t.Fatalf("the next event at %v is not after %v", at, now)
			}
		}
	})
}
