package workflows

import (
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/playbook"
)

// CrisisState is everything a crisis workflow knows; a continue-as-new hands it
// on whole.
type CrisisState struct {
	// Now is the position as the database last told it.
	Now CrisisNow `json:"now"`
	// Run is the row's count of beginnings.
	Run int64 `json:"run"`
	// Calendar is the client's working time, as of the last load.
	Calendar clock.Config `json:"calendar"`
	// Specs are the playbook's clocks, Escalation its ladder.
	Specs      []playbook.Clock    `json:"specs"`
	Escalation playbook.Escalation `json:"escalation"`
	// Clocks are this wave's, ended ones included.
	Clocks []clock.Clock `json:"clocks,omitempty"`
	// Cancelled are kinds that were left and must not start again in this wave.
	Cancelled []clock.Kind `json:"cancelled,omitempty"`
	// Ladders are the escalations that nobody has ended yet.
	Ladders []Ladder `json:"ladders,omitempty"`
	// Inbox are facts that were received and not applied yet.
	Inbox []Fact `json:"inbox,omitempty"`
	// Seen are the ids of the latest facts, so that none is applied twice.
	Seen []string `json:"seen,omitempty"`
	// Done are the latest commands with their answers: the engine forgets update
	// ids at a continue-as-new.
	Done []DoneCommand `json:"done,omitempty"`
}

// DoneCommand is the answer that a command got.
type DoneCommand struct {
	ID     string        `json:"id"`
	Result CommandResult `json:"result"`
}

// How many facts and commands are remembered.
const (
	rememberFacts    = 256
	rememberCommands = 64
)

// stateOf makes the state of a plan; what was received meanwhile is kept.
func stateOf(p CrisisPlan, inbox []Fact, seen []string, done []DoneCommand) CrisisState {
	s := CrisisState{Now: p.Now, Run: p.Run, Calendar: p.Calendar, Specs: p.Clocks, Escalation: p.Escalation,
		Clocks: p.Stored, Cancelled: p.Cancelled, Inbox: inbox, Seen: seen, Done: done}
	for _, c := range s.Clocks {
		if c.State == clock.Breached && s.matters(c.Kind) {
			s.Ladders = append(s.Ladders, begin(c, s.Escalation))
		}
	}
	return s
}

// first reports whether a fact was not seen before, and remembers it.
func (s *CrisisState) first(id string) bool {
	if id == "" || slices.Contains(s.Seen, id) {
		return id == ""
	}
	s.Seen = append(s.Seen, id)
	s.Seen = s.Seen[max(0, len(s.Seen)-rememberFacts):]
	return true
}

// answer finds what a command was answered before.
func (s *CrisisState) answer(id string) (CommandResult, bool) {
	i := slices.IndexFunc(s.Done, func(d DoneCommand) bool { return d.ID == id })
	if i < 0 {
		return CommandResult{}, false
	}
	return s.Done[i].Result, true
}

func (s *CrisisState) remember(id string) CommandResult {
	r := CommandResult{Stage: s.Now.Stage, Severity: s.Now.Severity, Status: s.Now.Status, Wave: s.Now.Wave}
	s.Done = append(s.Done, DoneCommand{id, r})
	s.Done = s.Done[max(0, len(s.Done)-rememberCommands):]
	return r
}

func (s *CrisisState) moved() Moved {
	return Moved{Stage: s.Now.Stage, Severity: s.Now.Severity, Status: s.Now.Status, By: s.Now.MovedBy, At: s.Now.MovedAt}
}

func (s *CrisisState) position() crisis.Position {
	return crisis.Position{Status: s.Now.Status, Stage: s.Now.Stage, Wave: s.Now.Wave}
}

// clock finds a clock of this wave; nil when there is none.
func (s *CrisisState) clock(k clock.Kind) *clock.Clock {
	i := slices.IndexFunc(s.Clocks, func(c clock.Clock) bool { return c.Kind == k })
	if i < 0 {
		return nil
	}
	return &s.Clocks[i]
}

// stageOf is the stage that a clock belongs to.
func (s *CrisisState) stageOf(k clock.Kind) crisis.Stage {
	for _, spec := range s.Specs {
		if spec.Kind == k {
			return spec.Stage
		}
	}
	return crisis.Sustain
}

// matters reports whether a clock's stage has not been passed yet.
func (s *CrisisState) matters(k clock.Kind) bool {
	return s.Now.Status == crisis.Open && s.stageOf(k).Number() >= s.Now.Stage.Number()
}

func (s *CrisisState) dropLadder(k clock.Kind) {
	s.Ladders = slices.DeleteFunc(s.Ladders, func(l Ladder) bool { return l.Kind == k })
}

// nextAt is the next instant at which time itself does something, and what.
func (s *CrisisState) nextAt() (at time.Time, what string) {
	consider := func(t time.Time, name string) {
		if at.IsZero() || t.Before(at) {
			at, what = t, name
		}
	}
	if s.Now.Status != crisis.Open {
		return at, what
	}
	for _, c := range s.Clocks {
		if e, t, ok := c.NextEvent(); ok {
			consider(t, string(c.Kind)+" "+string(e))
		}
	}
	for _, l := range s.Ladders {
		consider(l.NextAt, "escalate "+string(l.Kind))
	}
	for _, r := range s.Now.Reviews {
		if !r.Decided {
			consider(r.remindAt(), "review")
		}
	}
	return at, what
}
