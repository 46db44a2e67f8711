package crisis

import (
	"reflect"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) *time.Time {
	t := now.Add(-d)
	return &t
}

func score(n int) Effect { return Effect{Score: &n, Confidence: Medium, Evidence: "calls to the desk"} }

func wholeAssessment() Assessment {
	return Assessment{
		Platforms: []Platform{{Name: "bluesky", Mentions: 40, NegativeShare: 0.6, Affected: true}},
		Sentiment: Sentiment{Negative: 24, Neutral: 10, Positive: 6},
		Concerns:  []Concern{{Text: "late deliveries", Examples: []string{"m1"}}},
		Impact:    Impact{Trust: score(2), Brand: score(0), Revenue: score(4)},
		Facts:     []Fact{{Text: "120 parcels are late", Status: Verified, Source: "warehouse"}},
		Strategy:  StrategyChoice{Input: AdviceInput{Type: HumanError}, Chosen: []Strategy{Instruct, Adjust, Rebuild}, Reason: "We made the mistake."},
	}
}

// ready are the facts with which every gate is open.
func ready() GateFacts {
	a := wholeAssessment()
	return GateFacts{
		Now:     now,
		Detect:  DetectFacts{Triaged: true, TriageOwner: "u1", Acknowledged: true},
		Assess:  AssessFacts{Assessment: &a, SeverityConfirmed: true},
		Respond: RespondFacts{Affected: []string{"bluesky"}, Published: []string{"bluesky"}, Approved: true, Steps: 2, PeakRate: 30, Rate: 4, UnderHalfSince: ago(24 * time.Hour)},
		Refocus: RefocusFacts{Plan: []PlannedContent{{SuccessStory, 1, 1}, {Achievement, 1, 1}, {Value, 3, 3}}, NegativeShare: 0.15, BaselineShare: 0.1},
		Sustain: SustainFacts{CalmSince: ago(72 * time.Hour), Reviews: []ReviewFacts{{Days: 1, Held: true}, {Days: 7, Waived: true, WaivedReason: "client on leave"}}, Lessons: 1, PlaybookChange: true, ReportApproved: true},
	}
}

