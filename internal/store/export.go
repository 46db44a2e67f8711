package store

import (
	"context"
	"database/sql"
	"errors"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// ExportOptions say what an export holds beside the entries themselves.
type ExportOptions struct {
	// Withhold leaves out the personal values: their commitments stay.
	Withhold bool
}

func (o ExportOptions) values() string {
	if o.Withhold {
		return "withheld"
	}
	return "opened"
}

// Export is one export of a crisis' record, as its entry in the ledger has it.
type Export struct {
	ID       string
	CrisisID string
	// Number is the crisis', such as C-2026-0042.
	Number  string
	LogID   string
	Options ExportOptions
	// Seq is the number of the export's own entry, the last one exported.
	Seq int64
	// Idx is its place in the log; nil while it waits for the sequencer.
	Idx *int64
}

// BeginExport writes the entry that an export ends with: who took what, when.
// crisis is an id or a number. Errors: not_found.
func (d *DB) BeginExport(ctx context.Context, by audit.Actor, crisis string, o ExportOptions) (Export, error) {
	e := Export{ID: NewID(), Options: o}
	err := d.Change(ctx, by, func(tx *Tx) error {
		var c Crisis
		if err := tx.g.Select("id", "number", "client_id").Where("id = ? OR number = ?", crisis, crisis).Take(&c).Error; err != nil {
			return missing(err, "crisis")
		}
		e.CrisisID, e.Number = c.ID, c.Number
		tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.ExportCreated, ClientID: c.ClientID, Object: audit.Object{ID: e.ID},
			Changes: []audit.Change{audit.Set("values", o.values())}})
		return tx.announce("ledger", c.ClientID, c.ID, e.ID)
	})
	if err != nil {
		return e, err
	}
	return e, d.LocateExport(ctx, &e)
}

// LocateExport reads where the export's entry stands by now.
func (d *DB) LocateExport(ctx context.Context, e *Export) error {
	var row AuditEntry
	err := d.read.WithContext(ctx).Select("log_id", "stream_seq", "idx").
		Where("crisis_id = ? AND action = ? AND object_id = ?", e.CrisisID, audit.ExportCreated, e.ID).Take(&row).Error
	e.LogID, e.Seq, e.Idx = row.LogID, row.StreamSeq, row.Idx
	return translate(missing(err, "export"))
}

// ReadExport hands write what the bundle is made from, all of it read from one
// snapshot, so that an erasure in the middle changes nothing. The verifier keys
// are the caller's to add. Errors: export_not_covered before the sequencer has
// seen the export's entry.
func (d *DB) ReadExport(ctx context.Context, e Export, write func(audit.BundleInput) error) error {
	if e.Idx == nil {
		return fault.New(fault.Unavailable, "export_not_covered", "The ledger's sequencer has not covered the export yet: try again in some seconds.")
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return translate(d.read.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		r := exportReader{export: e, g: g, opener: d.opener(g), erasures: map[string]int64{}}
		in := audit.BundleInput{Entries: r.entries, Nodes: newNodeReader(g, e.LogID)}
		covering, err := r.checkpoint(*e.Idx)
		if err != nil {
			return err
		}
		previous, err := r.previous()
		if err != nil {
			return err
		}
		r.size = covering.Size
		in.Checkpoint = []byte(covering.Note)
		if previous.Size > 0 && previous.Size < covering.Size {
			in.Previous = []byte(previous.Note)
		}
		return write(in)
	}, opts))
}

type exportReader struct {
	export Export
	g      *gorm.DB
	opener *opener
	// size is that of the bundle's tree.
	size int64
	// erasures are the log indexes of subject.erased entries by subject; -1 when there is none yet.
	erasures map[string]int64
}

// checkpoint is the first one that covers an index; it stays the same for ever.
func (r *exportReader) checkpoint(idx int64) (Checkpoint, error) {
	var c Checkpoint
	err := r.g.Where("log_id = ? AND size > ?", r.export.LogID, idx).Order("size").Limit(1).Find(&c).Error
	if err == nil && c.Size == 0 {
		err = errors.New("store: an entry with a place has no checkpoint that covers it")
	}
	return c, err
}

// previous is the checkpoint of this crisis' export before; its size is 0 when there was none.
func (r *exportReader) previous() (Checkpoint, error) {
	var row AuditEntry
	err := r.g.Select("idx").Where("crisis_id = ? AND action = ? AND stream_seq < ? AND idx IS NOT NULL", r.export.CrisisID, audit.ExportCreated, r.export.Seq).
		Order("stream_seq DESC").Limit(1).Find(&row).Error
	if err != nil || row.Idx == nil {
		return Checkpoint{}, err
	}
	return r.checkpoint(*row.Idx)
}

const exportPage = 500

// entries is the stream from its first entry to the export's own, page by page.
func (r *exportReader) entries(yield func(audit.BundleEntry, error) bool) {
	stream := string(audit.CrisisStream(r.export.CrisisID))
	for after := int64(0); after < r.export.Seq; {
		var rows []AuditEntry
		err := r.g.Select("id", "log_id", "stream_seq", "body", "idx").Where("stream = ? AND stream_seq > ? AND stream_seq <= ?", stream, after, r.export.Seq).
			Order("stream_seq").Limit(exportPage).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			if err != nil {
				yield(audit.BundleEntry{}, err)
			}
			return
		}
		after = rows[len(rows)-1].StreamSeq
		page, err := r.page(rows)
		if err != nil {
			yield(audit.BundleEntry{}, err)
			return
		}
		for _, e := range page {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (r *exportReader) page(rows []AuditEntry) ([]audit.BundleEntry, error) {
	opened, err := r.opener.open(rows)
	if err != nil {
		return nil, err
	}
	out := make([]audit.BundleEntry, len(rows))
	for i, row := range rows {
		out[i] = audit.BundleEntry{Index: -1, Body: row.Body}
		if row.Idx != nil {
			out[i].Index = *row.Idx
		}
		if !r.export.Options.Withhold {
			out[i].Openings = opened[row.ID].openings
		}
		for _, gone := range opened[row.ID].erased {
			idx, err := r.erasure(gone.Subject)
			if err != nil {
				return nil, err
			}
			if idx >= 0 && idx < r.size {
				out[i].Erased = append(out[i].Erased, audit.ErasedField{Field: gone.Field, Index: idx})
			}
		}
	}
	return out, nil
}

// erasure finds where the ledger says that a person was erased.
func (r *exportReader) erasure(subject string) (int64, error) {
	if idx, ok := r.erasures[subject]; ok {
		return idx, nil
	}
	var row AuditEntry
	err := r.g.Select("idx").Where("action = ? AND object_id = ? AND idx IS NOT NULL", audit.SubjectErased, subject).Order("pos").Limit(1).Find(&row).Error
	idx := int64(-1)
	if row.Idx != nil {
		idx = *row.Idx
	}
	r.erasures[subject] = idx
	return idx, err
}
