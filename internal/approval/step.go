package approval

// Step is what an approver by link must do beyond pressing a button, so that no
// machine that fetches links can decide.
type Step string

// The steps, weakest first.
const (
	// StepTypedName asks for the approver's typed name and an explicit choice.
	StepTypedName Step = "typed_name"
	// StepCode asks, besides, for a one-time code sent to the bound address.
	StepCode Step = "code"
)

// StepFor gives the step for a severity (1 is worst). Standing approvals, which
// act later without a person, always take a code. A client's setting makes the
// step stricter, never weaker; an unknown severity is treated as the worst.
func StepFor(severity int, standing bool, clientSetting Step) Step {
	if standing || (severity != 3 && severity != 4) || clientSetting == StepCode {
		return StepCode
	}
	return StepTypedName
}