func TestGatesSayExactlyWhatIsMissing(t *testing.T) {
	p := func(kv ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	for _, tc := range []struct {
		name   string
		stage  Stage
		change func(*GateFacts)
		want   []Missing
	}{
		{"detect: nothing done", Detect, func(f *GateFacts) { f.Detect = DetectFacts{} }, []Missing{{Code: MissingTriage}, {Code: MissingAcknowledge}}},
		{"detect: no owner", Detect, func(f *GateFacts) { f.Detect.TriageOwner = "" }, []Missing{{Code: MissingTriageOwner}}},
		{"detect: none, with reason", Detect, func(f *GateFacts) {
			f.Detect.Acknowledged, f.Detect.NoAcknowledgement, f.Detect.NoAckReason = false, true, "one troll, no customers"
		}, nil},
		{"detect: none, without reason", Detect, func(f *GateFacts) { f.Detect.Acknowledged, f.Detect.NoAcknowledgement = false, true }, []Missing{{Code: MissingAckReason}}},
		{"detect: scheduled items open", Detect, func(f *GateFacts) { f.Detect.ScheduledUndecided = 3 }, []Missing{{MissingScheduled, p("count", "3")}}},
		{"assess: none", Assess, func(f *GateFacts) { f.Assess = AssessFacts{} }, []Missing{{Code: MissingAssessment}, {Code: MissingSeverityConfirmed}}},
		{"assess: empty", Assess, func(f *GateFacts) { f.Assess.Assessment = &Assessment{} }, []Missing{
			{Code: MissingPlatforms}, {Code: MissingSentiment}, {Code: MissingConcerns},
			{MissingImpact, p("area", "trust")}, {MissingImpact, p("area", "brand")}, {MissingImpact, p("area", "revenue")},
			{Code: MissingFacts}, {Code: MissingStrategy},
		}},
		{"assess: half", Assess, func(f *GateFacts) {
			a := f.Assess.Assessment
			a.Platforms[0].Affected, a.Concerns[0].Examples, a.Impact.Trust.Evidence, a.Impact.Brand.Confidence = false, nil, " ", ""
			a.Facts[0].Source, a.Strategy.Reason = "", "short"
		}, []Missing{
			{Code: MissingAffected}, {MissingConcernExamples, p("concern", "late deliveries")}, {MissingImpactEvidence, p("area", "trust")},
			{MissingImpactConfidence, p("area", "brand")}, {MissingFactSource, p("fact", "120 parcels are late")}, {Code: MissingStrategyReason},
		}},
		{"respond: a platform lacks the response", Respond, func(f *GateFacts) { f.Respond.Affected = []string{"bluesky", "facebook"} }, []Missing{{MissingResponsePublished, p("platform", "facebook")}}},
		{"respond: nothing known", Respond, func(f *GateFacts) { f.Respond = RespondFacts{} }, []Missing{
			{Code: MissingResponseApproved}, {Code: MissingResponseTargets}, {Code: MissingSolutionSteps}, {MissingNegativeRate, p("rate", "0", "limit", "0")},
		}},
		{"respond: steps and conversations", Respond, func(f *GateFacts) {
			r := &f.Respond
			r.StepsNoOwner, r.StepsNoDue, r.StepsOverdue, r.HandoffsToDo, r.HandoffsLate = 1, 2, 3, 4, 5
		}, []Missing{
			{MissingStepOwner, p("count", "1")}, {MissingStepDue, p("count", "2")}, {MissingStepsOverdue, p("count", "3")},
			{MissingHandoffs, p("count", "4")}, {MissingHandoffsLate, p("count", "5")},
		}},
		{"respond: a second short of a day", Respond, func(f *GateFacts) { f.Respond.UnderHalfSince = ago(24*time.Hour - time.Second) }, []Missing{{MissingNegativeHold, p("hours", "1")}}},
		{"respond: still high", Respond, func(f *GateFacts) { f.Respond.UnderHalfSince, f.Respond.Rate = nil, 18.25 }, []Missing{{MissingNegativeRate, p("rate", "18.2", "limit", "15")}}},
		{"refocus: a kind is missing", Refocus, func(f *GateFacts) {
			f.Refocus.Plan = []PlannedContent{{SuccessStory, 1, 1}, {Value, 1, 1}}
		}, []Missing{{MissingPlanKind, p("kind", "achievement")}}},
		{"refocus: one kind takes over", Refocus, func(f *GateFacts) { f.Refocus.Plan[2] = PlannedContent{Value, 4, 4} }, []Missing{{MissingPlanBalance, p("kind", "value")}}},
		{"refocus: not published, no consent", Refocus, func(f *GateFacts) {
			f.Refocus.Plan[2].Published, f.Refocus.WithoutConsent = 1, 1
		}, []Missing{{MissingPlanConsent, p("count", "1")}, {MissingPlanPublished, p("count", "2")}}},
		{"refocus: share over 1.5 × baseline", Refocus, func(f *GateFacts) { f.Refocus.NegativeShare = 0.16 }, []Missing{{MissingShareCalm, p("share", "16", "limit", "15")}}},
		{"refocus: no baseline to speak of", Refocus, func(f *GateFacts) { f.Refocus.NegativeShare, f.Refocus.BaselineShare = 0.07, 0 }, nil},
		{"sustain: not calm", Sustain, func(f *GateFacts) { f.Sustain.CalmSince = nil }, []Missing{{MissingCalm, p("hours", "72")}}},
		{"sustain: calm for a while", Sustain, func(f *GateFacts) { f.Sustain.CalmSince = ago(70*time.Hour + time.Minute) }, []Missing{{MissingCalm, p("hours", "2")}}},
		{"sustain: papers", Sustain, func(f *GateFacts) {
			f.Sustain = SustainFacts{CalmSince: ago(100 * time.Hour), Reviews: []ReviewFacts{{Days: 1}, {Days: 7, Waived: true}}}
		}, []Missing{
			{MissingReview, p("days", "1")}, {MissingReviewReason, p("days", "7")}, {Code: MissingLessons}, {Code: MissingPlaybookChange}, {Code: MissingReportApproved},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := ready()
			if open, err := CheckExit(tc.stage, f); err != nil || len(open) > 0 {
				t.Fatalf("the gate is not open to begin with: %v %v", open, err)
			}
			tc.change(&f)
			got, err := CheckExit(tc.stage, f)
			if err != nil || !reflect.DeepEqual(got, tc.want) && len(got)+len(tc.want) > 0 {
				t.Errorf("got %v %v\nwant %v", got, err, tc.want)
			}
		})
	}
	if _, err := CheckExit("after", ready()); !fault.Is(err, "unknown_stage") {
		t.Errorf("unknown stage: %v", err)
	}
}

func TestOverride(t *testing.T) {
	some := []Missing{{Code: MissingLessons}}
	for _, tc := range []struct {
		name    string
		missing []Missing
		reason  string
		allowed bool
		code    string
	}{
		{"gate open", nil, "", false, ""},
		{"no reason tells what is missing", some, "", true, "gate_not_met"},
		{"no permission", some, "the client insists on it", false, "gate_override_forbidden"},
		{"nine characters", some, "  ניסוי קצר ", true, "gate_reason_short"},
		{"ten characters", some, "ניסוי קצרה", true, ""},
	} {
		err := CheckOverride(tc.missing, tc.reason, tc.allowed)
		if tc.code == "" && err != nil || tc.code != "" && !fault.Is(err, tc.code) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.code)
		}
		if e, ok := fault.As(err); ok && e.Details["missing"] == nil {
			t.Errorf("%s: the answer does not say what is missing", tc.name)
		}
	}
}

