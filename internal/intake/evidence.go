package intake

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/concern"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/sentiment"
	"github.com/migdalor/migdalor/internal/store"
)

const (
	// evidenceMentions is how many mentions of the rise are looked at, newest first.
	evidenceMentions = 2000
	// keptMentions and keptNames are how many are stored with the alert.
	keptMentions, keptNames = 12, 8
	// spreadAtLeast negative mentions make a platform part of the rise, and as many
	// people must cross a red line before it counts: one angry word is no fact.
	spreadAtLeast = 3
)

// crisisFlag translates a red-line word into the severity table's terms.
var crisisFlag = map[concern.Flag]crisis.Flag{
	concern.Death: crisis.FlagInjury, concern.Injury: crisis.FlagInjury, concern.Poisoning: crisis.FlagSafety,
	concern.ForeignObject: crisis.FlagSafety, concern.Fire: crisis.FlagSafety, concern.DataLeak: crisis.FlagDataLeak,
	concern.Crime: crisis.FlagCriminal, concern.Discrimination: crisis.FlagDiscrimination, concern.Boycott: crisis.FlagBoycott,
	concern.Legal: crisis.FlagLaw, concern.Regulator: crisis.FlagLaw, concern.Executive: crisis.FlagExecutive,
}

// evidence gathers what a person needs to believe, or dismiss, the verdict.
func (in *Intake) evidence(ctx context.Context, client store.Client, v detection.Verdict) (*store.Hit, error) {
	from := v.At.Add(-max(v.Window, time.Hour))
	var all []store.Mention
	page := store.Page{Limit: 200}
	for len(all) < evidenceMentions {
		rows, next, err := in.DB.Mentions(ctx, store.ScopeClients(client.ID), store.MentionFilter{ClientID: client.ID, From: from}, page)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if next == "" {
			break
		}
		page.Cursor = next
	}
	e := gather(all, v)
	severity, reasons := propose(v, ratios(all, v), e, redLines(all))
	e.Reasons = reasons
	title := "עלייה חדה באזכורים שליליים"
	if client.Lang == "en" {
		title = "Sharp rise in negative mentions"
	}
	return &store.Hit{ClientID: client.ID, Verdict: v, Severity: severity, Evidence: e, AutoTitle: title}, nil
}

const (
	// The severity rule speaks of windows in a row: four quarters of an hour.
	severityWindow  = 15 * time.Minute
	severityWindows = 4
)

// ratios gives negative mentions over those expected in the last windows, oldest
// first; less than one expected counts as one, as in the verdict.
func ratios(all []store.Mention, v detection.Verdict) []float64 {
	expected := 1.0
	for _, s := range v.Signals {
		if s.Stream == detection.Negative && s.Window > 0 {
			expected = max(1, s.Expected*severityWindow.Hours()/s.Window.Hours())
		}
	}
	out := make([]float64, severityWindows)
	for _, m := range all {
		age := v.At.Sub(m.PublishedAt.Time)
		if i := severityWindows - 1 - int(age/severityWindow); negative(m) && age >= 0 && i >= 0 {
			out[i] += 1 / expected
		}
	}
	return out
}

func negative(m store.Mention) bool { return m.Effective() == sentiment.Negative }

func gather(all []store.Mention, v detection.Verdict) store.Evidence {
	authors, terms, platforms, languages := tally{}, tally{}, tally{}, tally{}
	e := store.Evidence{FirstMentionAt: riseBegan(all, v)}
	var loud []store.Mention
	for _, m := range all {
		bad := negative(m)
		if v.Stream == detection.Negative && !bad {
			platforms.add(m.Platform, false, 0)
			continue
		}
		authors.add(cmp.Or(m.AuthorHandle, m.AuthorName), bad, m.AuthorFollowers)
		platforms.add(m.Platform, bad, 0)
		languages.add(m.Lang, bad, 0)
		seen := map[string]bool{}
		for _, w := range strings.Fields(m.MatchText) {
			if w = strings.Trim(w, ".,!?:;\"'()[]־–-…#@"); telling(w) && !seen[w] {
				seen[w] = true
				terms.add(w, bad, 0)
			}
		}
		loud = append(loud, m)
	}
	slices.SortStableFunc(loud, func(a, b store.Mention) int {
		return cmp.Compare(b.Reach+b.AuthorFollowers+b.Engagement, a.Reach+a.AuthorFollowers+a.Engagement)
	})
	for _, m := range loud[:min(keptMentions, len(loud))] {
		e.MentionIDs = append(e.MentionIDs, m.ID)
	}
	e.Authors, e.Terms, e.Platforms, e.Languages = authors.top(), terms.top(), platforms.top(), languages.top()
	return e
}

// riseBegan is when the first mention of the rise was published: the clocks count
// from it. It goes back bucket by bucket while each holds clearly more than
// usual, so that an ordinary complaint earlier in the window starts no clock.
// A rise too slow for that began with the first mention in the window.
func riseBegan(all []store.Mention, v detection.Verdict) time.Time {
	buckets := max(1, int(v.Window/detection.Bucket))
	count, first := make([]int, buckets), make([]time.Time, buckets)
	oldest := v.At
	for _, m := range all {
		age := v.At.Sub(m.PublishedAt.Time)
		if i := int(age / detection.Bucket); age >= 0 && i < buckets && (v.Stream != detection.Negative || negative(m)) {
			count[i]++
			if at := m.PublishedAt.Time; first[i].IsZero() || at.Before(first[i]) {
				first[i] = at
			}
			if m.PublishedAt.Before(oldest) {
				oldest = m.PublishedAt.Time
			}
		}
	}
	usual := v.Expected / float64(buckets)
	began := time.Time{}
	for i := range count {
		if count[i] < 2 || float64(count[i]) < 2*usual {
			break
		}
		began = first[i]
	}
	if began.IsZero() {
		return oldest
	}
	return began
}

// redLines gives the flags that several negative mentions share.
func redLines(all []store.Mention) []crisis.Flag {
	voices := map[crisis.Flag]map[string]bool{}
	for _, m := range all {
		if !negative(m) {
			continue
		}
		for _, f := range strings.Fields(m.Flags) {
			if c, ok := crisisFlag[concern.Flag(f)]; ok {
				if voices[c] == nil {
					voices[c] = map[string]bool{}
				}
				voices[c][cmp.Or(m.AuthorHandle, m.AuthorName, m.ID)] = true
			}
		}
	}
	var out []crisis.Flag
	for _, f := range crisis.Flags() {
		if len(voices[f]) >= spreadAtLeast {
			out = append(out, f)
		}
	}
	return out
}

// telling drops the words that say nothing: short ones, links, and numbers.
func telling(w string) bool {
	return len([]rune(w)) >= 4 && !strings.HasPrefix(w, "http") && strings.Trim(w, "0123456789.,") != ""
}

type tally map[string]*store.EvidenceCount

func (t tally) add(name string, bad bool, followers int64) {
	if name == "" {
		return
	}
	c := t[name]
	if c == nil {
		c = &store.EvidenceCount{Name: name}
		t[name] = c
	}
	c.Count++
	if bad {
		c.Negative++
	}
	c.Followers = max(c.Followers, followers)
}

// top gives the most frequent names; authors with an audience come before the rest.
func (t tally) top() []store.EvidenceCount {
	out := make([]store.EvidenceCount, 0, len(t))
	for _, c := range t {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b store.EvidenceCount) int {
		return cmp.Or(cmp.Compare(b.Followers, a.Followers), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(keptNames, len(out))]
}
