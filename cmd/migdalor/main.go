package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/migdalor/migdalor/internal/fault"
)

// Set by the linker; see the Makefile.
var (
	version = "dev"
	commit  = "unknown"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the whole command line; every flag also reads MIGDALOR_<FLAG>.
type commands struct {
	Serve   serveCmd   `cmd:"" help:"Run everything in one process: engine, worker, API and console."`
	API     apiCmd     `cmd:"" name:"api" help:"Run the API and the console, beside workers and an outside Temporal."`
	Worker  workerCmd  `cmd:"" help:"Run workflows, activities, the relay, the detector and the ledger's sequencer."`
	Engine  engineCmd  `cmd:"" help:"Run the embedded Temporal alone, for a small site or a test."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this version and make missing keys."`
	User    userCmd    `cmd:"" help:"Add, list and disable people without the console."`
	Token   tokenCmd   `cmd:"" help:"Make API tokens."`
	Import  importCmd  `cmd:"" help:"Import mentions from a CSV or JSONL file."`
	Export  exportCmd  `cmd:"" help:"Write the evidence bundle of a crisis."`
	Verify  verifyCmd  `cmd:"" help:"Check an evidence bundle, offline."`
	Erase   eraseCmd   `cmd:"" help:"Make a person's names and words in the ledger unreadable for ever."`
	OpenAPI openapiCmd `cmd:"" name:"openapi" help:"Print the description of the API."`
	Version versionCmd `cmd:"" help:"Print version, commit, Go and Temporal versions."`
}

// std is where a command talks to people.
type std struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], std{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, io std) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("migdalor"),
		kong.Description("Migdalor, the crisis desk: it listens, rings, leads a crisis through its stages and keeps the record."),
		kong.DefaultEnvars("MIGDALOR"),
		kong.Writers(io.out, io.err),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		fmt.Fprintln(io.err, "migdalor:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintf(io.err, "migdalor: %s. Try migdalor --help.\n", err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(io.err, "migdalor:", explain(err))
		return exitFailed
	}
	return exitDone
}

// explain gives the sentence for people; what is not a fault shows its whole chain.
func explain(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	text := f.Message
	if cause := f.Unwrap(); cause != nil && f.Kind != fault.Invalid {
		text += " (" + cause.Error() + ")"
	}
	return text
}
