package activities

import (
	"strconv"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// planOf turns the store's plan into the workflow's. Facts that the database
// already has get ids of their own, so that each is applied once a wave.
func planOf(crisisID string, p store.CrisisPlan) workflows.CrisisPlan {
	out := workflows.CrisisPlan{Now: nowOf(p.Now), Run: p.Run, Calendar: p.Calendar, Clocks: p.Clocks, Escalation: p.Escalation,
		Stored: p.Stored, Cancelled: p.Cancelled}
	for i, k := range p.Known {
		id := "known:" + crisisID + ":" + strconv.FormatInt(p.Run, 10) + ":" + strconv.Itoa(p.Now.Wave) + ":" + strconv.Itoa(i) + ":" + k.Kind
		out.Known = append(out.Known, workflows.Fact{ID: id, Kind: workflows.FactKind(k.Kind), At: k.At})
	}
	return out
}

func nowOf(n store.CrisisNow) workflows.CrisisNow {
	out := workflows.CrisisNow{Status: n.Status, Stage: n.Stage, Severity: n.Severity, Wave: n.Wave, MovedBy: n.MovedBy, MovedAt: n.MovedAt,
		WaveStart: n.WaveStart, ResolvedAt: n.ResolvedAt}
	for _, r := range n.Reviews {
		out.Reviews = append(out.Reviews, workflows.ReviewDue{ID: r.ID, Days: r.Days, DueAt: r.DueAt, Decided: r.Decided})
	}
	return out
}
