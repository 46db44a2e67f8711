package journey_test

import (
	"testing"

	"github.com/migdalor/migdalor/e2e/desk"
	"github.com/migdalor/migdalor/e2e/journey"
)

func TestMain(m *testing.M) {
	defer desk.CleanUp()
	m.Run()
}

func TestEmbedded(t *testing.T) {
	addr := desk.FreeAddr(t)
	base := "http://" + addr
	desk.Start(t, "serve", "--data", t.TempDir(), "--addr", addr, "--log-level", "warn").Ready(t, base)
	journey.Walk(t, journey.Site{Site: desk.NewSite(base)})
}
