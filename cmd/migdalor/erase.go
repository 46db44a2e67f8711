package main

import (
	"context"
	"fmt"

	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/store"
)

type eraseCmd struct {
	config.Common
	Subject string `arg:"" help:"The person as the ledger names them: user:ID, contact:ID and so on; the ledger page shows it."`
	Reason  string `help:"Why, for the ledger." required:""`
}

// Run makes what the ledger holds of a person's names and words unreadable for
// ever. Entries, proofs and old exports still verify.
func (c eraseCmd) Run(ctx context.Context, io std) error {
	return withStore(ctx, c.Common, func(db *store.DB) error {
		n, err := db.EraseSubject(ctx, operator, c.Subject, c.Reason)
		if err == nil {
			_, err = fmt.Fprintf(io.out, "%d values of %s were erased; backups that hold them must be replaced, too\n", n, c.Subject)
		}
		return err
	})
}
