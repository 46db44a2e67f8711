package approval

import (
	"crypto/hmac"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// The limits on one-time codes, per link.
const (
	CodeDigits     = 8
	CodeLife       = 10 * time.Minute
	MaxCodeTries   = 5  // per code
	MaxCodeSends   = 5  // per 24 hours
	MaxWrongInAll  = 15 // over the link's life; then it is locked
	codeSendWindow = 24 * time.Hour
)

// CodeState is what is stored of a link's one-time codes. The functions here
// return the next state, which must be stored even beside an error: a wrong try
// that is forgotten is a free try. Store it under a compare-and-set, so that
// tries made at once are all counted.
type CodeState struct {
	// Kid and Hash belong to the code last sent; empty when none is valid.
	Kid       string
	Hash      []byte
	ExpiresAt time.Time
	// Tries counts wrong tries at that code.
	Tries int
	// Wrong counts wrong tries at all codes of the link; it never goes down.
	Wrong int
	// Sends counts codes sent since SendsFrom.
	Sends     int
	SendsFrom time.Time
	// Locked is final: the link must be set to LinkLocked with it.
	Locked bool
}

// IssueCode makes a new code for a link, which ends the one before. The code
// goes to the bound address and nowhere else; only its hash is in the state.
func IssueCode(keys KeyRing, linkID string, s CodeState, now time.Time, random io.Reader) (CodeState, string, error) {
	if s.Locked {
		return s, "", linkEnds[LinkLocked]
	}
	if now.Sub(s.SendsFrom) >= codeSendWindow {
		s.SendsFrom, s.Sends = now.UTC().Truncate(time.Microsecond), 0
	}
	if s.Sends >= MaxCodeSends {
		return s, "", fault.New(fault.RateLimited, "code_sends", "no more codes can be sent today").
			With("retry_at", s.SendsFrom.Add(codeSendWindow))
	}
	code, err := newCode(random)
	if err != nil {
		return s, "", err
	}
	s.Sends++
	s.Kid, s.Hash = keys.active.ID, codeHash(keys, keys.active.ID, linkID, code)
	s.ExpiresAt, s.Tries = now.Add(CodeLife).UTC().Truncate(time.Microsecond), 0
	return s, code, nil
}

// CheckCode tries a typed code. On success the code is spent. Spaces and hyphens
// are ignored; text that is no code at all is refused without costing a try.
func CheckCode(keys KeyRing, linkID string, s CodeState, typed string, now time.Time) (CodeState, error) {
	code, wellFormed := cleanCode(typed)
	switch {
	case s.Locked:
		return s, linkEnds[LinkLocked]
	case !wellFormed:
		return s, fault.New(fault.Invalid, "code_malformed", "the code has %d digits", CodeDigits)
	case len(s.Hash) == 0:
		return s, fault.New(fault.Conflict, "code_none", "no code is waiting: ask for one")
	case !now.Before(s.ExpiresAt):
		return s, fault.New(fault.Gone, "code_expired", "the code has expired: ask for a new one")
	case s.Tries >= MaxCodeTries:
		return s, fault.New(fault.RateLimited, "code_tries", "too many wrong tries: ask for a new code")
	}
	if hmac.Equal(s.Hash, codeHash(keys, s.Kid, linkID, code)) {
		s.Kid, s.Hash, s.ExpiresAt, s.Tries = "", nil, time.Time{}, 0
		return s, nil
	}
	s.Tries++
	s.Wrong++
	if s.Wrong >= MaxWrongInAll {
		s.Locked = true
		s.Kid, s.Hash = "", nil
		return s, linkEnds[LinkLocked]
	}
	return s, fault.New(fault.Invalid, "code_wrong", "the code is wrong").With("tries_left", MaxCodeTries-s.Tries)
}

// codeHash binds a code to its link, so another link's code is wrong here. A key
// that left the ring gives a hash that fits nothing.
func codeHash(keys KeyRing, kid, linkID, code string) []byte {
	key, ok := keys.derive(kid, codePurpose)
	if !ok {
		return nil
	}
	return macOf(key, codePurpose, kid, linkID, code)
}

// newCode draws evenly from all codes: numbers in the incomplete last run are drawn again.
func newCode(random io.Reader) (string, error) {
	const all = 100_000_000
	const fair = (1 << 32) / all * all
	for {
		var raw [4]byte
		if _, err := io.ReadFull(random, raw[:]); err != nil {
			return "", fault.New(fault.Internal, "random_failed", "no random bytes could be read").Because(err)
		}
		if n := binary.BigEndian.Uint32(raw[:]); n < fair {
			return fmt.Sprintf("%0*d", CodeDigits, n%all), nil
		}
	}
}

func cleanCode(typed string) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	code := strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(typed))
	if len(code) != CodeDigits || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}
