package intake_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/store"
)

// noon is a Tuesday, far from Shabbat and holidays.
var noon = time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)

var tester = audit.Actor{Type: audit.ActorSystem, ID: "test", Via: audit.ViaCLI}

// world is a deployment with one client and a clock that the test turns.
type world struct {
	*intake.Intake
	mu     sync.Mutex
	now    time.Time
	client store.Client
	source store.Source
	serial int
}

func newWorld(t *testing.T, settings store.ClientSettings) *world {
	t.Helper()
	ctx := t.Context()
	w := &world{now: noon}
	keys, err := store.NewKeys(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, store.Options{Path: filepath.Join(t.TempDir(), "m.db"), Keys: keys, Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	admin := store.NewUser{Email: "a@example.test", Name: "A", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}, {Role: "account_manager"}}}
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.SetUp(ctx, store.Setup{AgencyName: "Test", Admin: admin}); err != nil {
		t.Fatal(err)
	}
	if w.client, err = db.AddClient(ctx, tester, store.NewClient{Slug: "brand", Name: "Brand", Settings: &settings}); err != nil {
		t.Fatal(err)
	}
	if w.source, _, err = db.AddSource(ctx, tester, store.NewSource{ClientID: w.client.ID, Name: "feed", Kind: store.SourceWebhook}); err != nil {
		t.Fatal(err)
	}
	w.Intake = intake.New(db, slog.New(slog.DiscardHandler))
	w.history(t)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) say(text string, at time.Time) mention.Input {
	w.serial++
	return mention.Input{ExternalID: fmt.Sprint("e", w.serial), Platform: "x", AuthorHandle: fmt.Sprint("u", w.serial), Text: text, PublishedAt: at.Format(time.RFC3339)}
}

func (w *world) take(t *testing.T, inputs ...mention.Input) intake.Result {
	t.Helper()
	r, err := w.Take(context.Background(), intake.Batch{Source: w.source, Inputs: inputs, Action: audit.MentionsIngested, By: tester})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const angry = "נורא ואיום, שירות מזעזע, אני כועסת ומאוכזבת מאוד"

// history is two weeks of three calm mentions an hour.
func (w *world) history(t *testing.T) {
	t.Helper()
	var batch []mention.Input
	for at := noon.Add(-14 * 24 * time.Hour); at.Before(noon.Add(-time.Hour)); at = at.Add(20 * time.Minute) {
		batch = append(batch, w.say("קניתי היום במבצע", at))
	}
	w.take(t, batch...)
}

func (w *world) anger(t *testing.T, n int) {
	t.Helper()
	var batch []mention.Input
	for range n {
		batch = append(batch, w.say(angry, w.clock()))
	}
	w.take(t, batch...)
}

func (w *world) look(t *testing.T) {
	t.Helper()
	if err := w.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) alerts(t *testing.T) []store.Alert {
	t.Helper()
	list, _, err := w.DB.Alerts(context.Background(), store.ScopeAll(), "", "", store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRiseOpensOneAlert(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	w.look(t)
	if n := len(w.alerts(t)); n != 0 {
		t.Fatalf("the quiet history rang %d times", n)
	}
	for range 5 {
		w.pass(30 * time.Second)
		w.anger(t, 20)
		// Four processes look at once: the detector's revision lets one of them store.
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := w.Look(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	list := w.alerts(t)
	if len(list) != 1 {
		t.Fatalf("%d alerts instead of one", len(list))
	}
	a := list[0]
	if a.Stream != "negative" || len(a.Evidence.V.MentionIDs) == 0 || len(a.Evidence.V.Reasons) == 0 {
		t.Errorf("the alert lacks its evidence: %+v", a)
	}
	told, _, err := w.DB.Notifications(context.Background(), store.ScopeAll(), userID(t, w.DB), false, store.Page{})
	if err != nil || len(told) == 0 {
		t.Errorf("nobody was told of the alert: %v", err)
	}
}

func userID(t *testing.T, db *store.DB) string {
	t.Helper()
	u, err := db.UserByEmail(context.Background(), "a@example.test")
	if err != nil {
		t.Fatal(err)
	}
	return u.ID
}

func TestClocksCountFromTheRiseNotFromAnEarlierComplaint(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	w.take(t, w.say(angry, noon.Add(-40*time.Minute)))
	w.pass(2 * time.Minute)
	began := w.clock()
	w.anger(t, 40)
	w.pass(20 * time.Second)
	w.look(t)
	a := w.alerts(t)[0]
	if got := a.Evidence.V.FirstMentionAt; !got.Equal(began) {
		t.Errorf("the rise began at %v, not %v", got, began)
	}
}

func TestBackfillFeedsTheBaselineAndNeverRings(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	var batch []mention.Input
	for i := range 400 {
		batch = append(batch, w.say(angry, noon.Add(-6*time.Hour).Add(time.Duration(i)*time.Second)))
	}
	w.take(t, batch...)
	w.look(t)
	if n := len(w.alerts(t)); n != 0 {
		t.Fatalf("a back-fill rang %d times", n)
	}
	counts, err := w.DB.CountsBetween(t.Context(), w.client.ID, noon.Add(-7*time.Hour), noon.Add(-5*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var negative int64
	for _, c := range counts {
		negative += c.Negative
	}
	if negative != 400 {
		t.Errorf("the baseline counts %d negative mentions, not 400", negative)
	}
}

func TestOneUtteranceIsStoredOnce(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	in := w.say(angry, noon)
	first := w.take(t, in, in)
	again := w.take(t, in)
	if first.Stored != 1 || first.Known != 1 || again.Stored != 0 || again.Known != 1 || again.IDs[0] != first.IDs[0] {
		t.Fatalf("stored %+v then %+v", first, again)
	}
}

func TestBrokenMentionsDoNotBlockTheRest(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	future := w.say("hello", noon.Add(time.Hour))
	scheme := w.say("hello", noon)
	scheme.URL = "javascript:alert(1)"
	r := w.take(t, future, w.say("fine", noon), scheme)
	if r.Stored != 1 || len(r.Rejected) != 2 || r.Rejected[0].Err.Code != "time_in_future" || r.Rejected[1].Err.Code != "bad_url_scheme" {
		t.Fatalf("%+v", r)
	}
}

func TestAutoOpenOpensACrisisOnce(t *testing.T) {
	settings := store.DefaultClientSettings()
	settings.AutoOpen = true
	w := newWorld(t, settings)
	for range 3 {
		w.pass(time.Minute)
		w.anger(t, 60)
		w.look(t)
	}
	list := w.alerts(t)
	if len(list) != 1 || list[0].State != store.AlertOpened || list[0].CrisisID == "" {
		t.Fatalf("the client's rule did not open a crisis: %+v", list)
	}
}

func TestDismissedAlertStaysDismissed(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	w.pass(time.Minute)
	w.anger(t, 60)
	w.look(t)
	a := w.alerts(t)[0]
	if _, err := w.DB.DismissAlert(t.Context(), tester, a.ID, "known_event", ""); err != nil {
		t.Fatal(err)
	}
	w.pass(2 * time.Minute)
	w.anger(t, 3)
	w.look(t)
	if list := w.alerts(t); len(list) != 1 || list[0].State != store.AlertDismissed {
		t.Fatalf("the same episode rang again: %d alerts", len(list))
	}
	if _, err := w.DB.SnoozeAlert(t.Context(), tester, a.ID, time.Hour); err == nil {
		t.Fatal("a decided alert was snoozed")
	}
}
