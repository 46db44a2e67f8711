package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// Duration is a time.Duration written as "15m", "4h" or "1h30m" in YAML and JSON.
type Duration time.Duration

// Std gives the standard type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String writes the duration without the zero parts that time.Duration adds.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes the duration as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration reads; never negative.
func (d *Duration) UnmarshalText(b []byte) error {
	p, err := time.ParseDuration(string(b))
	if err != nil || p < 0 {
		return fault.New(fault.Invalid, "duration_invalid", "%q is not a duration such as 15m or 4h.", string(b))
	}
	*d = Duration(p)
	return nil
}

// TaskKind says what a task is about, so that the console can open the right thing.
type TaskKind string

// TaskKinds lists the kinds; their words are in crisis.Labels group "task_kinds".
func TaskKinds() []TaskKind {
	return []TaskKind{
		"triage", "acknowledge", "scheduled", "assessment", "severity", "draft", "approval", "publication",
		"solution_steps", "handoff", "content_plan", "monitoring", "review", "lessons", "report", "check",
	}
}

// UnmarshalYAML reads the same and tells the line of a wrong value.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	if err := d.UnmarshalText([]byte(n.Value)); err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is not a duration such as 15m or 4h", n.Line, n.Value)}}
	}
	return nil
}

// Playbook is one version of a template.
type Playbook struct {
	ID         string      `yaml:"id" json:"id"`           // slug, the same in all versions
	Version    int         `yaml:"version" json:"version"` // from 1
	Name       crisis.Text `yaml:"name" json:"name"`
	Stages     []Stage     `yaml:"stages" json:"stages"` // all five, in order
	Clocks     []Clock     `yaml:"clocks" json:"clocks"`
	Approvals  []Policy    `yaml:"approvals" json:"approvals"` // one for each severity
	Escalation Escalation  `yaml:"escalation" json:"escalation"`
	Statements []Statement `yaml:"holding_statements" json:"holding_statements"`
	Reviews    []int       `yaml:"reviews" json:"reviews"` // days after resolution
}

// Stage is the work of one stage.
type Stage struct {
	Stage crisis.Stage `yaml:"stage" json:"stage"`
	Tasks []Task       `yaml:"tasks" json:"tasks"`
}

// Task is one step of a stage.
type Task struct {
	ID        string      `yaml:"id" json:"id"` // slug, unique in the playbook
	Kind      TaskKind    `yaml:"kind" json:"kind"`
	Title     crisis.Text `yaml:"title" json:"title"`
	Help      crisis.Text `yaml:"help" json:"help"`
	Required  bool        `yaml:"required" json:"required"`
	Role      crisis.Role `yaml:"role" json:"role"`             // who does it unless somebody is named
	Due       Duration    `yaml:"due" json:"due"`               // after the stage is entered; zero for none
	BlockedBy []string    `yaml:"blocked_by" json:"blocked_by"` // task ids of this or an earlier stage
}

// Budgets are a clock's time by severity; zero means no such clock there.
type Budgets struct {
	S1 Duration `yaml:"s1" json:"s1"`
	S2 Duration `yaml:"s2" json:"s2"`
	S3 Duration `yaml:"s3" json:"s3"`
	S4 Duration `yaml:"s4" json:"s4"`
}

// At gives the budget at a severity; zero for none.
func (b Budgets) At(s crisis.Severity) time.Duration {
	switch s {
	case crisis.S1:
		return b.S1.Std()
	case crisis.S2:
		return b.S2.Std()
	case crisis.S3:
		return b.S3.Std()
	case crisis.S4:
		return b.S4.Std()
	}
	return 0
}

// Clock is a clock that a crisis starts.
type Clock struct {
	Kind     clock.Kind   `yaml:"kind" json:"kind"`
	Stage    crisis.Stage `yaml:"stage" json:"stage"`       // the stage that shows it and starts it
	Calendar bool         `yaml:"calendar" json:"calendar"` // counts working time only; severity 1 never does
	Budget   Budgets      `yaml:"budget" json:"budget"`
}

