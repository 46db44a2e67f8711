package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/migdalor/migdalor/activities"
	"github.com/migdalor/migdalor/internal/channel"
	"github.com/migdalor/migdalor/internal/relay"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

const reconcileEvery = time.Minute

// register gives the worker what it can do: the three workflows, and the
// activities by the names that the contract has for them.
func (p *process) register() {
	workflows.Register(p.worker)
	p.worker.RegisterActivity(activities.NewCrisis(p.base.db))
	p.worker.RegisterActivity(&activities.Approvals{Store: p.base.db, Kid: p.base.keys.Links.ActiveID()})
	p.worker.RegisterActivity(&activities.Publications{Store: p.base.db, Guard: channel.Guard{AllowLoopback: p.cfg.AllowLoopback}, Now: time.Now})
}

// startRelay carries the outbox, and starts what should be running and is not.
func (p *process) startRelay(s sender) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	r := relay.New(relay.Options{
		DB: p.base.db, Engine: p.workflows, Sender: s, Links: p.base.keys.Links, PublicURL: p.cfg.PublicURL,
		Worker: fmt.Sprintf("%s-%d-%s", host, os.Getpid(), store.NewID()), Log: p.log,
	})
	p.loop("relay", func(ctx context.Context) error { r.Run(ctx); return nil })
	p.loop("reconciler", func(ctx context.Context) error { r.Reconcile(ctx, reconcileEvery); return nil })
}
