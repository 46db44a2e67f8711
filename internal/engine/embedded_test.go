package engine

import (
	"bytes"
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/engine/payload"
	"github.com/migdalor/migdalor/internal/fault"
)

const canary = "canary-of-the-payload"

func echo(ctx workflow.Context, text string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 5 * time.Second})
	var out string
	err := workflow.ExecuteActivity(ctx, repeat, text).Get(ctx, &out)
	return out, err
}

func repeat(_ context.Context, text string) (string, error) { return text + text, nil }

func fail(_ workflow.Context, text string) error {
	return temporal.NewNonRetryableApplicationError(text, "refused", nil, text)
}

func registerAll(r worker.Registry) {
	r.RegisterWorkflow(echo)
	r.RegisterWorkflow(fail)
	r.RegisterActivity(repeat)
}

func TestWorkflowRunsWithTrace(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	c := dialShared(t, DialOptions{Tracer: trace.NewTracerProvider(trace.WithSpanProcessor(spans))})
	queue := work(t, c, registerAll)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: queue, EnableEagerStart: true}, echo, "ab")
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := run.Get(t.Context(), &got); err != nil || got != "abab" {
		t.Fatalf("got %q, %v", got, err)
	}
	if err := Healthy(t.Context(), c); err != nil {
		t.Error(err)
	}
	if err := Served(t.Context(), c, queue); err != nil {
		t.Error(err)
	}
	if err := Served(t.Context(), c, "a queue without a worker"); !fault.Is(err, "worker_absent") {
		t.Errorf("nobody works, and that is %v", err)
	}
	traces := map[string]bool{}
	names := map[string]bool{}
	for _, span := range spans.Ended() {
		traces[span.SpanContext().TraceID().String()] = true
		names[strings.SplitN(span.Name(), ":", 2)[0]] = true
	}
	if len(traces) != 1 || !names["StartWorkflow"] || !names["RunActivity"] {
		t.Errorf("want one trace from start to activity, got %d with %v", len(traces), names)
	}
}

func TestPayloadsAtRestAreNotReadable(t *testing.T) {
	c := dialShared(t, DialOptions{})
	queue := work(t, c, registerAll)
	number := "C-2026-" + t.Name()
	options := client.StartWorkflowOptions{
		TaskQueue: queue,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword("CaseNumber").ValueSet(number),
			temporal.NewSearchAttributeKeyInt64("CaseSeverity").ValueSet(2)),
	}
	good, err := c.ExecuteWorkflow(t.Context(), options, echo, canary)
	if err != nil {
		t.Fatal(err)
	}
	if err := good.Get(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	bad, err := c.ExecuteWorkflow(t.Context(), options, fail, canary)
	if err != nil {
		t.Fatal(err)
	}
	if err := bad.Get(t.Context(), nil); err == nil || !strings.Contains(err.Error(), canary) {
		t.Fatalf("the caller must still read the failure, got %v", err)
	}
	if found := filesWith(t, shared.options.Dir, canary); len(found) > 0 {
		t.Errorf("%s is readable in %v", canary, found)
	}
	// The search attribute is stored in clear: finding it shows that the search works.
	if found := filesWith(t, shared.options.Dir, number); len(found) == 0 {
		t.Error("the search through the files finds nothing at all")
	}
}

