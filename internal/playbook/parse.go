package playbook

import (
	"bytes"
	_ "embed"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/migdalor/migdalor/internal/fault"
)

// MaxBytes is the largest playbook that is read.
const MaxBytes = 1 << 20

//go:embed default.yaml
var defaultYAML []byte

var defaultBook = sync.OnceValue(func() Playbook {
	p, err := Parse(defaultYAML)
	if err != nil {
		panic("playbook: default.yaml: " + err.Error()) // embedded: a build that tests passed cannot reach this
	}
	return p
})

// Default gives the playbook of the published guide's five stages. Its slices
// are shared: do not change them.
func Default() Playbook { return defaultBook() }

// DefaultYAML gives its source, as a template for the agency's own.
func DefaultYAML() []byte { return bytes.Clone(defaultYAML) }

// Parse reads and checks a playbook. Unknown keys are refused. Each problem is a
// fault.Field whose Location is "line N". Errors: playbook_too_large,
// playbook_invalid.
func Parse(src []byte) (Playbook, error) {
	if len(src) > MaxBytes {
		return Playbook{}, fault.New(fault.TooLarge, "playbook_too_large", "A playbook has at most %d bytes.", MaxBytes)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return Playbook{}, refuse(syntaxFields(err))
	}
	if len(root.Content) == 0 {
		return Playbook{}, refuse([]fault.Field{{Location: "line 1", Message: "The playbook is empty.", Code: "empty"}})
	}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	var p Playbook
	if err := dec.Decode(&p); err != nil {
		return Playbook{}, refuse(syntaxFields(err))
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return Playbook{}, refuse([]fault.Field{{Location: at(more.Line), Message: "A playbook is one document, not several.", Code: "several_documents"}})
	}
	c := checker{root: root.Content[0]}
	c.check(p)
	if len(c.bad) > 0 {
		return Playbook{}, refuse(c.bad)
	}
	return p.withoutNil(), nil
}

// withoutNil turns absent lists into empty ones, so that JSON never says null.
func (p Playbook) withoutNil() Playbook {
	for i := range p.Stages {
		if p.Stages[i].Tasks == nil {
			p.Stages[i].Tasks = []Task{}
		}
		for j := range p.Stages[i].Tasks {
			if p.Stages[i].Tasks[j].BlockedBy == nil {
				p.Stages[i].Tasks[j].BlockedBy = []string{}
			}
		}
	}
	if p.Statements == nil {
		p.Statements = []Statement{}
	}
	return p
}

func at(line int) string { return "line " + strconv.Itoa(max(line, 1)) }

func refuse(bad []fault.Field) error {
	return fault.New(fault.Invalid, "playbook_invalid", "The playbook has %d problems; the first is at %s: %s",
		len(bad), bad[0].Location, bad[0].Message).WithFields(bad...)
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// syntaxFields splits the YAML library's errors into lines and messages.
func syntaxFields(err error) []fault.Field {
	lines := []string{err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		lines = te.Errors
	}
	out := make([]fault.Field, 0, len(lines))
	for _, l := range lines {
		f := fault.Field{Location: at(1), Message: strings.TrimPrefix(l, "yaml: "), Code: "yaml"}
		if m := yamlLine.FindStringSubmatch(l); m != nil {
			f.Location, f.Message = "line "+m[1], m[2]
		}
		out = append(out, f)
	}
	return out
}

// line finds the source line of a value by its path of keys and indexes, or of
// the nearest parent that is there.
func line(n *yaml.Node, path ...any) int {
	for _, step := range path {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		var next *yaml.Node
		switch s := step.(type) {
		case int:
			if n.Kind == yaml.SequenceNode && s < len(n.Content) {
				next = n.Content[s]
			}
		case string:
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == s {
					next = n.Content[i+1]
				}
			}
		}
		if next == nil {
			return n.Line
		}
		n = next
	}
	return n.Line
}
