package payload

import (
	"context"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/migdalor/migdalor/internal/fault"
)

// guarded is the data converter outside workflows; inside one it becomes a
// halting converter.
type guarded struct{ converter.DataConverter }

var _ converter.ContextAware = guarded{}

// WithWorkflowContext gives the converter for workflow code.
func (g guarded) WithWorkflowContext(converter.WorkflowContext) converter.DataConverter {
	return halting(g)
}

// WithContext gives the converter for clients and activities.
func (g guarded) WithContext(context.Context) converter.DataConverter { return g }

// halting panics when a payload cannot be decrypted. In workflow code an error
// would end the case, or drop the signal, because somebody forgot an old key; a
// panic makes the server try the task again until the key is back.
type halting struct{ converter.DataConverter }

// FromPayload decodes one value.
func (h halting) FromPayload(p *commonpb.Payload, value any) error {
	return halt(h.DataConverter.FromPayload(p, value))
}

// FromPayloads decodes values.
func (h halting) FromPayloads(p *commonpb.Payloads, values ...any) error {
	return halt(h.DataConverter.FromPayloads(p, values...))
}

func halt(err error) error {
	if fault.Is(err, codeKeyUnknown) || fault.Is(err, codeTampered) {
		panic(err)
	}
	return err
}