// TestMissingKeyHaltsWorkflow: a worker that lacks the key neither ends the
// workflow nor drops its signals; one that has it goes on.
func TestMissingKeyHaltsWorkflow(t *testing.T) {
	c := dialShared(t, DialOptions{})
	other, err := payload.NewKeyRing("other", map[string][]byte{"other": bytes.Repeat([]byte{9}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	blind, err := shared.Dial(t.Context(), DialOptions{Keys: other})
	if err != nil {
		t.Fatal(err)
	}
	defer blind.Close()
	w := NewWorker(blind, t.Name(), nil)
	registerAll(w)
	w.RegisterWorkflow(collect)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	options := client.StartWorkflowOptions{TaskQueue: t.Name(), WorkflowTaskTimeout: time.Second}
	run, err := c.ExecuteWorkflow(t.Context(), options, collect, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SignalWorkflow(t.Context(), run.GetID(), run.GetRunID(), "note", "end"); err != nil {
		t.Fatal(err)
	}
	failed := false
	history := c.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for !failed && history.HasNext() {
		event, err := history.Next()
		if err != nil {
			t.Fatal(err)
		}
		if event.GetWorkflowExecutionFailedEventAttributes() != nil {
			t.Fatal("a missing key ended the workflow")
		}
		failed = event.GetWorkflowTaskFailedEventAttributes() != nil
	}
	if !failed {
		t.Fatal("the worker without the key did not fail its task")
	}
	w.Stop()
	work(t, c, func(r worker.Registry) { registerAll(r); r.RegisterWorkflow(collect) })
	var got collected
	if err := run.Get(t.Context(), &got); err != nil || got.Timers != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// filesWith lists the files under dir that hold the text.
func filesWith(t *testing.T, dir, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestStrangersAreRefusedOnEveryPort(t *testing.T) {
	other, err := newBundle(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	noCertificate := shared.tls.Clone()
	noCertificate.Certificates = nil
	strangers := map[string]*tls.Config{
		"plain text":        nil,
		"no certificate":    noCertificate,
		"another authority": {RootCAs: shared.tls.RootCAs, ServerName: loopback, Certificates: other.client.Certificates},
	}
	for name, config := range strangers {
		t.Run(name, func(t *testing.T) {
			for i, port := range shared.ports {
				_, err := Dial(t.Context(), DialOptions{Address: hostPort(port), TLS: config, Timeout: 300 * time.Millisecond})
				if !fault.Is(err, "temporal_unreachable") {
					t.Errorf("%s: got %v", services[i], err)
				}
			}
		})
	}
}

func TestDialUnreachable(t *testing.T) {
	ports, err := choosePorts(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = Dial(t.Context(), DialOptions{Address: hostPort(ports[0]), Timeout: 500 * time.Millisecond})
	if !fault.Is(err, "temporal_unreachable") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestDialMakesNamespaceOnce(t *testing.T) {
	o := DialOptions{Address: shared.Address(), TLS: shared.tls, Namespace: "made-by-dial", Retention: 48 * time.Hour, Timeout: 30 * time.Second}
	for range 2 {
		c, err := Dial(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: o.Namespace})
		c.Close()
		if err != nil || got.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() != o.Retention {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}

func TestRetentionFollowsTheSetting(t *testing.T) {
	c := dialShared(t, DialOptions{})
	for _, want := range []time.Duration{72 * time.Hour, DefaultRetention} {
		if err := keepRetention(t.Context(), c, shared.Namespace(), want); err != nil {
			t.Fatal(err)
		}
		got, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: shared.Namespace()})
		if err != nil || got.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() != want {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}

func TestFilesAreDurableAndPrivate(t *testing.T) {
	for _, name := range []string{historyFile, visibilityFile} {
		path := filepath.Join(shared.options.Dir, filesDir, name)
		if err := checkPragmas(t.Context(), path, SyncFull); err != nil {
			t.Error(err)
		}
		for _, suffix := range []string{"", "-wal"} {
			info, err := os.Stat(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", name+suffix, info.Mode().Perm())
			}
		}
	}
	info, err := os.Stat(shared.options.Dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, %v", info.Mode().Perm(), err)
	}
}

func TestWebUIShowsButDoesNotAct(t *testing.T) {
	base := "http://" + sharedUI
	status := func(method, path, body string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(text)
	}
	if code, text := status(http.MethodGet, "/", ""); code != http.StatusOK || !strings.Contains(text, "<html") {
		t.Errorf("the page: %d %.80s", code, text)
	}
	if code, text := status(http.MethodGet, "/api/v1/namespaces/"+DefaultNamespace, ""); code != http.StatusOK || !strings.Contains(text, DefaultNamespace) {
		t.Errorf("the server behind it: %d %.200s", code, text)
	}
	path := fmt.Sprintf("/api/v1/namespaces/%s/workflows/none/terminate", DefaultNamespace)
	if code, _ := status(http.MethodPost, path, "{}"); code < 400 || code == http.StatusNotFound {
		t.Errorf("an attempt to act was taken up: %d", code)
	}
}

func TestSnapshotOfRunningServer(t *testing.T) {
	c := dialShared(t, DialOptions{})
	queue := work(t, c, registerAll)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: queue, ID: "in-the-snapshot"}, echo, "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Get(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	dest := filepath.Join(t.TempDir(), "copy")
	if err := Snapshot(t.Context(), shared.options.Dir, dest); err != nil {
		t.Fatal(err)
	}
	if err := Snapshot(t.Context(), shared.options.Dir, dest); err == nil {
		t.Error("a second copy overwrote the first")
	}
	if err := prepareFiles(t.Context(), dest); err != nil {
		t.Errorf("the copy is not accepted: %v", err)
	}
	db, err := sql.Open("sqlite", fileDSN(filepath.Join(dest, filesDir, historyFile), SyncFull, "rw"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	var rows int
	err = errors.Join(
		db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&verdict),
		db.QueryRowContext(t.Context(), `SELECT count(*) FROM current_executions WHERE workflow_id = 'in-the-snapshot'`).Scan(&rows))
	if err != nil || verdict != "ok" || rows != 1 {
		t.Errorf("the copy: %q, %d rows, %v", verdict, rows, err)
	}
}
