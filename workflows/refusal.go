package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"github.com/migdalor/migdalor/internal/fault"
)

// Refusal is the detail of every application error of ours: what of a
// *fault.Error crosses the engine. The error's type is the fault's code.
type Refusal struct {
	Kind    fault.Kind     `json:"kind"`
	Message string         `json:"message"`
	Fields  []fault.Field  `json:"fields,omitempty"`
	Details map[string]any `json:"details,omitempty"`
}

// Refuse makes a fault cross the engine: permanent, so nothing is tried again.
func Refuse(f *fault.Error) error {
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Code, temporal.ApplicationErrorOptions{
		NonRetryable: true, Details: []any{Refusal{Kind: f.Kind, Message: f.Message, Fields: f.Fields, Details: f.Details}},
	})
}

// refuse turns a domain error of workflow code into one that crosses the engine.
func refuse(err error) error {
	if f, ok := fault.As(err); ok {
		return Refuse(f)
	}
	return err
}

// Refused reads what Refuse wrote, anywhere in err's chain; ok is false for
// errors that are not ours.
func Refused(err error) (f *fault.Error, ok bool) {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		return nil, false
	}
	var r Refusal
	if !app.HasDetails() || app.Details(&r) != nil || r.Kind == "" {
		return nil, false
	}
	return &fault.Error{Kind: r.Kind, Code: app.Type(), Message: r.Message, Fields: r.Fields, Details: r.Details}, true
}

// moved refuses a command that came too late.
func moved(m Moved) error {
	return Refuse(fault.New(fault.Conflict, CodeStageMoved, "Somebody else was faster: look again, then decide.").
		With("stage", m.Stage).With("severity", m.Severity).With("status", m.Status).With("by", m.By).With("at", m.At))
}