func TestPositiveContentLock(t *testing.T) {
	for _, tc := range []struct {
		name string
		f    LockFacts
		code string
	}{
		{"before the response", LockFacts{BaselineShare: 0.2}, LockResponseNotOut},
		{"after the response", LockFacts{ResponseOut: true, NegativeShare: 0.3, BaselineShare: 0.2}, ""},
		{"the share climbs again", LockFacts{ResponseOut: true, NegativeShare: 0.31, BaselineShare: 0.2}, LockShareClimbing},
	} {
		allowed, code := PositiveContentAllowed(tc.f)
		if code != tc.code || allowed != (code == "") {
			t.Errorf("%s: got %v %q", tc.name, allowed, code)
		}
	}
}

func TestAssessmentValidate(t *testing.T) {
	five := 5
	for _, tc := range []struct {
		name, code, field string
		change            func(*Assessment)
	}{
		{"whole", "", "", func(*Assessment) {}},
		{"unfinished is not wrong", "", "", func(a *Assessment) { *a = Assessment{} }},
		{"score of five", "assessment_invalid", "impact.brand.score", func(a *Assessment) { a.Impact.Brand.Score = &five }},
		{"unknown confidence", "assessment_invalid", "impact.trust.confidence", func(a *Assessment) { a.Impact.Trust.Confidence = "sure" }},
		{"unknown fact status", "assessment_invalid", "facts[0].status", func(a *Assessment) { a.Facts[0].Status = "true" }},
		{"share of two", "assessment_invalid", "platforms[0].negative_share", func(a *Assessment) { a.Platforms[0].NegativeShare = 2 }},
		{"negative count", "assessment_invalid", "sentiment", func(a *Assessment) { a.Sentiment.Neutral = -1 }},
		{"concern without words", "assessment_invalid", "concerns[0].text", func(a *Assessment) { a.Concerns[0].Text = " " }},
		{"unknown type", "assessment_invalid", "strategy.input.type", func(a *Assessment) { a.Strategy.Input.Type = "bad_day" }},
		{"mixed strategy", "strategy_mixed", "", func(a *Assessment) { a.Strategy = StrategyChoice{Chosen: []Strategy{Deny, Rebuild}} }},
	} {
		a := wholeAssessment()
		tc.change(&a)
		err := a.Validate()
		if tc.code == "" && err != nil || tc.code != "" && !fault.Is(err, tc.code) {
			t.Errorf("%s: got %v", tc.name, err)
			continue
		}
		if e, ok := fault.As(err); ok && tc.field != "" && (len(e.Fields) != 1 || e.Fields[0].Location != tc.field) {
			t.Errorf("%s: fields %+v", tc.name, e.Fields)
		}
	}
}
