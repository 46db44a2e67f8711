package ledger

import (
	"context"
	"io"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// coverWithin is how long an export waits for a checkpoint that covers it.
const coverWithin = 10 * time.Second

// Export writes the evidence bundle of a crisis, named by id or number: it
// records the export, sees to it that a signed checkpoint covers the record, and
// writes the zip. It needs no running server, and does no harm to one. Errors:
// not_found, export_not_covered, ledger_key_foreign.
func (k *Keeper) Export(ctx context.Context, by audit.Actor, crisis string, o store.ExportOptions, w io.Writer) (store.Export, error) {
	s, err := k.key(ctx)
	if err != nil {
		return store.Export{}, err
	}
	e, err := k.db.BeginExport(ctx, by, crisis, o)
	if err != nil {
		return e, err
	}
	if err := k.cover(ctx, s, &e); err != nil {
		return e, err
	}
	return e, k.db.ReadExport(ctx, e, func(in audit.BundleInput) error {
		in.Keys = s.public + "\n"
		return audit.WriteBundle(w, in)
	})
}

// cover sequences until the export's entry has its place, which is at once
// unless another process leads and is about to do it.
func (k *Keeper) cover(ctx context.Context, s *signer, e *store.Export) error {
	ctx, cancel := context.WithTimeout(ctx, coverWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := k.db.Sequence(ctx, s.sign); err != nil {
			return err
		}
		if err := k.db.LocateExport(ctx, e); err != nil || e.Idx != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "export_not_covered", "The ledger's sequencer has not covered the export yet: try again in some seconds.")
		case <-tick.C:
		}
	}
}
