package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/ledger"
	"github.com/migdalor/migdalor/internal/store"
)

type exportCmd struct {
	config.Common
	Crisis   string `help:"Number of the crisis, such as C-2026-0042, or its id." required:""`
	Out      string `help:"File to write; it is replaced only once the bundle is whole." required:"" type:"path"`
	Withhold bool   `help:"Leave personal values out; what was committed to stays provable."`
}

// Run writes the bundle. It may run beside a server: whichever of the two comes
// first signs the checkpoint that covers the export.
func (c exportCmd) Run(ctx context.Context, io std) error {
	if err := c.Settle(""); err != nil {
		return err
	}
	log := newLogger(c.Common, io.err)
	f, err := openFoundation(ctx, c.Common, false, log)
	if err != nil {
		return err
	}
	keeper := ledger.New(f.db, f.keys, c.Host(), log)
	err = c.write(ctx, keeper, io)
	return errors.Join(err, f.Close())
}

func (c exportCmd) write(ctx context.Context, keeper *ledger.Keeper, io std) error {
	refused := fault.New(fault.Unavailable, "out_not_writable", "The file %s cannot be written.", c.Out)
	tmp, err := os.CreateTemp(filepath.Dir(c.Out), ".migdalor-*")
	if err != nil {
		return refused.Because(err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // does nothing once it has been renamed
	e, err := keeper.Export(ctx, operator, c.Crisis, store.ExportOptions{Withhold: c.Withhold}, tmp)
	if err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close(), os.Rename(tmp.Name(), c.Out)); err != nil {
		return refused.Because(err)
	}
	_, err = fmt.Fprintf(io.out, "%s: the record of %s with its %d entries\ncheck it with: migdalor verify %s\n", c.Out, e.Number, e.Seq, c.Out)
	return err
}
