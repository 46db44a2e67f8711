package playbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// MaxReviewDays is the furthest review after resolution.
const MaxReviewDays = 730

var slug = regexp.MustCompile(`^[a-z0-9]+(?:[-_][a-z0-9]+)*$`)

// checker gathers everything that is wrong with a playbook, with source lines.
type checker struct {
	root *yaml.Node
	bad  []fault.Field
}

// path is where a value stands in the document: keys and indexes.
type path []any

func (p path) and(more ...any) path { return append(slices.Clip(slices.Clone(p)), more...) }

// fail adds a problem unless ok.
func (c *checker) fail(ok bool, where path, code, format string, args ...any) {
	if !ok {
		c.bad = append(c.bad, fault.Field{Location: at(line(c.root, where...)), Message: fmt.Sprintf(format, args...), Code: code})
	}
}

func (c *checker) check(p Playbook) {
	c.fail(slug.MatchString(p.ID), path{"id"}, "id_invalid", "The id %q is not a slug of small letters and digits.", p.ID)
	c.fail(p.Version >= 1, path{"version"}, "version_invalid", "The version is a number from 1.")
	c.text(p.Name, path{"name"})
	c.stages(p)
	c.clocks(p)
	c.approvals(p)
	c.escalation(p)
	c.statements(p)
	c.reviews(p)
}

// text wants a phrase in both languages.
func (c *checker) text(t crisis.Text, where path) {
	c.fail(strings.TrimSpace(t.He) != "", where, "language_missing", "The Hebrew text (he) is missing.")
	c.fail(strings.TrimSpace(t.En) != "", where, "language_missing", "The English text (en) is missing.")
}

func (c *checker) role(r crisis.Role, where path) {
	c.fail(slices.Contains(crisis.Roles(), r), where, "unknown_role", "%q is not a role.", string(r))
}

func (c *checker) stages(p Playbook) {
	order := make([]crisis.Stage, 0, len(p.Stages))
	known := make(map[string]int) // task id → number of its stage
	for i, st := range p.Stages {
		where := path{"stages", i}
		c.fail(st.Stage.Valid(), where.and("stage"), "unknown_stage", "%q is not a stage.", string(st.Stage))
		order = append(order, st.Stage)
		for j, t := range st.Tasks {
			tw := where.and("tasks", j)
			c.fail(slug.MatchString(t.ID), tw.and("id"), "id_invalid", "The task id %q is not a slug of small letters and digits.", t.ID)
			_, twice := known[t.ID]
			c.fail(!twice, tw.and("id"), "duplicate_id", "The task id %q is used twice.", t.ID)
			known[t.ID] = i
			c.fail(slices.Contains(TaskKinds(), t.Kind), tw.and("kind"), "unknown_task_kind", "%q is not a kind of task.", string(t.Kind))
			c.text(t.Title, tw.and("title"))
			c.text(t.Help, tw.and("help"))
			c.role(t.Role, tw.and("role"))
		}
	}
	c.fail(slices.Equal(order, crisis.Stages()), path{"stages"}, "stages_incomplete", "The stages are detect, assess, respond, refocus and sustain, in this order.")
	c.blocks(p, known)
}

// blocks checks that what blocks a task exists, stands no later than the task,
// and that no task waits for itself.
func (c *checker) blocks(p Playbook, known map[string]int) {
	waits := make(map[string][]string)
	for i, st := range p.Stages {
		for j, t := range st.Tasks {
			for k, b := range t.BlockedBy {
				where := path{"stages", i, "tasks", j, "blocked_by", k}
				stage, ok := known[b]
				c.fail(ok, where, "unknown_task", "%q blocks %q but is not a task.", b, t.ID)
				c.fail(!ok || stage <= i, where, "blocked_by_later", "%q blocks %q but stands in a later stage.", b, t.ID)
			}
			waits[t.ID] = t.BlockedBy
		}
	}
	for i, st := range p.Stages {
		for j, t := range st.Tasks {
			c.fail(!reaches(waits, t.ID), path{"stages", i, "tasks", j, "blocked_by"}, "blocked_by_cycle", "The task %q waits for itself.", t.ID)
		}
	}
}

// reaches reports whether following waits from a task leads back to it.
func reaches(waits map[string][]string, from string) bool {
	seen := map[string]bool{}
	todo := slices.Clone(waits[from])
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if id == from {
			return true
		}
		if !seen[id] {
			seen[id] = true
			todo = append(todo, waits[id]...)
		}
	}
	return false
}

