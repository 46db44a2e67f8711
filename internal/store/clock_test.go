package store

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
)

// process is a crisis' workflow as the ledger writes it.
func process(c Crisis) audit.Actor {
	return audit.Actor{Type: audit.ActorWorkflow, ID: "crisis-" + c.ID, Via: audit.ViaWorkflow}
}

func (w *crisisWorld) started(kind clock.Kind, budget time.Duration) clock.Clock {
	w.t.Helper()
	cal, err := clock.New(w.client.Calendar())
	w.ok(err)
	k, err := clock.Start(kind, w.at, budget, true, cal, clock.BySystem)
	w.ok(err)
	return k
}

func (w *crisisWorld) save(c Crisis, k clock.Clock) {
	w.t.Helper()
	w.ok(w.SaveClocks(w.t.Context(), process(c), SaveClocks{CrisisID: c.ID, Wave: int(c.Wave), Clocks: []clock.Clock{k}}))
}

func TestClocksAreKeptWithEveryLine(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S2)
		k := w.started(clock.Acknowledge, 30*time.Minute)
		w.save(c, k)
		w.save(c, k) // a retry
		late, _ := k.Advance(w.at.Add(25 * time.Minute))
		w.save(c, late)
		w.save(c, k) // a late retry of what was saved first
		if w.recorded(c, audit.ClockStarted) != 1 || w.recorded(c, audit.ClockWarned) != 2 || w.notices("clock_warning", w.dana) != 2 {
			t.Errorf("ledger %v, notices %d", w.actions(c), w.notices("clock_warning", w.dana))
		}
		rows, err := clocksOf(d.read, c.ID)
		w.ok(err)
		if len(rows) != 1 || rows[0].State != clock.Warned80 || !rows[0].DueAt.Equal(w.at.Add(30*time.Minute)) || len(rows[0].Body.V.Ledger) != 3 {
			t.Errorf("row: %+v", rows)
		}
		items, _, err := d.Crises(t.Context(), ScopeAll(), CrisisFilter{}, Page{})
		w.ok(err)
		if items[0].Next == nil || items[0].Next.Kind != clock.Acknowledge {
			t.Errorf("the list's next clock is %+v", items[0].Next)
		}
		w.ok(d.SaveClocks(t.Context(), process(c), SaveClocks{CrisisID: c.ID, Wave: 1, Cancel: []clock.Kind{clock.Acknowledge, clock.Review}}))
		if rows, err = clocksOf(d.read, c.ID); err != nil || len(rows) != 0 || w.recorded(c, audit.ClockCancelled) != 1 {
			t.Errorf("cancelled: %+v %v", rows, err)
		}
		w.save(c, late.Meet(w.at.Add(26*time.Minute), clock.Always(time.UTC), clock.BySystem))
		if rows, _ = clocksOf(d.read, c.ID); len(rows) != 0 {
			t.Error("a cancelled clock came back")
		}
	})
}

// breached gives the crisis an acknowledgement that ran out just now.
func (w *crisisWorld) breached(c Crisis) Escalate {
	w.t.Helper()
	k := w.started(clock.Acknowledge, 30*time.Minute)
	w.at = w.at.Add(31 * time.Minute)
	k, _ = k.Advance(w.at)
	w.save(c, k)
	return Escalate{CrisisID: c.ID, Wave: 1, Kind: clock.Acknowledge, Step: 1, Role: crisis.RoleAccountManager, WithLead: true,
		AckExpires: 30 * time.Minute, BreachedAt: *k.BreachedAt}
}

func TestEscalationAsksOnceAndHolds(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S2)
		e := w.breached(c)
		first, err := d.Escalate(t.Context(), process(c), e)
		w.ok(err)
		again, err := d.Escalate(t.Context(), process(c), e)
		w.ok(err)
		if first.ID == "" || first != again || w.recorded(c, audit.ClockEscalated) != 1 || w.notices("clock_breach", w.dana) != 1 || w.notices("clock_breach", w.roni) != 1 {
			t.Errorf("first %+v, again %+v", first, again)
		}
		var all sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []audit.Actor{w.dana, w.roni} {
			all.Go(func() { errs[i] = d.AcknowledgeEscalation(t.Context(), who, c.ID, first.ID) })
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two took it: %v", errs)
		}
		w.refused(slices.DeleteFunc(errs, func(err error) bool { return err == nil })[0], "escalation_taken")
		e.Ask = 1
		held, err := d.Escalate(t.Context(), process(c), e)
		w.ok(err)
		if !held.HoldUntil.Equal(w.at.Add(30*time.Minute)) || w.told(c, FactEscalationTaken) != 1 {
			t.Errorf("held: %+v", held)
		}
		w.at = w.at.Add(31 * time.Minute)
		if next, err := d.Escalate(t.Context(), process(c), e); err != nil || next.ID == "" {
			t.Errorf("an acknowledgement expires: %+v %v", next, err)
		}
	})
}

