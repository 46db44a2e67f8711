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
func (l *Ledger) Run(ctx context.Context) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	skip, quiet := 0, 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		quiet--
		if skip--; skip >= 0 {
			continue
		}
		lag, waiting, err := l.db.Unsequenced(ctx)
		if err == nil && waiting {
			var n int
			if n, err = l.Sequence(ctx); n > 0 {
				skip = rest
			}
		}
		if quiet <= 0 && l.complain(ctx, lag, err) {
			quiet = calm
		}
		if err != nil {
			skip = rest
		}
	}
}

// complain logs what an operator must know and reports whether it did.
func (l *Ledger) complain(ctx context.Context, lag time.Duration, err error) bool {
	switch {
	case err != nil && !errors.Is(err, context.Canceled) && !fault.Is(err, "not_set_up"):
		l.log.ErrorContext(ctx, "the ledger cannot be sequenced", "error", err, "lag", lag)
	case err == nil && lag > alarm:
		l.log.ErrorContext(ctx, "the ledger lags: entries are not yet protected by a signature", "lag", lag)
	default:
		return false
	}
	return true
}

// Flush sequences what is still waiting, for a shutdown.
func (l *Ledger) Flush(ctx context.Context) error {
	_, err := l.Sequence(ctx)
	if fault.Is(err, "not_set_up") {
		return nil
	}
	return err
}
