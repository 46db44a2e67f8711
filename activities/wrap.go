package activities

import (
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/workflows"
)

// wrap decides whether an error may be tried again. What the domain refused
// stays refused, so it crosses the engine as permanent, with its code and
// details; what merely did not work is retried.
func wrap(err error) error {
	f, ok := fault.As(err)
	if !ok {
		return err
	}
	switch f.Kind {
	case fault.Unavailable, fault.Internal, fault.RateLimited:
		return err
	}
	return workflows.Refuse(f)
}
