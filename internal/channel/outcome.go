package channel

import "time"

// Status says what is known about a post after a call.
type Status string

// What a caller knows, and what it should do.
const (
	// Published: it is out, at URL.
	Published Status = "published"
	// Refused: it is not out and the same call will not bring it out; a person must act.
	Refused Status = "refused"
	// Unsent: this call published nothing; it may be made again after RetryAfter.
	Unsent Status = "unsent"
	// Unknown: it may or may not be out. Look it up before anything else.
	Unknown Status = "unknown"
	// Absent: answered by a look-up only: it is not there now.
	Absent Status = "absent"
)

// Outcome is what came of publishing or looking up one post.
type Outcome struct {
	Status Status
	// URI and CID identify the published record; URL is its page for people.
	URI, CID, URL string
	// Code is stable snake_case, such as "login_refused"; empty when Published.
	Code string
	// Reason is one sentence for people, without secrets; it may quote the platform.
	Reason string
	// RetryAfter is how long the platform asks to wait; zero when it does not say.
	RetryAfter time.Duration
}

func refused(code, reason string) Outcome {
	return Outcome{Status: Refused, Code: code, Reason: reason}
}
func unsent(code, reason string) Outcome { return Outcome{Status: Unsent, Code: code, Reason: reason} }
func unknown(code, reason string) Outcome {
	return Outcome{Status: Unknown, Code: code, Reason: reason}
}
