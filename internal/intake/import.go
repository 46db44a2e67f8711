package intake

import (
	"cmp"
	"context"
	"io"
	"iter"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/mention"
)

// importBatch is how many rows are stored in one transaction.
const importBatch = 500

// keptErrors is how many broken rows the result names; the rest are only counted.
const keptErrors = 200

// ImportOptions say what to import and how.
type ImportOptions struct {
	// Batch says whose mentions they are and how they came; its Inputs are not used.
	Batch Batch
	// Format is "csv" or "jsonl".
	Format string
	// Profile names how a CSV file is written (mention.ProfileNamed); Zone is the
	// IANA name of the zone that its times are in when they name none.
	Profile, Zone string
	// DryRun checks every row and stores none.
	DryRun bool
	// Progress is called with the rows read so far, after each batch; may be nil.
	Progress func(rows int)
}

// ImportResult says what became of a file. After a dry run Stored counts the
// rows that would be taken, known ones included.
type ImportResult struct {
	Rows, Stored, Known, Broken int
	// Errors are the first 200 of the broken rows.
	Errors []RowError
}

// RowError is a row that was not taken, and why.
type RowError struct {
	// Line is where the row begins, counted from 1.
	Line int
	Err  *fault.Error
}

// Import reads a file row by row and takes what is valid in, in constant memory.
// Broken rows are counted, named by line, and do not stop it. An error means
// that the file could not be read on, or that storing failed; what the result
// counts as stored is durable even then, and a second run of the same file
// stores the rest. Errors: import_format, unknown_profile, zone_unknown, those of
// the readers of package mention.
func (in *Intake) Import(ctx context.Context, r io.Reader, o ImportOptions) (ImportResult, error) {
	rows, err := read(r, o)
	if err != nil {
		return ImportResult{}, err
	}
	im := importer{in: in, o: o}
	for row := range rows {
		if err := ctx.Err(); err != nil {
			return im.result, err
		}
		if row.Fatal {
			return im.result, row.Err
		}
		if err := im.take(ctx, row); err != nil {
			return im.result, err
		}
	}
	return im.result, im.flush(ctx)
}

func read(r io.Reader, o ImportOptions) (iter.Seq[mention.Row], error) {
	switch o.Format {
	case "csv":
		zone, err := clock.LoadZone(cmp.Or(o.Zone, "UTC"))
		if err != nil {
			return nil, err
		}
		profile, err := mention.ProfileNamed(o.Profile, zone)
		if err != nil {
			return nil, err
		}
		return mention.ReadCSV(r, profile), nil
	case "jsonl":
		return mention.ReadJSONL(r), nil
	}
	return nil, fault.New(fault.Invalid, "import_format", "A file of mentions is CSV or JSONL: name it .csv or .jsonl.")
}

// importer gathers rows into batches; lines remembers where each came from.
type importer struct {
	in     *Intake
	o      ImportOptions
	result ImportResult
	inputs []mention.Input
	lines  []int
}

func (im *importer) take(ctx context.Context, row mention.Row) error {
	im.result.Rows++
	if row.Err != nil {
		im.broken(row.Line, row.Err)
		return nil
	}
	im.inputs, im.lines = append(im.inputs, row.Input), append(im.lines, row.Line)
	if len(im.inputs) < importBatch {
		return nil
	}
	return im.flush(ctx)
}

func (im *importer) broken(line int, err error) {
	im.result.Broken++
	if len(im.result.Errors) >= keptErrors {
		return
	}
	why, ok := fault.As(err)
	if !ok {
		why = fault.New(fault.Invalid, "bad_row", "The row cannot be read.").Because(err)
	}
	im.result.Errors = append(im.result.Errors, RowError{line, why})
}

func (im *importer) flush(ctx context.Context) error {
	if len(im.inputs) > 0 {
		if err := im.store(ctx); err != nil {
			return err
		}
	}
	im.inputs, im.lines = im.inputs[:0], im.lines[:0]
	if im.o.Progress != nil {
		im.o.Progress(im.result.Rows)
	}
	return nil
}

func (im *importer) store(ctx context.Context) error {
	if im.o.DryRun {
		now := im.in.DB.Now().Time
		for i, input := range im.inputs {
			if _, err := mention.Normalise(input, now); err != nil {
				im.broken(im.lines[i], err)
				continue
			}
			im.result.Stored++
		}
		return nil
	}
	b := im.o.Batch
	b.Inputs = im.inputs
	done, err := im.in.Take(ctx, b)
	if err != nil {
		return err
	}
	for _, r := range done.Rejected {
		im.broken(im.lines[r.Index], r.Err)
	}
	im.result.Stored += done.Stored
	im.result.Known += done.Known
	return nil
}