func TestALateTimerFindsTheTruth(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(w *crisisWorld, c Crisis, k clock.Clock)
	}{
		{"met", func(w *crisisWorld, c Crisis, k clock.Clock) {
			w.save(c, k.Meet(w.at, clock.Always(time.UTC), clock.BySystem))
		}},
		{"its stage was left", func(w *crisisWorld, c Crisis, _ clock.Clock) {
			w.ok(w.SaveClocks(w.t.Context(), process(c), SaveClocks{CrisisID: c.ID, Wave: 1, Cancel: []clock.Kind{clock.Acknowledge}}))
		}},
		{"another wave runs", func(w *crisisWorld, c Crisis, _ clock.Clock) {
			w.advance(c, crisis.Assess)
			_, err := w.StartWave(w.t.Context(), w.command(c, w.dana, "wave"), crisis.Detect, because)
			w.ok(err)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newCrisisWorld(t, open(t))
			c := w.open(crisis.S2)
			e := w.breached(c)
			row, err := clocksOf(w.read, c.ID)
			w.ok(err)
			tc.end(w, c, row[0].Body.V)
			out, err := w.Escalate(t.Context(), process(c), e)
			w.ok(err)
			if !out.Over || w.recorded(c, audit.ClockEscalated) != 0 {
				t.Errorf("asked all the same: %+v", out)
			}
		})
	}
}

func TestRemindersOfAReview(t *testing.T) {
	w := newCrisisWorld(t, open(t))
	c := w.advance(w.open(crisis.S3), crisis.Sustain)
	reviews, err := w.Reviews(t.Context(), ScopeAll(), c.ID)
	w.ok(err)
	remind := func(count int, want bool) {
		t.Helper()
		decided, err := w.RemindReview(t.Context(), process(c), c.ID, reviews[0].ID, count)
		if err != nil || decided != want {
			t.Errorf("reminder %d: %v %v", count, decided, err)
		}
	}
	remind(0, false)
	remind(0, false)
	remind(1, false)
	remind(2, false)
	if w.notices("review_due", w.dana) != 3 || w.notices("review_due", w.roni) != 1 {
		t.Errorf("the lead heard %d times, the other manager %d", w.notices("review_due", w.dana), w.notices("review_due", w.roni))
	}
	_, err = w.HoldReview(t.Context(), w.dana, c.ID, reviews[0].ID, "fine", "")
	w.ok(err)
	remind(3, true)
}

func TestThePlanHasWhatPeopleRecorded(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		w := newCrisisWorld(t, d)
		c := w.open(crisis.S2)
		w.save(c, w.started(clock.Acknowledge, 30*time.Minute))
		w.publish(c, "acknowledgement", "x", w.at.Add(5*time.Minute))
		id := w.mention(w.at, "facebook", "negative", "safety")
		_, err := d.SaveAssessment(t.Context(), w.dana, c.ID, 0, whole(id), crisis.S2)
		w.ok(err)
		w.publish(c, "response", "x", w.at.Add(time.Hour))
		p, err := d.CrisisPlan(t.Context(), c.ID)
		w.ok(err)
		known := map[string]time.Time{}
		for _, k := range p.Known {
			known[k.Kind] = k.At
		}
		if len(known) != 3 || !known[FactAcknowledged].Equal(w.at.Add(5*time.Minute)) || known[FactAssessed].IsZero() || known[FactTriaged].IsZero() {
			t.Errorf("known: %v (a response on one of two platforms is not out)", known)
		}
		w.publish(c, "response", "facebook", w.at.Add(2*time.Hour))
		p, err = d.CrisisPlan(t.Context(), c.ID)
		w.ok(err)
		if i := slices.IndexFunc(p.Known, func(k KnownFact) bool { return k.Kind == FactResponded }); i < 0 || !p.Known[i].At.Equal(w.at.Add(2*time.Hour)) {
			t.Errorf("the response is out everywhere: %+v", p.Known)
		}
		if len(p.Stored) != 1 || len(p.Clocks) == 0 || len(p.Escalation.Steps) == 0 || p.Calendar.Zone != w.client.Zone || !p.Now.WaveStart.Equal(c.FirstMentionAt.Time) {
			t.Errorf("plan: %+v", p)
		}
		for kind, want := range map[string]clock.Kind{"acknowledgement": clock.Acknowledge, "response": clock.Statement, "content": ""} {
			if got, err := d.WaitingClock(t.Context(), w.approve(c, kind)); err != nil || got != want {
				t.Errorf("an approval of %s holds up %q (%v)", kind, got, err)
			}
		}
	})
}
