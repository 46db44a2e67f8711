package intake

import (
	"context"
	"errors"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/store"
)

const (
	// watchEvery is how often the database is asked for news; mentions of this
	// process wake the watch at once.
	watchEvery = time.Second
	// reviewEvery is how long a client's detector may go without being asked, so
	// that a rise also ends.
	reviewEvery = time.Minute
	// inFlight is how long a change may take from its instant to its commit.
	inFlight = 5 * time.Second
)

// Watch evaluates clients as their mentions arrive, until ctx ends. Any number
// of processes may watch: the detector's stored revision decides between them.
// What arrived while nobody watched is seen at the first look.
func (in *Intake) Watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		if err := in.Look(ctx); err != nil && !errors.Is(err, context.Canceled) {
			in.Log.ErrorContext(ctx, "the detector could not look", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-in.wake:
		}
	}
}

var watcher = audit.Actor{Type: audit.ActorSystem, ID: "detector", Via: audit.ViaWorkflow}

// Look evaluates every client that has news, once.
func (in *Intake) Look(ctx context.Context) error {
	arrivals, err := in.DB.Arrivals(ctx, store.AtOf(in.DB.Now().Add(-reviewEvery)))
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range arrivals {
		errs = append(errs, in.evaluate(ctx, a))
	}
	return errors.Join(append(errs, in.DB.WakeAlerts(ctx, watcher))...)
}

func (in *Intake) evaluate(ctx context.Context, a store.Arrival) error {
	client, err := in.DB.Client(ctx, a.ClientID)
	if err != nil {
		return err
	}
	remembered, err := in.DB.Detector(ctx, a.ClientID)
	if err != nil {
		return err
	}
	now := in.DB.Now().Time
	history, err := in.DB.History(ctx, a.ClientID, now)
	if err != nil {
		return err
	}
	settings := detection.Settings{Sensitivity: client.Settings.V.Sensitivity}
	verdict, state := in.Detector.Evaluate(history, now, settings, remembered.State)
	next := store.DetectorState{State: state, Rev: remembered.Rev, Seen: a.Newest}
	// Count this look, so that the next one waits its minute; but less than whole,
	// for a change that began before now may commit after the counts were read.
	next.Seen = store.AtOf(latest(a.Newest.Time, now.Add(-inFlight)))
	var hit *store.Hit
	if verdict.Ring {
		if hit, err = in.evidence(ctx, client, verdict); err != nil {
			return err
		}
	}
	alert, stored, err := in.DB.RaiseAlert(ctx, watcher, a.ClientID, next, hit)
	if err == nil && stored && alert.ID != "" {
		in.Log.InfoContext(ctx, "an alert rings", "client_id", a.ClientID, "alert_id", alert.ID, "rule", verdict.Rule, "severity", alert.SeverityProposed)
	}
	return err
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// propose applies the visible severity rule to a verdict and its evidence.
func propose(v detection.Verdict, ratios []float64, e store.Evidence, flags []crisis.Flag) (crisis.Severity, []crisis.Reason) {
	in := crisis.SeverityInput{OverFloor: v.Raised, Ratios: ratios, SharePoints: 100 * (v.NegativeShare - v.BaselineShare), Flags: flags}
	for _, p := range e.Platforms {
		if p.Negative >= spreadAtLeast {
			in.Platforms++
		}
	}
	for _, a := range e.Authors {
		if a.Negative > 0 {
			in.MaxFollowers = max(in.MaxFollowers, int(a.Followers))
		}
	}
	return crisis.ProposeSeverity(in)
}
