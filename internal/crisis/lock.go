package crisis

// Codes of why positive content is locked.
const (
	LockResponseNotOut = "response_not_out"
	LockShareClimbing  = "negative_share_climbing"
)

// LockCodes lists them all.
func LockCodes() []string { return []string{LockResponseNotOut, LockShareClimbing} }

// LockFacts are what the lock on positive content looks at.
type LockFacts struct {
	// ResponseOut is whether stage 3's response of this wave is published on
	// every affected platform.
	ResponseOut   bool
	NegativeShare float64 // 0 to 1, now
	BaselineShare float64 // 0 to 1, before the crisis
}

// PositiveContentAllowed decides whether positive content may be published:
// never before the response is out, and not while the negative share is over
// ShareLimit. The code says why not. It must be asked again at each item.
func PositiveContentAllowed(f LockFacts) (allowed bool, code string) {
	switch {
	case !f.ResponseOut:
		return false, LockResponseNotOut
	case f.NegativeShare > ShareLimit(f.BaselineShare):
		return false, LockShareClimbing
	}
	return true, ""
}
