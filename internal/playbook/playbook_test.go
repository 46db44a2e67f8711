package playbook

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestDefaultFollowsTheTables(t *testing.T) {
	p := Default()
	for _, k := range clock.Kinds() {
		for _, s := range crisis.Severities() {
			spec, ok := p.Clock(k, s)
			if want := crisis.DefaultBudget(k, s); spec.Budget != want || ok != (want > 0) {
				t.Errorf("%s at %s: got %v %v, want %v", k, s, spec.Budget, ok, want)
			}
			if ok && spec.Follows != (s != crisis.S1) {
				t.Errorf("%s at %s: follows calendar is %v", k, s, spec.Follows)
			}
		}
	}
	if !reflect.DeepEqual(p.Reviews, crisis.DefaultReviews()) {
		t.Errorf("reviews: %v", p.Reviews)
	}
	rounds := map[crisis.Severity]string{
		crisis.S1: "legal+client:all",
		crisis.S2: "manager:any legal:any client:any",
		crisis.S3: "manager:any client:any",
		crisis.S4: "manager:any",
	}
	for s, want := range rounds {
		var got []string
		for _, r := range p.Rounds(s) {
			var names []string
			for _, party := range r.Parties {
				names = append(names, string(party))
			}
			got = append(got, strings.Join(names, "+")+":"+string(r.Rule))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: rounds %v, want %s", s, got, want)
		}
	}
	for _, s := range crisis.Severities() {
		if len(p.StatementsFor(s)) == 0 {
			t.Errorf("%s has no holding statement", s)
		}
	}
	for _, s := range crisis.Stages() {
		if len(p.Tasks(s)) == 0 {
			t.Errorf("stage %s has no tasks", s)
		}
	}
	if task, stage, ok := p.Task("impact"); !ok || stage != crisis.Assess || !task.Required {
		t.Errorf("task impact: %v %v %v", task, stage, ok)
	}
}

func TestSurvivesJSON(t *testing.T) {
	b, err := json.Marshal(Default())
	if err != nil {
		t.Fatal(err)
	}
	var back Playbook
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.Hash() != Default().Hash() {
		t.Error("a pinned playbook comes back from JSON with another hash")
	}
}

