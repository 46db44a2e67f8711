package relay

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// Engine starts and tells workflows; workflows.Client is one.
type Engine interface {
	// Start starts a row's workflow; one that runs already is left alone.
	Start(ctx context.Context, r workflows.StartRequest) error
	// Signal tells a row's workflow a fact, starting it first if it does not run.
	Signal(ctx context.Context, r workflows.SignalRequest, factID string, at time.Time) error
}

// Sender sends one mail; errors are classed by notify.ClassOf.
type Sender interface {
	Send(ctx context.Context, m notify.Message) error
}

// Options say what a relay stands on.
type Options struct {
	DB     *store.DB
	Engine Engine
	Sender Sender
	// Links mints the secrets of approval links when their mails go out.
	Links approval.KeyRing
	// PublicURL is where people reach the server, without a trailing slash.
	PublicURL string
	// Worker names this process in leases; unique among all.
	Worker string
	Log    *slog.Logger
	// Poll is how often the outbox is looked at without being woken; 200 ms when zero.
	Poll time.Duration
}

// Relay carries events out of the outbox.
type Relay struct {
	Options
	wake [2]chan struct{}
	by   audit.Actor
}

// lanes keep a slow mail server from holding up workflows.
var lanes = [2]lane{
	{kinds: []string{store.OutboxStart, store.OutboxSignal}, batch: 16, lease: 30 * time.Second},
	{kinds: []string{store.OutboxMail}, batch: 4, lease: 3 * time.Minute},
}

type lane struct {
	kinds []string
	// batch is how many events are carried at once.
	batch int
	// lease is how long an event is this process' own; longer than any try takes.
	lease time.Duration
}

// New makes a relay; Run starts it.
func New(o Options) *Relay {
	if o.Poll == 0 {
		o.Poll = 200 * time.Millisecond
	}
	r := &Relay{Options: o, by: audit.Actor{Type: audit.ActorSystem, ID: "relay", Via: audit.ViaWorkflow}}
	for i := range r.wake {
		r.wake[i] = make(chan struct{}, 1)
	}
	return r
}

// Wake makes the relay look at once, after a change in this process.
func (r *Relay) Wake() {
	for _, w := range r.wake {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// Run carries events until ctx ends and what is under way has finished.
func (r *Relay) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range lanes {
		wg.Go(func() { r.runLane(ctx, i) })
	}
	wg.Wait()
}

func (r *Relay) runLane(ctx context.Context, i int) {
	ticker := time.NewTicker(r.Poll)
	defer ticker.Stop()
	for ctx.Err() == nil {
		n, err := r.pass(ctx, lanes[i])
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "the outbox could not be read", "error", err)
		}
		if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		case <-r.wake[i]:
		}
	}
}

// pass carries one batch and says how many events it was.
func (r *Relay) pass(ctx context.Context, l lane) (int, error) {
	events, err := r.DB.ClaimOutbox(ctx, r.Worker, l.kinds, l.batch, l.lease)
	var wg sync.WaitGroup
	for _, e := range events {
		// A stop does not cut a send in half: what was begun is finished and marked.
		wg.Go(func() { r.carry(context.WithoutCancel(ctx), l, e) })
	}
	wg.Wait()
	return len(events), err
}

func (r *Relay) carry(ctx context.Context, l lane, e store.OutboxEvent) {
	work, cancel := context.WithTimeout(ctx, l.lease*2/3)
	defer cancel()
	res := r.perform(work, e)
	var err error
	switch {
	case res.err == nil:
		err = r.DB.OutboxDone(ctx, e)
	case res.class == lost || res.class == soon && store.OutboxGaveUp(e):
		r.Log.ErrorContext(ctx, "an event was put aside", "event", e.ID, "kind", e.Kind, "attempts", e.Attempts, "error", res.err)
		err = r.DB.DeadLetter(ctx, r.by, e, res.err.Error())
	case res.class == away:
		err = r.DB.OutboxPostpone(ctx, e, res.err.Error(), pause(r.DB.Now().Sub(e.CreatedAt.Time)))
	default:
		_, err = r.DB.OutboxFailed(ctx, e, res.err.Error(), false)
	}
	if err != nil {
		// The lease ends by itself and the event is carried again.
		r.Log.WarnContext(ctx, "an event could not be marked", "event", e.ID, "error", err)
	}
}

// pause is how long to leave a receiver alone that does not answer at all, by
// how long the event has waited for it.
func pause(waited time.Duration) time.Duration {
	if waited < time.Minute {
		return time.Second
	}
	return 5 * time.Second
}
