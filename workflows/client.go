package workflows

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/migdalor/migdalor/internal/fault"
)

// commandWait is how long a person waits for a command's answer.
const commandWait = 10 * time.Second

// Client starts and tells workflows, and gives people's commands to them. It is
// the only caller of the engine's names.
type Client struct {
	engine client.Client
}

// NewClient stands on a connected engine client, which the caller closes.
func NewClient(engine client.Client) *Client { return &Client{engine: engine} }

// idOf is the workflow id of a row.
func idOf(workflow, objectID string) (string, error) {
	if objectID != "" {
		switch workflow {
		case CrisisWorkflow:
			return CrisisID(objectID), nil
		case ApprovalWorkflow:
			return ApprovalID(objectID), nil
		case PublicationWorkflow:
			return PublicationID(objectID), nil
		}
	}
	return "", fault.New(fault.Invalid, "unknown_workflow", "There is no workflow %q for %q.", workflow, objectID)
}

func startOptions(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: id, TaskQueue: TaskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		// A case that was closed may be opened again under the same id.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}
}

// Start starts a row's workflow unless it runs. Errors: unknown_workflow,
// engine_unreachable.
func (c *Client) Start(ctx context.Context, r StartRequest) error {
	id, err := idOf(r.Workflow, r.ObjectID)
	if err != nil {
		return err
	}
	_, err = c.engine.ExecuteWorkflow(ctx, startOptions(id), r.Workflow, Input{ObjectID: r.ObjectID})
	return translate(err)
}

// Signal tells a row's workflow a fact, and starts it if it does not run: it
// may have ended, or the engine may have lost it. factID deduplicates; at is
// when the fact was committed. Errors: unknown_workflow, engine_unreachable.
func (c *Client) Signal(ctx context.Context, r SignalRequest, factID string, at time.Time) error {
	id, err := idOf(r.Workflow, r.ObjectID)
	if err != nil {
		return err
	}
	fact := Fact{ID: factID, Kind: r.Kind, ObjectID: r.About, At: at.UTC()}
	_, err = c.engine.SignalWithStartWorkflow(ctx, id, FactSignal, fact, startOptions(id), r.Workflow, Input{ObjectID: r.ObjectID})
	return translate(err)
}

// Running reports whether a row's workflow runs.
func (c *Client) Running(ctx context.Context, workflow, objectID string) (bool, error) {
	id, err := idOf(workflow, objectID)
	if err != nil {
		return false, err
	}
	d, err := c.engine.DescribeWorkflowExecution(ctx, id, "")
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return false, nil
	}
	if err != nil {
		return false, translate(err)
	}
	return d.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// LeaveStage leaves the stage that the person saw. Errors, as of every command:
// stage_moved, engine_pending (unknown: try again with the same command id),
// engine_unreachable, and what the store refuses, such as gate_missing.
func (c *Client) LeaveStage(ctx context.Context, crisisID string, cmd LeaveStage) (CommandResult, error) {
	return c.command(ctx, crisisID, UpdateLeaveStage, cmd.By.CommandID, cmd)
}

// ChangeSeverity sets or confirms the severity.
func (c *Client) ChangeSeverity(ctx context.Context, crisisID string, cmd ChangeSeverity) (CommandResult, error) {
	return c.command(ctx, crisisID, UpdateChangeSeverity, cmd.By.CommandID, cmd)
}

// HandOver gives the crisis to another lead.
func (c *Client) HandOver(ctx context.Context, crisisID string, cmd HandOver) (CommandResult, error) {
	return c.command(ctx, crisisID, UpdateHandOver, cmd.By.CommandID, cmd)
}

// StartWave takes an open crisis back to stage 1 or 2 as its next wave.
func (c *Client) StartWave(ctx context.Context, crisisID string, cmd StartWave) (CommandResult, error) {
	return c.command(ctx, crisisID, UpdateStartWave, cmd.By.CommandID, cmd)
}

// PauseClock pauses a clock.
func (c *Client) PauseClock(ctx context.Context, crisisID string, cmd ClockCommand) (CommandResult, error) {
	return c.command(ctx, crisisID, UpdatePauseClock, cmd.By.CommandID, cmd)
}

// ResumeClock lets a paused clock run on.
func (c *Client) ResumeClock(ctx context.Context, crisisID string, cmd ClockCommand) (CommandResult, error) {
	return c.command(ctx, crisisID, UpdateResumeClock, cmd.By.CommandID, cmd)
}

// command sends an update under the command's id and waits for its answer. A
// workflow that does not run, because its start is still on its way or the
// engine lost it, is started with the command.
func (c *Client) command(ctx context.Context, crisisID, name, commandID string, cmd any) (CommandResult, error) {
	ctx, cancel := context.WithTimeout(ctx, commandWait)
	defer cancel()
	id := CrisisID(crisisID)
	update := client.UpdateWorkflowOptions{UpdateID: commandID, WorkflowID: id, UpdateName: name, Args: []any{cmd}, WaitForStage: client.WorkflowUpdateStageCompleted}
	var out CommandResult
	handle, err := c.engine.UpdateWorkflow(ctx, update)
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		start := c.engine.NewWithStartWorkflowOperation(startOptions(id), CrisisWorkflow, Input{ObjectID: crisisID})
		handle, err = c.engine.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: update})
	}
	if err == nil {
		err = handle.Get(ctx, &out)
	}
	return out, translate(err)
}

// translate gives the engine's errors a code and a sentence.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := Refused(err); ok {
		return f
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	var late *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var app *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	if errors.As(err, &late) || errors.As(err, &app) || errors.As(err, &timeout) || errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "engine_pending",
			"It is not known yet whether this was carried out: look again, or send it again with the same key.").Because(err)
	}
	return fault.New(fault.Unavailable, "engine_unreachable", "The process engine does not answer. What you recorded is safe; try the command again.").Because(err)
}
