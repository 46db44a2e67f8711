package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// handleCommands registers the updates. A validator refuses what is plainly too
// late, so that nothing of it is recorded; the handler looks again when its
// turn has come.
func (w *crisisRun) handleCommands(ctx workflow.Context) error {
	for _, register := range []func() error{
		func() error {
			return onUpdate(ctx, w, UpdateLeaveStage, func(c LeaveStage) By { return c.By }, w.mayLeave, leaveStage)
		},
		func() error {
			return onUpdate(ctx, w, UpdateChangeSeverity, func(c ChangeSeverity) By { return c.By }, w.mayChange, changeSeverity)
		},
		func() error {
			return onUpdate(ctx, w, UpdateHandOver, func(c HandOver) By { return c.By }, func(HandOver) error { return w.mustBeOpen() }, handOver)
		},
		func() error {
			return onUpdate(ctx, w, UpdateStartWave, func(c StartWave) By { return c.By }, w.mayStartWave, startWave)
		},
		func() error {
			return onUpdate(ctx, w, UpdatePauseClock, func(c ClockCommand) By { return c.By }, w.mayPause, w.pauseClock)
		},
		func() error {
			return onUpdate(ctx, w, UpdateResumeClock, func(c ClockCommand) By { return c.By }, w.mayResume, w.resumeClock)
		},
	} {
		if err := register(); err != nil {
			return err
		}
	}
	return nil
}

// onUpdate registers one command: check reads the state only, execute records
// the command and gives the position afterwards.
func onUpdate[C any](ctx workflow.Context, w *crisisRun, name string, by func(C) By, check func(C) error,
	execute func(workflow.Context, CommandInput[C]) (CrisisNow, error),
) error {
	known := func(c C) bool {
		_, ok := w.state.answer(by(c).CommandID)
		return ok
	}
	handle := func(ctx workflow.Context, c C) (CommandResult, error) {
		if err := workflow.Await(ctx, func() bool { return w.ready }); err != nil {
			return CommandResult{}, err
		}
		if err := w.busy.Lock(ctx); err != nil {
			return CommandResult{}, err
		}
		defer w.busy.Unlock()
		if r, ok := w.state.answer(by(c).CommandID); ok {
			return r, nil
		}
		if err := check(c); err != nil {
			return CommandResult{}, refuse(err)
		}
		now, err := execute(ctx, CommandInput[C]{CrisisID: w.id, Key: CrisisID(w.id) + "/" + by(c).CommandID, Command: c})
		if err != nil {
			return CommandResult{}, refuse(err)
		}
		if err := w.take(ctx, now, by(c).UserID); err != nil {
			return CommandResult{}, err
		}
		w.changed = true
		return w.state.remember(by(c).CommandID), nil
	}
	validate := func(ctx workflow.Context, c C) error {
		if by(c).CommandID == "" || by(c).UserID == "" {
			return Refuse(fault.New(fault.Invalid, "command_incomplete", "A command needs an id and a person."))
		}
		// Before the plan is loaded nothing is known to refuse by.
		if !w.ready || known(c) {
			return nil
		}
		return refuse(check(c))
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, name, handle, workflow.UpdateHandlerOptions{Validator: validate})
}

// take brings clocks and ladders in line with a new position.
func (w *crisisRun) take(ctx workflow.Context, now CrisisNow, by string) error {
	s := &w.state
	was := s.Now
	for i := range now.Reviews {
		for _, r := range was.Reviews {
			if r.ID == now.Reviews[i].ID {
				now.Reviews[i].Reminders = r.Reminders
			}
		}
	}
	s.Now = now
	var cancelled []clock.Kind
	switch {
	case now.Wave != was.Wave:
		cancelled = w.cancel(func(clock.Kind) bool { return true })
		s.Clocks, s.Cancelled, s.Ladders = nil, nil, nil
	case now.Status != was.Status || now.Stage != was.Stage:
		cancelled = w.cancel(func(k clock.Kind) bool { return !s.matters(k) })
	}
	if len(cancelled) > 0 {
		err := saveClocks(ctx, SaveClocks{CrisisID: w.id, Wave: was.Wave, Cancel: cancelled})
		if err := w.tolerate(ctx, "cancel clocks", err); err != nil {
			return err
		}
	}
	if now.Severity.WorseThan(was.Severity) && now.Wave == was.Wave {
		w.rearm(workflow.Now(ctx), by)
	}
	w.startClocks(ctx)
	w.tick(ctx)
	return w.save(ctx)
}

