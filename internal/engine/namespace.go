package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
)

// ensureNamespace makes the namespace and its search attributes when they are
// missing. Several processes may do so at once.
func ensureNamespace(ctx context.Context, c client.Client, name string, retention time.Duration) error {
	_, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: name})
	var missing *serviceerror.NamespaceNotFound
	if errors.As(err, &missing) {
		err = registerNamespace(ctx, c, name, retention)
	}
	if err != nil {
		return err
	}
	return retry(ctx, func() error { return ensureAttributes(ctx, c, name) })
}

func registerNamespace(ctx context.Context, c client.Client, name string, retention time.Duration) error {
	_, err := c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        name,
		Description:                      "Crises, approvals and publications of Migdalor",
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if errors.As(err, &exists) {
		return nil // another process was first
	}
	return err
}

// ensureAttributes adds the search attributes that the namespace lacks.
func ensureAttributes(ctx context.Context, c client.Client, namespace string) error {
	have, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	lacking := map[string]enumspb.IndexedValueType{}
	for name, kind := range SearchAttributes() {
		found, ok := have.GetCustomAttributes()[name]
		if ok && found != kind {
			return fmt.Errorf("search attribute %s of namespace %s is %s, want %s", name, namespace, found, kind)
		}
		if !ok {
			lacking[name] = kind
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: lacking,
	})
	var exists *serviceerror.AlreadyExists
	if errors.As(err, &exists) {
		return nil
	}
	return err
}

// keepRetention makes an existing namespace follow a changed setting. Only the
// embedded server's: outside, retention is the operator's.
func keepRetention(ctx context.Context, c client.Client, namespace string, retention time.Duration) error {
	have, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	if have.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == retention {
		return nil
	}
	_, err = c.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
	})
	return err
}

// retry repeats what a namespace just made does not know yet, until ctx ends.
func retry(ctx context.Context, do func() error) error {
	for {
		err := do()
		var missing *serviceerror.NamespaceNotFound
		var notFound *serviceerror.NotFound
		if err == nil || (!errors.As(err, &missing) && !errors.As(err, &notFound)) {
			return err
		}
		pause := time.NewTimer(dialPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
}
