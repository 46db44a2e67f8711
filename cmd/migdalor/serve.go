package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/migdalor/migdalor/api"
	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/engine"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

type serveCmd struct {
	config.Common
	config.HTTP
	Demo       bool    `help:"Load the demonstration agency once and play its stream live."`
	DemoSeed   uint64  `help:"Seed of the demonstration's stream." default:"1" name:"demo-seed"`
	DemoSpeed  float64 `help:"How many times faster than real time the stream plays." default:"1" name:"demo-speed"`
	TemporalUI string  `help:"Address for Temporal's own web page, host:port on this machine; off without it." name:"temporal-ui"`
}

// Run serves everything in one process.
func (c serveCmd) Run(ctx context.Context, io std) (err error) {
	if err := c.Settle(c.Addr); err != nil {
		return err
	}
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	p, err := newProcess(ctx, c.Common, "serve", c.DatabaseURL == "", io)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.connect(ctx, c.TemporalUI); err != nil {
		return errors.Join(err, listener.Close())
	}
	if c.Demo {
		if err := p.loadDemo(ctx, c.DemoSeed, io); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	if c.DatabaseURL == "" {
		// The folder's lock is ours, so nobody else is carrying the outbox: what a
		// killed process had in hand need not wait for its lease to end.
		if err := p.base.db.ReleaseClaims(ctx); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	if err := p.work(); err != nil {
		return errors.Join(err, listener.Close())
	}
	if c.Demo {
		p.loop("demonstration", p.playDemo(c.DemoSeed, c.DemoSpeed))
	}
	return p.serveHTTP(ctx, c.HTTP, listener, io, c.Demo)
}

type apiCmd struct {
	config.Common
	config.HTTP
}

// Run serves the API beside workers.
func (c apiCmd) Run(ctx context.Context, io std) (err error) {
	if err := c.Settle(c.Addr); err != nil {
		return err
	}
	if err := needsOutside(c.Common); err != nil {
		return err
	}
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	p, err := newProcess(ctx, c.Common, "api", false, io)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.connect(ctx, ""); err != nil {
		return errors.Join(err, listener.Close())
	}
	return p.serveHTTP(ctx, c.HTTP, listener, io, false)
}

type workerCmd struct{ config.Common }

// Run works beside API processes.
func (c workerCmd) Run(ctx context.Context, io std) (err error) {
	if err := c.Settle(""); err != nil {
		return err
	}
	if err := needsOutside(c.Common); err != nil {
		return err
	}
	p, err := newProcess(ctx, c.Common, "worker", false, io)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.connect(ctx, ""); err != nil {
		return err
	}
	if err := p.work(); err != nil {
		return err
	}
	if c.MetricsAddr != "" {
		listener, err := listen(ctx, c.MetricsAddr)
		if err != nil {
			return err
		}
		p.loop("metrics", func(ctx context.Context) error { return serveUntil(ctx, listener, api.Probe(p.base.db, p.log)) })
	}
	fmt.Fprintln(io.out, "the worker is at work")
	return p.wait(ctx)
}

type engineCmd struct {
	Data       string `help:"Folder for the engine's files." default:"data/engine" type:"path"`
	Port       int    `help:"Port on this machine." default:"7233"`
	Namespace  string `help:"Namespace; made when missing." default:"migdalor"`
	TemporalUI string `help:"Address for Temporal's own web page; off without it." name:"temporal-ui"`
	TLS        bool   `help:"Close the port to other users of this machine: certificates are written to the folder."`
}

// Run runs the embedded Temporal alone.
func (c engineCmd) Run(ctx context.Context, io std) error {
	o := engine.Options{Dir: c.Data, Namespace: c.Namespace, FrontendPort: c.Port, TLS: engine.TLSNone, UIAddr: c.TemporalUI,
		Logger: newLogger(config.Common{LogLevel: "info"}, io.err)}
	if c.TLS {
		o.TLS = engine.TLSFiles
	}
	e, err := engine.Start(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintln(io.out, "Temporal answers at", e.Address())
	<-ctx.Done()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return e.Stop(stop)
}

// needsOutside refuses a grown role without what it needs.
func needsOutside(c config.Common) error {
	if c.DatabaseURL == "" || c.TemporalAddress == "" {
		return fault.New(fault.Invalid, "grown_form", "This role shares its facts with others: give --database-url and --temporal-address, or run serve.")
	}
	return nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "port_in_use", "The address %s cannot be listened on: another program has it, or it is not this machine's. Choose another.", addr).Because(err)
	}
	return l, nil
}

// serveHTTP answers until ctx ends or a part fails.
func (p *process) serveHTTP(ctx context.Context, h config.HTTP, l net.Listener, io std, demo bool) error {
	var err error
	if p.auth, err = policies.NewAuthorizer(ctx, grantsOf{p.base.db}, p.log); err != nil {
		return errors.Join(err, l.Close())
	}
	server, err := api.New(api.Deps{
		DB: p.base.db, Auth: p.auth, Workflows: p.workflows, Links: p.base.keys.Links, Intake: p.intake, Log: p.log, Ledger: p.ledger,
		Health: p.health(),
		Settings: api.Settings{PublicURL: p.cfg.PublicURL, Secure: p.cfg.Secure(), Version: version, Commit: commit, Demo: demo,
			MailboxDir: mailbox(p.cfg), TrustedProxies: h.TrustedProxy},
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	p.loop("grants", func(ctx context.Context) error { p.auth.Run(ctx); return nil })
	p.greet(io.out, demo)
	g, serving := errgroup.WithContext(ctx)
	g.Go(func() error { return serveUntil(serving, l, server) })
	g.Go(func() error { return p.wait(serving) })
	return g.Wait()
}

// health asks what this process stands on beside the database.
func (p *process) health() api.Health {
	h := api.Health{TemporalMode: "external", Temporal: func(ctx context.Context) error { return engine.Healthy(ctx, p.temporal) },
		Worker: func(ctx context.Context) error { return engine.Served(ctx, p.temporal, workflows.TaskQueue) }}
	if p.embedded != nil {
		h.TemporalMode = "embedded"
	}
	return h
}

func (p *process) greet(w io.Writer, demo bool) {
	fmt.Fprintf(w, "\nMigdalor answers at %s\n", p.cfg.PublicURL)
	if demo {
		printDemoAccounts(w)
	}
}

const drainWithin = 15 * time.Second

// serveUntil serves until ctx ends, then lets running requests finish.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	// Live streams watch the base context, so they end before the server drains.
	base, end := context.WithCancel(context.WithoutCancel(ctx))
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, WriteTimeout: 120 * time.Second,
		IdleTimeout: 120 * time.Second, MaxHeaderBytes: 32 << 10, BaseContext: func(net.Listener) context.Context { return base }}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		end()
		return err
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	// Short requests get a moment to finish before the streams are told to end.
	ending := time.AfterFunc(time.Second, end)
	defer ending.Stop()
	defer end()
	return s.Shutdown(draining)
}
