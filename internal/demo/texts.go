package demo

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"
)

//go:embed texts.txt
var textFile string

// tone is what the writer of a text meant by it.
type tone string

const (
	pleased tone = "positive"
	plain   tone = "neutral"
	upset   tone = "negative"
)

// topic names a set of texts: a brand's ordinary ones, or those of the crisis.
type topic struct {
	about    string
	language string
	tone     tone
}

const crisisTexts = "crisis"

// library holds all texts by topic.
var library = mustParse(textFile)

func mustParse(file string) map[topic][]string {
	out := map[topic][]string{}
	var at topic
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			f := strings.Fields(strings.Trim(line, "[]"))
			if len(f) != 3 {
				panic(fmt.Sprintf("demo: the embedded texts have a broken head %q", line))
			}
			at = topic{f[0], f[1], tone(f[2])}
		default:
			out[at] = append(out[at], line)
		}
	}
	return out
}

// fillings are what the places in a text may hold, by language.
var fillings = map[string]map[string][]string{
	"he": {
		"{product}": {"יוגורט וניל", "יוגורט תות", "מעדן שוקולד", "גבינה לבנה", "קוטג׳", "משקה יוגורט"},
		"{city}":    {"חיפה", "באר שבע", "ירושלים", "נתניה", "אשדוד", "רחובות", "כרמיאל", "מודיעין"},
		"{when}":    {"היום", "אתמול", "הבוקר", "הערב", "השבוע", "בסוף השבוע"},
	},
	"en": {
		"{product}": {"vanilla yogurt", "strawberry yogurt", "chocolate pudding", "white cheese", "cottage cheese", "drinking yogurt"},
		"{city}":    {"Haifa", "Beer Sheva", "Jerusalem", "Netanya", "Ashdod", "Rehovot", "Modiin"},
		"{when}":    {"today", "yesterday", "this morning", "tonight", "this week", "over the weekend"},
	},
}

// endings make two people who say the same say it differently.
var endings = map[tone]map[string][]string{
	pleased: {"he": {"", "", " ❤️", " 😍", " 👏", "!"}, "en": {"", "", " ❤️", " 😍", "!"}},
	plain:   {"he": {"", "", " מישהו?"}, "en": {"", "", " anyone?"}},
	upset:   {"he": {"", "", "!!", " 😡", " 👎", " 🤦"}, "en": {"", "", "!!", " 😡", " 👎"}},
}

// compose writes one text.
func compose(rng *rand.Rand, about, language string, t tone) string {
	return fill(rng, pick(rng, library[topic{about, language, t}]), language) + pick(rng, endings[t][language])
}

// fill puts something into each place of a text.
func fill(rng *rand.Rand, text, language string) string {
	for _, place := range []string{"{product}", "{city}", "{when}"} {
		text = strings.ReplaceAll(text, place, pick(rng, fillings[language][place]))
	}
	return text
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }
