package engine

import (
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// stickyWorkflows is how many open cases a worker keeps in memory; the rest
// replay from history when something happens to them.
const stickyWorkflows = 500

// setStickyCache runs once, because the SDK's cache is one per process and must
// be sized before the first worker.
var setStickyCache = sync.OnceFunc(func() { worker.SetStickyWorkflowCacheSize(stickyWorkflows) })

// NewWorker makes a worker with the product's settings; the caller registers
// workflows and activities, then starts it. onFatal hears of an error after
// which the worker has stopped; the process should end then.
func NewWorker(c client.Client, taskQueue string, onFatal func(error)) worker.Worker {
	setStickyCache()
	options := WorkerOptions()
	options.OnFatalError = onFatal
	return worker.New(c, taskQueue, options)
}

// WorkerOptions are the product's settings for workers. Rate limits stay off:
// they would switch off eager activities and double a step's latency.
func WorkerOptions() worker.Options {
	return worker.Options{
		MaxConcurrentWorkflowTaskPollers:        4,
		MaxConcurrentActivityTaskPollers:        4,
		MaxConcurrentWorkflowTaskExecutionSize:  100,
		MaxConcurrentActivityExecutionSize:      50,
		MaxConcurrentLocalActivityExecutionSize: 50,
		// A defect in workflow code stops the workflow where it is, until a mended
		// version takes it up; it does not end a client's case.
		WorkflowPanicPolicy: worker.BlockWorkflow,
		// Activities under way may finish; the default cuts them off at once.
		WorkerStopTimeout: 8 * time.Second,
		// The default second is too little on a machine that is busy with a storm.
		DeadlockDetectionTimeout: 5 * time.Second,
	}
}
