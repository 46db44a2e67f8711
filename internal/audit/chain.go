package audit

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// chain follows the entries of one stream and says what does not fit. Both the
// writer and the checker of a bundle use it, so no bundle is written that would
// not pass.
type chain struct {
	stream Stream
	log    string
	count  int64
	head   Hash // leaf of the last entry seen
	last   Entry
}

// next takes the entry that follows and returns one sentence for each thing wrong with it.
func (c *chain) next(e Entry, leaf Hash) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if c.count == 0 {
		c.stream, c.log = e.Stream, e.Log
		if !e.Stream.Chained() {
			say("The stream %s is not chained, so its completeness cannot be shown.", e.Stream)
		}
	}
	expected := c.last.Seq + 1
	switch {
	case e.Stream != c.stream:
		say("The entry belongs to stream %s, not to %s.", e.Stream, c.stream)
	case e.Log != c.log:
		say("The entry belongs to log %s, not to %s.", e.Log, c.log)
	case e.Seq > expected:
		say("Entry %d follows here where entry %d is expected: entries are missing or out of order.", e.Seq, expected)
	case e.Seq < expected:
		say("Entry %d stands here where entry %d is expected: entries are repeated or out of order.", e.Seq, expected)
	case e.Prev != Hex(c.head):
		say("The entry does not follow from the one before: it names another previous leaf.")
	}
	c.count, c.head, c.last = c.count+1, leaf, e
	return wrong
}

// end says what is wrong with the last entry: it must be the export itself.
func (c *chain) end() []string {
	switch {
	case c.count == 0:
		return []string{"There are no entries."}
	case c.last.Action != ExportCreated:
		return []string{fmt.Sprintf("The last entry is %s and not the export itself (%s): entries are missing at the end.", c.last.Action, ExportCreated)}
	}
	var entries, head string
	for _, ch := range c.last.Changes {
		switch ch.Field {
		case "entries":
			entries = string(ch.After)
		case "head":
			_ = json.Unmarshal(ch.After, &head) // a value of another kind leaves head empty, which is reported below
		}
	}
	if entries != strconv.FormatInt(c.last.Seq-1, 10) || head != c.last.Prev {
		return []string{"The export's own count and head do not agree with its place in the chain."}
	}
	return nil
}

// originLog is the id of the log that an origin line names.
func originLog(origin string) string { return origin[strings.LastIndexByte(origin, '/')+1:] }
