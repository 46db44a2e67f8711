package bench_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/activities"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/engine"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// desk is the embedded engine with one worker that runs the product's workflows
// and two empty ones, which are the baseline.
type desk struct {
	engine client.Client
	flows  *workflows.Client
	db     *store.DB
	client store.Client
}

// empty does nothing: the price of any workflow on this server.
func empty(workflow.Context) error { return nil }

// answering waits for the end and answers updates at once: the price of any update.
func answering(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, "ping", func(workflow.Context, string) (string, error) { return "pong", nil })
	if err != nil {
		return err
	}
	workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil)
	return nil
}

var operator = audit.Actor{Type: audit.ActorSystem, ID: "bench", Via: audit.ViaCLI}

func openDesk(b *testing.B) *desk {
	b.Helper()
	ctx := context.Background()
	quiet := slog.New(slog.DiscardHandler)
	server, err := engine.Start(ctx, engine.Options{Dir: filepath.Join(b.TempDir(), "engine"), Logger: quiet})
	if err != nil {
		b.Fatal(err)
	}
	c, err := server.Dial(ctx, engine.DialOptions{Logger: quiet})
	if err != nil {
		b.Fatal(err)
	}
	d := &desk{engine: c, flows: workflows.NewClient(c), db: openStore(b)}
	if d.client, err = d.db.AddClient(ctx, operator, store.NewClient{Slug: "brand", Name: "Brand"}); err != nil {
		b.Fatal(err)
	}
	w := worker.New(c, workflows.TaskQueue, engine.WorkerOptions())
	workflows.Register(w)
	w.RegisterActivity(activities.NewCrisis(d.db))
	w.RegisterWorkflow(empty)
	w.RegisterWorkflow(answering)
	if err := w.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		w.Stop()
		c.Close()
		if err := server.Stop(ctx); err != nil {
			b.Error(err)
		}
	})
	return d
}

func (d *desk) runEmpty(b *testing.B) {
	b.Helper()
	run, err := d.engine.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{TaskQueue: workflows.TaskQueue}, empty)
	if err == nil {
		err = run.Get(context.Background(), nil)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// openCrisis commits the crisis, starts its workflow and waits for a first
// answered command: from then on its clocks run.
func (d *desk) openCrisis(b *testing.B) store.Crisis {
	b.Helper()
	c, err := d.db.OpenCrisis(context.Background(), operator, store.OpenCrisis{ClientID: d.client.ID, Title: "bench", Severity: crisis.S1, FirstMentionAt: time.Now()})
	if err != nil {
		b.Fatal(err)
	}
	if err := d.flows.Start(context.Background(), workflows.StartRequest{Workflow: workflows.CrisisWorkflow, ObjectID: c.ID}); err != nil {
		b.Fatal(err)
	}
	d.confirm(b, c, crisis.S1, crisis.S1)
	return c
}

func (d *desk) confirm(b *testing.B, c store.Crisis, from, to crisis.Severity) {
	b.Helper()
	_, err := d.flows.ChangeSeverity(context.Background(), c.ID, workflows.ChangeSeverity{
		By:       workflows.By{CommandID: store.NewID(), UserID: "bench", Via: string(audit.ViaAPI)},
		Expected: from, Severity: to, Reason: "measured by the benchmark",
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCrisis prints how much longer our workflows take than empty ones on
// the same server in the same run.
func BenchmarkCrisis(b *testing.B) {
	d := openDesk(b)
	b.Run("opened", func(b *testing.B) {
		var plain, ours time.Duration
		for b.Loop() {
			begin := time.Now()
			d.runEmpty(b)
			plain += time.Since(begin)
			begin = time.Now()
			d.openCrisis(b)
			ours += time.Since(begin)
		}
		report(b, plain, ours, "empty_workflow")
	})
	b.Run("command", func(b *testing.B) {
		run, err := d.engine.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{TaskQueue: workflows.TaskQueue}, answering)
		if err != nil {
			b.Fatal(err)
		}
		c := d.openCrisis(b)
		now, next := crisis.S1, crisis.S2
		var plain, ours time.Duration
		for b.Loop() {
			begin := time.Now()
			h, err := d.engine.UpdateWorkflow(context.Background(), client.UpdateWorkflowOptions{WorkflowID: run.GetID(), UpdateName: "ping",
				Args: []any{"x"}, WaitForStage: client.WorkflowUpdateStageCompleted})
			if err == nil {
				err = h.Get(context.Background(), nil)
			}
			if err != nil {
				b.Fatal(err)
			}
			plain += time.Since(begin)
			begin = time.Now()
			d.confirm(b, c, now, next)
			now, next = next, now
			ours += time.Since(begin)
		}
		report(b, plain, ours, "empty_update")
	})
}

// report gives both times and their ratio; the ratio is what can be compared
// between machines.
func report(b *testing.B, plain, ours time.Duration, baseline string) {
	b.Helper()
	n := float64(b.N)
	b.ReportMetric(plain.Seconds()*1000/n, "ms/"+baseline)
	b.ReportMetric(ours.Seconds()*1000/n, "ms/ours")
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "x_of_"+baseline)
	b.ReportMetric(0, "ns/op")
}
