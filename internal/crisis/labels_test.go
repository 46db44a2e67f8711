package crisis

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/migdalor/migdalor/internal/clock"
)

func keys[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// Every code that crosses to a screen has words, and no words lie about unused.
func TestEveryCodeHasWords(t *testing.T) {
	var severities, holidays []string
	for _, s := range Severities() {
		severities = append(severities, s.Key())
	}
	for _, h := range clock.Holidays(2026) {
		if !slices.Contains(holidays, h.Code) {
			holidays = append(holidays, h.Code)
		}
	}
	var areas []string
	for _, e := range (Impact{}).effects() {
		areas = append(areas, e.name)
	}
	groups := map[string][]string{
		"stages": keys(Stages()), "stages_short": keys(Stages()), "statuses": keys(Statuses()), "severities": severities,
		"roles": keys(Roles()), "parties": keys(Parties()), "clock_kinds": keys(clock.Kinds()), "clock_states": keys(clock.States()),
		"pause_reasons": keys(clock.PauseReasons()), "clock_changes": clock.Whys(), "missing": MissingCodes(), "reasons": ReasonCodes(),
		"flags": keys(Flags()), "crisis_types": keys(Types()), "clusters": keys(Clusters()), "strategies": keys(Strategies()),
		"confidences": keys(Confidences()), "fact_statuses": keys(FactStatuses()), "impact_areas": areas,
		"content_kinds": keys(ContentKinds()), "locks": LockCodes(), "flare_actions": keys(FlareActions()),
		"no_publish": {clock.BlockedShabbat}, "holidays": holidays,
	}
	words := Labels()
	for group, codes := range groups {
		for _, code := range codes {
			if _, ok := words[group][code]; !ok {
				t.Errorf("%s: %s has no words", group, code)
			}
		}
		for code := range words[group] {
			if !slices.Contains(codes, code) {
				t.Errorf("%s: %s has words but is no code", group, code)
			}
		}
	}
	for group := range words {
		// The words of these two belong to package playbook, whose test reads them.
		if _, ok := groups[group]; !ok && group != "task_kinds" && group != "round_rules" {
			t.Errorf("group %s is not checked", group)
		}
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	var known []string
	for _, p := range paramGroups {
		known = append(known, "{"+p.name+"}")
		if _, ok := Labels()[p.group]; p.group != "" && !ok {
			t.Errorf("parameter %s points to no group", p.name)
		}
	}
	for group, list := range Labels() {
		for code, w := range list {
			if strings.TrimSpace(w.He) == "" || strings.TrimSpace(w.En) == "" {
				t.Errorf("%s.%s lacks a language", group, code)
			}
			if strings.IndexFunc(w.He, func(r rune) bool { return unicode.Is(unicode.Hebrew, r) }) < 0 {
				t.Errorf("%s.%s: %q is not Hebrew", group, code, w.He)
			}
			he, en := place.FindAllString(w.He, -1), place.FindAllString(w.En, -1)
			slices.Sort(he)
			slices.Sort(en)
			if !slices.Equal(he, en) {
				t.Errorf("%s.%s: places differ: %v %v", group, code, he, en)
			}
			for _, p := range en {
				if !slices.Contains(known, p) {
					t.Errorf("%s.%s: place %s is never filled", group, code, p)
				}
			}
		}
	}
}

func TestStageNamesAreTheGuides(t *testing.T) {
	want := map[Stage]string{
		Detect: "ניטור וזיהוי המצב", Assess: "הערכת היקף המשבר והשפעתו", Respond: "תגובה שקופה וממוקדת",
		Refocus: "יצירת תוכן חיובי להסטת הפוקוס", Sustain: "ניטור מתמשך וניהול מוניטין ארוך טווח",
	}
	for s, he := range want {
		if got := Labels()["stages"][string(s)].He; got != he {
			t.Errorf("%s: %q", s, got)
		}
	}
}

func TestLabelsFileHasNoDuplicateKeys(t *testing.T) {
	dec := json.NewDecoder(bytes.NewReader(LabelsJSON()))
	var stack []map[string]bool
	key := false
	for {
		tok, err := dec.Token()
		if err != nil {
			break
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' {
				stack = append(stack, map[string]bool{})
			} else {
				stack = stack[:len(stack)-1]
			}
			key = true
		case string:
			if key {
				if stack[len(stack)-1][v] {
					t.Errorf("%q stands twice in one object", v)
				}
				stack[len(stack)-1][v] = true
			}
			key = !key
		}
	}
}

func TestSay(t *testing.T) {
	w := Labels()
	for _, tc := range []struct{ group, code, lang, want string }{
		{"missing", MissingImpact, "en", "The impact on customers' trust is not scored"},
		{"missing", MissingImpact, "he", "לא הוערכה ההשפעה על אמון הלקוחות"},
		{"missing", "no_such_code", "he", "no_such_code"},
		{"stages", "detect", "fr", "Detect and acknowledge"},
	} {
		if got := w.Say(tc.group, tc.code, tc.lang, map[string]string{"area": "trust"}); got != tc.want {
			t.Errorf("%s %s: %q", tc.code, tc.lang, got)
		}
	}
}
