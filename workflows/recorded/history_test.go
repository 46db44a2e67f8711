package recorded

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/worker"

	"github.com/migdalor/migdalor/workflows"
)

// eventually waits until ok, for as long as a busy machine may need.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	deadline := time.After(60 * time.Second)
	for !ok() {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("%s did not come about", what)
		}
	}
}

// historyOf reads what the engine kept of a run; an empty run is the latest.
func historyOf(t *testing.T, workflowID, runID string) *history.History {
	t.Helper()
	events := shared.temporal.GetWorkflowHistory(t.Context(), workflowID, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	h := &history.History{}
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		h.Events = append(h.Events, e)
	}
	return h
}

// keep replays a run's history against the code of today and, with -record,
// writes it down for the code of tomorrow.
func keep(t *testing.T, name, workflowID, runID string) {
	t.Helper()
	h := historyOf(t, workflowID, runID)
	r := worker.NewWorkflowReplayer()
	workflows.Register(r)
	if err := r.ReplayWorkflowHistory(nil, h); err != nil {
		t.Errorf("%s does not replay: %v", name, err)
	}
	if !*record {
		return
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	b, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	// Which machine it ran on is nobody's business.
	b = bytes.ReplaceAll(b, []byte("@"+host+"@"), []byte("@recorder@"))
	b = bytes.ReplaceAll(b, []byte(`"`+host+":"), []byte(`"recorder:`))
	if err := os.WriteFile(filepath.Join("..", "testdata", "replay", name+".json"), append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runID is the workflow's run that goes on now.
func runID(t *testing.T, workflowID string) string {
	t.Helper()
	d, err := shared.temporal.DescribeWorkflowExecution(t.Context(), workflowID, "")
	if err != nil {
		t.Fatal(err)
	}
	return d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

func running(t *testing.T, workflow, id string) bool {
	t.Helper()
	ok, err := shared.commands.Running(t.Context(), workflow, id)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}
