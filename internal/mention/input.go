package mention

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/fault"
)

// Input is one mention as a source gives it, before anything is checked.
type Input struct {
	ExternalID      string `json:"external_id,omitempty"`
	Platform        string `json:"platform"`
	Kind            string `json:"kind,omitempty"`
	AuthorHandle    string `json:"author_handle,omitempty"`
	AuthorName      string `json:"author_name,omitempty"`
	AuthorFollowers int64  `json:"author_followers,omitempty"`
	Text            string `json:"text"`
	URL             string `json:"url,omitempty"`
	Title           string `json:"title,omitempty"`
	// Language is a code such as "he"; empty means that it is found from the script.
	Language string `json:"language,omitempty"`
	// PublishedAt is RFC 3339 with a zone.
	PublishedAt      string   `json:"published_at"`
	Reach            int64    `json:"reach,omitempty"`
	Engagement       int64    `json:"engagement,omitempty"`
	Rating           *float64 `json:"rating,omitempty"`
	ParentExternalID string   `json:"parent_external_id,omitempty"`
	// Sentiment is the source's own judgement; see sentiment.ParseLabel.
	Sentiment string `json:"sentiment,omitempty"`
	GroupName string `json:"group_name,omitempty"`
	// Raw is the payload this was read from, valid JSON or nil.
	Raw json.RawMessage `json:"-"`
}

// MaxBatch is how many mentions one call may carry.
const MaxBatch = 1000

// ParseBatch reads the body of an inbound call: one object, an array of them, or
// {"mentions": [...]}. It refuses the whole body with bad_encoding (not UTF-8),
// bad_json, empty_batch or too_many_mentions; each mention still has to go
// through Normalise.
func ParseBatch(body []byte) ([]Input, error) {
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Unsupported, "bad_encoding", "The body is not valid UTF-8. Send JSON in UTF-8.")
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	var items []json.RawMessage
	switch {
	case len(body) == 0:
		return nil, fault.New(fault.Invalid, "empty_batch", "The body is empty. Send at least one mention.")
	case body[0] == '[':
		if err := json.Unmarshal(body, &items); err != nil {
			return nil, badJSON(err)
		}
	default:
		var wrapped struct {
			Mentions *[]json.RawMessage `json:"mentions"`
		}
		if err := json.Unmarshal(body, &wrapped); err != nil {
			return nil, badJSON(err)
		}
		items = []json.RawMessage{body}
		if wrapped.Mentions != nil {
			items = *wrapped.Mentions
		}
	}
	if len(items) == 0 {
		return nil, fault.New(fault.Invalid, "empty_batch", "The batch is empty. Send at least one mention.")
	}
	if len(items) > MaxBatch {
		return nil, fault.New(fault.TooLarge, "too_many_mentions", "%d mentions in one call; at most %d are taken. Split the batch.", len(items), MaxBatch)
	}
	out := make([]Input, len(items))
	for i, item := range items {
		in, err := decode(item)
		if err != nil {
			return nil, err.With("index", i)
		}
		out[i] = in
	}
	return out, nil
}

// decode reads one JSON object and keeps a compact copy of it as Raw.
func decode(item []byte) (Input, *fault.Error) {
	var in Input
	if trimmed := bytes.TrimSpace(item); len(trimmed) == 0 || trimmed[0] != '{' {
		return in, fault.New(fault.Invalid, "bad_json", "A mention must be a JSON object.")
	}
	if err := json.Unmarshal(item, &in); err != nil {
		return in, badJSON(err)
	}
	var raw bytes.Buffer
	if err := json.Compact(&raw, item); err != nil {
		return in, badJSON(err)
	}
	in.Raw = raw.Bytes()
	return in, nil
}

func badJSON(err error) *fault.Error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fault.New(fault.Invalid, "bad_json", "The field %q has the wrong type: a JSON %s does not fit.", wrong.Field, wrong.Value).
			WithFields(fault.Field{Location: wrong.Field, Message: "wrong type", Code: "bad_type"}).Because(err)
	}
	return fault.New(fault.Invalid, "bad_json", "The body is not valid JSON.").Because(err)
}