func (w *crisisRun) mustBeOpen() error {
	if w.state.Now.Status != crisis.Open {
		return moved(w.state.moved())
	}
	return nil
}

func (w *crisisRun) mayLeave(c LeaveStage) error {
	if w.state.Now.Status != crisis.Open || c.Expected != w.state.Now.Stage {
		return moved(w.state.moved())
	}
	return nil
}

func (w *crisisRun) mayChange(c ChangeSeverity) error {
	if _, err := crisis.SeverityOf(int(c.Severity)); err != nil {
		return err
	}
	if w.state.Now.Status != crisis.Open || c.Expected != w.state.Now.Severity {
		return moved(w.state.moved())
	}
	return nil
}

func (w *crisisRun) mayStartWave(c StartWave) error {
	if err := w.mustBeOpen(); err != nil {
		return err
	}
	_, err := w.state.position().Reopen(c.Stage)
	return err
}

func (w *crisisRun) mayPause(c ClockCommand) error {
	k, err := w.mustCount(c.Kind)
	if err != nil {
		return err
	}
	if k.State == clock.Paused || k.Ended() {
		return fault.New(fault.Conflict, "clock_not_running", "The clock is not running: it is %s.", k.State)
	}
	if c.Reason != clock.WaitingClient && c.Reason != clock.WaitingLegal {
		return fault.New(fault.Invalid, "pause_reason_unknown", "A clock is paused while waiting for the client or for legal advice.")
	}
	return nil
}

func (w *crisisRun) mayResume(c ClockCommand) error {
	k, err := w.mustCount(c.Kind)
	if err == nil && k.State != clock.Paused {
		err = fault.New(fault.Conflict, "clock_not_paused", "The clock is not paused: it is %s.", k.State)
	}
	return err
}

func (w *crisisRun) mustCount(k clock.Kind) (*clock.Clock, error) {
	if err := w.mustBeOpen(); err != nil {
		return nil, err
	}
	c := w.state.clock(k)
	if c == nil {
		return nil, fault.New(fault.NotFound, "not_found", "There is no such clock in this wave.")
	}
	return c, nil
}

func (w *crisisRun) pauseClock(ctx workflow.Context, in CommandInput[ClockCommand]) (CrisisNow, error) {
	return w.change(ctx, in.Command, func(c clock.Clock) (clock.Clock, error) {
		return c.Pause(workflow.Now(ctx), in.Command.Reason, w.cal, in.Command.By.UserID)
	})
}

func (w *crisisRun) resumeClock(ctx workflow.Context, in CommandInput[ClockCommand]) (CrisisNow, error) {
	return w.change(ctx, in.Command, func(c clock.Clock) (clock.Clock, error) {
		return c.Resume(workflow.Now(ctx), w.cal, in.Command.By.UserID)
	})
}

// change moves one clock; the position stays, and take stores the clock.
func (w *crisisRun) change(ctx workflow.Context, cmd ClockCommand, fn func(clock.Clock) (clock.Clock, error)) (CrisisNow, error) {
	w.tick(ctx)
	for i, c := range w.state.Clocks {
		if c.Kind != cmd.Kind {
			continue
		}
		c, err := fn(c)
		if err != nil {
			return CrisisNow{}, err
		}
		w.put(i, c)
	}
	return w.state.Now, nil
}