// Rule says how many of a round's people must approve.
type Rule string

// The rules.
const (
	Any  Rule = "any"
	All  Rule = "all"
	KofN Rule = "k_of_n"
)

// Rules lists them all.
func Rules() []Rule { return []Rule{Any, All, KofN} }

// Round is one step of an approval. Several parties in one round are asked at
// the same time, and the rule counts them together.
type Round struct {
	Parties []crisis.Party `yaml:"parties" json:"parties"`
	Rule    Rule           `yaml:"rule" json:"rule"`
	Count   int            `yaml:"count" json:"count,omitempty"` // k of k_of_n, otherwise 0
}

// Policy is the ordered rounds of a severity.
type Policy struct {
	Severity crisis.Severity `yaml:"severity" json:"severity"`
	Rounds   []Round         `yaml:"rounds" json:"rounds"`
}

// Escalation is the ladder that a breach climbs.
type Escalation struct {
	// AckExpires is how long "I have seen it" keeps the ladder still before it asks again.
	AckExpires Duration `yaml:"ack_expires" json:"ack_expires"`
	Steps      []Step   `yaml:"steps" json:"steps"`
}

// Step tells people of one role, some time after the breach.
type Step struct {
	After  Duration    `yaml:"after" json:"after"` // since the breach, growing from step to step
	Role   crisis.Role `yaml:"role" json:"role"`
	Repeat int         `yaml:"repeat" json:"repeat"` // how many times more
	Every  Duration    `yaml:"every" json:"every"`   // between repeats
}

// Statement is a text approved in advance for the first minutes.
type Statement struct {
	ID         string            `yaml:"id" json:"id"`
	Title      crisis.Text       `yaml:"title" json:"title"`
	Text       crisis.Text       `yaml:"text" json:"text"`
	Severities []crisis.Severity `yaml:"severities" json:"severities"`
}

// Tasks gives the tasks of a stage.
func (p Playbook) Tasks(s crisis.Stage) []Task {
	for _, st := range p.Stages {
		if st.Stage == s {
			return st.Tasks
		}
	}
	return nil
}

// Task finds a task and its stage by id.
func (p Playbook) Task(id string) (Task, crisis.Stage, bool) {
	for _, st := range p.Stages {
		if i := slices.IndexFunc(st.Tasks, func(t Task) bool { return t.ID == id }); i >= 0 {
			return st.Tasks[i], st.Stage, true
		}
	}
	return Task{}, "", false
}

// Rounds gives the approval rounds at a severity.
func (p Playbook) Rounds(s crisis.Severity) []Round {
	for _, a := range p.Approvals {
		if a.Severity == s {
			return a.Rounds
		}
	}
	return nil
}

// ClockSpec is what a clock needs to start at a severity.
type ClockSpec struct {
	Kind    clock.Kind
	Budget  time.Duration
	Follows bool // the client's calendar
}

// Clock gives a clock's budget at a severity; ok is false when the playbook has
// no such clock there.
func (p Playbook) Clock(k clock.Kind, s crisis.Severity) (spec ClockSpec, ok bool) {
	for _, c := range p.Clocks {
		if b := c.Budget.At(s); c.Kind == k && b > 0 {
			return ClockSpec{Kind: k, Budget: b, Follows: c.Calendar && s.FollowsCalendar()}, true
		}
	}
	return ClockSpec{}, false
}

// StatementsFor gives the holding statements that fit a severity.
func (p Playbook) StatementsFor(s crisis.Severity) []Statement {
	var out []Statement
	for _, st := range p.Statements {
		if slices.Contains(st.Severities, s) {
			out = append(out, st)
		}
	}
	return out
}

// Hash gives the SHA-256 of what the playbook says, in hex: comments, order of
// keys and spacing of the YAML do not change it.
func (p Playbook) Hash() string {
	b, err := json.Marshal(p)
	if err != nil {
		panic("playbook: " + err.Error()) // every field is a plain value: it cannot fail
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
