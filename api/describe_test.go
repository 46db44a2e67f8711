package api

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDescribeNamesEveryRoute(t *testing.T) {
	doc, err := Describe("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		OpenAPI string `json:"openapi"`
		Info    struct{ Version string }
		Paths   map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]any
			}
		}
	}
	if err := json.Unmarshal(doc, &read); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(read.OpenAPI, "3.") || read.Info.Version != "1.2.3" {
		t.Errorf("OpenAPI %q of version %q", read.OpenAPI, read.Info.Version)
	}
	for path, kind := range map[string]string{
		prefix + "/ledger": "application/json", prefix + "/ledger/status": "application/json", prefix + "/audit/checkpoint": "text/plain",
		prefix + "/audit/key": "text/plain", prefix + "/crises/{id}/export": "application/zip",
	} {
		if _, ok := read.Paths[path]["get"].Responses["200"].Content[kind]; !ok {
			t.Errorf("GET %s is not described as %s", path, kind)
		}
	}
}
