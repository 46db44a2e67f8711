package grown_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/e2e/desk"
	"github.com/migdalor/migdalor/internal/pgtest"
)

func TestMain(m *testing.M) {
	defer desk.CleanUp()
	m.Run()
}

// cluster is a grown deployment on this machine.
type cluster struct {
	t        *testing.T
	postgres *pgtest.Server
	shared   []string
	folder   string
	temporal string
	addrs    []string
	engine   *desk.Program
	apis     []*desk.Program
	workers  []*desk.Program
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	pg, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	database, err := pg.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, postgres: pg, folder: t.TempDir(), temporal: desk.FreeAddr(t), addrs: []string{desk.FreeAddr(t), desk.FreeAddr(t)}}
	c.shared = []string{"--data", filepath.Join(c.folder, "data"), "--keys", filepath.Join(c.folder, "keys"), "--database-url", database,
		"--temporal-address", c.temporal, "--public-url", c.bases()[0], "--log-level", "warn"}
	migrate := desk.Start(t, append([]string{"migrate"}, c.shared...)...)
	if err := migrate.Wait(time.Minute); err != nil {
		t.Fatalf("migrate: %v\n%s", err, migrate.Output())
	}
	c.startEngine()
	c.apis, c.workers = make([]*desk.Program, 2), make([]*desk.Program, 2)
	for i := range 2 {
		c.startAPI(i)
		c.startWorker(i)
	}
	for i := range 2 {
		c.apis[i].Ready(t, c.bases()[i])
		c.atWork(i)
	}
	return c
}

func (c *cluster) bases() []string { return []string{"http://" + c.addrs[0], "http://" + c.addrs[1]} }

func (c *cluster) startEngine() {
	c.t.Helper()
	_, port, err := net.SplitHostPort(c.temporal)
	if err != nil {
		c.t.Fatal(err)
	}
	c.engine = desk.Start(c.t, "engine", "--data", c.engineFolder(), "--port", port)
	says(c.t, c.engine, "Temporal answers")
}

func (c *cluster) engineFolder() string { return filepath.Join(c.folder, "engine") }

// wipeEngine takes the stopped engine's memory away.
func (c *cluster) wipeEngine() {
	c.t.Helper()
	if err := os.RemoveAll(c.engineFolder()); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) startAPI(i int) {
	c.t.Helper()
	c.apis[i] = desk.Start(c.t, append([]string{"api", "--addr", c.addrs[i]}, c.shared...)...)
}

func (c *cluster) startWorker(i int) {
	c.t.Helper()
	c.workers[i] = desk.Start(c.t, append([]string{"worker"}, c.shared...)...)
}

func (c *cluster) atWork(i int) {
	c.t.Helper()
	says(c.t, c.workers[i], "the worker is at work")
}

// says waits for words of a process.
func says(t *testing.T, p *desk.Program, words string) {
	t.Helper()
	desk.Eventually(t, 60*time.Second, func() error {
		if !strings.Contains(p.Output(), words) {
			return fmt.Errorf("the process has not said %q:\n%s", words, p.Output())
		}
		return nil
	})
}
