package crisis

import (
	"reflect"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestStageMoves(t *testing.T) {
	at := func(s Stage) Position { return Position{Open, s, 1} }
	for _, from := range Stages() {
		for _, to := range Stages() {
			got, err := at(from).Advance(to)
			if ok := to.Number() == from.Number()+1; ok != (err == nil) || ok && got != at(to) {
				t.Errorf("%s to %s: %v %v", from, to, got, err)
			}
		}
	}
	if _, err := (Position{Closed, Assess, 1}).Advance(Respond); !fault.Is(err, "crisis_closed") {
		t.Errorf("closed crisis moves: %v", err)
	}
	if p, err := at(Sustain).Close(); err != nil || p.Status != Closed {
		t.Errorf("close: %v %v", p, err)
	}
	if _, err := at(Refocus).Close(); !fault.Is(err, "stage_move_refused") {
		t.Errorf("closed from refocus: %v", err)
	}
	for _, tc := range []struct {
		name string
		from Position
		to   Stage
		ok   bool
	}{
		{"sustain to detect", at(Sustain), Detect, true},
		{"respond to assess", at(Respond), Assess, true},
		{"closed to assess", Position{Closed, Sustain, 2}, Assess, true},
		{"assess to assess", at(Assess), Assess, false},
		{"detect to assess", at(Detect), Assess, false},
		{"sustain to respond", at(Sustain), Respond, false},
	} {
		got, err := tc.from.Reopen(tc.to)
		if tc.ok && (err != nil || got != Position{Open, tc.to, tc.from.Wave + 1}) || !tc.ok && !fault.Is(err, "reopen_refused") {
			t.Errorf("%s: %v %v", tc.name, got, err)
		}
	}
	if !Respond.IsActive(Refocus) || Assess.IsActive(Refocus) || Refocus.IsActive(Respond) {
		t.Error("refocus is worked on beside respond, and only beside it")
	}
}

func TestParsingRefusesTheUnknown(t *testing.T) {
	for _, s := range []string{"", "Detect", "six", "detect "} {
		if _, err := ParseStage(s); !fault.Is(err, "unknown_stage") {
			t.Errorf("stage %q: %v", s, err)
		}
	}
	for _, s := range []string{"", "0", "5", "S0", "SS1", "-1", "critical"} {
		if _, err := ParseSeverity(s); !fault.Is(err, "unknown_severity") {
			t.Errorf("severity %q: %v", s, err)
		}
	}
	for _, s := range []string{"1", "S1", "s1"} {
		if got, err := ParseSeverity(s); err != nil || got != S1 {
			t.Errorf("severity %q: %v %v", s, got, err)
		}
	}
	if _, err := ParseStatus("ajar"); !fault.Is(err, "unknown_status") {
		t.Errorf("status: %v", err)
	}
}

func TestNumbers(t *testing.T) {
	for _, tc := range []struct {
		n Number
		s string
	}{{Number{2026, 42}, "C-2026-0042"}, {Number{2026, 12345}, "C-2026-12345"}} {
		if got := tc.n.String(); got != tc.s {
			t.Errorf("got %s, want %s", got, tc.s)
		}
		if got, err := ParseNumber(tc.s); err != nil || got != tc.n {
			t.Errorf("%s: %v %v", tc.s, got, err)
		}
	}
	if got, err := ParseNumber("c-2026-0042"); err != nil || got.Seq != 42 {
		t.Errorf("small letter: %v %v", got, err)
	}
	for _, s := range []string{"", "C-2026-42", "C-2026-0000", "C-26-0042", "D-2026-0042", "C-2026-0042-1", "C-2026-00042", "C-2026--042", "C-+026-0042"} {
		if _, err := ParseNumber(s); !fault.Is(err, "crisis_number_invalid") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestSeverityRule(t *testing.T) {
	over := func(r ...float64) SeverityInput { return SeverityInput{OverFloor: true, Platforms: 1, Ratios: r} }
	for _, tc := range []struct {
		name string
		in   SeverityInput
		want Severity
		why  []string
	}{
		{"nothing", SeverityInput{}, S4, []string{ReasonNothingFired}},
		{"twice the expected", over(1, 2), S4, []string{ReasonRatio}},
		{"below the floor no ratio counts", SeverityInput{Ratios: []float64{12, 12, 12}, SharePoints: 40}, S4, []string{ReasonNothingFired}},
		{"three times in one window", over(1, 3), S4, []string{ReasonRatio}},
		{"three times in two windows", over(3, 3), S3, []string{ReasonWindows}},
		{"three times, but not in a row", over(3, 1, 3), S4, []string{ReasonRatio}},
		{"five times in two windows", over(5, 6), S3, []string{ReasonWindows}},
		{"five times sustained", over(5, 6, 5), S2, []string{ReasonSustained}},
		{"ten times", over(1, 10), S1, []string{ReasonRatio}},
		{"share up by fifteen points", SeverityInput{OverFloor: true, SharePoints: 15}, S3, []string{ReasonShare}},
		{"two platforms", SeverityInput{Platforms: 2}, S3, []string{ReasonPlatforms}},
		{"a large author", SeverityInput{MaxFollowers: 50_000}, S3, []string{ReasonFollowers}},
		{"almost", SeverityInput{OverFloor: true, Platforms: 1, MaxFollowers: 49_999, SharePoints: 14.9, Ratios: []float64{1.99}}, S4, []string{ReasonNothingFired}},
		{"boycott", SeverityInput{Flags: []Flag{FlagBoycott}}, S2, []string{ReasonFlag}},
		{"worst first, and all told", SeverityInput{OverFloor: true, Platforms: 3, Ratios: []float64{2}, Flags: []Flag{FlagMedia, FlagInjury}}, S1,
			[]string{ReasonFlag, ReasonFlag, ReasonPlatforms, ReasonRatio}},
	} {
		got, reasons := ProposeSeverity(tc.in)
		var why []string
		for _, r := range reasons {
			why = append(why, r.Code)
		}
		if got != tc.want || !reflect.DeepEqual(why, tc.why) {
			t.Errorf("%s: got %s %v, want %s %v", tc.name, got, why, tc.want, tc.why)
		}
	}
	for i, f := range Flags() {
		want := S2
		if i < 6 {
			want = S1
		}
		if got, _ := ProposeSeverity(SeverityInput{Flags: []Flag{f}}); got != want {
			t.Errorf("flag %s: %s", f, got)
		}
	}
}

func TestDefaultBudgets(t *testing.T) {
	want := map[Severity]time.Duration{S1: 15 * time.Minute, S2: 30 * time.Minute, S3: time.Hour, S4: 4 * time.Hour, 0: 0, 5: 0}
	for s, d := range want {
		if got := DefaultBudget(clock.Acknowledge, s); got != d {
			t.Errorf("%s: %v", s, got)
		}
	}
	if DefaultBudget(clock.Statement, S2) != 2*time.Hour || DefaultBudget(clock.Statement, S3) != 0 {
		t.Error("a statement is due at severity 1 and 2 only")
	}
}

func TestAdvice(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   AdviceInput
		then Strategy
		deny bool
	}{
		{"rumour", AdviceInput{Type: Rumor}, Inform, true},
		{"victim", AdviceInput{Type: Tampering}, Inform, false},
		{"victim intensified", AdviceInput{Type: Tampering, SimilarBefore: true}, Diminish, false},
		{"challenge", AdviceInput{Type: Challenge}, Diminish, false},
		{"challenge without merit", AdviceInput{Type: Challenge, WithoutMerit: true}, Diminish, true},
		{"accident intensified", AdviceInput{Type: TechnicalFailure, PoorReputation: true}, Rebuild, false},
		{"preventable", AdviceInput{Type: Misdeed, WithoutMerit: true}, Rebuild, false},
		{"preventable intensified", AdviceInput{Type: HumanError, PoorReputation: true, SimilarBefore: true}, Rebuild, false},
	} {
		a, err := Advise(tc.in)
		if err != nil || !reflect.DeepEqual(a.First, []Strategy{Instruct, Adjust}) || !reflect.DeepEqual(a.Then, []Strategy{tc.then}) || a.MayDeny != tc.deny {
			t.Errorf("%s: %+v %v", tc.name, a, err)
		}
	}
	if _, err := Advise(AdviceInput{Type: "flood"}); !fault.Is(err, "unknown_crisis_type") {
		t.Errorf("unknown type: %v", err)
	}
	for _, tc := range []struct {
		name   string
		chosen []Strategy
		reason string
		code   string
	}{
		{"fine", []Strategy{Instruct, Adjust, Rebuild, Bolster}, "", ""},
		{"deny alone", []Strategy{Deny}, "", ""},
		{"deny and rebuild", []Strategy{Deny, Rebuild}, "because", "strategy_mixed"},
		{"deny and diminish", []Strategy{Diminish, Deny}, "", "strategy_mixed"},
		{"deny and rebuild, explained", []Strategy{Deny, Rebuild}, "two separate claims", ""},
		{"none", nil, "", "strategy_missing"},
		{"unknown", []Strategy{"hide"}, "", "unknown_strategy"},
	} {
		err := CheckStrategy(tc.chosen, tc.reason)
		if tc.code == "" && err != nil || tc.code != "" && !fault.Is(err, tc.code) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestFlareUp(t *testing.T) {
	base := FlareFacts{Position: Position{Open, Sustain, 1}, Severity: S3, Proposed: S3, SameMatter: true, Now: now}
	for _, tc := range []struct {
		name   string
		change func(*FlareFacts)
		want   FlareAction
		stage  Stage
		why    string
	}{
		{"still in respond", func(f *FlareFacts) { f.Position.Stage, f.SameMatter = Respond, false }, FlareAttach, "", ReasonStillHandled},
		{"same matter again", func(*FlareFacts) {}, FlareNewWave, Assess, ReasonKnownMatter},
		{"in refocus", func(f *FlareFacts) { f.Position.Stage = Refocus }, FlareNewWave, Assess, ReasonKnownMatter},
		{"worse", func(f *FlareFacts) { f.Proposed = S1 }, FlareNewWave, Detect, ReasonWorseThanKnown},
		{"milder", func(f *FlareFacts) { f.Proposed = S4 }, FlareNewWave, Assess, ReasonKnownMatter},
		{"new concerns too", func(f *FlareFacts) { f.NewOnes = true }, FlareNewWave, Detect, ReasonNewConcerns},
		{"another matter", func(f *FlareFacts) { f.SameMatter = false }, FlareNewCrisis, "", ReasonOtherMatter},
		{"closed a month ago to the second", func(f *FlareFacts) { f.Position.Status, f.ClosedAt = Closed, ago(ReopenWithin) }, FlareNewWave, Assess, ReasonKnownMatter},
		{"closed longer ago", func(f *FlareFacts) { f.Position.Status, f.ClosedAt = Closed, ago(ReopenWithin+time.Second) }, FlareNewCrisis, "", ReasonClosedLongAgo},
	} {
		f := base
		tc.change(&f)
		if got := FlareUp(f); got.Action != tc.want || got.Stage != tc.stage || got.Reason.Code != tc.why {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

func TestReviewDatesAreCalendarDays(t *testing.T) {
	cal, err := clock.New(clock.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	// Resolved 22:30 on Tuesday 24 March 2026; clocks change on the 27th.
	resolved := time.Date(2026, time.March, 24, 20, 30, 0, 0, time.UTC)
	want := []string{
		"2026-03-25T07:00:00Z", // Wednesday 09:00 at +2
		"2026-03-31T06:00:00Z", // Tuesday 09:00 at +3: an hour less than 7 × 24 later
		"2026-04-23T06:00:00Z",
		"2026-05-24T05:00:00Z", // the 60th day is a Saturday: Sunday at 08:00
		"2026-06-22T06:00:00Z",
	}
	for i, r := range ReviewDates(resolved, DefaultReviews(), cal) {
		if got := r.At.Format(time.RFC3339); got != want[i] || r.Days != DefaultReviews()[i] {
			t.Errorf("+%d: %s, want %s", r.Days, got, want[i])
		}
	}
}
