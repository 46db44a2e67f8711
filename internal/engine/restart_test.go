package engine

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/engine/payload"
	"github.com/migdalor/migdalor/internal/fault"
)

// The child is this test binary again: a server with a worker, on the folder
// that the variable names.
const (
	childDir   = "MIGDALOR_ENGINE_TEST_DIR"
	childQueue = "child"
	ready      = "ready at "
	refused    = "refused with "
)

// runChild is the whole program of the child process.
func runChild(dir string) int {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	server, err := Start(ctx, Options{Dir: dir, TLS: TLSFiles, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if f, ok := fault.As(err); ok {
		fmt.Println(refused + f.Code)
		return 1
	}
	keys, err := payload.LoadOrCreate(dir, rand.Reader)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	c, err := server.Dial(ctx, DialOptions{Keys: keys})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	w := NewWorker(c, childQueue, nil)
	w.RegisterWorkflow(collect)
	w.RegisterActivity(repeat)
	if err := w.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(ready + server.Address())
	<-ctx.Done()
	w.Stop()
	c.Close()
	if err := server.Stop(context.Background()); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// collected is what the workflow saw over its life.
type collected struct {
	Signals []string
	Timers  int
}

// collect waits for a timer and for the signal "end", notes every signal, and
// runs an activity for each.
func collect(ctx workflow.Context, wait time.Duration) (collected, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 3 * time.Second})
	var seen collected
	workflow.Go(ctx, func(ctx workflow.Context) {
		if workflow.Sleep(ctx, wait) == nil {
			seen.Timers++
		}
	})
	signals := workflow.GetSignalChannel(ctx, "note")
	for {
		var text string
		signals.Receive(ctx, &text)
		if text == "end" {
			break
		}
		if err := workflow.ExecuteActivity(ctx, repeat, text).Get(ctx, &text); err != nil {
			return seen, err
		}
		seen.Signals = append(seen.Signals, text)
	}
	err := workflow.Await(ctx, func() bool { return seen.Timers > 0 })
	return seen, err
}

// child is a running child process.
type child struct {
	cmd     *exec.Cmd
	address string
}

func spawn(t *testing.T, dir string) (*child, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said nothing: %v", err)
	}
	return &child{cmd: cmd, address: strings.TrimPrefix(strings.TrimSpace(line), ready)}, strings.TrimSpace(line)
}

func (c *child) dial(t *testing.T, dir string) client.Client {
	t.Helper()
	config, err := EngineTLS(dir)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := payload.LoadOrCreate(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	connection, err := Dial(t.Context(), DialOptions{Address: c.address, TLS: config, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return connection
}

// TestRestartGoesOn ends a real process in the middle of a workflow, politely
// and by kill -9, and lets the next one finish it.
func TestRestartGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "engine")
	const timer = 3 * time.Second
	// The test's own t ends the children: one that a subtest spawned serves the next.
	start := func() *child {
		process, line := spawn(t, dir)
		if !strings.HasPrefix(line, ready) {
			t.Fatal(line)
		}
		return process
	}
	process := start()
	ways := map[string]syscall.Signal{"stopped": syscall.SIGTERM, "killed": syscall.SIGKILL}
	for _, name := range []string{"stopped", "killed"} {
		t.Run(name, func(t *testing.T) {
			c := process.dial(t, dir)
			run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: name, TaskQueue: childQueue}, collect, timer)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"a", "b"} {
				if err := c.SignalWorkflow(t.Context(), name, run.GetRunID(), "note", text); err != nil {
					t.Fatal(err)
				}
			}
			c.Close()
			if err := process.cmd.Process.Signal(ways[name]); err != nil {
				t.Fatal(err)
			}
			if err := process.cmd.Wait(); (err == nil) != (name == "stopped") {
				t.Fatalf("the child ended with %v", err)
			}

			process = start()
			c = process.dial(t, dir)
			defer c.Close()
			for _, text := range []string{"c", "end"} {
				if err := c.SignalWorkflow(t.Context(), name, run.GetRunID(), "note", text); err != nil {
					t.Fatal(err)
				}
			}
			var got collected
			if err := c.GetWorkflow(t.Context(), name, run.GetRunID()).Get(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			if strings.Join(got.Signals, " ") != "aa bb cc" || got.Timers != 1 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	process, line := spawn(t, shared.options.Dir)
	if line != refused+"data_in_use" {
		t.Errorf("the second process said %q", line)
	}
	if err := process.cmd.Wait(); err == nil {
		t.Error("it ended as if all were well")
	}
}
