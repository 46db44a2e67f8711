package sentiment

import (
	"testing"
	"unicode/utf8"
)

func TestLexiconJudges(t *testing.T) {
	judge := NewLexicon()
	tests := []struct {
		name   string
		text   string
		want   Label
		unsure bool
	}{
		{name: "Hebrew praise", text: "השירות שלכם מעולה, ממליצה בחום!", want: Positive},
		{name: "Hebrew anger", text: "בושה וחרפה, מצאתי עובש ביוגורט. לא אקנה יותר", want: Negative},
		{name: "Hebrew fact", text: "מתי נפתח הסניף בחיפה?", want: Neutral},
		{name: "Hebrew prefix letters", text: "והגרוע מכל, שהנציג היה החצוף", want: Negative},
		{name: "Hebrew niqqud", text: "זֶה נֶהְדָּר", want: Positive},
		{name: "Hebrew final letter before a suffix", text: "אנשים מקסימים", want: Positive},
		{name: "Hebrew negation", text: "זה לא נהדר", want: Negative},
		{name: "English praise", text: "Absolutely love this yogurt, so good", want: Positive},
		{name: "English anger", text: "Worst airline ever. They lost my bag and lied about it", want: Negative},
		{name: "English negation", text: "The crew was not helpful", want: Negative},
		{name: "English apostrophe of a phone", text: "it doesn’t work", want: Negative},
		{name: "negation ends with the sentence", text: "I could not. Great stuff, wonderful", want: Positive},
		{name: "English fact", text: "The flight leaves at nine from gate four", want: Neutral},
		{name: "emoji alone", text: "😡😡", want: Negative, unsure: true},
		{name: "emoji with Hebrew", text: "היום ❤️", want: Positive},
		{name: "both ways", text: "המוצר מצוין אבל השירות נורא", want: Neutral, unsure: true},
		{name: "Arabic is not ours", text: "هذا سيئ جدا", want: Neutral, unsure: true},
		{name: "nothing", text: "", want: Neutral, unsure: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := judge.Judge(tt.text, "")
			if v.Label != tt.want || v.Unsure != tt.unsure {
				t.Fatalf("%q: got %+v, want %s, unsure %v", tt.text, v, tt.want, tt.unsure)
			}
		})
	}
}

func TestScoreGrowsWithAnger(t *testing.T) {
	judge := NewLexicon()
	row := []string{"great, thank you", "the shop is at the corner", "a bit slow", "very bad and slow", "disgusting scam, worst thieves ever, shame on you"}
	last := 2.0
	for _, text := range row {
		v := judge.Judge(text, "en")
		if v.Score >= last {
			t.Errorf("%q scores %v, not below %v", text, v.Score, last)
		}
		last = v.Score
	}
	if a := judge.Judge(row[4], "en").Anger(); a < 0.8 {
		t.Errorf("fury has anger %v", a)
	}
	if a := judge.Judge(row[0], "en").Anger(); a != 0 {
		t.Errorf("praise has anger %v", a)
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"שלום עולם": "he", "hello world": "en", "مرحبا": "ar", "привет": "ru", "12345 !!": "und", "": "und",
		"קניתי ProductName Deluxe אתמול בערב": "he", "café": "en",
	} {
		if got := Language(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestEffectiveLetsThePersonWin(t *testing.T) {
	if got := Effective(Positive, Negative); got != Positive {
		t.Errorf("person's label lost: %s", got)
	}
	if got := Effective(None, Negative); got != Negative {
		t.Errorf("our label lost: %s", got)
	}
}

func TestParseLabel(t *testing.T) {
	for in, want := range map[string]Label{"Positive": Positive, " neg ": Negative, "0": Neutral, "": None, "שלילי": Negative} {
		if got, ok := ParseLabel(in); got != want || !ok {
			t.Errorf("%q: got %q, %v", in, got, ok)
		}
	}
	if _, ok := ParseLabel("furious"); ok {
		t.Error("an unknown label was taken")
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{"", "לא לא לא", "\xff\xfe", "a'b\"c״ד", "😡️️", "not not very very bad"} {
		f.Add(s)
	}
	judge := NewLexicon()
	f.Fuzz(func(t *testing.T, text string) {
		if v := judge.Judge(text, ""); !(v.Score >= -1 && v.Score <= 1) || v.Label == None {
			t.Fatalf("%q: %+v", text, v)
		}
		if utf8.ValidString(text) && judge.Judge(text, "") != judge.Judge(text, "") {
			t.Fatal("two answers for one text")
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	judge := NewLexicon()
	for b.Loop() {
		judge.Judge("המוצר היה טעים מאוד אבל השירות של המוקד היה נורא, חיכיתי שעה ואף אחד לא ענה לי. not coming back", "")
	}
}
