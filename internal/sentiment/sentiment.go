package sentiment

import (
	"strings"

	"github.com/migdalor/migdalor/internal/sentiment/words"
)

// Label is the three-way judgement of a text. The zero value means "not judged".
type Label string

// The three labels, and none.
const (
	None     Label = ""
	Positive Label = "positive"
	Neutral  Label = "neutral"
	Negative Label = "negative"
)

// Verdict is what a judge says about one text.
type Verdict struct {
	// Label is positive, neutral or negative; None before a judge has spoken.
	Label Label `json:"label"`
	// Score runs from -1 (furious) over 0 (matter of fact) to +1 (delighted). For a
	// ranking by anger, use Anger.
	Score float64 `json:"score"`
	// Unsure is true when the words pull both ways, or when the language is not
	// one the judge knows: a person should look.
	Unsure bool `json:"unsure"`
}

// Anger runs from 0 (no anger) to 1 (furious): the negative side of Score.
func (v Verdict) Anger() float64 {
	if v.Score < 0 {
		return -v.Score
	}
	return 0
}

// Judge gives a verdict on one text. lang is "he", "en", "ar", "ru" or "und";
// empty means that the judge finds it by itself. A Judge is safe for
// concurrent use.
type Judge interface {
	Judge(text, lang string) Verdict
}

// Language tells the language of a text by its script: "he", "en", "ar", "ru",
// or "und" when no letters of these scripts are found.
func Language(text string) string { return words.Language(text) }

// ParseLabel understands the label names that sources use, in any case:
// positive, neutral, negative, pos, neu, neg, mixed, 1, 0, -1. The second
// result is false for anything else; an empty string is None and true.
func ParseLabel(s string) (Label, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return None, true
	case "positive", "pos", "1", "+1", "חיובי":
		return Positive, true
	case "neutral", "neu", "mixed", "0", "ניטרלי", "נייטרלי":
		return Neutral, true
	case "negative", "neg", "-1", "שלילי":
		return Negative, true
	}
	return None, false
}

// Effective gives the label that counts: a person's if there is one, else ours.
// A source's own label is evidence only and never counts.
func Effective(person, ours Label) Label {
	if person != None {
		return person
	}
	return ours
}
