package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// maxOpeningLine is longer than any line the export writes: a value is shorter
// than a body, its JSON at most six times as long.
const maxOpeningLine = 8 * MaxBody

// lineReader reads a file line by line without trusting its lengths.
type lineReader struct {
	r     *bufio.Reader
	close func() error
	limit int
	line  int
}

var (
	errLong   = errors.New("the line is longer than any that an export writes")
	errNoLine = errors.New("the last line does not end with a newline")
)

func (v *verifier) lines(name string, limit int) (*lineReader, bool) {
	rc, err := v.byName[name].Open()
	if err != nil {
		v.report.add(name, 0, 0, "The file cannot be unpacked.")
		return nil, false
	}
	return &lineReader{r: bufio.NewReaderSize(rc, limit+1), close: rc.Close, limit: limit}, true
}

// next gives a line without its newline; io.EOF after the last. The bytes live until the next call.
func (l *lineReader) next() ([]byte, error) {
	data, err := l.r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		l.line++
		return nil, errLong
	case errors.Is(err, io.EOF) && len(data) == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		l.line++
		return nil, errNoLine
	case err != nil:
		l.line++
		return nil, err
	}
	l.line++
	return data[:len(data)-1], nil
}

// entryPass is the one walk over entries.jsonl, with openings.jsonl beside it
// and record.html made anew on the way.
type entryPass struct {
	*verifier
	chain    chain
	openings *lineReader
	pending  *openingLine
	record   recordWriter
	page     hash.Hash
	// same says that the page has been made without a gap so far, so that it can be compared.
	same bool
}

func (v *verifier) readEntries() {
	entries, ok := v.lines(fileEntries, MaxBody+1)
	if !ok {
		return
	}
	defer func() { _ = entries.close() }()
	openings, ok := v.lines(fileOpenings, maxOpeningLine)
	if !ok {
		return
	}
	defer func() { _ = openings.close() }()
	page := sha256.New()
	p := &entryPass{verifier: v, openings: openings, record: recordWriter{w: page}, page: page}
	p.same = p.beginRecord()
	for {
		body, err := entries.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			v.report.add(fileEntries, entries.line, 0, "The entry cannot be read: %v.", err)
			return
		}
		p.same = p.entry(body, entries.line) && p.same
	}
	p.finish()
}

// beginRecord writes the page's head; false when the page cannot be compared.
func (p *entryPass) beginRecord() bool {
	m := p.manifest
	if p.signed == nil || len(m.Entries) == 0 {
		return false
	}
	h := recordHead{
		Origin: p.cp.Origin, Stream: m.Stream, Entries: int64(len(m.Entries)), Head: m.Entries[len(m.Entries)-1].Leaf,
		Size: p.cp.Size, Root: Hex(p.cp.Root), KeyID: p.report.KeyID,
	}
	return p.record.begin(h) == nil
}

// entry checks one line; false when the page can no longer be compared.
func (p *entryPass) entry(body []byte, line int) bool {
	leaf := LeafHash(body)
	e, err := ParseEntry(body)
	p.report.Entries = int64(line)
	if err != nil {
		p.report.add(fileEntries, line, p.chain.last.Seq+1, "%s", sentence(err))
		p.chain.count, p.chain.head, p.chain.last.Seq = p.chain.count+1, leaf, p.chain.last.Seq+1
		return false
	}
	ok := true
	say := func(text string) {
		ok = false
		p.report.add(fileEntries, line, e.Seq, "%s", text)
	}
	if line > len(p.manifest.Entries) {
		say("The manifest does not know this entry.")
		return false
	}
	want := p.manifest.Entries[line-1]
	for _, wrong := range p.chain.next(e, leaf) {
		say(wrong)
	}
	if ok && (want.Leaf != Hex(leaf) || want.Seq != e.Seq) {
		say("The entry was altered: the manifest has another hash or number here.")
	}
	if line == 1 {
		p.report.First, p.report.Stream = e.Time(), e.Stream
		if e.Stream != p.manifest.Stream {
			say("The entry belongs to another stream than the manifest names.")
		}
	}
	if p.signed != nil && e.Log != originLog(p.cp.Origin) {
		say("The entry belongs to another log than the checkpoint.")
	}
	p.report.Last, p.report.Head = e.Time(), Hex(leaf)
	p.proof(manifestEntry{Index: want.Index, Seq: e.Seq}, leaf)
	lines := p.opened(e)
	if !ok || p.signed == nil {
		return false
	}
	return p.record.entry(e, want.Index, leaf, lines) == nil
}

// opened takes the lines of openings.jsonl that belong to e.
func (p *entryPass) opened(e Entry) []openingLine {
	var lines []openingLine
	commitments := e.Commitments()
	withheld := len(commitments)
	for p.peek() && p.pending.Seq == e.Seq {
		l := *p.pending
		p.pending = nil
		if n := len(lines); n > 0 && lines[n-1].Field >= l.Field {
			p.report.add(fileOpenings, p.openings.line, e.Seq, "The openings of the entry are repeated or out of order.")
			continue
		}
		if wrong := l.check(commitments); wrong != "" {
			p.report.add(fileOpenings, p.openings.line, e.Seq, "%s", wrong)
			continue
		}
		lines = append(lines, l)
		withheld--
		if l.Value != nil {
			p.report.Opened++
		} else {
			p.report.Erased++
		}
	}
	p.report.Withheld += withheld
	return lines
}

// peek has the next opening ready in pending; a line that cannot be read is reported and passed over.
func (p *entryPass) peek() bool {
	for p.pending == nil {
		line, err := p.openings.next()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			p.report.add(fileOpenings, p.openings.line, 0, "The opening cannot be read: %v.", err)
			p.openings.r.Reset(bytes.NewReader(nil))
			return false
		}
		l, err := parseOpening(line)
		if err != nil {
			p.report.add(fileOpenings, p.openings.line, 0, "%s", sentence(err))
			continue
		}
		p.pending = &l
	}
	return true
}

// finish says what is missing at the ends, and compares the page.
func (p *entryPass) finish() {
	for _, wrong := range p.chain.end() {
		p.report.add(fileEntries, int(p.chain.count), p.chain.last.Seq, "%s", wrong)
	}
	if n := int64(len(p.manifest.Entries)); p.chain.count < n {
		p.report.add(fileEntries, 0, 0, "There are %d entries, the manifest lists %d: entries are missing.", p.chain.count, n)
	}
	for p.peek() {
		p.report.add(fileOpenings, p.openings.line, p.pending.Seq, "The opening belongs to no entry that it stands beside.")
		p.pending = nil
	}
	if !p.same || p.record.end() != nil {
		return
	}
	switch {
	case p.manifest.Texts != textsVersion:
		p.report.note("%s is of another version than this program makes and was not compared with the entries.", fileRecord)
	case hex.EncodeToString(p.page.Sum(nil)) != p.listed[fileRecord].SHA256:
		p.report.add(fileRecord, 0, 0, "The page does not say what the entries say.")
	}
}
