package password

import (
	"context"
	"errors"
	"testing"
)

// TestGate fills all places and sees that one more waits until its context ends.
func TestGate(t *testing.T) {
	h := New()
	for range atOnce {
		h.gate <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "the boats came back before noon"); !errors.Is(err, context.Canceled) {
		t.Errorf("a fifth hash at once: %v", err)
	}
	<-h.gate
	if _, err := h.Hash(t.Context(), "the boats came back before noon"); err != nil {
		t.Errorf("a free place was not taken: %v", err)
	}
}
