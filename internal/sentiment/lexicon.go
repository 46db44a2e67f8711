package sentiment

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/migdalor/migdalor/internal/sentiment/words"
)

//go:embed he.txt
var hebrewList string

//go:embed en.txt
var englishList string

//go:embed emoji.txt
var emojiList string

// role is what a listed word does to a judgement.
type role struct {
	weight   float64 // feeling of its own
	negation bool    // turns what follows
	factor   float64 // strengthens or weakens what follows; 0 for none
}

// Lexicon judges by lists of words, with negation, strengthening words, emoji and
// shouting. It is quick and explains itself, and is wrong about irony. Build it
// with NewLexicon; it is safe for concurrent use.
type Lexicon struct {
	table words.Table[role]
}

// NewLexicon builds the judge from the word lists in this package.
func NewLexicon() *Lexicon {
	l := &Lexicon{}
	for _, list := range []string{hebrewList, englishList, emojiList} {
		if err := l.load(list); err != nil {
			panic("sentiment: the embedded word list is broken: " + err.Error())
		}
	}
	return l
}

func (l *Lexicon) load(list string) error {
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		head, rest, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("no colon in %q", line)
		}
		r, err := parseRole(head)
		if err != nil {
			return err
		}
		for entry := range strings.SplitSeq(rest, ",") {
			l.table.Add(strings.TrimSpace(entry), r)
		}
	}
	return nil
}

func parseRole(head string) (role, error) {
	switch head {
	case "!":
		return role{negation: true}, nil
	case "^":
		return role{factor: 1.5}, nil
	case "~":
		return role{factor: 0.6}, nil
	}
	w, err := strconv.ParseFloat(head, 64)
	if err != nil || w == 0 || math.Abs(w) > 4 {
		return role{}, fmt.Errorf("bad weight %q", head)
	}
	return role{weight: w}, nil
}

const (
	// reach is how many tokens a negation or a strengthening word carries.
	reach = 3
	// certain is the score beyond which a text is no longer neutral.
	certain = 0.15
	// calm is how much feeling, in weights, it takes to be half sure.
	calm = 4.0
)

// Judge adds up the feelings of the words. Texts in other languages than Hebrew
// and English are judged by their emoji alone and are always unsure.
func (l *Lexicon) Judge(text, lang string) Verdict {
	if lang == "" || lang == "und" {
		lang = Language(text)
	}
	good, bad := l.weigh(words.Tokens(text))
	total := good + bad
	score := 0.0
	if total > 0 {
		// The balance says which way, the amount how strongly.
		score = (good - bad) / total * math.Tanh(total/calm)
	}
	v := Verdict{Label: Neutral, Score: math.Round(score*1000) / 1000}
	switch {
	case score >= certain:
		v.Label = Positive
	case score <= -certain:
		v.Label = Negative
	}
	mixed := total > 0 && math.Min(good, bad)/total > 0.25
	faint := math.Abs(score) > certain/2 && math.Abs(score) < 2*certain
	v.Unsure = mixed || faint || lang != "he" && lang != "en"
	return v
}

// weigh sums the good and the bad feelings of a text.
func (l *Lexicon) weigh(tokens []words.Token) (good, bad float64) {
	negated, factor, left := false, 1.0, 0
	for i := 0; i < len(tokens); {
		if left == 0 {
			negated, factor = false, 1
		}
		if tokens[i].Stop {
			left = 0
			i++
			continue
		}
		m, ok := l.table.At(tokens[i:])
		switch {
		case !ok:
			left = max(0, left-1)
			i++
			continue
		case m.Value.negation:
			negated, left = true, reach
		case m.Value.factor > 0:
			factor, left = factor*m.Value.factor, max(left, reach-1)
		default:
			w := m.Value.weight * math.Min(factor, 2.25)
			if tokens[i].Shout {
				w *= 1.3
			}
			if negated {
				// "not good" is bad, "not terrible" is hardly good.
				if w > 0 {
					w *= -0.9
				} else {
					w *= -0.3
				}
			}
			if w > 0 {
				good += w
			} else {
				bad -= w
			}
			left = max(0, left-1)
			factor = 1
		}
		i += m.Len
	}
	return good, bad
}
