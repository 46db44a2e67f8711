package demo

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/concern"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/sentiment"
)

var (
	judge = sentiment.NewLexicon()
	find  = concern.NewKeywords()
)

// starts are moments at which a newcomer may try the demonstration, in UTC.
var starts = map[string]time.Time{
	"Monday noon":      time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC),
	"night":            time.Date(2026, 3, 4, 1, 33, 20, 0, time.UTC),
	"Friday evening":   time.Date(2026, 3, 6, 18, 59, 59, 0, time.UTC),
	"end of Shabbat":   time.Date(2026, 3, 7, 17, 2, 0, 0, time.UTC),
	"Sunday rush hour": time.Date(2026, 3, 8, 17, 30, 0, 0, time.UTC),
}

// room keeps a brand's counts as the product does.
type room struct {
	history *detection.History
	state   detection.State
	seen    []mention.Mention
}

func rooms(start time.Time) map[string]*room {
	out := map[string]*room{}
	for _, c := range Clients() {
		out[c.Slug] = &room{history: detection.NewHistory(start.Add(-detection.HistoryLength-time.Hour), start.Add(time.Hour))}
	}
	return out
}

func (r *room) take(t *testing.T, in mention.Input, now time.Time) mention.Mention {
	t.Helper()
	m, err := mention.Normalise(in, now)
	if err != nil {
		t.Fatalf("%v: %+v", err, in)
	}
	m.Judged = judge.Judge(m.Text, m.Language)
	negative := 0
	if m.Sentiment() == sentiment.Negative {
		negative = 1
	}
	if !r.history.Add(m.PublishedAt, 1, negative) {
		t.Fatalf("%v is outside the history", m.PublishedAt)
	}
	r.seen = append(r.seen, m)
	return m
}

func (r *room) evaluate(at time.Time) (v detection.Verdict) {
	v, r.state = detection.Detector{}.Evaluate(r.history, at, detection.Settings{}, r.state)
	return v
}

func TestHistoryIsWholeAndNeverRings(t *testing.T) {
	for name, start := range starts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := rooms(start)
			n := 0
			for item := range History(1, start) {
				n++
				all[item.Brand].take(t, item.Input, start)
			}
			if n < 2500 || n > 5000 {
				t.Errorf("%d mentions", n)
			}
			for brand, r := range all {
				first, last := r.seen[0].PublishedAt, r.seen[len(r.seen)-1].PublishedAt
				if start.Sub(first) < 27*24*time.Hour || start.Sub(last) < lastHour {
					t.Errorf("%s runs from %v to %v", brand, first, last)
				}
				for at := start.Add(-HistoryDays * 24 * time.Hour); at.Before(start); at = at.Add(detection.Bucket) {
					if v := r.evaluate(at); v.Ring {
						t.Errorf("%s rang at %v: %+v", brand, at, v.Signal)
					}
				}
			}
		})
	}
}

func TestStreamTurnsIntoACrisis(t *testing.T) {
	for name, start := range starts {
		for _, speed := range []float64{1, 4} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, start, speed)
			})
		}
	}
}

func play(t *testing.T, start time.Time, speed float64) {
	all := rooms(start)
	for item := range History(7, start) {
		all[item.Brand].take(t, item.Input, start)
	}
	begins := time.Duration(float64(Calm) / speed)
	var rang time.Duration
	var worst crisis.Severity
	for _, item := range Stream(7, start, speed) {
		now := start.Add(item.At)
		r := all[item.Brand]
		m := r.take(t, item.Input, now)
		if item.At > begins && (m.PublishedAt.After(now.Add(time.Second)) || now.Sub(m.PublishedAt) > 2*time.Second) {
			t.Fatalf("%v after the start a mention is dated %v from the clock", item.At, now.Sub(m.PublishedAt))
		}
		v := r.evaluate(now)
		if !v.Ring {
			continue
		}
		if item.Brand == Mobile {
			t.Fatalf("the calm brand rang: %+v", v.Signal)
		}
		if item.At < begins || v.Learning {
			t.Fatalf("%v after the start it rang: %+v", item.At, v)
		}
		if v.Stream == detection.Negative && rang == 0 {
			rang, worst = item.At, severity(r, v)
		}
	}
	if rang == 0 || rang > begins+time.Duration(float64(25*time.Second)/speed)+5*time.Second {
		t.Errorf("it rang %v after the start; the crisis begins at %v", rang, begins)
	}
	if worst != crisis.S1 && worst != crisis.S2 {
		t.Errorf("severity %v was proposed", worst)
	}
}

// severity proposes from what was seen at the ring, by the visible rule.
func severity(r *room, v detection.Verdict) crisis.Severity {
	in := crisis.SeverityInput{Ratios: []float64{v.SustainedRatio, v.Ratio}, OverFloor: true, SharePoints: 100 * (v.NegativeShare - v.BaselineShare)}
	platforms, objects := map[mention.Platform]bool{}, 0
	for _, m := range r.seen[len(r.seen)-10:] {
		platforms[m.Platform] = true
		if slices.Contains(find.Find(m.Text, m.Language).Flags, concern.ForeignObject) {
			objects++
		}
	}
	in.Platforms = len(platforms)
	if objects >= 3 {
		in.Flags = []crisis.Flag{crisis.FlagSafety}
	}
	s, _ := crisis.ProposeSeverity(in)
	return s
}

