package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/sentiment"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func webhook(t *testing.T, d *DB, c Client) Source {
	t.Helper()
	s, _, err := d.AddSource(t.Context(), keeper, NewSource{ClientID: c.ID, Name: "feed", Kind: SourceWebhook})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// judged makes a mention of a source; negative ones are surely so.
func judged(t *testing.T, s Source, id string, at time.Time, label sentiment.Label) Judged {
	t.Helper()
	m, err := mention.Normalise(mention.Input{Platform: "x", ExternalID: id, Text: "text of " + id, URL: "https://x.test/" + id, PublishedAt: at.Format(time.RFC3339)}, at.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	m = m.For(NewID(), s.ClientID, s.ID)
	m.Judged = sentiment.Verdict{Label: label}
	return Judged{Mention: m, Fresh: true}
}

func appendAll(t *testing.T, d *DB, s Source, batch ...Judged) Appended {
	t.Helper()
	out, err := d.Append(t.Context(), keeper, audit.MentionsIngested, s.ID, batch)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// total sums the client's counts over all time.
func total(t *testing.T, d *DB, clientID string) (mentions, negative int64) {
	t.Helper()
	counts, err := d.CountsBetween(t.Context(), clientID, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counts {
		mentions += c.Mentions
		negative += c.Negative
	}
	return mentions, negative
}

func TestAppendStoresOnceAndCounts(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		s := webhook(t, d, c)
		a, b := judged(t, s, "a", noon, sentiment.Negative), judged(t, s, "b", noon.Add(6*time.Minute), sentiment.Positive)
		twin := judged(t, s, "a", noon, sentiment.Negative)
		first := appendAll(t, d, s, a, b, twin)
		if first.New != 2 || len(first.IDs) != 3 || first.IDs[2] != a.ID {
			t.Fatalf("%+v", first)
		}
		again := appendAll(t, d, s, judged(t, s, "a", noon, sentiment.Negative), judged(t, s, "c", noon, sentiment.Neutral))
		if again.New != 1 || again.IDs[0] != a.ID {
			t.Errorf("%+v", again)
		}
		if m, n := total(t, d, c.ID); m != 3 || n != 1 {
			t.Errorf("counted %d, negative %d", m, n)
		}
		counts, err := d.CountsBetween(t.Context(), c.ID, noon, noon.Add(time.Hour))
		if err != nil || len(counts) != 2 || counts[0].Mentions != 2 || !counts[1].At.Equal(noon.Add(5*time.Minute)) {
			t.Errorf("buckets %+v %v", counts, err)
		}
		if n := entries(t, d, audit.MentionsIngested); n != 2 {
			t.Errorf("%d entries for two batches", n)
		}
		if again := appendAll(t, d, s, judged(t, s, "b", noon, sentiment.Positive)); again.New != 0 || entries(t, d, audit.MentionsIngested) != 2 {
			t.Error("a batch of known mentions wrote an entry")
		}
	})
}

func TestAppendAtTheSameMoment(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		one, two := webhook(t, d, c), webhook(t, d, c)
		var wg sync.WaitGroup
		for i := range 8 {
			s := one
			if i%2 == 1 {
				s = two
			}
			var batch []Judged
			for n := range 20 {
				batch = append(batch, judged(t, s, fmt.Sprint(n), noon, sentiment.Negative))
			}
			wg.Go(func() {
				if _, err := d.Append(t.Context(), keeper, audit.MentionsIngested, s.ID, batch); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		m, _ := total(t, d, c.ID)
		var rows int64
		if err := d.read.Raw("SELECT COUNT(*) FROM mentions").Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		if rows != 40 || m != rows {
			t.Errorf("%d rows, %d counted; two sources sent 20 ids each", rows, m)
		}
	})
}

func TestAppendRefusesForeignMentions(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		own, sibling := webhook(t, d, addClient(t, d, "own")), webhook(t, d, addClient(t, d, "sibling"))
		_, err := d.Append(t.Context(), keeper, audit.MentionsIngested, own.ID, []Judged{judged(t, own, "a", noon, sentiment.Neutral), judged(t, sibling, "b", noon, sentiment.Neutral)})
		if !fault.Is(err, "mention_owner") {
			t.Errorf("%v", err)
		}
		if m, _ := total(t, d, own.ClientID); m != 0 {
			t.Errorf("half of the batch was counted: %d", m)
		}
		if _, err := d.Append(t.Context(), keeper, audit.MentionsIngested, NewID(), []Judged{judged(t, own, "a", noon, sentiment.Neutral)}); !fault.Is(err, "not_found") {
			t.Errorf("unknown source: %v", err)
		}
	})
}

func TestAPersonsSentimentWins(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		s := webhook(t, d, c)
		id := appendAll(t, d, s, judged(t, s, "a", noon, sentiment.Positive)).IDs[0]
		for _, step := range []struct {
			label    sentiment.Label
			negative int64
		}{{sentiment.Negative, 1}, {sentiment.Negative, 1}, {sentiment.Neutral, 0}, {sentiment.Negative, 1}} {
			m, err := d.CorrectSentiment(t.Context(), keeper, id, step.label)
			if err != nil || m.Effective() != step.label {
				t.Fatalf("%v %v", m.Effective(), err)
			}
			if all, n := total(t, d, c.ID); all != 1 || n != step.negative {
				t.Errorf("after %s: %d counted, %d negative", step.label, all, n)
			}
		}
		if _, err := d.CorrectSentiment(t.Context(), keeper, NewID(), sentiment.Negative); !fault.Is(err, "not_found") {
			t.Errorf("%v", err)
		}
	})
}

