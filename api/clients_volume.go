package api

import (
	"context"
	"math"
	"time"

	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/fault"
)

// maxVolumePoints is how many points one chart may ask for.
const maxVolumePoints = 2100

type volumePoint struct {
	At        time.Time `json:"at"`
	Mentions  int64     `json:"mentions"`
	Negative  int64     `json:"negative"`
	Expected  float64   `json:"expected" doc:"The usual number of negative mentions in this step."`
	Threshold float64   `json:"threshold" doc:"The number of negative mentions in this step that would ring."`
}

type volumeEvent struct {
	N     int       `json:"n"`
	At    time.Time `json:"at"`
	Kind  string    `json:"kind" enum:"alert,crisis_opened,crisis_closed,stage,published"`
	Label string    `json:"label"`
}

type volumeBaseline struct {
	Learning bool `json:"learning"`
}

type volumeView struct {
	Step     int            `json:"step"`
	Points   []volumePoint  `json:"points" nullable:"false"`
	Events   []volumeEvent  `json:"events" nullable:"false"`
	Baseline volumeBaseline `json:"baseline"`
}

type volumeInput struct {
	ByID
	From time.Time `query:"from"`
	To   time.Time `query:"to"`
	Step int       `query:"step" enum:"300,900,3600" default:"900"`
}

func (s *Server) clientVolume(ctx context.Context, in *volumeInput) (*body[volumeView], error) {
	if in.To.IsZero() {
		in.To = s.db.Now().Time
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-24 * time.Hour)
	}
	step := time.Duration(in.Step) * time.Second
	if !in.From.Before(in.To) || in.To.Sub(in.From)/step > maxVolumePoints {
		return nil, fault.New(fault.Invalid, "volume_range", "Ask for a span that begins before it ends and has at most %d steps.", maxVolumePoints).
			WithFields(fault.Field{Location: "query.from", Message: "does not fit to and step"})
	}
	points, learning, err := s.volume(ctx, clientFrom(ctx), in.From, in.To, step)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.VolumeEvents(ctx, clientFrom(ctx), in.From, in.To)
	out := volumeView{Step: in.Step, Points: points, Events: []volumeEvent{}, Baseline: volumeBaseline{learning}}
	for i, e := range rows {
		out.Events = append(out.Events, volumeEvent{i + 1, e.At.Time, e.Kind, e.Label})
	}
	return answer(out), err
}

// volume gives the counts of a client step by step, empty steps too, with what
// detection expected of each.
func (s *Server) volume(ctx context.Context, clientID string, from, to time.Time, step time.Duration) ([]volumePoint, bool, error) {
	from = from.UTC().Truncate(step)
	client, err := s.db.Client(ctx, clientID)
	if err != nil {
		return nil, false, err
	}
	counts, err := s.db.CountsBetween(ctx, clientID, from, to)
	if err != nil {
		return nil, false, err
	}
	history, err := s.db.HistoryBetween(ctx, clientID, from, to)
	if err != nil {
		return nil, false, err
	}
	band := detection.Detector{}.Band(history, detection.Negative, from, to, detection.Settings{Sensitivity: client.Settings.V.Sensitivity})
	out := make([]volumePoint, 0, int(to.Sub(from)/step)+1)
	for at := from; at.Before(to); at = at.Add(step) {
		b := band[min(int(at.Sub(band[0].At)/time.Hour)+1, len(band)-1)]
		p := volumePoint{At: at, Expected: tenth(b.Expected * step.Hours()), Threshold: b.Long}
		if step < detection.LongWindow {
			p.Threshold = tenth(b.Short * math.Min(1, step.Hours()/detection.ShortWindow.Hours()))
		}
		out = append(out, p)
	}
	for _, c := range counts {
		if i := int(c.At.Sub(from) / step); i >= 0 && i < len(out) {
			out[i].Mentions += c.Mentions
			out[i].Negative += c.Negative
		}
	}
	return out, band[len(band)-1].Learning, nil
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }
