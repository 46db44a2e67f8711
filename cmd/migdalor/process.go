package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/engine"
	"github.com/migdalor/migdalor/internal/engine/payload"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/ledger"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

// process is the parts that one running role is made of. Parts start in the
// order of the fields and stop in reverse.
type process struct {
	cfg  config.Common
	log  *slog.Logger
	base *foundation

	embedded  *engine.Embedded
	temporal  client.Client
	workflows *workflows.Client

	auth   *policies.Authorizer
	intake *intake.Intake
	ledger *ledger.Keeper
	worker worker.Worker

	flush func(context.Context) error
	// loops run until the process stops; the first that fails stops it.
	loops  *errgroup.Group
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// newProcess opens the foundation. role names the process in traces.
func newProcess(ctx context.Context, cfg config.Common, role string, alone bool, io std) (*process, error) {
	p := &process{cfg: cfg, log: newLogger(cfg, io.err)}
	var err error
	if p.flush, err = startTracing(ctx, cfg.OTLPEndpoint, role); err != nil {
		return nil, err
	}
	if p.base, err = openFoundation(ctx, cfg, alone, p.log); err != nil {
		return nil, err
	}
	// The parts outlive ctx, so that they can stop one after the other.
	stoppable, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	p.cancel = cancel
	p.loops, p.ctx = errgroup.WithContext(stoppable)
	p.intake = intake.New(p.base.db, p.log)
	p.ledger = ledger.New(p.base.db, p.base.keys, cfg.Host(), p.log)
	return p, nil
}

// loop runs a part until the process stops. A part that ends with an error takes
// the process down: half a process is worse than a restart.
func (p *process) loop(name string, run func(context.Context) error) {
	p.loops.Go(func() error {
		err := run(p.ctx)
		if err == nil || errors.Is(err, context.Canceled) {
			return nil
		}
		p.log.Error("a part of the process failed", "part", name, "error", err)
		return err
	})
}

// connect starts the embedded engine, unless an outside one is named, and dials.
func (p *process) connect(ctx context.Context, ui string) error {
	keyFile := p.cfg.PayloadKeys
	var err error
	if keyFile == "" {
		if keyFile, err = p.base.keys.PayloadFile(); err != nil {
			return err
		}
	}
	keys, err := payload.Load(keyFile)
	if err != nil {
		return err
	}
	o := engine.DialOptions{Address: p.cfg.TemporalAddress, Namespace: p.cfg.TemporalNamespace, Keys: keys, Logger: p.log}
	if p.cfg.OTLPEndpoint != "" {
		o.Tracer = otel.GetTracerProvider()
	}
	if p.cfg.TemporalAddress == "" {
		p.embedded, err = engine.Start(ctx, engine.Options{Dir: p.cfg.Engine(), Namespace: p.cfg.TemporalNamespace, UIAddr: ui, Logger: p.log})
		if err != nil {
			return err
		}
		p.temporal, err = p.embedded.Dial(ctx, o)
	} else {
		if p.cfg.TemporalCA != "" {
			if o.TLS, err = engine.LoadTLS(p.cfg.TemporalCA, p.cfg.TemporalCert, p.cfg.TemporalKey, ""); err != nil {
				return err
			}
		}
		p.temporal, err = engine.Dial(ctx, o)
	}
	if err != nil {
		return err
	}
	p.workflows = workflows.NewClient(p.temporal)
	return nil
}

// work starts what a worker does: workflows and activities, the relay, the
// detector, the sequencer, and the sweeping of what has expired.
func (p *process) work() error {
	p.worker = engine.NewWorker(p.temporal, workflows.TaskQueue, func(err error) { p.cancel(err) })
	sender, err := newSender(p.cfg)
	if err != nil {
		return err
	}
	p.register()
	if err := p.worker.Start(); err != nil {
		return err
	}
	p.startRelay(sender)
	p.loop("detector", p.intake.Watch)
	p.loop("sequencer", func(ctx context.Context) error { return p.ledger.Run(ctx) })
	p.loop("sweeper", p.sweep)
	return nil
}

const (
	sweepEvery = 10 * time.Minute
	keepLive   = 24 * time.Hour
)

// sweep removes expired sessions, remembered answers and old live events.
func (p *process) sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := errors.Join(p.base.db.Sweep(ctx), p.base.db.PruneLive(ctx, keepLive)); err != nil && ctx.Err() == nil {
			p.log.Warn("expired rows could not be removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// wait returns when ctx ends, which is a wish to stop, or when a part failed.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
}

const stopWithin = 20 * time.Second

// stop ends the parts in reverse order: loops, worker, client, engine, database.
func (p *process) stop() error {
	p.cancel(context.Canceled)
	err := p.loops.Wait()
	if p.worker != nil {
		p.worker.Stop()
	}
	if p.temporal != nil {
		p.temporal.Close()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), stopWithin)
	defer cancel()
	if p.embedded != nil {
		err = errors.Join(err, p.embedded.Stop(ctx))
	}
	return errors.Join(err, p.flush(ctx), p.base.Close())
}
