package crisis

import (
	"slices"
	"strconv"
)

// Flag is something in a mention that no count can outweigh.
type Flag string

// The flags. The first six make a crisis critical, the others severe.
const (
	FlagInjury         Flag = "injury"
	FlagSafety         Flag = "safety"
	FlagDataLeak       Flag = "data_leak"
	FlagCriminal       Flag = "criminal_allegation"
	FlagDiscrimination Flag = "discrimination_allegation"
	FlagNationalMedia  Flag = "national_media"
	FlagMedia          Flag = "media"
	FlagInfluencer     Flag = "influencer"
	FlagExecutive      Flag = "named_executive"
	FlagLaw            Flag = "law_or_regulator"
	FlagBoycott        Flag = "boycott_call"
)

// Flags lists them, critical ones first.
func Flags() []Flag {
	return []Flag{
		FlagInjury, FlagSafety, FlagDataLeak, FlagCriminal, FlagDiscrimination, FlagNationalMedia,
		FlagMedia, FlagInfluencer, FlagExecutive, FlagLaw, FlagBoycott,
	}
}

// severity is what the flag alone proposes; S4 for an unknown flag.
func (f Flag) severity() Severity {
	switch i := slices.Index(Flags(), f); {
	case i < 0:
		return S4
	case i < 6:
		return S1
	default:
		return S2
	}
}

// Reason is one rule that matched or one thing considered, for people to read:
// the words for Code are in Labels group "reasons", with {param} places.
type Reason struct {
	Code     string            `json:"code"`
	Params   map[string]string `json:"params,omitempty"`
	Severity Severity          `json:"severity,omitempty"` // what this rule alone proposes
}

// Codes of the severity rule.
const (
	ReasonFlag         = "red_line"               // {flag}
	ReasonRatio        = "ratio_at_least"         // {ratio}, {limit}
	ReasonWindows      = "ratio_in_windows"       // {limit}, {windows}
	ReasonSustained    = "ratio_sustained"        // {limit}, {windows}
	ReasonShare        = "share_up"               // {points}
	ReasonPlatforms    = "platforms_at_least_two" // {platforms}
	ReasonFollowers    = "author_followers"       // {followers}
	ReasonNothingFired = "no_rule_matched"
)

// Limits of the severity rule.
const (
	RatioWatch       = 2.0    // × expected, S4
	RatioElevated    = 3.0    // in two windows, S3
	RatioSevere      = 5.0    // sustained, S2
	RatioCritical    = 10.0   // S1
	ElevatedWindows  = 2      // windows in a row
	SustainedWindows = 3      // windows in a row
	SharePoints      = 15.0   // points above the baseline share, S3
	BigAuthor        = 50_000 // followers, S3
)

// SeverityInput is what the rule looks at; detection and triage fill it.
type SeverityInput struct {
	// Ratios are negative mentions over those expected, one figure per window,
	// oldest first, the current window last.
	Ratios []float64 `json:"ratios"`
	// OverFloor is whether the count is over the client's absolute floor. No
	// ratio or share counts below it: four against a quarter expected is noise.
	OverFloor bool `json:"over_floor"`
	// SharePoints is the negative share less its baseline, in percentage points.
	SharePoints float64 `json:"share_points"`
	// Platforms is on how many platforms the rise is seen.
	Platforms int `json:"platforms"`
	// MaxFollowers is the largest audience of an author who takes part.
	MaxFollowers int `json:"max_followers"`
	// Flags are the red lines that were seen.
	Flags []Flag `json:"flags"`
}

// atLeast counts how many of the latest windows in a row reach the limit.
func (in SeverityInput) atLeast(limit float64) int {
	n := 0
	for i := len(in.Ratios) - 1; i >= 0 && in.Ratios[i] >= limit; i-- {
		n++
	}
	return n
}

// ProposeSeverity applies the visible rule table and tells every rule that
// matched, worst first. It proposes; a person confirms. Without a match it
// proposes S4 and says so.
func ProposeSeverity(in SeverityInput) (Severity, []Reason) {
	var out []Reason
	add := func(s Severity, code string, kv ...string) {
		p := make(map[string]string, len(kv)/2)
		for i := 0; i+1 < len(kv); i += 2 {
			p[kv[i]] = kv[i+1]
		}
		out = append(out, Reason{Code: code, Params: p, Severity: s})
	}
	for _, f := range Flags() {
		if slices.Contains(in.Flags, f) {
			add(f.severity(), ReasonFlag, "flag", string(f))
		}
	}
	if in.OverFloor && len(in.Ratios) > 0 {
		now := in.Ratios[len(in.Ratios)-1]
		switch {
		case now >= RatioCritical:
			add(S1, ReasonRatio, "ratio", figure(now), "limit", figure(RatioCritical))
		case in.atLeast(RatioSevere) >= SustainedWindows:
			add(S2, ReasonSustained, "limit", figure(RatioSevere), "windows", strconv.Itoa(in.atLeast(RatioSevere)))
		case in.atLeast(RatioElevated) >= ElevatedWindows:
			add(S3, ReasonWindows, "limit", figure(RatioElevated), "windows", strconv.Itoa(in.atLeast(RatioElevated)))
		case now >= RatioWatch:
			add(S4, ReasonRatio, "ratio", figure(now), "limit", figure(RatioWatch))
		}
	}
	if in.OverFloor && in.SharePoints >= SharePoints {
		add(S3, ReasonShare, "points", figure(in.SharePoints))
	}
	if in.Platforms >= 2 {
		add(S3, ReasonPlatforms, "platforms", strconv.Itoa(in.Platforms))
	}
	if in.MaxFollowers >= BigAuthor {
		add(S3, ReasonFollowers, "followers", strconv.Itoa(in.MaxFollowers))
	}
	if len(out) == 0 {
		add(S4, ReasonNothingFired)
	}
	slices.SortStableFunc(out, func(a, b Reason) int { return int(a.Severity) - int(b.Severity) })
	return out[0].Severity, out
}

// figure writes a number with one decimal at most.
func figure(f float64) string {
	s := strconv.FormatFloat(f, 'f', 1, 64)
	if s[len(s)-2:] == ".0" {
		s = s[:len(s)-2]
	}
	return s
}
