package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// instant is an optional time: nil when it has not come yet.
func instant(a store.At) *time.Time {
	if a.IsZero() {
		return nil
	}
	t := a.Time
	return &t
}

// deref gives the value of an optional field, or the zero value.
func deref[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// each turns rows into what the API shows of them.
func each[A, B any](rows []A, view func(A) B) []B {
	out := make([]B, 0, len(rows))
	for _, r := range rows {
		out = append(out, view(r))
	}
	return out
}

// revision reads an If-Match header; 0 means that none was given.
func revision(header string) (int64, error) {
	header = strings.Trim(strings.TrimPrefix(strings.TrimSpace(header), "W/"), `"`)
	if header == "" || header == "*" {
		return 0, nil
	}
	var n int64
	for _, r := range header {
		if r < '0' || r > '9' || n > 1<<50 {
			return 0, fault.New(fault.Invalid, "if_match", "The If-Match header is not a revision that this server gave.").
				WithFields(fault.Field{Location: "header.If-Match", Message: "is not a revision"})
		}
		n = n*10 + int64(r-'0')
	}
	return n, nil
}

// etag is the header's form of a revision.
func etag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

// put replaces a value when there is a new one.
func put[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