func TestStreamHasWhatACrisisHas(t *testing.T) {
	start := starts["Monday noon"]
	items := Stream(1, start, 1)
	english, upsetOnes, large, press, crisisItems := 0, 0, false, false, 0
	flags := map[concern.Flag]int{}
	for i, item := range items {
		if i > 0 && item.At < items[i-1].At {
			t.Fatal("items are not in order")
		}
		if item.Brand != Dairy || item.At < Calm {
			continue
		}
		crisisItems++
		in := item.Input
		if in.Language == "en" {
			english++
		}
		if judge.Judge(in.Text, in.Language).Label == sentiment.Negative {
			upsetOnes++
		}
		for _, f := range find.Find(in.Text, in.Language).Flags {
			flags[f]++
		}
		large = large || in.AuthorFollowers > 50_000 && in.Platform != "news"
		press = press || in.Platform == "news" && in.Kind == "article"
	}
	if crisisItems < 300 || crisisItems > 1200 {
		t.Errorf("%d mentions in the crisis", crisisItems)
	}
	if share := float64(english) / float64(crisisItems); share < 0.12 || share > 0.3 {
		t.Errorf("English share %.2f", share)
	}
	if share := float64(upsetOnes) / float64(crisisItems); share < 0.6 || share > 0.9 {
		t.Errorf("negative share %.2f", share)
	}
	if !large || !press {
		t.Errorf("author with an audience %v, press %v", large, press)
	}
	for _, f := range []concern.Flag{concern.ForeignObject, concern.Boycott, concern.Regulator, concern.Injury} {
		if flags[f] == 0 {
			t.Errorf("nobody says %s", f)
		}
	}
}

// The judge must read the texts as they were meant, or the demonstration misleads.
func TestTextsAreReadAsMeant(t *testing.T) {
	right, total := 0, 0
	for topic, texts := range library {
		for _, text := range texts {
			for place, with := range fillings[topic.language] {
				text = strings.ReplaceAll(text, place, with[0])
			}
			got := judge.Judge(text, topic.language).Label
			total++
			if string(got) == string(topic.tone) {
				right++
				continue
			}
			t.Logf("%s is read as %s: %s", topic.tone, got, text)
		}
	}
	if share := float64(right) / float64(total); share < 0.9 {
		t.Errorf("only %.2f of %d texts are read as meant", share, total)
	}
}

func TestEverythingIsMarkedAndUnique(t *testing.T) {
	start := starts["Monday noon"]
	seen := map[string]bool{}
	check := func(item Item) {
		in := item.Input
		if seen[in.ExternalID] {
			t.Fatalf("%s comes twice", in.ExternalID)
		}
		seen[in.ExternalID] = true
		if !strings.HasPrefix(in.ExternalID, "demo-") || !strings.HasPrefix(in.AuthorHandle, "demo_") ||
			!strings.Contains(in.URL, ".example.test/demo/") || !strings.Contains(string(in.Raw), `"demonstration":true`) {
			t.Fatalf("not marked: %+v", in)
		}
		if strings.Contains(in.Text, "{") {
			t.Fatalf("not filled in: %s", in.Text)
		}
	}
	for item := range History(1, start) {
		check(item)
	}
	for _, item := range Stream(1, start, 1) {
		check(item)
	}
	for _, item := range Stream(1, start.Add(time.Hour), 1) {
		check(item)
	}
}

func TestTheSameSeedGivesTheSame(t *testing.T) {
	start := starts["Monday noon"]
	if !reflect.DeepEqual(slices.Collect(History(3, start)), slices.Collect(History(3, start))) {
		t.Error("two histories differ")
	}
	if !reflect.DeepEqual(Stream(3, start, 1), Stream(3, start, 1)) {
		t.Error("two streams differ")
	}
	if reflect.DeepEqual(Stream(3, start, 1), Stream(4, start, 1)) {
		t.Error("two seeds give one stream")
	}
	n := 0
	for range History(3, start) {
		if n++; n == 5 {
			break
		}
	}
}

func TestPeopleFitTheRoles(t *testing.T) {
	roles, mails := map[string]int{}, map[string]bool{}
	slugs := []string{Dairy, Mobile}
	for _, p := range People() {
		roles[p.Role]++
		if mails[p.Email] || !strings.HasSuffix(p.Email, ".example.test") {
			t.Errorf("mail %s", p.Email)
		}
		mails[p.Email] = true
		for _, c := range p.Clients {
			if !slices.Contains(slugs, c) {
				t.Errorf("%s is for the unknown client %s", p.Email, c)
			}
		}
	}
	want := map[string]int{"admin": 1, "account_manager": 2, "analyst": 1, "writer": 1, "approver": 1, "auditor": 1}
	if !reflect.DeepEqual(roles, want) {
		t.Errorf("roles %v", roles)
	}
	if len(Password) < 15 {
		t.Error("the password is too short for the product's own rule")
	}
	for _, c := range Clients() {
		if len(c.Contacts) == 0 || len(c.Targets) == 0 || !slices.Contains(slugs, c.Slug) {
			t.Errorf("%+v", c)
		}
	}
}
