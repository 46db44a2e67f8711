package mention

import (
	"errors"
	"io"
	"iter"
	"strings"
)

// ReadJSONL reads one JSON object per line (UTF-8), in constant memory. Empty
// lines are skipped; a broken line gives a row with Err and reading goes on.
func ReadJSONL(r io.Reader) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		in, fatal := newLines(r, "")
		if fatal != nil {
			yield(Row{Line: 1, Err: fatal, Fatal: true})
			return
		}
		for {
			l, err := in.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{Line: l.number, Err: unreadable(err), Fatal: true})
				return
			}
			if l.err == nil && strings.TrimSpace(l.text) == "" {
				continue
			}
			if !yield(jsonRow(l)) {
				return
			}
		}
	}
}

func jsonRow(l line) Row {
	row := Row{Line: l.number}
	if l.err != nil {
		row.Err = l.err
		return row
	}
	input, err := decode([]byte(l.text))
	if err != nil {
		row.Err = err.With("line", l.number)
		return row
	}
	row.Input = input
	return row
}
