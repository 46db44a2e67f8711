package engine

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/server/common/headers"

	"github.com/migdalor/migdalor/internal/fault"
)

func TestStartRefusesOptions(t *testing.T) {
	cases := map[string]Options{
		"no folder":           {},
		"retention under 24h": {Dir: "x", Retention: time.Hour},
		"port out of range":   {Dir: "x", FrontendPort: 70000},
		"unknown sync":        {Dir: "x", Sync: "off"},
		"unknown TLS":         {Dir: "x", TLS: "maybe"},
		"UI for everybody":    {Dir: "x", UIAddr: "0.0.0.0:8233"},
		"UI without a host":   {Dir: "x", UIAddr: ":8233"},
		"UI without a port":   {Dir: "x", UIAddr: "127.0.0.1"},
		"UI on any port":      {Dir: "x", UIAddr: "127.0.0.1:0"},
	}
	for name, o := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := Start(t.Context(), o); !fault.Is(err, "engine_options_invalid") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestStartRefusesTakenPorts(t *testing.T) {
	taken, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	cases := map[string]Options{
		"frontend": {Dir: t.TempDir(), FrontendPort: port},
		"UI":       {Dir: t.TempDir(), UIAddr: hostPort(port)},
	}
	for name, o := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := Start(t.Context(), o); !fault.Is(err, "port_in_use") {
				t.Errorf("got %v", err)
			}
			lock, err := LockFolder(o.Dir)
			if err != nil {
				t.Fatalf("a failed start keeps the folder: %v", err)
			}
			_ = lock.Release()
		})
	}
}

func TestStartRefusesFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct{ dir, code string }{
		"in use in this process": {shared.options.Dir, "data_in_use"},
		"a file is in the way":   {file, "data_not_writable"},
		"below a file":           {filepath.Join(file, "sub"), "data_not_writable"},
		"not a place to write":   {"/proc/migdalor", "data_not_writable"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := Start(t.Context(), Options{Dir: tc.dir}); !fault.Is(err, tc.code) {
				t.Errorf("got %v, want %s", err, tc.code)
			}
		})
	}
}

func TestForeignFilesAreRefused(t *testing.T) {
	cases := map[string]struct {
		alter func(t *testing.T, path string, made marker)
		code  string
	}{
		"own files": {func(*testing.T, string, marker) {}, ""},
		"older server, same tables": {func(t *testing.T, path string, m marker) {
			m.ServerVersion = "1.31.0"
			rewrite(t, path, m)
		}, ""},
		"newer server, same tables": {func(t *testing.T, path string, m marker) {
			m.ServerVersion = "1.99.0"
			rewrite(t, path, m)
		}, "engine_data_version"},
		"other tables": {func(t *testing.T, path string, m marker) {
			m.SchemaHash = "00"
			rewrite(t, path, m)
		}, "engine_data_version"},
		"no marker": {func(t *testing.T, path string, _ marker) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, "engine_data_version"},
		"broken marker": {func(t *testing.T, path string, _ marker) {
			if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "engine_data_version"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := prepareFiles(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, filesDir, markerFile)
			tc.alter(t, path, read(t, path))
			err := prepareFiles(t.Context(), dir)
			if tc.code != "" {
				if !fault.Is(err, tc.code) {
					t.Errorf("got %v, want %s", err, tc.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, path).ServerVersion; got != headers.ServerVersion {
				t.Errorf("the marker names %s", got)
			}
		})
	}
}

func read(t *testing.T, path string) marker {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m marker
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func rewrite(t *testing.T, path string, m marker) {
	t.Helper()
	if err := writeMarker(filepath.Dir(path), m); err != nil {
		t.Fatal(err)
	}
}

func TestInterruptedCreationLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := prepareFiles(cancelled, dir); err == nil {
		t.Fatal("a cancelled creation succeeded")
	}
	if _, err := os.Stat(filepath.Join(dir, filesDir)); !os.IsNotExist(err) {
		t.Fatalf("half-made files are in place: %v", err)
	}
	if err := prepareFiles(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestSearchAttributesFitSQLVisibility(t *testing.T) {
	room := map[string]int{"Keyword": 10, "Int": 3, "Datetime": 3, "Double": 3, "Bool": 3, "Text": 3, "KeywordList": 3}
	for name, kind := range SearchAttributes() {
		room[kind.String()]--
		if room[kind.String()] < 0 {
			t.Errorf("%s is one %s too many", name, kind)
		}
	}
}
