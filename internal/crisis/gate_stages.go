package crisis

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of the exit gates.
const (
	NegativeHold = 24 * time.Hour // the negative rate stays under half its peak for this long
	CalmHold     = 72 * time.Hour // no rise above the baseline for this long
	ShareFactor  = 1.5            // × baseline that the negative share may reach
	// MinBaseline stands in for a baseline share that is smaller: one negative
	// mention must not hold a brand that never had any.
	MinBaseline = 0.05
)

// ShareLimit is the highest calm negative share (0 to 1) for a baseline share.
func ShareLimit(baseline float64) float64 { return ShareFactor * max(baseline, MinBaseline) }

// DetectFacts are stage 1's.
type DetectFacts struct {
	Triaged            bool   // somebody decided what the alert is
	TriageOwner        string // user id of who owns the decision
	Acknowledged       bool   // an acknowledgement of this wave is published
	NoAcknowledgement  bool   // a person decided that none is needed …
	NoAckReason        string // … and why
	ScheduledUndecided int    // scheduled items without a decision: hold or let run
}

func (f DetectFacts) missing() []Missing {
	var out missingList
	out.when(!f.Triaged, MissingTriage)
	out.when(f.Triaged && f.TriageOwner == "", MissingTriageOwner)
	out.when(!f.Acknowledged && !f.NoAcknowledgement, MissingAcknowledge)
	out.when(!f.Acknowledged && f.NoAcknowledgement && !reasonGiven(f.NoAckReason), MissingAckReason)
	out.when(f.ScheduledUndecided > 0, MissingScheduled, "count", strconv.Itoa(f.ScheduledUndecided))
	return out
}

// AssessFacts are stage 2's.
type AssessFacts struct {
	Assessment        *Assessment // the latest revision; nil when there is none
	SeverityConfirmed bool        // by a person, in this wave
}

func (f AssessFacts) missing() []Missing {
	var out missingList
	if f.Assessment == nil {
		out.when(true, MissingAssessment)
	} else {
		out = append(out, f.Assessment.Missing()...)
	}
	out.when(!f.SeverityConfirmed, MissingSeverityConfirmed)
	return out
}

// RespondFacts are stage 3's.
type RespondFacts struct {
	Affected     []string // platforms that the assessment marks as affected
	Published    []string // platforms on which a response of this wave is out
	Approved     bool     // a response of this wave has all its approvals
	Steps        int      // steps to a solution
	StepsNoOwner int
	StepsNoDue   int
	StepsOverdue int     // not done and past their due date
	HandoffsToDo int     // complex conversations not handed to a private channel yet
	HandoffsLate int     // handed off, not closed, past their limit
	PeakRate     float64 // highest negative mentions per hour of this wave
	Rate         float64 // negative mentions per hour now
	// UnderHalfSince is since when the rate has stayed under half its peak; nil
	// while it does not.
	UnderHalfSince *time.Time
}

func (f RespondFacts) missing(now time.Time) []Missing {
	var out missingList
	out.when(!f.Approved, MissingResponseApproved)
	out.when(len(f.Affected) == 0 && len(f.Published) == 0, MissingResponseTargets)
	for _, p := range f.Affected {
		out.when(!slices.Contains(f.Published, p), MissingResponsePublished, "platform", p)
	}
	out.when(f.Steps == 0, MissingSolutionSteps)
	count := func(n int, code string) { out.when(n > 0, code, "count", strconv.Itoa(n)) }
	count(f.StepsNoOwner, MissingStepOwner)
	count(f.StepsNoDue, MissingStepDue)
	count(f.StepsOverdue, MissingStepsOverdue)
	count(f.HandoffsToDo, MissingHandoffs)
	count(f.HandoffsLate, MissingHandoffsLate)
	if f.UnderHalfSince == nil {
		out.when(true, MissingNegativeRate, "rate", figure(f.Rate), "limit", figure(f.PeakRate/2))
	} else {
		left := NegativeHold - now.Sub(*f.UnderHalfSince)
		out.when(left > 0, MissingNegativeHold, "hours", hoursUp(left))
	}
	return out
}

// hoursUp writes a duration in whole hours, rounded up.
func hoursUp(d time.Duration) string {
	return strconv.Itoa(int((d + time.Hour - 1) / time.Hour))
}

// ContentKind is one of the guide's three kinds of positive content.
type ContentKind string

// The kinds.
const (
	SuccessStory ContentKind = "success_story"
	Achievement  ContentKind = "achievement"
	Value        ContentKind = "value"
)

// ContentKinds lists them all.
func ContentKinds() []ContentKind { return []ContentKind{SuccessStory, Achievement, Value} }

// PlannedContent counts the plan's items of one kind; cancelled items are left out.
type PlannedContent struct {
	Kind      ContentKind
	Planned   int // including published
	Published int
}

// RefocusFacts are stage 4's.
type RefocusFacts struct {
	Plan           []PlannedContent
	WithoutConsent int     // success stories without the customer's consent on file
	NegativeShare  float64 // 0 to 1, now
	BaselineShare  float64 // 0 to 1, before the crisis
}

func (f RefocusFacts) missing() []Missing {
	var out missingList
	total, open := 0, 0
	byKind := make(map[ContentKind]int, 3)
	for _, p := range f.Plan {
		total += p.Planned
		open += max(0, p.Planned-p.Published)
		byKind[p.Kind] += p.Planned
	}
	for _, k := range ContentKinds() {
		out.when(byKind[k] == 0, MissingPlanKind, "kind", string(k))
		// Balanced means that no kind takes more than three fifths of the plan.
		out.when(byKind[k]*5 > total*3, MissingPlanBalance, "kind", string(k))
	}
	out.when(f.WithoutConsent > 0, MissingPlanConsent, "count", strconv.Itoa(f.WithoutConsent))
	out.when(open > 0, MissingPlanPublished, "count", strconv.Itoa(open))
	out.when(f.NegativeShare > ShareLimit(f.BaselineShare), MissingShareCalm,
		"share", percent(f.NegativeShare), "limit", percent(ShareLimit(f.BaselineShare)))
	return out
}

// percent writes a share of 0 to 1 as a figure of percent, without the sign.
func percent(share float64) string { return figure(share * 100) }

// ReviewFacts is one dated review.
type ReviewFacts struct {
	Days         int // after resolution
	Held         bool
	Waived       bool
	WaivedReason string
}

// SustainFacts are stage 5's.
type SustainFacts struct {
	CalmSince      *time.Time // last rise above the baseline ended; nil while it lasts
	Reviews        []ReviewFacts
	Lessons        int  // written
	PlaybookChange bool // proposed
	ReportApproved bool // by the client, by link
}

func (f SustainFacts) missing(now time.Time) []Missing {
	var out missingList
	left := CalmHold
	if f.CalmSince != nil {
		left -= now.Sub(*f.CalmSince)
	}
	out.when(left > 0, MissingCalm, "hours", hoursUp(left))
	for _, r := range f.Reviews {
		days := strconv.Itoa(r.Days)
		out.when(!r.Held && !r.Waived, MissingReview, "days", days)
		out.when(!r.Held && r.Waived && strings.TrimSpace(r.WaivedReason) == "", MissingReviewReason, "days", days)
	}
	out.when(f.Lessons == 0, MissingLessons)
	out.when(!f.PlaybookChange, MissingPlaybookChange)
	out.when(!f.ReportApproved, MissingReportApproved)
	return out
}
