package engine

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	tracing "go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"

	"github.com/migdalor/migdalor/internal/engine/payload"
	"github.com/migdalor/migdalor/internal/fault"
)

// Waiting for a server that does not answer yet.
const (
	DefaultDialTimeout = 10 * time.Second
	dialPause          = 200 * time.Millisecond
)

// DialOptions say how to reach a Temporal server, embedded or outside.
type DialOptions struct {
	// Address is host:port of the frontend.
	Address string
	// Namespace is made when missing; empty is DefaultNamespace.
	Namespace string
	// Retention of a namespace made here; zero is DefaultRetention.
	Retention time.Duration
	// TLS of the connection; nil is plain text.
	TLS *tls.Config
	// Keys encrypt all payloads and failures; nil leaves them readable, which is
	// for tests only.
	Keys *payload.KeyRing
	// Logger gets the SDK's log; nil is slog.Default.
	Logger *slog.Logger
	// Tracer, when set, carries traces from callers through workflows to activities.
	Tracer trace.TracerProvider
	// Interceptors see the client's calls, and the workers' when they can.
	Interceptors []interceptor.ClientInterceptor
	// Timeout for the server to answer; zero is DefaultDialTimeout.
	Timeout time.Duration
}

// Dial connects, waiting up to o.Timeout for an answer, and sees to it that the
// namespace and its search attributes exist. Faults: "temporal_unreachable" and
// "temporal_not_ready".
func Dial(ctx context.Context, o DialOptions) (client.Client, error) {
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultDialTimeout
	}
	options, err := clientOptions(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	c, err := dialUntil(ctx, options)
	if err != nil {
		return nil, unreachable(o.Address).Because(err)
	}
	if err := ensureNamespace(ctx, c, o.Namespace, o.Retention); err != nil {
		c.Close()
		return nil, fault.New(fault.Unavailable, "temporal_not_ready",
			"Temporal at %s answers, but its namespace %q could not be made ready: check the namespace and this client's rights.",
			o.Address, o.Namespace).Because(err)
	}
	return c, nil
}

func clientOptions(o DialOptions) (client.Options, error) {
	logger := o.Logger
	if logger == nil {
		logger = slog.Default()
	}
	options := client.Options{
		HostPort:          o.Address,
		Namespace:         o.Namespace,
		Logger:            sdklog.NewStructuredLogger(logger),
		Interceptors:      o.Interceptors,
		ConnectionOptions: client.ConnectionOptions{TLS: o.TLS, GetSystemInfoTimeout: 2 * time.Second},
	}
	if o.Keys != nil {
		codec := payload.NewCodec(o.Keys, rand.Reader)
		options.DataConverter = codec.DataConverter()
		options.FailureConverter = codec.FailureConverter()
	}
	if o.Tracer != nil {
		tracer, err := tracing.NewTracingInterceptor(tracing.TracerOptions{
			Tracer:                  o.Tracer.Tracer("migdalor/temporal"),
			AllowInvalidParentSpans: true, // a trace that cannot be continued must not stop a case
		})
		if err != nil {
			return client.Options{}, fmt.Errorf("make the tracing interceptor: %w", err)
		}
		options.Interceptors = append([]interceptor.ClientInterceptor{tracer}, options.Interceptors...)
	}
	return options, nil
}

// dialUntil tries again and again until ctx ends: beside a server that starts
// at the same time a refused connection means nothing yet.
func dialUntil(ctx context.Context, options client.Options) (client.Client, error) {
	for {
		c, err := client.DialContext(ctx, options)
		if err == nil {
			return c, nil
		}
		pause := time.NewTimer(dialPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil, err
		case <-pause.C:
		}
	}
}

func unreachable(address string) *fault.Error {
	return fault.New(fault.Unavailable, "temporal_unreachable",
		"Temporal at %s does not answer: check that it runs, the address, and whether it wants TLS.", address)
}

// Healthy reports whether the server behind c answers; for readiness checks.
// It fails with fault "temporal_unreachable".
func Healthy(ctx context.Context, c client.Client) error {
	if _, err := c.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fault.New(fault.Unavailable, "temporal_unreachable", "Temporal does not answer.").Because(err)
	}
	return nil
}

// Served fails when Temporal answers that no worker asks for work on a task
// queue; that Temporal itself does not answer is for Healthy to say. A worker
// that died is noticed some minutes later. Errors: worker_absent.
func Served(ctx context.Context, c client.Client, queue string) error {
	d, err := c.DescribeTaskQueue(ctx, queue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err == nil && len(d.GetPollers()) == 0 {
		return fault.New(fault.Unavailable, "worker_absent", "No worker asks for work: clocks and publications stand still.")
	}
	return nil
}
