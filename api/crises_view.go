package api

import (
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
)

// refTo names a person; nil for nobody.
func refTo(id, name string) *personRef {
	if id == "" {
		return nil
	}
	return &personRef{id, name}
}

type nextClockView struct {
	Kind        clock.Kind `json:"kind"`
	State       string     `json:"state"`
	DueAt       time.Time  `json:"due_at"`
	LeftSeconds int64      `json:"left_seconds"`
}

// CrisisView is a crisis as lists show it.
type CrisisView struct {
	ID                string         `json:"id"`
	Number            string         `json:"number"`
	ClientID          string         `json:"client_id"`
	ClientName        string         `json:"client_name"`
	Title             string         `json:"title"`
	Severity          int            `json:"severity"`
	SeverityConfirmed bool           `json:"severity_confirmed"`
	Stage             crisis.Stage   `json:"stage"`
	Status            crisis.Status  `json:"status"`
	Wave              int64          `json:"wave"`
	Lead              *personRef     `json:"lead"`
	OpenedAt          time.Time      `json:"opened_at"`
	ClosedAt          *time.Time     `json:"closed_at"`
	NextClock         *nextClockView `json:"next_clock"`
	Spark             []int          `json:"spark" nullable:"false"`
	NegativeShare     float64        `json:"negative_share"`
	LastEventAt       time.Time      `json:"last_event_at"`
	Rev               int64          `json:"rev"`
}

func viewCrisis(i store.CrisisItem, now time.Time) CrisisView {
	v := CrisisView{ID: i.ID, Number: i.Number, ClientID: i.ClientID, ClientName: i.ClientName, Title: i.Title, Severity: int(i.Severity),
		SeverityConfirmed: i.SeverityConfirmed, Stage: i.Stage, Status: i.Status, Wave: i.Wave, Lead: refTo(i.LeadID, i.LeadName),
		OpenedAt: i.OpenedAt.Time, ClosedAt: instant(i.ClosedAt), Spark: i.Spark, NegativeShare: i.NegativeShare, LastEventAt: i.LastEventAt.Time, Rev: i.Rev}
	if i.Next != nil {
		k := viewClock(*i.Next, i.Calendar, now)
		v.NextClock = &nextClockView{Kind: k.Kind, State: k.State, DueAt: i.Next.DueAt.Time, LeftSeconds: k.LeftSeconds}
	}
	return v
}

type clockView struct {
	ID            string     `json:"id"`
	Kind          clock.Kind `json:"kind"`
	State         string     `json:"state" enum:"running,paused,warned50,warned80,met,breached"`
	DueAt         *time.Time `json:"due_at"`
	BudgetSeconds int64      `json:"budget_seconds"`
	LeftSeconds   int64      `json:"left_seconds" doc:"Until due_at; below zero since it ran out; the time left while paused."`
	PauseReason   string     `json:"pause_reason,omitempty"`
	ResumesAt     *time.Time `json:"resumes_at,omitempty"`
	MetAt         *time.Time `json:"met_at"`
	BreachedAt    *time.Time `json:"breached_at"`
	Wave          int64      `json:"wave"`
}

// clockStates are the domain's states as the console names them.
var clockStates = map[clock.State]string{
	clock.Running: "running", clock.Paused: "paused", clock.Warned50: "warned50", clock.Warned80: "warned80", clock.Met: "met", clock.Breached: "breached",
}

func viewClock(k store.Clock, cal clock.Calendar, now time.Time) clockView {
	c := k.Body.V
	at := c.ViewAt(now, cal)
	v := clockView{ID: k.ID, Kind: k.Kind, State: clockStates[at.State], DueAt: at.Due, BudgetSeconds: int64(c.Budget / time.Second),
		PauseReason: string(at.Reason), ResumesAt: at.Resumes, MetAt: c.MetAt, BreachedAt: c.BreachedAt, Wave: k.Wave}
	switch {
	case at.State == clock.Breached && c.BreachedAt != nil:
		v.LeftSeconds = -int64(now.Sub(*c.BreachedAt) / time.Second)
	case at.State == clock.Breached && c.Due != nil: // ran out a moment ago: the workflow has not told yet
		v.BreachedAt, v.LeftSeconds = c.Due, -int64(now.Sub(*c.Due)/time.Second)
	case at.Due != nil:
		v.LeftSeconds = int64(at.Due.Sub(now) / time.Second)
	default:
		v.LeftSeconds = int64(at.Left / time.Second)
	}
	return v
}
