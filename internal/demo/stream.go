package demo

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/mention"
)

const (
	// Calm is how long the stream stays ordinary before the crisis begins.
	Calm = 60 * time.Second
	// StreamLength is how long the stream runs.
	StreamLength = 30 * time.Minute

	// calmMentions is how many mentions of the last hour each brand gets during Calm.
	calmMentions = 5
	// afterCalm is the pace at which ordinary talk goes on.
	afterCalm = 9 * time.Minute
)

// phase is a part of the crisis: from its begin on, mentions come at this gap.
type phase struct {
	begin, gap time.Duration
}

// phases: two minutes of growth, a plateau, a slow end.
var phases = []phase{
	{Calm, 3 * time.Second},
	{Calm + 15*time.Second, 1500 * time.Millisecond},
	{Calm + 45*time.Second, 700 * time.Millisecond},
	{Calm + 75*time.Second, 450 * time.Millisecond},
	{Calm + 150*time.Second, 800 * time.Millisecond},
	{Calm + 5*time.Minute, 3 * time.Second},
	{Calm + 10*time.Minute, 12 * time.Second},
	{Calm + 18*time.Minute, 45 * time.Second},
}

// Stream gives what to hand in after start, in order: for a minute the ordinary
// talk of the last hour, faster than it was said, then a crisis of the Dairy
// brand that grows for two minutes and fades over the half hour. Mentions of the
// crisis are dated when they are handed in. speed 1 is as described, 2 twice as
// fast; zero or less means 1. Ids contain the start, so that a second run is new.
func Stream(seed uint64, start time.Time, speed float64) []Item {
	if speed <= 0 {
		speed = 1
	}
	s := &stream{rng: rand.New(rand.NewPCG(seed, 2)), start: start, speed: speed, id: fmt.Sprintf("s%d-%d", seed, start.Unix())}
	for _, brand := range []string{Dairy, Mobile} {
		s.ordinary(brand)
	}
	s.crisis()
	s.voices()
	slices.SortStableFunc(s.items, func(a, b Item) int { return cmp.Compare(a.At, b.At) })
	return s.items
}

type stream struct {
	rng   *rand.Rand
	start time.Time
	speed float64
	id    string
	items []Item
}

// wall turns a moment of the schedule into one after start.
func (s *stream) wall(at time.Duration) time.Duration {
	return time.Duration(math.Round(float64(at) / s.speed))
}

func (s *stream) next() string { return fmt.Sprintf("%s-%d", s.id, len(s.items)+1) }

// ordinary hands in a brand's last hour during the calm and then goes on slowly.
func (s *stream) ordinary(brand string) {
	w := &writer{rng: s.rng, brand: brand, tones: []tone{pleased, plain, upset, plain, pleased, pleased, plain, pleased, plain}}
	shift := time.Duration(s.rng.Int64N(int64(5 * time.Second)))
	for i := range calmMentions {
		at := Calm*time.Duration(i)/calmMentions + shift
		said := s.start.Add(-lastHour + lastHour*time.Duration(i)/calmMentions + shift)
		s.items = append(s.items, Item{At: s.wall(at), Brand: brand, Input: w.write(s.next(), said)})
	}
	for at := Calm + afterCalm/2; at < StreamLength; at += afterCalm {
		wall := s.wall(at)
		s.items = append(s.items, Item{At: wall, Brand: brand, Input: w.write(s.next(), s.start.Add(wall))})
	}
}

// firstVoices is how many of the crisis texts open it, in their order: they name the danger.
const firstVoices = 5

// mood is the tone of the next voice: defenders speak up only after a while.
func (s *stream) mood(at time.Duration) tone {
	switch n := s.rng.IntN(10); {
	case n == 0:
		return plain
	case n == 1 && at > Calm+30*time.Second:
		return pleased
	}
	return upset
}

// crisis is the many voices: four in five are upset, the rest ask or defend.
func (s *stream) crisis() {
	first := library[topic{crisisTexts, "he", upset}][:firstVoices]
	for at, n := Calm, 0; at < StreamLength; n++ {
		t, language := upset, "he"
		var text string
		if n < len(first) {
			text = fill(s.rng, first[n], language)
		} else {
			t, language = s.mood(at), speaks(s.rng)
			text = compose(s.rng, crisisTexts, language, t)
		}
		s.add(at, say(s.rng, s.next(), Dairy, language, text, t, s.start.Add(s.wall(at))))
		at += time.Duration(float64(gap(at)) * (0.6 + 0.8*s.rng.Float64()))
	}
}

func gap(at time.Duration) time.Duration {
	g := phases[0].gap
	for _, p := range phases {
		if at >= p.begin {
			g = p.gap
		}
	}
	return g
}

func (s *stream) add(at time.Duration, in mention.Input) {
	s.items = append(s.items, Item{At: s.wall(at), Brand: Dairy, Crisis: true, Input: in})
}

// voices are the few that change the crisis: an author with an audience and the press.
func (s *stream) voices() {
	for _, v := range []struct {
		at        time.Duration
		platform  mention.Platform
		kind      mention.Kind
		handle    string
		name      string
		language  string
		followers int64
		title     string
		text      string
	}{
		{Calm + 35*time.Second, mention.Instagram, mention.KindPost, "demo_ima_meshatefet", "אמא משתפת (הדגמה)", "he", 182_000, "",
			"קיבלתי עשרות הודעות על חתיכות פלסטיק ביוגורט וניל של גלדון. גם אצלנו בבית היה גוף זר בגביע. זה מסוכן, אל תתנו לילדים עד שגלדון יסבירו מה קורה. בושה שהם שותקים."},
		{Calm + 70*time.Second, mention.News, mention.KindArticle, "demo_hadashot", "חדשות לדוגמה", "he", 0, "הדגמה: צרכנים מדווחים על חומר זר במוצרי גלדון",
			"עשרות צרכנים מדווחים היום על חתיכות פלסטיק במוצרי מחלבות גלדון. ילד נשרט בפה וטופל במיון. משרד הבריאות הודיע שהוא בודק את התלונות. מהחברה לא נמסרה תגובה עד כה."},
		{Calm + 85*time.Second, mention.X, mention.KindPost, "demo_food_watch", "Food Watch (demonstration)", "en", 64_000, "",
			"Several parents report sharp plastic in Galdon yogurt. Dangerous, and the company is silent. Stop buying it until there is a recall. Unacceptable."},
	} {
		in := say(s.rng, s.next(), Dairy, v.language, v.text, upset, s.start.Add(s.wall(v.at)))
		in.Platform, in.Kind, in.AuthorHandle, in.AuthorName = string(v.platform), string(v.kind), v.handle, v.name
		in.AuthorFollowers, in.Title, in.Rating, in.GroupName = v.followers, v.title, nil, ""
		in.URL = "https://" + in.Platform + ".example.test/demo/" + s.next()
		in.Reach, in.Engagement = max(v.followers/2, 240_000), 1800
		s.add(v.at, in)
	}
}
