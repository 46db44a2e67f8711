package mention

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/migdalor/migdalor/internal/fault"
)

// maxLine is the longest line of a file that is read, in bytes of UTF-8.
const maxLine = 1 << 20

// Row is one row of a file: an input, or what is wrong with it.
type Row struct {
	// Line is where the row begins, counted from 1.
	Line  int
	Input Input
	// Err is nil, or a fault that says what is wrong with this row.
	Err error
	// Fatal is true when the file as a whole cannot be read further; no row follows.
	Fatal bool
}

// line is one line of a file, without its end.
type line struct {
	number int
	text   string
	err    *fault.Error
}

// lines reads a file line by line in constant memory.
type lines struct {
	r      *bufio.Reader
	number int
	// lossy is true when the decoder marks what it cannot read by U+FFFD.
	lossy bool
}

// newLines decodes r as the profile says. Without a named encoding it refuses
// what is plainly UTF-16.
func newLines(r io.Reader, encodingName string) (*lines, *fault.Error) {
	dec, ok := decoder(encodingName)
	if !ok {
		return nil, fault.New(fault.Unsupported, "unknown_encoding", "The encoding %.40q is not known.", encodingName)
	}
	if dec != nil {
		return &lines{r: bufio.NewReaderSize(dec.Reader(r), 64<<10), lossy: true}, nil
	}
	b := bufio.NewReaderSize(r, 64<<10)
	head, _ := b.Peek(64)
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) || bytes.Count(head, []byte{0}) > len(head)/4 && len(head) > 0 {
		return nil, fault.New(fault.Unsupported, "bad_encoding", "Line 1: the file looks like UTF-16, not UTF-8. Choose the profile \"spreadsheet\" or save it as UTF-8.")
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		if _, err := b.Discard(3); err != nil {
			return nil, unreadable(err)
		}
	}
	return &lines{r: b}, nil
}

func decoder(name string) (*encoding.Decoder, bool) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return nil, true
	case "utf-16", "utf16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), true
	case "windows-1255", "cp1255":
		return charmap.Windows1255.NewDecoder(), true
	case "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder(), true
	case "iso-8859-8":
		return charmap.ISO8859_8.NewDecoder(), true
	}
	return nil, false
}

func unreadable(err error) *fault.Error {
	return fault.New(fault.Unavailable, "file_unreadable", "The file could not be read to its end.").Because(err)
}

// next gives the next line. io.EOF ends the file; another error is fatal. A line
// that is too long or not in the right encoding is given with its err set.
func (l *lines) next() (line, error) {
	var buf []byte
	tooLong := false
	for {
		part, err := l.r.ReadSlice('\n')
		if len(buf)+len(part) > maxLine {
			tooLong, buf = true, buf[:0]
		}
		if !tooLong {
			buf = append(buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(buf) == 0 && !tooLong) {
			return line{number: l.number + 1}, err
		}
		break
	}
	l.number++
	out := line{number: l.number, text: string(bytes.TrimRight(buf, "\r\n"))}
	switch {
	case tooLong:
		out.err = fault.New(fault.TooLarge, "row_too_long", "Line %d is longer than %d bytes.", l.number, maxLine)
	case !utf8.ValidString(out.text):
		out.err = fault.New(fault.Unsupported, "bad_encoding", "Line %d is not valid UTF-8. Choose the profile with the right encoding.", l.number)
	case l.lossy && strings.ContainsRune(out.text, utf8.RuneError):
		out.err = fault.New(fault.Unsupported, "bad_encoding", "Line %d has characters that do not exist in the chosen encoding.", l.number)
	}
	return out, nil
}
