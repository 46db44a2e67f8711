package approval

import (
	"fmt"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Party is whose approval a round asks for.
type Party string

// The parties, in the order in which policies usually ask them.
const (
	PartyManager Party = "manager"
	PartyLegal   Party = "legal"
	PartyClient  Party = "client"
)

// Mode says how many of a round's approvers must agree.
type Mode string

// The modes of a round.
const (
	ModeAny  Mode = "any"    // one of them
	ModeAll  Mode = "all"    // each of them
	ModeKofN Mode = "k_of_n" // Round.K of them
)

// ApproverRef names one person who is asked.
type ApproverRef struct {
	// ID is the user or the client's contact; one person has one id throughout a request.
	ID string `json:"id"`
	// Name is shown; it decides nothing.
	Name string `json:"name,omitempty"`
	// External people have no account and decide by signed link.
	External bool `json:"external,omitempty"`
}

// Round is one step of an approval. Rounds are asked one after another.
type Round struct {
	Name      string        `json:"name"`
	Party     Party         `json:"party"`
	Mode      Mode          `json:"mode"`
	K         int           `json:"k,omitempty"` // used by ModeKofN only
	Approvers []ApproverRef `json:"approvers"`
}

// DecisionKind is what an approver said.
type DecisionKind string

// The three answers; there is no fourth, and silence is none of them.
const (
	Approved         DecisionKind = "approved"
	ChangesRequested DecisionKind = "changes_requested"
	Declined         DecisionKind = "declined"
)

// Decision is one recorded answer to exactly one content.
type Decision struct {
	ApproverID  string       `json:"approver_id"`
	VersionHash Hash         `json:"version_hash"` // what the approver saw
	Kind        DecisionKind `json:"kind"`
	At          time.Time    `json:"at"`
}

// State is where a request stands.
type State string

// The states of a request as far as decisions alone tell; expiry and
// superseding are the caller's, and neither can make it approved.
const (
	StateOpen             State = "open"
	StateApproved         State = "approved"
	StateChangesRequested State = "changes_requested"
	StateDeclined         State = "declined"
)

// Request is what the decisions are held against.
type Request struct {
	VersionHash Hash
	// AuthorID wrote the version; empty when nobody's own (a template).
	AuthorID string
	Rounds   []Round
}

// Outcome is what the decisions so far amount to.
type Outcome struct {
	State State
	// CurrentRound is the index of the round that is asked, or of the one that
	// ended the request; len(Rounds)-1 once approved.
	CurrentRound int
	// Waiting lists who is still asked; empty once the request has ended.
	Waiting []ApproverRef
	// EndedBy is the decision that ended the request; nil while open.
	EndedBy *Decision
}

// Need is how many different people of the round must approve; it is larger
// than their number when the round can never be passed.
func (r Round) Need() int {
	n := len(distinct(r.Approvers))
	switch {
	case r.Mode == ModeAny && n > 0:
		return 1
	case r.Mode == ModeAll && n > 0:
		return n
	case r.Mode == ModeKofN && r.K > 0:
		return r.K
	default:
		return n + 1
	}
}

func (r Round) has(id string) bool {
	return slices.ContainsFunc(r.Approvers, func(a ApproverRef) bool { return a.ID == id })
}

// CheckRounds refuses a policy that nobody could ever pass or that asks nobody.
func CheckRounds(rounds []Round) error {
	var fields []fault.Field
	bad := func(i int, what string) {
		fields = append(fields, fault.Field{Location: fmt.Sprintf("rounds[%d]", i), Code: "round_invalid", Message: what})
	}
	for i, r := range rounds {
		people := distinct(r.Approvers)
		switch {
		case !slices.Contains([]Party{PartyManager, PartyLegal, PartyClient}, r.Party):
			bad(i, "the party must be manager, legal or client")
		case !slices.Contains([]Mode{ModeAny, ModeAll, ModeKofN}, r.Mode):
			bad(i, "the mode must be any, all or k_of_n")
		case len(people) == 0 || slices.ContainsFunc(people, func(a ApproverRef) bool { return a.ID == "" }):
			bad(i, "the round names nobody")
		case len(people) != len(r.Approvers):
			bad(i, "the round names somebody twice")
		case r.Need() > len(people):
			bad(i, fmt.Sprintf("the round asks for %d approvals of %d people", r.K, len(people)))
		}
	}
	if len(rounds) == 0 {
		return fault.New(fault.Invalid, "rounds_missing", "an approval needs at least one round")
	}
	if len(fields) > 0 {
		return fault.New(fault.Invalid, "rounds_invalid", "the approval rounds cannot be passed as they are").WithFields(fields...)
	}
	return nil
}

// CheckFourEyes refuses rounds in which the author is the only person asked.
// Evaluate enforces the rest: the author's approvals alone never suffice.
func CheckFourEyes(authorID string, rounds []Round) error {
	for _, r := range rounds {
		for _, a := range r.Approvers {
			if a.ID != authorID {
				return nil
			}
		}
	}
	return fault.New(fault.Conflict, "four_eyes", "somebody other than the author must be asked to approve")
}

func distinct(people []ApproverRef) []ApproverRef {
	var out []ApproverRef
	for _, p := range people {
		if !slices.ContainsFunc(out, func(q ApproverRef) bool { return q.ID == p.ID }) {
			out = append(out, p)
		}
	}
	return out
}
