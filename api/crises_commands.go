package api

import (
	"context"
	"net/http"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
	"github.com/migdalor/migdalor/workflows"
)

// crisisCommandRoutes are the commands on the process: each waits for its answer.
func (s *Server) crisisCommandRoutes() {
	command := onCrisis(policies.CrisesCommand)
	route(s, http.MethodPost, "/crises/{id}/leave-stage", command, "Leave the stage for the next one", s.leaveStage)
	route(s, http.MethodPost, "/crises/{id}/close", command, "Leave the last stage: close the crisis", s.closeCrisis)
	route(s, http.MethodPost, "/crises/{id}/severity", onCrisis(policies.CrisesSeverity), "Change or confirm the severity", s.changeSeverity)
	route(s, http.MethodPost, "/crises/{id}/lead", command, "Hand the crisis over", s.handOver)
	route(s, http.MethodPost, "/crises/{id}/wave", command, "Start a new wave", s.startWave)
	route(s, http.MethodPost, "/crises/{id}/reopen", command, "Re-open a closed crisis as a new wave", s.reopenCrisis)
	route(s, http.MethodPost, "/crises/{id}/clocks/{kind}/pause", command, "Pause a clock", s.pauseClock)
	route(s, http.MethodPost, "/crises/{id}/clocks/{kind}/resume", command, "Let a paused clock run on", s.resumeClock)
	route(s, http.MethodPost, "/crises/{id}/escalations/{escalation}/acknowledge", onCrisis(policies.CrisesWork), "Take an escalation", s.acknowledgeEscalation)
}

// CommandInput is what every command has: its crisis, and the key under which a
// retry is the same command.
type CommandInput struct {
	ByID
	Key string `header:"Idempotency-Key" maxLength:"200"`
}

// by is who commands; the id of the command belongs to the person and the key.
func (s *Server) by(ctx context.Context, key string) workflows.By {
	c := callerFrom(ctx)
	id := store.NewID()
	if key != "" {
		id = digest(c.UserID, key)
	}
	return workflows.By{CommandID: id, UserID: c.UserID, Via: string(c.Via), RequestID: store.RequestID(ctx),
		MayOverride: c.can(clientFrom(ctx), policies.CrisesOverrideGate)}
}

// command gives fn the crisis' id and answers with the crisis afterwards. A
// closed crisis has no process to command.
func (s *Server) command(ctx context.Context, id string, fn func(crisisID string) (workflows.CommandResult, error)) (*body[crisisDetail], error) {
	c, err := s.db.CrisisRow(ctx, store.ScopeClients(clientFrom(ctx)), id)
	if err != nil {
		return nil, err
	}
	if c.Status != crisis.Open {
		return nil, s.withNames(ctx, store.StageMoved(c))
	}
	if err := s.engineAnswers(ctx, c.ID); err != nil {
		return nil, err
	}
	_, err = fn(c.ID)
	return s.after(ctx, c.ID, err)
}

// engineGone is how long a command waits for a sign of the engine.
const engineGone = 3 * time.Second

// engineAnswers asks before a command is sent: without it, an engine that is
// away would leave the person in doubt whether it was carried out.
func (s *Server) engineAnswers(ctx context.Context, crisisID string) error {
	ctx, cancel := context.WithTimeout(ctx, engineGone)
	defer cancel()
	if _, err := s.Workflows.Running(ctx, workflows.CrisisWorkflow, crisisID); err != nil {
		return fault.New(fault.Unavailable, "engine_unreachable", "The process engine does not answer, so nothing was changed. Try the command again.").Because(err)
	}
	return nil
}

type leaveStageInput struct {
	CommandInput
	Body struct {
		Expected       string `json:"expected_stage" enum:"detect,assess,respond,refocus,sustain"`
		OverrideReason string `json:"override_reason,omitempty" maxLength:"2000"`
	}
}

func (s *Server) leaveStage(ctx context.Context, in *leaveStageInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.LeaveStage(ctx, id, workflows.LeaveStage{By: s.by(ctx, in.Key), Expected: crisis.Stage(in.Body.Expected), OverrideReason: in.Body.OverrideReason})
	})
}

type closeInput struct {
	CommandInput
	Body struct {
		OverrideReason string `json:"override_reason,omitempty" maxLength:"2000"`
	}
}

func (s *Server) closeCrisis(ctx context.Context, in *closeInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.LeaveStage(ctx, id, workflows.LeaveStage{By: s.by(ctx, in.Key), Expected: crisis.Sustain, OverrideReason: in.Body.OverrideReason})
	})
}

type severityInput struct {
	CommandInput
	Body struct {
		Expected int    `json:"expected" minimum:"1" maximum:"4"`
		Severity int    `json:"severity" minimum:"1" maximum:"4"`
		Reason   string `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (s *Server) changeSeverity(ctx context.Context, in *severityInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.ChangeSeverity(ctx, id, workflows.ChangeSeverity{By: s.by(ctx, in.Key), Expected: crisis.Severity(in.Body.Expected),
			Severity: crisis.Severity(in.Body.Severity), Reason: in.Body.Reason})
	})
}

type leadInput struct {
	CommandInput
	Body struct {
		LeadID string `json:"lead_id" minLength:"1" maxLength:"80"`
	}
}

func (s *Server) handOver(ctx context.Context, in *leadInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.HandOver(ctx, id, workflows.HandOver{By: s.by(ctx, in.Key), LeadID: in.Body.LeadID})
	})
}

type waveInput struct {
	CommandInput
	Body struct {
		Stage  string `json:"stage" enum:"detect,assess"`
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (s *Server) startWave(ctx context.Context, in *waveInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.StartWave(ctx, id, workflows.StartWave{By: s.by(ctx, in.Key), Stage: crisis.Stage(in.Body.Stage), Reason: in.Body.Reason})
	})
}

// reopenCrisis changes the row; its process hears of it and begins again.
func (s *Server) reopenCrisis(ctx context.Context, in *waveInput) (*body[crisisDetail], error) {
	_, err := s.db.Reopen(ctx, callerFrom(ctx).actor(), in.ID, crisis.Stage(in.Body.Stage), in.Body.Reason)
	return s.after(ctx, in.ID, err)
}

type pauseInput struct {
	CommandInput
	Kind string `path:"kind" maxLength:"40"`
	Body struct {
		Reason string `json:"reason" enum:"waiting_client,waiting_legal"`
	}
}

func (s *Server) pauseClock(ctx context.Context, in *pauseInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.PauseClock(ctx, id, workflows.ClockCommand{By: s.by(ctx, in.Key), Kind: clock.Kind(in.Kind), Reason: clock.PauseReason(in.Body.Reason)})
	})
}

type resumeInput struct {
	CommandInput
	Kind string `path:"kind" maxLength:"40"`
}

func (s *Server) resumeClock(ctx context.Context, in *resumeInput) (*body[crisisDetail], error) {
	return s.command(ctx, in.ID, func(id string) (workflows.CommandResult, error) {
		return s.Workflows.ResumeClock(ctx, id, workflows.ClockCommand{By: s.by(ctx, in.Key), Kind: clock.Kind(in.Kind)})
	})
}

type escalationInput struct {
	ByID
	Escalation string `path:"escalation" maxLength:"80"`
}

func (s *Server) acknowledgeEscalation(ctx context.Context, in *escalationInput) (*body[crisisDetail], error) {
	return s.after(ctx, in.ID, s.db.AcknowledgeEscalation(ctx, callerFrom(ctx).actor(), in.ID, in.Escalation))
}
