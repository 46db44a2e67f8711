package detection

import (
	"testing"
	"time"
)

// TestBandIsWhereEvaluateRings raises one count step by step: it must not ring
// below the band's limit, and must soon above it, where the volume that the burst
// itself brings is outweighed.
func TestBandIsWhereEvaluateRings(t *testing.T) {
	at := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	build := func(burst int) *History {
		from := at.Add(-10 * 24 * time.Hour)
		h := NewHistory(from, at)
		for b := from; b.Before(at.Add(-time.Hour)); b = b.Add(15 * time.Minute) {
			h.Add(b, 4, 1)
		}
		h.Add(at.Add(-Bucket), burst, burst)
		return h
	}
	band := Detector{}.Band(build(0), Negative, at, at, Settings{})
	if len(band) != 2 || band[0].Learning {
		t.Fatalf("band %+v", band)
	}
	if e := band[0].Expected; e < 2 || e > 6 {
		t.Errorf("expected %.1f an hour, the history has 4", e)
	}
	limit := int(min(band[0].Short, band[0].Long))
	for _, c := range []struct {
		burst int
		rings bool
	}{{limit - 1, false}, {limit + 3, true}} {
		v, _ := Detector{}.Evaluate(build(c.burst), at.Add(-Bucket), Settings{}, State{})
		if v.Signals[1].WindowsOver > 0 != c.rings {
			t.Errorf("burst of %d against a limit of %d: windows over %d", c.burst, limit, v.Signals[1].WindowsOver)
		}
	}
}

func TestBandOfNoHistory(t *testing.T) {
	at := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	band := Detector{}.Band(NewHistory(at.Add(-time.Hour), at), Negative, at, at, Settings{})
	for _, p := range band {
		if !p.Learning || p.Expected != 0 || p.Short < 5 {
			t.Errorf("%+v", p)
		}
	}
}
