package audit

import (
	"fmt"
	"strings"
	"time"
)

// maxProblems is how many problems a report lists; a broken bundle has one cause and thousands of symptoms.
const maxProblems = 100

// Problem is one thing that does not hold.
type Problem struct {
	// File is the name inside the bundle; empty when it concerns the archive itself.
	File string
	// Line is counted from 1; 0 when it concerns the whole file.
	Line int
	// Seq is the entry's number in its stream; 0 when no entry is concerned.
	Seq int64
	// Text is one English sentence.
	Text string
}

// String puts the place before the sentence.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, " line %d", p.Line)
	}
	if p.Seq > 0 {
		fmt.Fprintf(&b, " (entry %d)", p.Seq)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Report is what Verify found.
type Report struct {
	// Problems is empty when everything holds; the first is the first bad place.
	Problems []Problem
	// More counts the problems beyond those listed.
	More int
	// Notes say what was not or could not be checked.
	Notes []string

	Origin string
	Stream Stream
	// Entries counts the lines of entries.jsonl that were read.
	Entries int64
	// First and Last are the moments of the first and the last entry, UTC.
	First, Last time.Time
	// Head is the leaf of the last entry, in hex.
	Head string
	// TreeSize and Root are the checkpoint's.
	TreeSize int64
	Root     string
	// KeyID names the key that signed the checkpoint.
	KeyID string
	// Pinned says that the key was the caller's own and not merely the bundle's.
	Pinned bool
	// Opened, Erased and Withheld count the committed values by what became of them.
	Opened, Erased, Withheld int
	// ConsistentFrom is the size of the earlier export's tree that this one was shown to extend; 0 for none.
	ConsistentFrom int64
}

// OK reports whether everything holds.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) add(file string, line int, seq int64, format string, args ...any) {
	if len(r.Problems) >= maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, Problem{File: file, Line: line, Seq: seq, Text: fmt.Sprintf(format, args...)})
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Summary is what to print, several lines.
func (r *Report) Summary() string {
	var b strings.Builder
	if !r.OK() {
		fmt.Fprintf(&b, "NOT VALID: %s\n", r.Problems[0])
		for _, p := range r.Problems[1:] {
			fmt.Fprintf(&b, "           %s\n", p)
		}
		if r.More > 0 {
			fmt.Fprintf(&b, "           and %d more.\n", r.More)
		}
	} else {
		fmt.Fprintf(&b, "VALID: %d entries of %s, complete to the export itself\n", r.Entries, r.Stream)
		fmt.Fprintf(&b, "time   %s to %s\n", r.First.Format(time.RFC3339), r.Last.Format(time.RFC3339))
		fmt.Fprintf(&b, "head   %s\n", r.Head)
		fmt.Fprintf(&b, "log    %s, %d entries, root %s\n", r.Origin, r.TreeSize, r.Root)
		from := "taken from the bundle: compare it with one you got another way"
		if r.Pinned {
			from = "the one you gave"
		}
		fmt.Fprintf(&b, "key    %s (%s)\n", r.KeyID, from)
		fmt.Fprintf(&b, "values %d opened, %d withheld, %d erased\n", r.Opened, r.Withheld, r.Erased)
		if r.ConsistentFrom > 0 {
			fmt.Fprintf(&b, "since  the log only grew from its %d entries at the earlier export\n", r.ConsistentFrom)
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note   %s\n", n)
	}
	return b.String()
}
