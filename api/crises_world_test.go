package api

import (
	"context"
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/migdalor/migdalor/activities"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// straightEngine carries a command out at once, as the crisis' workflow does
// through its activities; it has no clocks.
type straightEngine struct {
	noEngine
	crisis *activities.Crisis
}

// DescribeWorkflowExecution is part of client.Client: the process runs.
func (straightEngine) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{Status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING}}, nil
}

// UpdateWorkflow is part of client.Client.
func (e straightEngine) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	id, key := o.WorkflowID[len("crisis-"):], o.WorkflowID+"/"+o.UpdateID
	var err error
	switch cmd := o.Args[0].(type) {
	case workflows.LeaveStage:
		_, err = e.crisis.LeaveStage(ctx, workflows.CommandInput[workflows.LeaveStage]{CrisisID: id, Key: key, Command: cmd})
	case workflows.ChangeSeverity:
		_, err = e.crisis.ChangeSeverity(ctx, workflows.CommandInput[workflows.ChangeSeverity]{CrisisID: id, Key: key, Command: cmd})
	case workflows.HandOver:
		_, err = e.crisis.HandOver(ctx, workflows.CommandInput[workflows.HandOver]{CrisisID: id, Key: key, Command: cmd})
	case workflows.StartWave:
		_, err = e.crisis.StartWave(ctx, workflows.CommandInput[workflows.StartWave]{CrisisID: id, Key: key, Command: cmd})
	}
	return doneUpdate{}, err
}

type doneUpdate struct{ client.WorkflowUpdateHandle }

// Get is part of client.WorkflowUpdateHandle.
func (doneUpdate) Get(context.Context, any) error { return nil }

// room is a deployment with a crisis that two account managers work on.
type room struct {
	*world
	dana, roni, writer *visitor
	id, number         string
}

func newRoom(t *testing.T) *room {
	t.Helper()
	w := newWorld(t)
	w.api.Workflows = workflows.NewClient(straightEngine{crisis: activities.NewCrisis(w.db)})
	r := &room{world: w}
	r.dana, r.roni = w.person(store.GrantSpec{Role: "account_manager", ClientID: w.own.ID}), w.person(store.GrantSpec{Role: "account_manager", ClientID: w.own.ID})
	r.writer = w.person(store.GrantSpec{Role: "writer", ClientID: w.own.ID})
	opened := r.dana.post("/crises", object{"client_id": w.own.ID, "title": "Glass in the yoghurt", "severity": 3}).is(201)
	r.id, r.number = opened["id"].(string), opened["number"].(string)
	return r
}

func (r *room) at(path string) string { return "/crises/" + r.number + path }

const inWriting = "The client asked for it on the phone."

// advance takes the crisis to a stage.
func (r *room) advance(to string) {
	r.Helper()
	for {
		now := r.dana.get(r.at("")).is(200)["stage"].(string)
		if now == to {
			return
		}
		r.dana.post(r.at("/leave-stage"), object{"expected_stage": now, "override_reason": inWriting}).is(200)
	}
}

// name is how a visitor is called.
func (r *room) name(v *visitor) string {
	r.Helper()
	u, err := r.db.User(r.Context(), v.userID)
	r.must(err)
	return u.Name
}