func TestHashSeesMeaningOnly(t *testing.T) {
	src := string(DefaultYAML())
	spaced, err := Parse([]byte("# a note\n" + strings.ReplaceAll(src, "4h}", "240m}")))
	if err != nil {
		t.Fatal(err)
	}
	if spaced.Hash() != Default().Hash() {
		t.Error("a comment changed the hash")
	}
	other, err := Parse([]byte(strings.Replace(src, "version: 1", "version: 2", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if other.Hash() == Default().Hash() {
		t.Error("another version has the same hash")
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name, old, new, code, at string
	}{
		{"unknown key", "version: 1", "version: 1\nverison: 2", "yaml", "verison"},
		{"broken YAML", "reviews: [1, 7, 30, 60, 90]", "reviews: [1, 7", "yaml", ""},
		{"wrong type", "version: 1", "version: one", "yaml", "version: one"},
		{"bad duration", "due: 10m", "due: soon", "yaml", "due: soon"},
		{"negative duration", "due: 10m", "due: -10m", "yaml", "due: -10m"},
		{"two documents", "reviews: [1, 7, 30, 60, 90]", "reviews: [1]\n---\nid: x", "several_documents", ""},
		{"bad id", "id: social-crisis", "id: Social Crisis", "id_invalid", "id: Social"},
		{"version zero", "version: 1", "version: 0", "version_invalid", "version: 0"},
		{"unknown stage", "- stage: respond", "- stage: reply", "unknown_stage", "- stage: reply"},
		{"clock at unknown stage", "stage: sustain\n    calendar", "stage: after\n    calendar", "unknown_stage", "stage: after"},
		{"unknown role", "role: writer", "role: author", "unknown_role", "role: author"},
		{"unknown task kind", "kind: handoff", "kind: dm", "unknown_task_kind", "kind: dm"},
		{"duplicate task", "- id: lessons", "- id: report", "duplicate_id", "- id: report\n        kind: report"},
		{"missing language", "{he: להחליט מהי ההתראה, en: Decide what the alert is}", "{en: Decide}", "language_missing", "{en: Decide}"},
		{"blocked by nobody", "blocked_by: [lessons]", "blocked_by: [lesson]", "unknown_task", "[lesson]"},
		{"blocked by a later stage", "blocked_by: [sentiment]", "blocked_by: [report]", "blocked_by_later", "[report]"},
		{"cycle", "due: 10m", "due: 10m\n        blocked_by: [acknowledge]", "blocked_by_cycle", "[acknowledge]"},
		{"unknown clock", "- kind: statement", "- kind: answer", "unknown_clock", "- kind: answer"},
		{"clock missing", "- kind: acknowledge\n    stage", "- kind: approval_round\n    stage", "clock_missing", "- kind: triage\n    stage"},
		{"no budget", "budget: {s1: 2h, s2: 2h}", "budget: {}", "budget_missing", "budget: {}"},
		{"unknown party", "[legal, client]", "[lawyer, client]", "unknown_party", "[lawyer, client]"},
		{"unknown rule", "rule: all", "rule: most", "unknown_rule", "rule: most"},
		{"count without k_of_n", "rule: all", "rule: all, count: 2", "count_invalid", "count: 2"},
		{"k_of_n without count", "rule: all", "rule: k_of_n", "count_invalid", "rule: k_of_n"},
		{"policy missing", "- severity: 4", "- severity: 3", "policy_missing", "- severity: 1"},
		{"severity out of range", "- severity: 4", "- severity: 5", "unknown_severity", "- severity: 5"},
		{"steps out of order", "after: 1h", "after: 20m", "steps_order", "after: 20m"},
		{"repeat without every", "repeat: 1, every: 15m", "repeat: 1", "repeat_invalid", "repeat: 1}"},
		{"acknowledgement for ever", "ack_expires: 30m", "ack_expires: 0s", "ack_expires_missing", "ack_expires: 0s"},
		{"reviews out of order", "[1, 7, 30, 60, 90]", "[7, 1]", "reviews_order", "[7, 1]"},
		{"review too far", "[1, 7, 30, 60, 90]", "[9000]", "reviews_order", "[9000]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			src := strings.Replace(string(DefaultYAML()), tc.old, tc.new, 1)
			if src == string(DefaultYAML()) {
				t.Fatal("the case changes nothing")
			}
			_, err := Parse([]byte(src))
			e, ok := fault.As(err)
			if !ok || e.Code != "playbook_invalid" {
				t.Fatalf("got %v, want playbook_invalid", err)
			}
			want := ""
			if tc.at != "" {
				want = at(1 + strings.Count(src[:strings.Index(src, tc.at)], "\n"))
				if strings.HasPrefix(tc.new, "version: 1\n") {
					want = at(1 + strings.Count(src[:strings.Index(src, "verison")], "\n"))
				}
			}
			for _, f := range e.Fields {
				if f.Code == tc.code && (want == "" || f.Location == want) {
					return
				}
			}
			t.Errorf("no %s at %q among %+v", tc.code, want, e.Fields)
		})
	}
}

func TestRefusesNothingAndTooMuch(t *testing.T) {
	if _, err := Parse(nil); !fault.Is(err, "playbook_invalid") {
		t.Errorf("empty: %v", err)
	}
	if _, err := Parse(make([]byte, MaxBytes+1)); !fault.Is(err, "playbook_too_large") {
		t.Errorf("too large: %v", err)
	}
}

func TestEveryWordIsInLabels(t *testing.T) {
	words := crisis.Labels()
	for _, k := range TaskKinds() {
		if w := words["task_kinds"][string(k)]; w.He == "" || w.En == "" {
			t.Errorf("task kind %s has no words", k)
		}
	}
	for _, r := range Rules() {
		if w := words["round_rules"][string(r)]; w.He == "" || w.En == "" {
			t.Errorf("rule %s has no words", r)
		}
	}
}
