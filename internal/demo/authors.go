package demo

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/migdalor/migdalor/internal/mention"
)

// Item is one mention of the demonstration and when to hand it in.
type Item struct {
	// At is when to hand it in, counted from the start of the stream; 0 in the history.
	At time.Duration
	// Brand is the client's short name.
	Brand string
	// Crisis is true for what belongs to the crisis, false for ordinary talk.
	Crisis bool
	Input  mention.Input
}

var firstNames = [][2]string{
	{"אבי", "avi"}, {"נועה", "noa"}, {"מיכל", "michal"}, {"יוסי", "yossi"}, {"רוני", "roni"}, {"ליאור", "lior"}, {"הדס", "hadas"}, {"עומר", "omer"},
	{"שירן", "shiran"}, {"טל", "tal"}, {"גיא", "guy"}, {"ענת", "anat"}, {"אמיר", "amir"}, {"סיון", "sivan"}, {"דוד", "david"}, {"מרים", "miriam"},
	{"אלה", "ella"}, {"יונתן", "yonatan"}, {"קרן", "keren"}, {"רועי", "roi"}, {"אורלי", "orly"}, {"ניר", "nir"},
}

var lastNames = [][2]string{
	{"אלמור", "almor"}, {"ברושי", "broshi"}, {"גפנר", "gefner"}, {"דגול", "dagul"}, {"הדרון", "hadron"}, {"ורדן", "vardan"}, {"זמירון", "zmiron"},
	{"חצבון", "hatzbon"}, {"טליס", "talis"}, {"יערון", "yaaron"}, {"כפרון", "kafron"}, {"לוטם", "lotem"}, {"מורגל", "morgal"}, {"נחלון", "nahlon"},
}

// platforms people write on, the frequent ones several times.
var platforms = map[string][]mention.Platform{
	"he": {mention.Facebook, mention.Facebook, mention.Facebook, mention.Facebook, mention.Instagram, mention.Instagram, mention.X, mention.X,
		mention.TikTok, mention.Telegram, mention.Review, mention.Forum},
	"en": {mention.X, mention.X, mention.Facebook, mention.Instagram, mention.Reddit, mention.Review},
}

// say makes an input by an invented author. The id must be unique.
func say(rng *rand.Rand, id, brand, language, text string, t tone, at time.Time) mention.Input {
	first, last := pick(rng, firstNames), pick(rng, lastNames)
	p := pick(rng, platforms[language])
	in := mention.Input{
		ExternalID:      "demo-" + id,
		Platform:        string(p),
		AuthorHandle:    fmt.Sprintf("demo_%s_%s%d", first[1], last[1], rng.IntN(90)+10),
		AuthorName:      first[0] + " " + last[0],
		AuthorFollowers: int64(math.Exp(4.5 + 1.4*rng.NormFloat64())),
		Text:            text,
		URL:             "https://" + string(p) + ".example.test/demo/" + id,
		Language:        language,
		PublishedAt:     at.In(israel).Truncate(time.Second).Format(time.RFC3339),
		Engagement:      int64(math.Exp(1.5 + rng.NormFloat64())),
		Raw:             marked(brand),
	}
	in.Reach = in.AuthorFollowers/3 + 5*in.Engagement
	if language == "en" {
		in.AuthorName = in.AuthorHandle
	}
	if p == mention.Review {
		stars := map[tone]float64{pleased: 5, plain: 3, upset: 1}[t]
		in.Rating = &stars
	}
	if p == mention.Facebook && rng.IntN(3) == 0 {
		in.GroupName = "קבוצת הדגמה: ממליצים וצרכנים"
	}
	return in
}

// marked is the raw payload: it says that this is a demonstration.
func marked(brand string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"demonstration":true,"brand":%q}`, brand))
}

// speaks gives the language of the next writer: one in five writes English.
func speaks(rng *rand.Rand) string {
	if rng.IntN(5) == 0 {
		return "en"
	}
	return "he"
}
