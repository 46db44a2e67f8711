package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/migdalor/migdalor/internal/engine/payload"
)

// One server for all tests: the embedded server is made once per process.
var (
	shared     *Embedded
	sharedKeys *payload.KeyRing
	sharedUI   string
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(runChild(dir))
	}
	os.Exit(runShared(m))
}

func runShared(m *testing.M) int {
	dir, err := os.MkdirTemp("", "engine-test-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := startShared(dir + "/100% engine?#"); err != nil {
		fmt.Println("start:", err)
		return 1
	}
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := shared.Stop(ctx); err != nil {
		fmt.Println("stop:", err)
		return 1
	}
	if err := shared.Stop(ctx); err != nil {
		fmt.Println("second stop:", err)
		return 1
	}
	lock, err := LockFolder(shared.options.Dir)
	if err != nil {
		fmt.Println("the folder is not free after stop:", err)
		return 1
	}
	_ = lock.Release()
	return code
}

func startShared(dir string) error {
	ports, err := choosePorts(context.Background(), 0, 1)
	if err != nil {
		return err
	}
	sharedUI = hostPort(ports[0])
	if sharedKeys, err = payload.LoadOrCreate(dir, rand.Reader); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	shared, err = Start(ctx, Options{Dir: dir, UIAddr: sharedUI, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	return err
}

// dialShared connects as the product does.
func dialShared(t *testing.T, o DialOptions) client.Client {
	t.Helper()
	o.Keys = sharedKeys
	c, err := shared.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// work runs a worker on a queue of the test's own.
func work(t *testing.T, c client.Client, register func(worker.Registry)) string {
	t.Helper()
	queue := t.Name()
	w := NewWorker(c, queue, nil)
	register(w)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return queue
}
