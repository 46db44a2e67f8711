package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Options of activities, as named profiles. Timeouts are short because an
// activity that died with its process is only missed when its time is over.

// recordOptions are for what must be stored in the end: it is tried for ever.
func recordOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: 8 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
		},
	}
}

// commandOptions are for what a person waits for: given up after a minute, so
// that a command is not carried out long after the person has gone on.
func commandOptions() workflow.ActivityOptions {
	o := recordOptions()
	o.ScheduleToCloseTimeout = time.Minute
	return o
}