func (c *checker) clocks(p Playbook) {
	seen := map[clock.Kind]bool{}
	for i, k := range p.Clocks {
		where := path{"clocks", i}
		c.fail(slices.Contains(clock.Kinds(), k.Kind), where.and("kind"), "unknown_clock", "%q is not a kind of clock.", string(k.Kind))
		c.fail(!seen[k.Kind], where.and("kind"), "duplicate_id", "The clock %q is set twice.", string(k.Kind))
		seen[k.Kind] = true
		c.fail(k.Stage.Valid(), where.and("stage"), "unknown_stage", "%q is not a stage.", string(k.Stage))
		c.fail(k.Budget != Budgets{}, where.and("budget"), "budget_missing", "The clock needs a budget at one severity at least.")
	}
	for _, k := range []clock.Kind{clock.Triage, clock.Acknowledge} {
		c.fail(seen[k], path{"clocks"}, "clock_missing", "The clock %q is missing.", string(k))
	}
}

func (c *checker) approvals(p Playbook) {
	seen := map[crisis.Severity]bool{}
	for i, a := range p.Approvals {
		where := path{"approvals", i}
		c.fail(a.Severity.Valid(), where.and("severity"), "unknown_severity", "A severity is 1, 2, 3 or 4.")
		c.fail(!seen[a.Severity], where.and("severity"), "duplicate_id", "Severity %d has two policies.", int(a.Severity))
		seen[a.Severity] = true
		c.fail(len(a.Rounds) > 0, where.and("rounds"), "rounds_missing", "A policy needs at least one round.")
		for j, r := range a.Rounds {
			rw := where.and("rounds", j)
			c.fail(len(r.Parties) > 0, rw, "party_missing", "A round asks at least one party.")
			for k, party := range r.Parties {
				c.fail(slices.Contains(crisis.Parties(), party), rw.and("parties", k), "unknown_party", "%q is not a party; the parties are manager, legal and client.", string(party))
			}
			c.fail(slices.Contains(Rules(), r.Rule), rw.and("rule"), "unknown_rule", "A rule is any, all or k_of_n, not %q.", string(r.Rule))
			c.fail((r.Rule == KofN) == (r.Count > 0), rw.and("count"), "count_invalid", "A count above zero belongs to k_of_n, and only to it.")
		}
	}
	for _, s := range crisis.Severities() {
		c.fail(seen[s], path{"approvals"}, "policy_missing", "Severity %d has no approval policy.", int(s))
	}
}

func (c *checker) escalation(p Playbook) {
	e := p.Escalation
	c.fail(len(e.Steps) > 0, path{"escalation"}, "steps_missing", "The escalation ladder needs at least one step.")
	c.fail(e.AckExpires > 0, path{"escalation", "ack_expires"}, "ack_expires_missing", "An acknowledgement must expire: give ack_expires.")
	for i, s := range e.Steps {
		where := path{"escalation", "steps", i}
		c.role(s.Role, where.and("role"))
		c.fail(i == 0 || s.After > e.Steps[i-1].After, where.and("after"), "steps_order", "Each step comes later than the one before.")
		c.fail(s.Repeat >= 0 && (s.Repeat == 0) == (s.Every == 0), where, "repeat_invalid", "A step that repeats needs both repeat and every.")
	}
}

func (c *checker) statements(p Playbook) {
	seen := map[string]bool{}
	for i, s := range p.Statements {
		where := path{"holding_statements", i}
		c.fail(slug.MatchString(s.ID), where.and("id"), "id_invalid", "The statement id %q is not a slug of small letters and digits.", s.ID)
		c.fail(!seen[s.ID], where.and("id"), "duplicate_id", "The statement id %q is used twice.", s.ID)
		seen[s.ID] = true
		c.text(s.Title, where.and("title"))
		c.text(s.Text, where.and("text"))
		c.fail(len(s.Severities) > 0, where.and("severities"), "unknown_severity", "A statement names the severities that it fits.")
		for j, sev := range s.Severities {
			c.fail(sev.Valid(), where.and("severities", j), "unknown_severity", "A severity is 1, 2, 3 or 4.")
		}
	}
}

func (c *checker) reviews(p Playbook) {
	c.fail(len(p.Reviews) > 0, path{"reviews"}, "reviews_missing", "At least one review is needed.")
	last := 0
	for i, d := range p.Reviews {
		c.fail(d > last && d <= MaxReviewDays, path{"reviews", i}, "reviews_order", "Reviews are days after resolution, growing, at most %d.", MaxReviewDays)
		last = d
	}
}
