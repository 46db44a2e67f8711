package traces_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/migdalor/migdalor/e2e/desk"
)

func TestMain(m *testing.M) {
	defer desk.CleanUp()
	m.Run()
}

// spans keeps the names of what was traced, by trace.
type spans struct {
	mu    sync.Mutex
	names map[string][]string
}

// ServeHTTP takes one export, as an OpenTelemetry collector does.
func (s *spans) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/traces" {
		http.NotFound(w, r)
		return
	}
	raw, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(raw, &request) != nil {
		http.Error(w, "not an export", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				id := hex.EncodeToString(span.GetTraceId())
				s.names[id] = append(s.names[id], span.GetName())
			}
		}
	}
}

// together finds a trace that has a span for each of the words.
func (s *spans) together(words ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, names := range s.names {
		all := strings.Join(names, "\n")
		found := 0
		for _, w := range words {
			if strings.Contains(all, w) {
				found++
			}
		}
		if found == len(words) {
			return nil
		}
	}
	return fmt.Errorf("no trace has %v among %v", words, s.names)
}

func TestOneTraceFromHTTPThroughWorkflowToActivity(t *testing.T) {
	seen := &spans{names: map[string][]string{}}
	server := httptest.NewServer(seen)
	defer server.Close()
	addr := desk.FreeAddr(t)
	base := "http://" + addr
	program := desk.Start(t, "serve", "--data", t.TempDir(), "--addr", addr, "--otlp-endpoint", server.URL, "--log-level", "warn")
	program.Ready(t, base)
	admin := desk.NewPerson(t, base)
	admin.Must(t, http.MethodPost, "/setup", map[string]any{"agency_name": "Test", "name": "Ada", "email": "ada@example.test", "password": "a long sentence nobody guesses"}, nil)
	var client, crisis struct {
		ID string `json:"id"`
	}
	admin.Must(t, http.MethodPost, "/clients", map[string]any{"slug": "brand", "name": "Brand"}, &client)
	admin.Must(t, http.MethodPost, "/crises", map[string]any{"client_id": client.ID, "title": "traced", "severity": 3}, &crisis)
	admin.Must(t, http.MethodPost, "/crises/"+crisis.ID+"/severity", map[string]any{"expected": 3, "severity": 2, "reason": "to be followed"}, nil)
	desk.Eventually(t, 30*time.Second, func() error {
		return seen.together("/api/v1/crises/:id/severity", "change_severity", "ChangeSeverity")
	})
}
