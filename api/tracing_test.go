package api

import (
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// An approval link's token must not stand in traces, which leave the deployment.
func TestTracesHoldNoToken(t *testing.T) {
	spans, before := tracetest.NewSpanRecorder(), otel.GetTracerProvider()
	otel.SetTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	w := newWordsWorld(t)
	_, token := w.atClient("Words that are traced")
	b := w.browser()
	for _, path := range []string{"/a/" + token, "/a/not-me/" + token, "/a/" + token + "/", "//a/" + token, "/a/" + token + "%20"} {
		b.get(path)
		b.do(http.MethodHead, path, nil)
	}
	if len(spans.Ended()) == 0 {
		t.Fatal("nothing was traced: the test sees nothing")
	}
	for _, s := range spans.Ended() {
		for _, a := range s.Attributes() {
			if strings.Contains(a.Value.String(), token) {
				t.Errorf("%s of the span %q holds the token", a.Key, s.Name())
			}
		}
	}
}
