package workflows

import "time"

// The activities of the publication workflow: methods of activities.Publications.
const (
	ActPreparePublication = "PreparePublication"
	ActSendPublication    = "SendPublication"
	ActLookUpPublication  = "LookUpPublication"
)

// What a publication's row asks of its workflow.
const (
	NextSend      = "send"      // make the call
	NextWait      = "wait"      // until PublicationStep.Until, or until told of a change
	NextReconcile = "reconcile" // look up what became of a call
	NextPerson    = "person"    // until a person acts
	NextDone      = "done"      // nothing more will happen
)

// PublicationRef names a publication.
type PublicationRef struct {
	PublicationID string `json:"publication_id"`
}

// PublicationStep is what a publication's row asks for now.
type PublicationStep struct {
	Next  string    `json:"next"`
	State string    `json:"state"`
	Until time.Time `json:"until"`
	// Attempts counts the calls so far.
	Attempts int `json:"attempts"`
}

// LookUp asks what became of a call.
type LookUp struct {
	PublicationID string `json:"publication_id"`
	// GiveUp says that it is the last look: what stays unknown is a person's to settle.
	GiveUp bool `json:"give_up"`
}

// CallResult is what is known after a call or a look.
type CallResult struct {
	// State is the row's state now.
	State string `json:"state"`
	// RetryAfter is how long the platform asks to wait; zero when it does not say.
	RetryAfter time.Duration `json:"retry_after"`
}
