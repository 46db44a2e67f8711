package workflows

import (
	"cmp"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/playbook"
)

// Ladder is how far the escalation of one breached clock has gone.
type Ladder struct {
	Kind       clock.Kind `json:"kind"`
	BreachedAt time.Time  `json:"breached_at"`
	// Next is the number of the next asking, from 0; NextAt is when it is due.
	Next   int       `json:"next"`
	NextAt time.Time `json:"next_at"`
}

// asking is one line of a ladder laid out in time.
type asking struct {
	after time.Duration // since the breach
	step  int           // from 1
	role  crisis.Role
}

// widest is the longest pause between askings once the ladder is climbed.
const widest = 24 * time.Hour

// layOut puts the ladder's steps and their repeats in order of time.
func layOut(e playbook.Escalation) []asking {
	var out []asking
	for i, s := range e.Steps {
		for n := 0; n <= s.Repeat; n++ {
			out = append(out, asking{s.After.Std() + time.Duration(n)*s.Every.Std(), i + 1, s.Role})
		}
	}
	slices.SortStableFunc(out, func(a, b asking) int { return cmp.Compare(a.after, b.after) })
	return out
}

// askingAt gives the n-th asking. After the last step its role is asked again
// on a widening schedule: silence never ends a ladder, somebody does.
func askingAt(e playbook.Escalation, n int) asking {
	laid := layOut(e)
	if len(laid) == 0 {
		return asking{after: time.Duration(n) * widest, step: 1, role: crisis.RoleAccountManager}
	}
	if n < len(laid) {
		return laid[n]
	}
	last := laid[len(laid)-1]
	pause := max(e.Steps[last.step-1].Every.Std(), time.Minute)
	for range n - len(laid) + 1 {
		pause = min(2*pause, widest)
		last.after += pause
	}
	return last
}

// begin starts the ladder of a clock that has just run out.
func begin(c clock.Clock, e playbook.Escalation) Ladder {
	at := *c.BreachedAt
	return Ladder{Kind: c.Kind, BreachedAt: at, NextAt: at.Add(askingAt(e, 0).after)}
}

// due gives the asking to make now: the latest of those whose time has come, so
// that a ladder that was held, or slept through, asks once and not five times.
func (l Ladder) due(e playbook.Escalation, now time.Time) (n int, a asking) {
	n = l.Next
	for !l.BreachedAt.Add(askingAt(e, n+1).after).After(now) {
		n++
	}
	return n, askingAt(e, n)
}

// asked moves the ladder on after asking n.
func (l *Ladder) asked(e playbook.Escalation, n int) {
	l.Next = n + 1
	l.NextAt = l.BreachedAt.Add(askingAt(e, l.Next).after)
}

// hold keeps the ladder still until an acknowledgement expires.
func (l *Ladder) hold(until time.Time) { l.NextAt = later(l.NextAt, until) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
