package crisis

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Text is a phrase in the two languages of the product.
type Text struct {
	He string `json:"he" yaml:"he"`
	En string `json:"en" yaml:"en"`
}

// In gives the phrase in "he" or "en"; any other language gets English.
func (t Text) In(lang string) string {
	if lang == "he" {
		return t.He
	}
	return t.En
}

// Words are the shared labels: group, then code, then languages.
type Words map[string]map[string]Text

//go:embed labels.json
var labelsJSON []byte

var labels = sync.OnceValue(func() Words {
	var w Words
	if err := json.Unmarshal(labelsJSON, &w); err != nil {
		panic("crisis: labels.json: " + err.Error()) // the file is embedded: a build that tests passed cannot reach this
	}
	return w
})

// Labels gives the words that console, mails, approval pages and reports share.
// The value is shared: do not change it.
func Labels() Words { return labels() }

// LabelsJSON gives the same words as the file's bytes, for the console.
func LabelsJSON() []byte { return slices.Clone(labelsJSON) }

// Say gives the words for a code with its {param} places filled; parameters
// that are themselves codes (stage, severity, flag, …) come out as words. An
// unknown code is given back as it is, so that nothing is hidden.
func (w Words) Say(group, code, lang string, params map[string]string) string {
	t, ok := w[group][code]
	if !ok {
		return code
	}
	s := t.In(lang)
	for _, p := range paramGroups {
		if v, ok := params[p.name]; ok {
			if word, ok := w[p.group][v]; ok {
				v = word.In(lang)
			}
			s = strings.ReplaceAll(s, "{"+p.name+"}", v)
		}
	}
	return s
}

// paramGroups names every parameter that a phrase may have and, where its
// values are codes, the group that has their words.
var paramGroups = []struct{ name, group string }{
	{"area", "impact_areas"}, {"cluster", "clusters"}, {"concern", ""}, {"count", ""}, {"days", ""}, {"fact", ""},
	{"flag", "flags"}, {"followers", ""}, {"from", "severities"}, {"hours", ""}, {"kind", "content_kinds"}, {"limit", ""},
	{"platform", ""}, {"platforms", ""}, {"points", ""}, {"rate", ""}, {"ratio", ""}, {"share", ""},
	{"stage", "stages"}, {"to", "severities"}, {"type", "crisis_types"}, {"windows", ""},
}
