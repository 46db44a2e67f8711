package api

import (
	"context"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

type stageView struct {
	Stage          crisis.Stage `json:"stage"`
	State          string       `json:"state" enum:"todo,active,done,parallel"`
	EnteredAt      *time.Time   `json:"entered_at"`
	LeftAt         *time.Time   `json:"left_at"`
	Overridden     bool         `json:"overridden"`
	OverrideReason string       `json:"override_reason,omitempty"`
	ElapsedSeconds int64        `json:"elapsed_seconds"`
}

type taskView struct {
	ID       string       `json:"id"`
	Stage    crisis.Stage `json:"stage"`
	TitleHe  string       `json:"title_he"`
	TitleEn  string       `json:"title_en"`
	HelpHe   string       `json:"help_he"`
	HelpEn   string       `json:"help_en"`
	Kind     string       `json:"kind"`
	Required bool         `json:"required"`
	Role     string       `json:"role"`
	Assignee *personRef   `json:"assignee"`
	DueAt    *time.Time   `json:"due_at"`
	State    string       `json:"state" enum:"open,done,waived"`
	Blocked  bool         `json:"blocked"`
	DoneBy   *personRef   `json:"done_by"`
	DoneAt   *time.Time   `json:"done_at"`
	Note     string       `json:"note"`
}

type escalationView struct {
	ID             string     `json:"id"`
	ClockKind      string     `json:"clock_kind"`
	Step           int64      `json:"step"`
	At             time.Time  `json:"at"`
	To             []string   `json:"to" nullable:"false"`
	AcknowledgedBy *string    `json:"acknowledged_by"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
}

type gateView struct {
	Stage       crisis.Stage     `json:"stage"`
	Missing     []crisis.Missing `json:"missing" nullable:"false"`
	CanOverride bool             `json:"can_override"`
}

type publishingView struct {
	Hold           bool   `json:"hold"`
	PositiveLocked bool   `json:"positive_locked"`
	Reason         string `json:"reason"`
}

type playbookRef struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

type revisionRef struct {
	Revision int64 `json:"revision"`
}

type acknowledgementView struct {
	State  string `json:"state" enum:"none,waived,published"`
	Reason string `json:"reason,omitempty"`
}

type scheduleView struct {
	Decision string `json:"decision" enum:"hold,let_run"`
	Reason   string `json:"reason"`
}

// crisisDetail is everything that the crisis room shows at once.
type crisisDetail struct {
	CrisisView
	ServerTime       time.Time           `json:"server_time"`
	Zone             string              `json:"zone"`
	CrisisType       string              `json:"crisis_type"`
	FirstMentionAt   time.Time           `json:"first_mention_at"`
	ResolvedAt       *time.Time          `json:"resolved_at"`
	Stages           []stageView         `json:"stages" nullable:"false"`
	Clocks           []clockView         `json:"clocks" nullable:"false"`
	Tasks            []taskView          `json:"tasks" nullable:"false"`
	Gate             gateView            `json:"gate"`
	Publishing       publishingView      `json:"publishing"`
	AlertID          *string             `json:"alert_id"`
	Playbook         playbookRef         `json:"playbook"`
	Assessment       *revisionRef        `json:"assessment"`
	Acknowledgement  acknowledgementView `json:"acknowledgement"`
	ScheduleDecision *scheduleView       `json:"schedule_decision"`
	Metrics          store.Metrics       `json:"metrics"`
	Baseline         store.Baseline      `json:"baseline"`
	Escalations      []escalationView    `json:"escalations" nullable:"false"`
	Engine           string              `json:"engine" enum:"running,starting,stopped,unreachable"`
}

func viewDetail(d store.CrisisDetail, now time.Time) crisisDetail {
	v := crisisDetail{CrisisView: viewCrisis(d.CrisisItem, now), ServerTime: now, Zone: d.ClientZone, CrisisType: d.CrisisType,
		FirstMentionAt: d.FirstMentionAt.Time, ResolvedAt: instant(d.ResolvedAt), Stages: viewStages(d, now), Tasks: viewTasks(d),
		Gate:       gateView{Stage: d.Stage, Missing: d.Missing},
		Publishing: publishingView{Hold: d.Hold, PositiveLocked: d.Locked, Reason: d.LockReason},
		Playbook:   playbookRef{d.PlaybookID, d.PlaybookVersion}, Acknowledgement: acknowledgementView{State: d.AckState, Reason: d.AckWaivedReason},
		Metrics: d.Metrics, Baseline: d.Baseline.V, Clocks: []clockView{}, Escalations: []escalationView{}}
	if v.Gate.Missing == nil {
		v.Gate.Missing = []crisis.Missing{}
	}
	if d.Hold {
		v.Publishing.Reason = d.HoldReason
	}
	if d.AlertID != "" {
		v.AlertID = &d.AlertID
	}
	if d.Revision > 0 {
		v.Assessment = &revisionRef{d.Revision}
	}
	if d.ScheduleDecision != "" {
		v.ScheduleDecision = &scheduleView{d.ScheduleDecision, d.ScheduleReason}
	}
	for _, k := range d.Clocks {
		v.Clocks = append(v.Clocks, viewClock(k, d.Calendar, now))
	}
	for _, e := range d.Escalations {
		v.Escalations = append(v.Escalations, viewEscalation(e, d.Names))
	}
	return v
}

func viewEscalation(e store.Escalation, names map[string]string) escalationView {
	v := escalationView{ID: e.ID, ClockKind: string(e.ClockKind), Step: e.Step, At: e.At.Time, To: []string{}, AcknowledgedAt: instant(e.AcknowledgedAt)}
	for _, id := range e.Recipients.V {
		v.To = append(v.To, names[id])
	}
	if e.AcknowledgedBy != "" {
		name := names[e.AcknowledgedBy]
		v.AcknowledgedBy = &name
	}
	return v
}

// viewStages lists all five, also those that nobody has entered yet.
func viewStages(d store.CrisisDetail, now time.Time) []stageView {
	out := make([]stageView, 0, 5)
	for _, st := range crisis.Stages() {
		v := stageView{Stage: st, State: "todo"}
		i := slices.IndexFunc(d.Stages, func(row store.CrisisStage) bool { return row.Stage == st })
		if i >= 0 {
			row := d.Stages[i]
			v.EnteredAt, v.LeftAt, v.Overridden, v.OverrideReason = instant(row.EnteredAt), instant(row.LeftAt), row.Overridden, row.OverrideReason
			end := now
			if !row.LeftAt.IsZero() {
				end = row.LeftAt.Time
			}
			v.ElapsedSeconds = int64(end.Sub(row.EnteredAt.Time) / time.Second)
		}
		switch {
		case v.LeftAt != nil || d.Status == crisis.Closed && i >= 0:
			v.State = "done"
		case d.Stage == st:
			v.State = "active"
		case d.Stage.IsActive(st) && i >= 0:
			v.State = "parallel"
		}
		out = append(out, v)
	}
	return out
}

func viewTasks(d store.CrisisDetail) []taskView {
	open := func(template string) bool {
		return slices.ContainsFunc(d.Tasks, func(t store.Task) bool { return t.TemplateID == template && t.State == store.TaskOpen })
	}
	return each(d.Tasks, func(t store.Task) taskView {
		v := viewTask(t, d.Names)
		v.Blocked = t.State == store.TaskOpen && slices.ContainsFunc(t.BlockedBy.V, open)
		return v
	})
}

func viewTask(t store.Task, names map[string]string) taskView {
	return taskView{ID: t.ID, Stage: t.Stage, TitleHe: t.TitleHe, TitleEn: t.TitleEn, HelpHe: t.HelpHe, HelpEn: t.HelpEn, Kind: t.Kind,
		Required: t.Required, Role: t.Role, Assignee: refTo(t.AssigneeID, names[t.AssigneeID]), DueAt: instant(t.DueAt), State: t.State,
		DoneBy: refTo(t.DoneBy, names[t.DoneBy]), DoneAt: instant(t.DoneAt), Note: t.Note}
}

// engineWait is how long a reader waits to learn how the engine is.
const engineWait = 700 * time.Millisecond

// engineState tells whether the crisis' process runs. Nothing else of the page
// depends on it.
func (s *Server) engineState(ctx context.Context, c store.Crisis) string {
	if c.Status == crisis.Closed {
		return "stopped"
	}
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	running, err := s.Workflows.Running(ctx, workflows.CrisisWorkflow, c.ID)
	switch {
	case err != nil:
		return "unreachable"
	case running:
		return "running"
	}
	return "starting"
}
