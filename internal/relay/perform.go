package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// class says what a failed try means for the event.
type class string

const (
	soon class = "soon" // try again, later each time, and give up at last
	away class = "away" // the receiver is not there: try again for as long as it takes
	lost class = "lost" // no further try can help
)

type result struct {
	err   error
	class class
}

var done = result{}

func (r *Relay) perform(ctx context.Context, e store.OutboxEvent) result {
	switch e.Kind {
	case store.OutboxStart:
		var req workflows.StartRequest
		if err := json.Unmarshal([]byte(e.Payload), &req); err != nil {
			return result{fmt.Errorf("payload: %w", err), lost}
		}
		return engineResult(r.Engine.Start(ctx, req))
	case store.OutboxSignal:
		var req workflows.SignalRequest
		if err := json.Unmarshal([]byte(e.Payload), &req); err != nil {
			return result{fmt.Errorf("payload: %w", err), lost}
		}
		return engineResult(r.Engine.Signal(ctx, req, e.ID, e.CreatedAt.Time))
	case store.OutboxMail:
		return r.mail(ctx, e)
	}
	return result{fmt.Errorf("an event of the unknown kind %q", e.Kind), lost}
}

// engineResult: nothing about a start or a fact can be wrong for good, except
// that there is no such workflow.
func engineResult(err error) result {
	switch {
	case err == nil:
		return done
	case fault.KindOf(err) == fault.Invalid:
		return result{err, lost}
	}
	return result{err, away}
}

func (r *Relay) mail(ctx context.Context, e store.OutboxEvent) result {
	var event store.MailEvent
	if err := json.Unmarshal([]byte(e.Payload), &event); err != nil {
		return result{fmt.Errorf("payload: %w", err), lost}
	}
	m, err := r.compose(ctx, e, event)
	if errors.Is(err, errNobody) {
		return done
	}
	if err != nil {
		if k := fault.KindOf(err); k == fault.Invalid || k == fault.NotFound {
			return result{err, lost}
		}
		return result{err, soon}
	}
	message, err := notify.Render(m)
	if err != nil {
		return result{err, lost}
	}
	err = r.Sender.Send(ctx, message)
	switch {
	case err == nil:
		return done
	case notify.ClassOf(err) == notify.Permanent:
		return result{err, lost}
	}
	// Also when the server may have taken it: told at least once, with the same Message-ID.
	return result{err, soon}
}