func TestMentionsPageByPage(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		own, sibling := webhook(t, d, addClient(t, d, "own")), webhook(t, d, addClient(t, d, "sibling"))
		for i := range 25 {
			// Several at the same instant, so that the id must decide.
			appendAll(t, d, own, judged(t, own, fmt.Sprint("a", i), noon.Add(time.Duration(i/4)*time.Minute), sentiment.Neutral))
		}
		appendAll(t, d, sibling, judged(t, sibling, "b", noon, sentiment.Neutral))
		for _, order := range []string{"newest", "oldest", "reach"} {
			var seen []string
			page := Page{Limit: 4}
			for range 20 {
				rows, next, err := d.Mentions(t.Context(), ScopeClients(own.ClientID), MentionFilter{Order: order}, page)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range rows {
					if m.ClientID != own.ClientID || slices.Contains(seen, m.ID) {
						t.Errorf("%s: %s of %s is doubled or foreign", order, m.ID, m.ClientID)
					}
					seen = append(seen, m.ID)
				}
				if page.Cursor = next; next == "" {
					break
				}
			}
			if len(seen) != 25 {
				t.Errorf("%s: %d of 25", order, len(seen))
			}
		}
		for name, scope := range map[string]Scope{"no scope": {}, "nobody's": ScopeClients(NewID()), "an empty id": ScopeClients("")} {
			if rows, _, err := d.Mentions(t.Context(), scope, MentionFilter{}, Page{}); err != nil || len(rows) != 0 {
				t.Errorf("%s shows %d, %v", name, len(rows), err)
			}
		}
		if rows, _, err := d.Mentions(t.Context(), ScopeClients(own.ClientID), MentionFilter{ClientID: sibling.ClientID}, Page{}); err != nil || len(rows) != 0 {
			t.Errorf("a filter widens the scope: %d, %v", len(rows), err)
		}
		if _, _, err := d.Mentions(t.Context(), ScopeAll(), MentionFilter{}, Page{Cursor: "x"}); !fault.Is(err, "bad_cursor") {
			t.Errorf("%v", err)
		}
		if _, _, err := d.Mentions(t.Context(), ScopeAll(), MentionFilter{Order: "loud"}, Page{}); !fault.Is(err, "bad_order") {
			t.Errorf("%v", err)
		}
	})
}

func TestMentionsAreFound(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		s := webhook(t, d, addClient(t, d, "own"))
		in := func(id, text, author string) Judged {
			m, err := mention.Normalise(mention.Input{Platform: "x", ExternalID: id, Text: text, AuthorName: author, PublishedAt: noon.Format(time.RFC3339)}, noon)
			if err != nil {
				t.Fatal(err)
			}
			return Judged{Mention: m.For(NewID(), s.ClientID, s.ID)}
		}
		appendAll(t, d, s, in("1", "המעבורת איחרה שוב", "רותי"), in("2", "100% late_again, ＦＥＲＲＹ", "Dana"))
		for query, want := range map[string]int{"מעבורת": 1, "רותי": 1, "ferry": 1, "FERRY": 1, "100%": 1, "%": 1, "_": 1, "0_": 0, `\`: 0, "train": 0, "' OR 1=1 --": 0} {
			rows, _, err := d.Mentions(t.Context(), ScopeAll(), MentionFilter{Query: query}, Page{})
			if err != nil || len(rows) != want {
				t.Errorf("%q finds %d, want %d, %v", query, len(rows), want, err)
			}
		}
	})
}

func TestWebhookSecrets(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), noon
		d.now = func() time.Time { return now }
		c := addClient(t, d, "own")
		s, first, err := d.AddSource(ctx, keeper, NewSource{ClientID: c.ID, Name: "feed", Kind: SourceWebhook})
		if err != nil {
			t.Fatal(err)
		}
		if string(s.Secret) == first || first == "" {
			t.Error("the secret lies open")
		}
		_, second, err := d.RotateSource(ctx, keeper, c.ID, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, secrets, err := d.WebhookSource(ctx, s.ID); err != nil || !slices.Equal(secrets, []string{second, first}) {
			t.Errorf("right after the rotation %d secrets count, %v", len(secrets), err)
		}
		now = now.Add(rotationGrace + time.Second)
		if _, secrets, err := d.WebhookSource(ctx, s.ID); err != nil || !slices.Equal(secrets, []string{second}) {
			t.Errorf("a day later %d secrets count, %v", len(secrets), err)
		}
		if _, _, err := d.RotateSource(ctx, keeper, addClient(t, d, "sibling").ID, s.ID); !fault.Is(err, "not_found") {
			t.Errorf("through another client: %v", err)
		}
		// A secret that is copied to another row does not open there.
		other := webhook(t, d, c)
		if err := d.write.Exec("UPDATE sources SET secret = (SELECT secret FROM sources WHERE id = ?) WHERE id = ?", s.ID, other.ID).Error; err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.WebhookSource(ctx, other.ID); !fault.Is(err, "seal_broken") {
			t.Errorf("a copied secret: %v", err)
		}
	})
}
