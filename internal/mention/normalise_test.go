package mention

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/sentiment"
)

var now = time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.UTC)

func sample() Input {
	return Input{ExternalID: "p1", Platform: "facebook", Text: "היוגורט טעים", URL: "https://Example.test/p/1?utm_source=x&b=2&a=1#top",
		AuthorHandle: "noa", PublishedAt: "2026-03-01T10:30:00+02:00", Reach: 10}
}

func TestNormaliseKeepsWhatMatters(t *testing.T) {
	in := sample()
	in.Raw = json.RawMessage(`{"a":1}`)
	in.Sentiment = "pos"
	m, err := Normalise(in, now)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.PublishedAt.Format(time.RFC3339); got != "2026-03-01T08:30:00Z" || m.PublishedZone != "+02:00" {
		t.Errorf("published %s zone %s", got, m.PublishedZone)
	}
	if m.ReceivedAt.Nanosecond() != 123456000 {
		t.Errorf("received %v is not cut to microseconds", m.ReceivedAt)
	}
	if m.URL != "https://example.test/p/1?a=1&b=2" {
		t.Errorf("url %s", m.URL)
	}
	if m.Language != "he" || m.Kind != KindPost || m.SourceSentiment != sentiment.Positive || string(m.Raw) != `{"a":1}` {
		t.Errorf("got %+v", m)
	}
	if m.Sentiment() != sentiment.None {
		t.Errorf("the source's judgement counts: %s", m.Sentiment())
	}
}

func TestNormaliseText(t *testing.T) {
	tests := []struct{ name, in, text, match string }{
		{"composed form", "cafe\u0301", "café", "café"},
		{"NUL and control characters go", "a\x00b\x07c", "abc", "abc"},
		{"lines stay for display", "a\r\nb\tc", "a\nb\tc", "a b c"},
		{"hidden characters stay for display only", "Hel\u200blo \u202eevil\u202c", "Hel\u200blo \u202eevil\u202c", "hello evil"},
		{"joined emoji stay whole", "👩\u200d🚒", "👩\u200d🚒", "👩🚒"},
		{"niqqud is for display", "שָׁלוֹם", "שָׁלוֹם", "שלום"},
		{"compatibility form", "ﬁne Ａ", "ﬁne Ａ", "fine a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := sample()
			in.Text = tt.in
			m, err := Normalise(in, now)
			if err != nil {
				t.Fatal(err)
			}
			if m.Text != tt.text || m.MatchText != tt.match {
				t.Fatalf("text %q match %q", m.Text, m.MatchText)
			}
		})
	}
}

func TestNormaliseRefuses(t *testing.T) {
	nan, eleven := math.NaN(), 11.0
	tests := []struct {
		name   string
		code   string
		change func(*Input)
	}{
		{"broken UTF-8", "bad_encoding", func(in *Input) { in.Text = "a\xff" }},
		{"broken UTF-8 in a name", "bad_encoding", func(in *Input) { in.AuthorName = "\xc3" }},
		{"no text", "text_missing", func(in *Input) { in.Text = " \n " }},
		{"text that shows nothing", "text_missing", func(in *Input) { in.Text = "\u200b\u202e\x00" }},
		{"one rune too many", "text_too_long", func(in *Input) { in.Text = strings.Repeat("א", MaxText+1) }},
		{"ten megabytes", "text_too_long", func(in *Input) { in.Text = strings.Repeat("a", 10<<20) }},
		{"long title", "field_too_long", func(in *Input) { in.Title = strings.Repeat("a", 1001) }},
		{"unknown platform", "unknown_platform", func(in *Input) { in.Platform = "myspace" }},
		{"no platform", "unknown_platform", func(in *Input) { in.Platform = "" }},
		{"unknown kind", "unknown_kind", func(in *Input) { in.Kind = "rant" }},
		{"unknown sentiment", "unknown_sentiment", func(in *Input) { in.Sentiment = "angry" }},
		{"no time", "bad_time", func(in *Input) { in.PublishedAt = "" }},
		{"time without zone", "bad_time", func(in *Input) { in.PublishedAt = "2026-03-01T10:30:00" }},
		{"time of nobody", "bad_time", func(in *Input) { in.PublishedAt = "0001-01-01T00:00:00Z" }},
		{"future", "time_in_future", func(in *Input) { in.PublishedAt = "2026-03-01T09:10:01Z" }},
		{"script address", "bad_url_scheme", func(in *Input) { in.URL = "javascript:alert(1)" }},
		{"file address", "bad_url_scheme", func(in *Input) { in.URL = "file:///etc/passwd" }},
		{"relative address", "bad_url_scheme", func(in *Input) { in.URL = "/p/1" }},
		{"address without host", "bad_url", func(in *Input) { in.URL = "https:///p" }},
		{"broken address", "bad_url", func(in *Input) { in.URL = "https://a b/%zz" }},
		{"negative reach", "bad_number", func(in *Input) { in.Reach = -1 }},
		{"a reach that sums would overflow with", "bad_number", func(in *Input) { in.Reach = 1 << 62 }},
		{"rating beyond ten", "bad_rating", func(in *Input) { in.Rating = &eleven }},
		{"rating that is no number", "bad_rating", func(in *Input) { in.Rating = &nan }},
		{"large payload", "mention_too_large", func(in *Input) { in.Raw = json.RawMessage(`"` + strings.Repeat("a", MaxRaw) + `"`) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := sample()
			tt.change(&in)
			_, err := Normalise(in, now)
			if !fault.Is(err, tt.code) {
				t.Fatalf("got %v, want %s", err, tt.code)
			}
		})
	}
}

