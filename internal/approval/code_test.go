package approval

import (
	"bytes"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

var codeStart = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// codeRoom is one link's codes with the state stored after each step.
type codeRoom struct {
	t     *testing.T
	keys  KeyRing
	link  string
	state CodeState
	rnd   *rand.Rand
}

func newCodeRoom(t *testing.T) *codeRoom {
	return &codeRoom{t: t, keys: ring(t, Key{"k1", root(0)}), link: facts(t).LinkID, rnd: rand.New(rand.NewSource(7))}
}

func (c *codeRoom) issue(now time.Time) string {
	c.t.Helper()
	next, code, err := IssueCode(c.keys, c.link, c.state, now, c.rnd)
	if err != nil {
		c.t.Fatal(err)
	}
	c.state = next
	return code
}

func (c *codeRoom) try(code string, now time.Time) error {
	next, err := CheckCode(c.keys, c.link, c.state, code, now)
	c.state = next
	return err
}

// wrong gives a well-formed code that is not code.
func wrong(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func (c *codeRoom) want(err error, code string) {
	c.t.Helper()
	if (code == "") != (err == nil) || (code != "" && !fault.Is(err, code)) {
		c.t.Fatalf("got %v, want %q", err, code)
	}
}

func TestCodeRightOnceOnly(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	if len(code) != CodeDigits || strings.Trim(code, "0123456789") != "" {
		t.Fatalf("code %q", code)
	}
	if bytes.Contains(c.state.Hash, []byte(code)) {
		t.Fatal("the state holds the code")
	}
	c.want(c.try(" "+code[:4]+"-"+code[4:]+" ", codeStart.Add(CodeLife-time.Second)), "")
	c.want(c.try(code, codeStart.Add(time.Minute)), "code_none")
}

func TestCodeExpires(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	c.want(c.try(code, codeStart.Add(CodeLife)), "code_expired")
}

func TestCodeSixthTry(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	for range MaxCodeTries {
		c.want(c.try(wrong(code), codeStart), "code_wrong")
	}
	c.want(c.try(code, codeStart), "code_tries")
	if c.state.Wrong != MaxCodeTries {
		t.Fatalf("wrong = %d", c.state.Wrong)
	}
}

func TestCodeOldOneAfterResend(t *testing.T) {
	c := newCodeRoom(t)
	old := c.issue(codeStart)
	fresh := c.issue(codeStart)
	c.want(c.try(old, codeStart), "code_wrong")
	c.want(c.try(fresh, codeStart), "")
}

func TestCodeOfAnotherLink(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	_, err := CheckCode(c.keys, "another-link", c.state, code, codeStart)
	c.want(err, "code_wrong")
}

func TestCodeLocksAfterFifteenWrong(t *testing.T) {
	c := newCodeRoom(t)
	for n := 1; n <= MaxWrongInAll; {
		code := c.issue(codeStart)
		for range MaxCodeTries {
			want := "code_wrong"
			if n == MaxWrongInAll {
				want = "link_locked"
			}
			c.want(c.try(wrong(code), codeStart), want)
			n++
		}
	}
	if !c.state.Locked || len(c.state.Hash) != 0 {
		t.Fatalf("state %+v", c.state)
	}
	_, _, err := IssueCode(c.keys, c.link, c.state, codeStart.Add(48*time.Hour), c.rnd)
	c.want(err, "link_locked")
	c.want(c.try("12345678", codeStart), "link_locked")
}

func TestCodeRightDoesNotForgiveWrong(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	c.want(c.try(wrong(code), codeStart), "code_wrong")
	c.want(c.try(code, codeStart), "")
	if c.state.Wrong != 1 {
		t.Fatalf("wrong = %d", c.state.Wrong)
	}
}

func TestCodeSendFlood(t *testing.T) {
	c := newCodeRoom(t)
	for range MaxCodeSends {
		c.issue(codeStart)
	}
	before := c.state
	next, code, err := IssueCode(c.keys, c.link, c.state, codeStart.Add(23*time.Hour), c.rnd)
	c.want(err, "code_sends")
	if code != "" || next.Sends != before.Sends || !bytes.Equal(next.Hash, before.Hash) {
		t.Fatal("a refused send changed the state")
	}
	// A clock that steps back does not open a new day.
	_, _, err = IssueCode(c.keys, c.link, c.state, codeStart.Add(-48*time.Hour), c.rnd)
	c.want(err, "code_sends")
	c.issue(codeStart.Add(24 * time.Hour))
}

func TestCodeNonsenseCostsNothing(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	for _, typed := range []string{"", "1234567", "123456789", "1234567x", "١٢٣٤٥٦٧٨", strings.Repeat("1", 10_000), "\x00" + code} {
		c.want(c.try(typed, codeStart), "code_malformed")
	}
	if c.state.Tries != 0 {
		t.Fatalf("tries = %d", c.state.Tries)
	}
	c.want(c.try(code, codeStart), "")
}

func TestCodeOfDroppedKey(t *testing.T) {
	c := newCodeRoom(t)
	code := c.issue(codeStart)
	c.keys = ring(t, Key{"k2", root(50)})
	c.want(c.try(code, codeStart), "code_wrong")
}

func TestCodeDrawsAgainFromIncompleteRun(t *testing.T) {
	code, err := newCode(bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 42}))
	if err != nil || code != "00000042" {
		t.Fatalf("got %q, %v", code, err)
	}
	if _, err := newCode(bytes.NewReader(nil)); err == nil {
		t.Fatal("a code without randomness")
	}
}
