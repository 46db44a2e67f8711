package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

const (
	// look is how often the sequencer asks whether something waits.
	look = 200 * time.Millisecond
	// rest is how many looks it skips after it has signed: at most one
	// checkpoint a second, however busy the agency is.
	rest = 4
	// alarm is the lag that is logged as an error, and calm how many looks pass between two such lines.
	alarm = 30 * time.Second
	calm  = 150
)

// Run sequences until ctx ends: an entry gets its place a fraction of a second
// after its change, and about a second when there are many. Any number of
// processes may run it. It waits for the first run's set-up.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	skip, quiet := 0, 0
	for {
		select {
		case <-ctx.Done():
			return k.flush(ctx)
		case <-tick.C:
		}
		quiet--
		if skip--; skip >= 0 {
			continue
		}
		lag, waiting, err := k.db.Unsequenced(ctx)
		if err == nil && waiting {
			var n int
			if n, err = k.Sequence(ctx); n > 0 {
				skip, lag = rest, 0
			}
		}
		if quiet <= 0 && k.complain(ctx, lag, err) {
			quiet = calm
		}
		if err != nil {
			skip = rest
		}
	}
}

// complain logs what an operator must know and reports whether it did.
func (k *Keeper) complain(ctx context.Context, lag time.Duration, err error) bool {
	switch {
	case err != nil && !errors.Is(err, context.Canceled) && !fault.Is(err, "not_set_up"):
		k.log.ErrorContext(ctx, "the ledger cannot be sequenced", "error", err, "lag", lag)
	case err == nil && lag > alarm:
		k.log.ErrorContext(ctx, "the ledger lags: entries are not yet protected by a signature", "lag", lag)
	default:
		return false
	}
	return true
}

// flushWithin bounds the last sequencing of a process that stops.
const flushWithin = 3 * time.Second

// flush places what came since the last look, so that a stopped deployment has
// nothing unsigned.
func (k *Keeper) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
	defer cancel()
	_, waiting, err := k.db.Unsequenced(ctx)
	if err == nil && waiting {
		_, err = k.Sequence(ctx)
	}
	if fault.Is(err, "not_set_up") {
		return nil
	}
	return err
}
