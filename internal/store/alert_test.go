package store

import (
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/fault"
)

func ringing(c Client, rule detection.Rule, severity crisis.Severity) *Hit {
	return &Hit{ClientID: c.ID, Severity: severity, AutoTitle: "a rise", Evidence: Evidence{FirstMentionAt: noon},
		Verdict: detection.Verdict{Signal: detection.Signal{Stream: detection.Negative, Ring: true, Rule: rule, Observed: 20}, At: noon}}
}

// rise evaluates once more and stores a hit.
func rise(t *testing.T, d *DB, hit *Hit) Alert {
	t.Helper()
	state, err := d.Detector(t.Context(), hit.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	a, stored, err := d.RaiseAlert(t.Context(), keeper, hit.ClientID, state, hit)
	if err != nil || !stored {
		t.Fatalf("stored %v, %v", stored, err)
	}
	return a
}

func TestOneAlertAnEpisode(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c, sibling := addClient(t, d, "own"), addClient(t, d, "sibling")
		first := rise(t, d, ringing(c, detection.RuleRise, crisis.S3))
		later := rise(t, d, ringing(c, detection.RuleEscalation, crisis.S2))
		if later.ID != first.ID || later.Hits != 2 || later.SeverityProposed != 2 {
			t.Errorf("%+v", later)
		}
		if milder := rise(t, d, ringing(c, detection.RuleStillHigh, crisis.S4)); milder.SeverityProposed != 2 {
			t.Errorf("a milder ring took the severity back to %d", milder.SeverityProposed)
		}
		if other := rise(t, d, ringing(sibling, detection.RuleRise, crisis.S3)); other.ID == first.ID {
			t.Error("two clients share an alert")
		}
		if entries(t, d, audit.AlertRaised) != 2 || entries(t, d, audit.AlertEscalated) != 1 || entries(t, d, audit.AlertAppended) != 1 {
			t.Error("the ledger tells something else")
		}
	})
}

func TestTwoEvaluatorsRingOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		state, err := d.Detector(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		won := make(chan string, 6)
		for range 6 {
			wg.Go(func() {
				a, stored, err := d.RaiseAlert(t.Context(), keeper, c.ID, state, ringing(c, detection.RuleRise, crisis.S3))
				if err != nil {
					t.Error(err)
				}
				if stored {
					won <- a.ID
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Errorf("%d evaluators stored the same state", len(won))
		}
		list, _, err := d.Alerts(t.Context(), ScopeAll(), "", "", Page{})
		if err != nil || len(list) != 1 || list[0].Hits != 1 {
			t.Errorf("%d alerts, %v", len(list), err)
		}
	})
}

func TestAutoOpen(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		settings := c.Settings.V
		settings.AutoOpen = true
		if _, err := d.UpdateClient(t.Context(), keeper, c.ID, ClientChange{Settings: &settings}); err != nil {
			t.Fatal(err)
		}
		if a := rise(t, d, ringing(c, detection.RuleRise, crisis.S3)); a.State != AlertOpen {
			t.Errorf("severity 3 opened by itself: %s", a.State)
		}
		if _, err := d.DismissAlert(t.Context(), keeper, mustAlert(t, d).ID, "spam", ""); err != nil {
			t.Fatal(err)
		}
		a := rise(t, d, ringing(c, detection.RuleRise, crisis.S2))
		if a.State != AlertOpened || a.CrisisID == "" {
			t.Errorf("severity 2 did not open by itself: %s", a.State)
		}
		// The same episode goes on inside the crisis.
		if more := rise(t, d, ringing(c, detection.RuleEscalation, crisis.S1)); more.ID != a.ID || more.CrisisID != a.CrisisID {
			t.Errorf("%+v", more)
		}
	})
}

func mustAlert(t *testing.T, d *DB) Alert {
	t.Helper()
	list, _, err := d.Alerts(t.Context(), ScopeAll(), AlertOpen, "", Page{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d open alerts, %v", len(list), err)
	}
	return list[0]
}

func TestTriageOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		id := rise(t, d, ringing(c, detection.RuleRise, crisis.S3)).ID
		decide := []func() error{
			func() error {
				_, err := d.OpenFromAlert(t.Context(), keeper, id, OpenCrisis{Title: "The ferry", Severity: crisis.S2})
				return err
			},
			func() error { _, err := d.DismissAlert(t.Context(), keeper, id, "spam", ""); return err },
			func() error { _, err := d.DismissAlert(t.Context(), keeper, id, "known_event", ""); return err },
		}
		var wg sync.WaitGroup
		done := make(chan bool, len(decide))
		for _, fn := range decide {
			wg.Go(func() {
				err := fn()
				if err != nil && !fault.Is(err, "alert_decided") {
					t.Error(err)
				}
				done <- err == nil
			})
		}
		wg.Wait()
		close(done)
		n := 0
		for ok := range done {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d decisions were taken", n)
		}
		a, err := d.Alert(t.Context(), id)
		if err != nil || a.DecidedBy != keeper.ID || (a.State == AlertOpened) != (a.CrisisID != "") {
			t.Errorf("%+v %v", a, err)
		}
	})
}

func TestSnooze(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), noon
		d.now = func() time.Time { return now }
		c := addClient(t, d, "own")
		id := rise(t, d, ringing(c, detection.RuleRise, crisis.S3)).ID
		for _, length := range []time.Duration{0, time.Second, 25 * time.Hour} {
			if _, err := d.SnoozeAlert(ctx, keeper, id, length); !fault.Is(err, "snooze_length") {
				t.Errorf("%v: %v", length, err)
			}
		}
		state := func() string {
			t.Helper()
			if err := d.WakeAlerts(ctx, keeper); err != nil {
				t.Fatal(err)
			}
			a, err := d.Alert(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return a.State
		}
		if _, err := d.SnoozeAlert(ctx, keeper, id, time.Hour); err != nil {
			t.Fatal(err)
		}
		now = now.Add(59 * time.Minute)
		if got := state(); got != AlertSnoozed {
			t.Errorf("after 59 minutes: %s", got)
		}
		now = now.Add(2 * time.Minute)
		if got := state(); got != AlertOpen {
			t.Errorf("after 61 minutes: %s", got)
		}
		if _, err := d.SnoozeAlert(ctx, keeper, id, time.Hour); err != nil {
			t.Fatal(err)
		}
		if a := rise(t, d, ringing(c, detection.RuleEscalation, crisis.S2)); a.State != AlertOpen || !a.SnoozedUntil.IsZero() {
			t.Errorf("a worse severity did not wake it: %+v", a)
		}
	})
}
