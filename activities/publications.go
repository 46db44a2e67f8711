package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/channel"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// PublicationStore is what the publication's activities read and change.
type PublicationStore interface {
	PreparePublication(ctx context.Context, by audit.Actor, id string) (store.PublicationStep, error)
	BeginSend(ctx context.Context, by audit.Actor, id string) (store.Sending, error)
	SendingNow(ctx context.Context, id string) (store.Sending, error)
	FinishSend(ctx context.Context, by audit.Actor, id string, attempt int, r store.SendResult) (store.PublicationStep, error)
}

// Publications are the activities of workflows.Publication.
type Publications struct {
	Store PublicationStore
	// Guard bounds the calls to platforms.
	Guard channel.Guard
	// Now is the clock.
	Now func() time.Time
}

// PreparePublication says what the row asks for, after every check was made.
func (a *Publications) PreparePublication(ctx context.Context, in workflows.PublicationRef) (workflows.PublicationStep, error) {
	step, err := a.Store.PreparePublication(ctx, workflowActor(ctx), in.PublicationID)
	return workflows.PublicationStep(step), wrap(err)
}

// SendPublication stores the intent and makes the call, once. It is never
// retried as it is: whatever becomes of it, the row says what comes next.
func (a *Publications) SendPublication(ctx context.Context, in workflows.PublicationRef) (workflows.CallResult, error) {
	defer beating(ctx)()
	s, err := a.Store.BeginSend(ctx, workflowActor(ctx), in.PublicationID)
	if err != nil {
		return workflows.CallResult{}, wrap(err)
	}
	if !s.Go {
		return workflows.CallResult{}, nil
	}
	out := a.channel(s).Publish(ctx, post(s))
	return a.finish(ctx, s, out, store.SendResult{})
}

// LookUpPublication reads from the platform whether the post is out.
func (a *Publications) LookUpPublication(ctx context.Context, in workflows.LookUp) (workflows.CallResult, error) {
	defer beating(ctx)()
	s, err := a.Store.SendingNow(ctx, in.PublicationID)
	if err != nil || !s.Go {
		return workflows.CallResult{}, wrap(err)
	}
	out := a.channel(s).Lookup(ctx, post(s))
	return a.finish(ctx, s, out, store.SendResult{LookedUp: true, GiveUp: in.GiveUp})
}

func (a *Publications) finish(ctx context.Context, s store.Sending, out channel.Outcome, r store.SendResult) (workflows.CallResult, error) {
	r.Status, r.URL, r.RemoteID, r.Code, r.Detail = string(out.Status), out.URL, out.URI, out.Code, out.Reason
	// What was found out must be kept even while the worker is being stopped.
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	step, err := a.Store.FinishSend(kept, workflowActor(ctx), s.Publication.ID, int(s.Publication.Attempts), r)
	return workflows.CallResult{State: step.State, RetryAfter: out.RetryAfter}, wrap(err)
}

func (a *Publications) channel(s store.Sending) *channel.Bluesky {
	return channel.NewBluesky(channel.BlueskyConfig{Service: s.Target.ServiceURL, Identifier: s.Target.Identifier, AppPassword: s.Password, Now: a.Now, Guard: a.Guard})
}

func post(s store.Sending) channel.Post {
	return channel.Post{IntentID: s.Publication.ID, At: s.Publication.IntentAt.Time, Account: s.Target.Account, Text: s.Text, Langs: s.Langs}
}

// beating tells the server every few seconds that the worker is alive, until the
// returned function is called.
func beating(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	ticker := time.NewTicker(3 * time.Second)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() { close(done) }
}
