package audit

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated part of docs/ledger.md and testdata again")

const docPath = "../../docs/ledger.md"

// actionList is the generated part of the documentation.
func actionList() string {
	var b strings.Builder
	b.WriteString("| action | about | reason | what happened | מה קרה |\n| --- | --- | --- | --- | --- |\n")
	for _, a := range Actions() {
		object, reason := string(a.Object), ""
		if a.Object == ObjectAny {
			object = "anything"
		}
		if a.Reason {
			reason = "needed"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", a.Action, object, reason, a.En, a.He)
	}
	return b.String()
}

func TestDocumentationListsTheActions(t *testing.T) {
	data, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- actions: generated, run go test ./internal/audit -update -->\n", "<!-- end of actions -->"
	head, rest, ok := strings.Cut(string(data), begin)
	list, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has lost the marks around its list of actions", docPath)
	}
	if list == actionList() {
		return
	}
	if !*update {
		t.Fatalf("%s does not list the actions of the registry; run go test ./internal/audit -update", docPath)
	}
	if err := os.WriteFile(docPath, []byte(head+begin+actionList()+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRegistryIsWhole(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)
	hebrew := regexp.MustCompile(`[א-ת]`)
	seen := map[Action]bool{}
	for _, a := range Actions() {
		switch {
		case seen[a.Action]:
			t.Errorf("%s stands twice", a.Action)
		case !name.MatchString(string(a.Action)) || a.Object == "":
			t.Errorf("%s has a bad name or no object", a.Action)
		case !strings.HasSuffix(strings.TrimRight(a.En, `"`), ".") || !hebrew.MatchString(a.He):
			t.Errorf("%s lacks a sentence in one of the languages", a.Action)
		}
		seen[a.Action] = true
	}
	source, err := os.ReadFile("actions.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`Action = "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !seen[Action(m[1])] {
			t.Errorf("%s is declared, but the registry does not know it", m[1])
		}
	}
}

// TestTextsKeepTheirVersion guards the files that a checker makes again: old
// bundles must still compare equal, so lines may be added to the golden file,
// while a changed one needs a new textsVersion.
func TestTextsKeepTheirVersion(t *testing.T) {
	w := crisisWorld(t)
	var page strings.Builder
	r := recordWriter{w: &page}
	if err := r.begin(recordHead{Origin: testOrigin, Stream: "crisis:c-1", Entries: 7, Head: "h", Size: 20, Root: "r", KeyID: "k"}); err != nil {
		t.Fatal(err)
	}
	for _, be := range w.entries {
		e, err := ParseEntry(be.Body)
		if err != nil {
			t.Fatal(err)
		}
		be.Openings = nil // their keys depend on the order of reads
		if err := r.entry(e, be.Index, Hash{}, be.lines(e.Seq)); err != nil {
			t.Fatal(err)
		}
	}
	now := []string{
		fmt.Sprintf("%s %x", fileScript, sha256.Sum256(verifyScript)), fmt.Sprintf("%s %x", fileReadme, sha256.Sum256(readme)),
		fmt.Sprintf("%s %x", fileRecord, sha256.Sum256([]byte(page.String()))), fmt.Sprintf("template %x", sha256.Sum256([]byte(recordSource))),
	}
	for _, a := range Actions() {
		now = append(now, fmt.Sprintf("%s | %s | %s", a.Action, a.En, a.He))
	}
	path := fmt.Sprintf("testdata/texts-%d.txt", textsVersion)
	old, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, line := range now {
		have[line] = true
	}
	for line := range strings.Lines(string(old)) {
		if line = strings.TrimSuffix(line, "\n"); !have[line] {
			t.Errorf("this text changed: %s\nraise textsVersion, so that bundles already handed out still compare equal", line)
		}
	}
	text := strings.Join(now, "\n") + "\n"
	if text == string(old) || t.Failed() {
		return
	}
	if !*update {
		t.Fatalf("%s does not hold the newest actions; run go test ./internal/audit -update", path)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
