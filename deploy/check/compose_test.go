// Package check_test reads docker-compose.yml as Docker Compose does. It is a
// module of its own, so that the product does not carry Compose's dependencies.
package check_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

func TestComposeFileIsValid(t *testing.T) {
	t.Setenv("POSTGRES_PASSWORD", "test")
	file, err := filepath.Abs("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	options, err := cli.NewProjectOptions([]string{file}, cli.WithOsEnv, cli.WithInterpolation(true), cli.WithWorkingDirectory(filepath.Dir(file)))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatalf("docker compose would refuse the file: %v", err)
	}
	for _, name := range []string{"postgres", "temporal", "temporal-ui", "migrate", "api", "worker", "mail", "prometheus"} {
		if _, err := project.GetService(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"api", "worker"} {
		if s, _ := project.GetService(name); s.GetScale() != 2 {
			t.Errorf("%s runs %d times, not twice", name, s.GetScale())
		}
	}
	for name, s := range project.Services {
		for _, p := range s.Ports {
			if p.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes port %s on every address", name, p.Published)
			}
		}
		for _, v := range s.Volumes {
			if v.Type == "bind" {
				if _, err := os.Stat(v.Source); err != nil {
					t.Errorf("%s mounts a file that is not there: %v", name, err)
				}
			}
		}
	}
	if env := strings.Join(slices.Sorted(keys(project.Services["api"].Environment)), " "); !strings.Contains(env, "MIGDALOR_DATABASE_URL") {
		t.Errorf("the API knows no database: %s", env)
	}
}

func keys(m map[string]*string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
