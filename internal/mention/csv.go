package mention

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/fault"
)

const (
	// maxRecordLines and maxRecord bound one row, so that a quote that is never
	// closed costs one row and not the rest of the file.
	maxRecordLines = 500
	maxRecord      = 1 << 20
)

// ReadCSV reads rows of a CSV file with a header line, in constant memory. A
// broken row (wrong number of columns, unclosed quote, wrong encoding, a number
// that is none) gives a Row with Err and reading goes on at the next line; only a
// header that cannot be used, or a file that cannot be read, ends it.
func ReadCSV(r io.Reader, p Profile) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		source, fatal := newLines(r, p.Encoding)
		if fatal != nil {
			yield(Row{Line: 1, Err: fatal, Fatal: true})
			return
		}
		c := &csvReader{source: source, profile: p}
		if fatal := c.readHeader(); fatal != nil {
			yield(Row{Line: 1, Err: fatal, Fatal: true})
			return
		}
		for {
			row, err := c.row()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{Line: row.Line, Err: unreadable(err), Fatal: true})
				return
			}
			if !yield(row) {
				return
			}
		}
	}
}

type csvReader struct {
	source  *lines
	profile Profile
	// again holds lines that were read as part of a broken row and are read once more.
	again   []line
	comma   rune
	columns []string
	fields  []string // the Input field of each column, "" when none
}

func (c *csvReader) next() (line, error) {
	if len(c.again) > 0 {
		l := c.again[0]
		c.again = c.again[1:]
		return l, nil
	}
	return c.source.next()
}

func (c *csvReader) readHeader() *fault.Error {
	l, err := c.next()
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "file_empty", "The file is empty.")
	}
	if err != nil {
		return unreadable(err)
	}
	if l.err != nil {
		return l.err
	}
	c.comma = c.profile.Delimiter
	if c.comma == 0 {
		c.comma = ','
		for _, r := range []rune{';', '\t'} {
			if strings.Count(l.text, string(r)) > strings.Count(l.text, string(c.comma)) {
				c.comma = r
			}
		}
	}
	rec := record{comma: c.comma}
	if rec.feed(l.text); rec.open || rec.broken {
		return fault.New(fault.Invalid, "bad_header", "The header line has a quote that does not fit.")
	}
	c.columns = rec.done
	c.fields = fieldsOf(c.columns, c.profile.Columns)
	return missingColumns(c.fields, c.profile)
}

// row reads the next record; only the error of the file itself is returned.
func (c *csvReader) row() (Row, error) {
	var first line
	for {
		l, err := c.next()
		if err != nil {
			return Row{Line: l.number}, err
		}
		if l.err != nil || strings.Trim(l.text, " \t"+string(c.comma)) != "" {
			first = l
			break
		}
	}
	row := Row{Line: first.number}
	if first.err != nil {
		row.Err = first.err
		return row, nil
	}
	rec := record{comma: c.comma}
	rec.feed(first.text)
	var more []line
	size := len(first.text)
	for rec.open && !rec.broken {
		l, err := c.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return row, err
		}
		if err == nil {
			more = append(more, l)
			size += len(l.text)
		}
		if err != nil || l.err != nil || len(more) >= maxRecordLines || size > maxRecord {
			rec.broken = true
			break
		}
		rec.feed(l.text)
	}
	if rec.broken {
		// What followed may be rows of their own: read it again.
		c.again = append(more, c.again...)
		row.Err = fault.New(fault.Invalid, "bad_quotes", "Line %d has a quote that is not closed or not doubled.", row.Line)
		return row, nil
	}
	if len(rec.done) != len(c.columns) {
		row.Err = fault.New(fault.Invalid, "bad_columns", "Line %d has %d columns; the header has %d.", row.Line, len(rec.done), len(c.columns))
		return row, nil
	}
	row.Input, row.Err = c.input(rec.done, row.Line)
	return row, nil
}

// input turns a record into an Input; its Raw is an object of column names and values.
func (c *csvReader) input(values []string, number int) (Input, error) {
	in := Input{Platform: c.profile.Platform, Kind: c.profile.Kind}
	raw := make(map[string]string, len(values))
	for i, v := range values {
		raw[c.columns[i]] = v
		if err := in.set(c.fields[i], strings.TrimSpace(v), c.profile); err != nil {
			return Input{}, err.With("line", number)
		}
	}
	payload, err := json.Marshal(raw)
	if err != nil {
		return Input{}, fault.New(fault.Invalid, "bad_row", "Line %d cannot be kept.", number).Because(err)
	}
	in.Raw = payload
	return in, nil
}

// record cuts one row into fields, line by line. A quote counts only at the
// beginning of a field, so that Hebrew abbreviations (ח"כ) need no quoting.
type record struct {
	comma rune
	done  []string
	field strings.Builder
	// open is true inside a quoted field at the end of a line; broken when text follows a closing quote.
	open, broken bool
}

// feed takes the next line of the row.
func (r *record) feed(text string) {
	if r.open {
		r.field.WriteByte('\n')
	}
	start := !r.open
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case r.open && c == '"':
			switch {
			case strings.HasPrefix(text[i:], `"`):
				r.field.WriteByte('"')
				i++
			case i == len(text) || strings.HasPrefix(text[i:], string(r.comma)):
				r.open = false
			default:
				r.broken = true
				return
			}
		case r.open:
			r.field.WriteRune(c)
		case start && c == '"':
			r.open, start = true, false
		case c == r.comma:
			r.end()
			start = true
		default:
			r.field.WriteRune(c)
			start = false
		}
	}
	if !r.open {
		r.end()
	}
}

func (r *record) end() {
	r.done = append(r.done, r.field.String())
	r.field.Reset()
}
