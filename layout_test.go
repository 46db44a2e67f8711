// Package migdalor_test holds the promises about the shape of the whole tree.
package migdalor_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/migdalor/migdalor"

type pkg struct {
	ImportPath  string
	Dir         string
	Imports     []string
	GoFiles     []string
	TestGoFiles []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles,TestGoFiles", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var list []pkg
	for d := json.NewDecoder(out); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(list) < 20 {
		t.Fatalf("only %d packages were found", len(list))
	}
	return list
}

// Every package says in doc.go what it is for and who calls it.
func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) == 0 {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, "doc.go"), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Errorf("%s has no doc.go", p.ImportPath)
			continue
		}
		if file.Doc == nil || len(file.Doc.Text()) < 80 {
			t.Errorf("%s: doc.go does not say what the package is for", p.ImportPath)
		}
	}
}

// pure are the domain packages: no side effects, so nothing that has any.
var pure = []string{"crisis", "clock", "mention", "detection", "sentiment", "concern", "approval", "audit", "playbook", "report", "fault", "demo"}

// The borders between the folders; each line says who must not import what.
func TestImportsKeepTheBorders(t *testing.T) {
	only := map[string][]string{ // an import path's prefix → the only packages that may have it
		"github.com/labstack/echo/v4":  {"api"},
		"gorm.io/":                     {"internal/store", "bench"},
		"go.temporal.io/server":        {"internal/engine"},
		"github.com/casbin":            {"policies"},
		module + "/cmd":                {},
		module + "/internal/fake":      {},
		module + "/e2e":                {"e2e"},
		module + "/internal/engine":    {"cmd", "internal/engine", "e2e", "bench"},
		module + "/internal/keyring":   {"cmd", "internal/ledger", "e2e"},
		"github.com/pressly/goose":     {"internal/store"},
		"github.com/wneessen/go-mail":  {"internal/notify"},
		"go.temporal.io/sdk/worker":    {"workflows", "internal/engine", "cmd", "e2e", "bench"},
		"github.com/alecthomas/kong":   {"cmd"},
		"github.com/temporalio/ui-ser": {"internal/engine"},
	}
	for _, p := range packages(t) {
		rel := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		for _, imported := range p.Imports {
			for prefix, allowed := range only {
				if strings.HasPrefix(imported, prefix) && !under(rel, allowed) && !strings.HasPrefix(prefix, module+"/"+rel) {
					t.Errorf("%s imports %s, which only %v may", rel, imported, allowed)
				}
			}
			if under(rel, purePaths()) && impure(imported) {
				t.Errorf("%s is pure domain and imports %s", rel, imported)
			}
			if rel == "workflows" && (strings.HasPrefix(imported, module) && !under(strings.TrimPrefix(imported, module+"/"), purePaths())) {
				t.Errorf("workflows imports %s: it may know the pure domain and the Temporal SDK only", imported)
			}
		}
	}
}

func under(rel string, folders []string) bool {
	for _, f := range folders {
		if rel == f || strings.HasPrefix(rel, f+"/") {
			return true
		}
	}
	return false
}

func purePaths() []string {
	out := make([]string, len(pure))
	for i, p := range pure {
		out[i] = "internal/" + p
	}
	return out
}

func impure(imported string) bool {
	if rel, ours := strings.CutPrefix(imported, module+"/"); ours {
		return !under(rel, purePaths())
	}
	switch imported {
	case "os", "net", "net/http", "database/sql", "os/exec", "log", "log/slog", "context", "crypto/rand", "math/rand":
		return true
	}
	return false
}

// Folders named after nothing hide what they are for.
func TestNoFolderIsADrawer(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch d.Name() {
		case "node_modules", ".git", "dist", "bin", "data":
			return fs.SkipDir
		case "util", "utils", "common", "shared", "helpers", "misc", "lib":
			t.Errorf("%s: name the folder after what it is for", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
