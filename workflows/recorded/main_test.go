package recorded

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/migdalor/migdalor/activities"
	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/channel"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/engine"
	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/internal/relay"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

var record = flag.Bool("record", false, "write the histories of this run into workflows/testdata/replay")

// desk is a whole deployment without its HTTP: engine, database, worker, relay.
type desk struct {
	dir        string
	server     *engine.Embedded
	temporal   client.Client
	db         *store.DB
	commands   *workflows.Client
	worker     worker.Worker
	dana, roni audit.Actor
	client     store.Client
	target     store.Target
}

// shared is the one desk of all tests: an engine is made once per process.
var shared desk

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var err error
	if shared.dir, err = os.MkdirTemp("", "recorded-"); err != nil {
		fmt.Println(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(shared.dir) }()
	if err := shared.start(ctx); err != nil {
		fmt.Println("start:", err)
		return 1
	}
	code = m.Run()
	cancel()
	shared.worker.Stop()
	shared.temporal.Close()
	stop, done := context.WithTimeout(context.Background(), 20*time.Second)
	defer done()
	if err := shared.server.Stop(stop); err != nil {
		fmt.Println("stop:", err)
		return 1
	}
	return code
}

func (d *desk) start(ctx context.Context) error {
	var err error
	if d.server, err = engine.Start(ctx, engine.Options{Dir: filepath.Join(d.dir, "engine"), Sync: engine.SyncNormal, Logger: quiet}); err != nil {
		return err
	}
	// Without a key ring the histories are readable, as a replay needs them.
	if d.temporal, err = d.server.Dial(ctx, engine.DialOptions{Logger: quiet}); err != nil {
		return err
	}
	if err := d.openStore(ctx); err != nil {
		return err
	}
	links, err := approval.NewKeyRing(approval.Key{ID: "k1", Root: bytes.Repeat([]byte{5}, 32)})
	if err != nil {
		return err
	}
	d.commands = workflows.NewClient(d.temporal)
	d.newWorker()
	if err := d.worker.Start(); err != nil {
		return err
	}
	r := relay.New(relay.Options{DB: d.db, Engine: d.commands, Sender: nobody{}, Links: links, PublicURL: "http://127.0.0.1", Worker: "test", Log: quiet,
		Poll: 20 * time.Millisecond})
	go r.Run(ctx)
	return nil
}

// newWorker replaces the worker, as a new process would.
func (d *desk) newWorker() {
	d.worker = engine.NewWorker(d.temporal, workflows.TaskQueue, nil)
	workflows.Register(d.worker)
	d.worker.RegisterActivity(activities.NewCrisis(d.db))
	d.worker.RegisterActivity(&activities.Approvals{Store: d.db, Kid: "k1"})
	d.worker.RegisterActivity(&activities.Publications{Store: d.db, Guard: channel.Guard{}, Now: time.Now})
}

// nobody takes every mail.
type nobody struct{}

// Send is part of relay.Sender.
func (nobody) Send(context.Context, notify.Message) error { return nil }

func (d *desk) openStore(ctx context.Context) error {
	keys, err := store.NewKeys(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		return err
	}
	if d.db, err = store.Open(ctx, store.Options{Path: filepath.Join(d.dir, "migdalor.db"), Keys: keys}); err != nil {
		return err
	}
	if err := d.db.Migrate(ctx); err != nil {
		return err
	}
	by := audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}
	_, admin, err := d.db.SetUp(ctx, store.Setup{AgencyName: "Agency", Admin: store.NewUser{Email: "dana@agency.test", Name: "Dana", Lang: "he", PasswordHash: "x",
		Grants: []store.GrantSpec{{Role: string(crisis.RoleAdmin)}, {Role: string(crisis.RoleAccountManager)}}}})
	if err != nil {
		return err
	}
	d.dana = audit.Actor{Type: audit.ActorUser, ID: admin.ID, Name: admin.Name, Via: audit.ViaConsole}
	roni, err := d.db.AddUser(ctx, by, store.NewUser{Email: "roni@agency.test", Name: "Roni", Lang: "he", PasswordHash: "x",
		Grants: []store.GrantSpec{{Role: string(crisis.RoleAccountManager)}}})
	if err != nil {
		return err
	}
	d.roni = audit.Actor{Type: audit.ActorUser, ID: roni.ID, Name: roni.Name, Via: audit.ViaConsole}
	if d.client, err = d.db.AddClient(ctx, by, store.NewClient{Slug: "dairy", Name: "Tene Dairy"}); err != nil {
		return err
	}
	d.target, err = d.db.PutTarget(ctx, by, store.Target{ClientID: d.client.ID, Platform: "facebook", Kind: store.TargetByHand, Account: "Tene Dairy"}, "")
	return err
}
