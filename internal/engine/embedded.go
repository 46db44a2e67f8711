package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/rpc/encryption"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/migdalor/migdalor/internal/fault"
)

// Embedded is a Temporal server running in this process. One per process: the
// server keeps its files open until the process ends.
type Embedded struct {
	options Options
	ports   []int // of services, in their order
	address string
	tls     *tls.Config // of clients; nil under TLSNone
	log     serverLog
	server  temporal.Server
	ui      *webUI
	lock    *FolderLock
	stop    sync.Once
	stopped chan struct{}
	stopErr error
}

// Start brings the server up on its files in o.Dir and returns when it answers;
// about half a second. ctx bounds the start only. Faults: "data_in_use",
// "data_not_writable", "engine_data_version", "port_in_use",
// "engine_options_invalid", "engine_start_failed".
func Start(ctx context.Context, o Options) (*Embedded, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, notWritable(o.Dir, err)
	}
	lock, err := LockFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	e := &Embedded{options: o, lock: lock, log: newServerLog(o.Logger), stopped: make(chan struct{})}
	if err := e.start(ctx); err != nil {
		return nil, errors.Join(startFailed(err), lock.Release())
	}
	return e, nil
}

func (e *Embedded) start(ctx context.Context) error {
	o := e.options
	if err := prepareFiles(ctx, o.Dir); err != nil {
		return err
	}
	ports, err := choosePorts(ctx, o.FrontendPort, len(services))
	if err != nil {
		return err
	}
	if o.UIAddr != "" {
		if err := checkFree(ctx, o.UIAddr); err != nil {
			return err
		}
	}
	e.ports, e.address = ports, hostPort(ports[0])
	configuration := serverConfig(o, ports)
	if err := createNamespace(configuration, o); err != nil {
		return err
	}
	for _, name := range []string{historyFile, visibilityFile} {
		if err := checkPragmas(ctx, filepath.Join(o.Dir, filesDir, name), o.Sync); err != nil {
			return err
		}
	}
	options := []temporal.ServerOption{
		temporal.WithConfig(configuration),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(staticHosts(ports)),
		temporal.WithLogger(e.log),
		temporal.WithDynamicConfigClient(tuning()),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()), // TLS decides who gets in
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
	}
	certificates, err := e.secure()
	if err != nil {
		return err
	}
	if certificates != nil {
		options = append(options, temporal.WithTLSConfigFactory(&encryption.FixedTLSConfigProvider{
			InternodeServerConfig: certificates.server,
			InternodeClientConfig: certificates.client,
			FrontendServerConfig:  certificates.server,
			FrontendClientConfig:  certificates.client,
		}))
	}
	if e.server, err = temporal.NewServer(options...); err != nil {
		return err
	}
	if err := e.server.Start(); err != nil {
		return errors.Join(err, e.server.Stop())
	}
	return e.finishStart(ctx, certificates)
}

// finishStart waits until the server answers and brings up what stands on it.
func (e *Embedded) finishStart(ctx context.Context, certificates *bundle) error {
	probe, err := e.Dial(ctx, DialOptions{})
	if err == nil {
		err = keepRetention(ctx, probe, e.options.Namespace, e.options.Retention)
		probe.Close()
	}
	if err == nil && e.options.UIAddr != "" {
		e.ui, err = startUI(e.options.UIAddr, e.address, e.options.Namespace, certificates)
	}
	if err != nil {
		e.log.level.Set(slog.LevelError)
		if e.ui != nil {
			e.ui.stop()
		}
		return errors.Join(err, e.server.Stop())
	}
	return nil
}

// secure makes the certificates of this run.
func (e *Embedded) secure() (*bundle, error) {
	if e.options.TLS == TLSNone {
		return nil, nil
	}
	certificates, err := newBundle(time.Now())
	if err != nil {
		return nil, fmt.Errorf("make the engine's certificates: %w", err)
	}
	if e.options.TLS == TLSFiles {
		if err := certificates.write(e.options.Dir); err != nil {
			return nil, notWritable(e.options.Dir, err)
		}
	}
	e.tls = certificates.client
	return certificates, nil
}

// createNamespace writes the namespace into the files before the server
// starts: made through its API it would take seconds to become usable.
func createNamespace(c *config.Config, o Options) error {
	namespace, err := sqliteschema.NewNamespaceConfig(clusterName, o.Namespace, false, SearchAttributes())
	if err != nil {
		return fmt.Errorf("describe namespace %q: %w", o.Namespace, err)
	}
	namespace.Detail.Config.Retention = durationpb.New(o.Retention)
	if err := sqliteschema.CreateNamespaces(c.Persistence.DataStores[historyStore].SQL, namespace); err != nil {
		return fmt.Errorf("make namespace %q: %w", o.Namespace, err)
	}
	return nil
}

// startFailed passes on faults and turns all else into one.
func startFailed(err error) error {
	if _, ok := fault.As(err); ok {
		return err
	}
	return fault.New(fault.Unavailable, "engine_start_failed",
		"The embedded Temporal server did not start; the log has the reason.").Because(err)
}

// Address of the frontend, host:port.
func (e *Embedded) Address() string { return e.address }

// Namespace of the product's workflows.
func (e *Embedded) Namespace() string { return e.options.Namespace }

// Dial connects to this server; address, namespace, TLS and log of o are filled in.
func (e *Embedded) Dial(ctx context.Context, o DialOptions) (client.Client, error) {
	o.Address, o.Namespace, o.TLS, o.Retention = e.address, e.options.Namespace, e.tls, e.options.Retention
	if o.Logger == nil {
		o.Logger = e.options.Logger
	}
	return Dial(ctx, o)
}

// Stop ends the server, about a second; clients and workers must be closed
// before. When ctx ends first Stop returns fault "engine_stop_timeout", and
// nothing is lost: the files bear a kill. Further calls return the first outcome.
func (e *Embedded) Stop(ctx context.Context) error {
	e.stop.Do(func() {
		e.log.level.Set(slog.LevelError)
		go func() {
			defer close(e.stopped)
			if e.ui != nil {
				e.ui.stop()
			}
			e.stopErr = errors.Join(e.server.Stop(), e.lock.Release())
		}()
	})
	select {
	case <-e.stopped:
		return e.stopErr
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "engine_stop_timeout",
			"The embedded Temporal server did not stop in time.").Because(ctx.Err())
	}
}
