package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/store"
)

type importCmd struct {
	config.Common
	File    string `arg:"" help:"CSV or JSONL file." type:"existingfile"`
	Client  string `help:"Short name of the client." required:""`
	Profile string `help:"How the columns and times are written: generic, israel, israel-1255 or spreadsheet." default:"generic"`
	DryRun  bool   `help:"Check every row and store nothing." name:"dry-run"`
	Show    int    `help:"How many row errors to print." default:"20"`
}

// Run imports the file and says what became of each broken row.
func (c importCmd) Run(ctx context.Context, io std) error {
	return withStore(ctx, c.Common, func(db *store.DB) error {
		client, err := db.Client(ctx, c.Client)
		if err != nil {
			return err
		}
		name := filepath.Base(c.File)
		source, err := db.SourceOf(ctx, operator, client.ID, store.SourceImport, name)
		if err != nil {
			return err
		}
		file, err := os.Open(c.File)
		if err != nil {
			return fault.New(fault.Invalid, "import_file", "The file %s cannot be read.", c.File).Because(err)
		}
		defer func() { _ = file.Close() }()
		bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(io.err), progressbar.OptionSetDescription(name),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetVisibility(onTerminal(io.err)))
		in := intake.New(db, newLogger(c.Common, discard{}))
		result, err := in.Import(ctx, file, intake.ImportOptions{
			Batch:  intake.Batch{Source: source, Action: audit.MentionsImported, By: operator},
			Format: strings.TrimPrefix(strings.ToLower(filepath.Ext(c.File)), "."), Profile: c.Profile, Zone: client.Zone, DryRun: c.DryRun,
			Progress: func(rows int) { _ = bar.Set(rows) },
		})
		_ = bar.Finish()
		if err == nil || result.Rows > 0 {
			c.report(io, result)
		}
		if err == nil && result.Broken > 0 {
			err = errors.New("some rows were not taken; the rest is stored")
			if c.DryRun {
				err = errors.New("some rows would not be taken")
			}
		}
		return err
	})
}

// onTerminal keeps moving bars out of files and pipes.
func onTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (c importCmd) report(io std, r intake.ImportResult) {
	for i, e := range r.Errors {
		if i == c.Show {
			fmt.Fprintf(io.err, "… and %d more\n", r.Broken-i)
			break
		}
		fmt.Fprintf(io.err, "line %d: %s (%s)\n", e.Line, e.Err.Message, e.Err.Code)
	}
	if more := r.Broken - min(c.Show, len(r.Errors)); more > 0 {
		fmt.Fprintf(io.err, "… and %d more\n", more)
	}
	verb := "stored"
	if c.DryRun {
		verb = "would be stored"
	}
	fmt.Fprintf(io.out, "%d rows read, %d %s, %d known already, %d broken\n", r.Rows, r.Stored, verb, r.Known, r.Broken)
}