func TestNormaliseTakesEdges(t *testing.T) {
	in := sample()
	in.Text = strings.Repeat("😀", MaxText)
	in.PublishedAt = "2026-03-01T09:10:00Z"
	in.Platform = "Twitter"
	m, err := Normalise(in, now)
	if err != nil {
		t.Fatal(err)
	}
	if m.Platform != X {
		t.Errorf("platform %s", m.Platform)
	}
}

func TestNormaliseURL(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://User:pw@EXAMPLE.test:443":            "https://example.test/",
		"http://example.test:8080/a?fbclid=1":         "http://example.test:8080/a",
		"https://example.test./a?UTM_Campaign=x&q=1#": "https://example.test/a?q=1",
		"https://[2001:DB8::1]:443/":                  "https://[2001:db8::1]/",
		"https://example.test/א?q=ב":                  "https://example.test/%D7%90?q=%D7%91",
	} {
		got, err := NormaliseURL(in)
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
		if again, err := NormaliseURL(got); err != nil || again != got {
			t.Errorf("%s is not stable: %s", got, again)
		}
	}
}

func TestKey(t *testing.T) {
	base := func(change func(*Input)) Mention {
		in := sample()
		change(&in)
		m, err := Normalise(in, now)
		if err != nil {
			t.Fatal(err)
		}
		return m.For("id", "client", "source")
	}
	none := func(in *Input) { in.ExternalID, in.URL = "", "" }
	noID := func(in *Input) { in.ExternalID = "" }
	tests := []struct {
		name string
		a, b func(*Input)
		same bool
	}{
		{"external id decides, edited text", func(*Input) {}, func(in *Input) { in.Text = "edited" }, true},
		{"other external id", func(*Input) {}, func(in *Input) { in.ExternalID = "p2" }, false},
		{"address and text decide", noID, func(in *Input) { noID(in); in.URL = "https://example.test/p/1?a=1&b=2&utm_medium=z" }, true},
		{"one address, two comments", noID, func(in *Input) { noID(in); in.Text = "other" }, false},
		{"author, time and text decide", none, none, true},
		{"hidden characters do not make it new", none, func(in *Input) { none(in); in.Text += "\u200b" }, true},
		{"other moment", none, func(in *Input) { none(in); in.PublishedAt = "2026-03-01T10:30:01+02:00" }, false},
		{"other author", none, func(in *Input) { none(in); in.AuthorHandle = "dan" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := base(tt.a).DedupeKey == base(tt.b).DedupeKey; got != tt.same {
				t.Fatalf("same key: %v", got)
			}
		})
	}
	m := base(func(*Input) {})
	if other := m.For("id2", "client", "source2"); other.DedupeKey == m.DedupeKey {
		t.Error("an external id of two sources is one key")
	}
}

func TestBucket(t *testing.T) {
	at := time.Date(2026, 3, 1, 11, 34, 59, 999, time.FixedZone("", 2*3600))
	if got := Bucket(at).Format(time.RFC3339); got != "2026-03-01T09:30:00Z" {
		t.Error(got)
	}
}

func TestParseBatch(t *testing.T) {
	tests := []struct {
		name string
		body string
		n    int
		code string
	}{
		{"one object", `{"text":"a","platform":"x"}`, 1, ""},
		{"array", ` [{"text":"a"},{"text":"b"}]`, 2, ""},
		{"wrapped", `{"mentions":[{"text":"a"}]}`, 1, ""},
		{"a key twice", `{"text":"a","text":"b"}`, 1, ""},
		{"byte order mark", "\xef\xbb\xbf{\"text\":\"a\"}", 1, ""},
		{"empty", "  ", 0, "empty_batch"},
		{"empty array", "[]", 0, "empty_batch"},
		{"empty wrapped", `{"mentions":[]}`, 0, "empty_batch"},
		{"too many", "[" + strings.Repeat(`{"text":"a"},`, MaxBatch) + `{"text":"a"}]`, 0, "too_many_mentions"},
		{"not JSON", "hello", 0, "bad_json"},
		{"cut off", `{"text":"a"`, 0, "bad_json"},
		{"a string in the array", `["a"]`, 0, "bad_json"},
		{"wrong type", `{"text":"a","reach":"many"}`, 0, "bad_json"},
		{"two documents", `{"text":"a"}{"text":"b"}`, 0, "bad_json"},
		{"not UTF-8", "{\"text\":\"\xe9\"}", 0, "bad_encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseBatch([]byte(tt.body))
			if len(got) != tt.n || tt.code == "" && err != nil || tt.code != "" && !fault.Is(err, tt.code) {
				t.Fatalf("got %d, %v", len(got), err)
			}
			for _, in := range got {
				if !json.Valid(in.Raw) {
					t.Errorf("raw %q", in.Raw)
				}
			}
		})
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("שלום", "https://example.test/?utm_source=a", "2026-03-01T10:30:00+02:00", "x", "he")
	f.Add("\xff\x00\u202e", "javascript:1", "9999-99-99", "", "")
	f.Add("a\u0301", "http://[::1]:80/%2f?%zz", "2026-03-01T08:30:00Z", "news", "iw-IL")
	f.Fuzz(func(t *testing.T, text, address, at, platform, lang string) {
		m, err := Normalise(Input{Text: text, URL: address, PublishedAt: at, Platform: platform, Language: lang, AuthorName: text}, now)
		if err != nil {
			if _, ok := fault.As(err); !ok {
				t.Fatalf("not a fault: %v", err)
			}
			return
		}
		if !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0) || m.MatchText == "" || m.Language == "" {
			t.Fatalf("%+v", m)
		}
		if m.URL != "" {
			if again, err := NormaliseURL(m.URL); err != nil || again != m.URL {
				t.Fatalf("address is not stable: %q, %q, %v", m.URL, again, err)
			}
		}
		if m.For("a", "b", "c").DedupeKey != m.For("d", "b", "c").DedupeKey {
			t.Fatal("the key depends on the id")
		}
	})
}

func FuzzParseBatch(f *testing.F) {
	f.Add([]byte(`{"mentions":[{"text":"a"}]}`))
	f.Add([]byte(`[{"text":"a","rating":1e400}]`))
	f.Add([]byte(`{"text":"\ud800"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		inputs, err := ParseBatch(body)
		if err == nil && (len(inputs) == 0 || len(inputs) > MaxBatch) {
			t.Fatalf("%d inputs and no error", len(inputs))
		}
	})
}

func BenchmarkNormalise(b *testing.B) {
	in := sample()
	in.Text = "המוצר היה טעים מאוד אבל השירות של המוקד היה נורא, חיכיתי שעה ואף אחד לא ענה לי. not coming back"
	for b.Loop() {
		m, err := Normalise(in, now)
		if err != nil {
			b.Fatal(err)
		}
		_ = m.Key()
	}
}
