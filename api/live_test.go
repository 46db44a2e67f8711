package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

// event is one message of the stream.
type event struct {
	id, name string
	data     change
}

// stream is an open line of somebody.
type stream struct {
	*testing.T
	events chan event
	close  context.CancelFunc
}

// listen opens the line and waits until it has begun.
func (v *visitor) listen(lastID string) *stream {
	v.w.Helper()
	ctx, cancel := context.WithCancel(v.w.Context())
	v.w.Cleanup(cancel)
	r := v.request(http.MethodGet, eventsPath, nil).WithContext(ctx)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	res, err := v.w.http.Client().Do(r) //nolint:bodyclose // the reader below closes it
	v.w.must(err)
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		v.w.Fatalf("status %d", res.StatusCode)
	}
	s := &stream{v.w.T, make(chan event, 100), cancel}
	begun := make(chan struct{})
	go func() {
		defer func() { _ = res.Body.Close(); close(s.events) }()
		lines := bufio.NewScanner(res.Body)
		var e event
		for first := true; lines.Scan(); {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				_ = json.Unmarshal([]byte(value), &e.data)
			case "":
				if e.name != "" {
					s.events <- e
				}
				e = event{}
				if first {
					close(begun)
					first = false
				}
			}
		}
	}()
	select {
	case <-begun:
	case <-time.After(10 * time.Second):
		v.w.Fatal("the line did not begin")
	}
	return s
}

// next waits for an event of a kind and skips others.
func (s *stream) next(kind string) event {
	s.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case e, open := <-s.events:
			if !open {
				s.Fatalf("the line ended before a %s", kind)
			}
			if e.name == kind || e.data.Kind == kind {
				return e
			}
		case <-limit:
			s.Fatalf("no %s came", kind)
		}
	}
}

func TestLiveEventsReachThoseWhoMaySee(t *testing.T) {
	w := newWorld(t)
	mine := w.person(store.GrantSpec{Role: "writer", ClientID: w.own.ID})
	theirs := w.person(store.GrantSpec{Role: "writer", ClientID: w.sibling.ID})
	a, b, all := mine.listen(""), theirs.listen(""), w.admin.listen("")
	w.admin.post("/clients/own/mentions", object{"text": "the ferry was late", "platform": "facebook"}).is(201)
	w.admin.post("/clients/sibling/mentions", object{"text": "the bread was stale", "platform": "facebook"}).is(201)

	if e := a.next("mention"); e.data.ClientID != w.own.ID || e.id == "" {
		t.Errorf("%+v", e)
	}
	// The sibling's event came after the own one, so whoever got it has been told of both, if at all.
	if e := b.next("mention"); e.data.ClientID != w.sibling.ID {
		t.Errorf("the sibling's writer heard of %+v", e)
	}
	first, second := all.next("mention"), all.next("mention")
	if first.data.ClientID != w.own.ID || second.data.ClientID != w.sibling.ID {
		t.Errorf("%+v %+v", first, second)
	}
	w.admin.post("/clients/own/mentions", object{"text": "the ferry was late again", "platform": "facebook"}).is(201)
	if e := a.next("mention"); e.data.ClientID != w.own.ID {
		t.Errorf("the own writer heard of %+v", e)
	}
}

func TestLiveNoticesReachOnePerson(t *testing.T) {
	w := newWorld(t)
	analyst := w.person(store.GrantSpec{Role: "analyst", ClientID: w.own.ID})
	other := w.person(store.GrantSpec{Role: "writer", ClientID: w.own.ID})
	a, b := analyst.listen(""), other.listen("")
	w.furnish(w.own, ownCanary)
	if e := a.next("notification"); e.data.ID != analyst.userID {
		t.Errorf("%+v", e)
	}
	b.close()
	for e := range b.events {
		if e.data.Kind == "notification" {
			t.Errorf("somebody else's notice: %+v", e)
		}
	}
}

func TestLiveResumes(t *testing.T) {
	w := newWorld(t)
	say := func(text string) {
		w.admin.post("/clients/own/mentions", object{"text": text, "platform": "facebook"}).is(201)
	}
	s := w.admin.listen("")
	say("one")
	last := s.next("mention").id
	s.close()
	say("two")
	say("three")
	again := w.admin.listen(last)
	second, third := again.next("mention"), again.next("mention")
	if second.id == last || third.id == second.id {
		t.Errorf("after %s came %s and %s", last, second.id, third.id)
	}
	say("four")
	if fourth := again.next("mention"); fourth.id == third.id || fourth.id == second.id {
		t.Errorf("an event came twice: %s", fourth.id)
	}
}

func TestLiveReloadsWhoWasAwayTooLong(t *testing.T) {
	w := newWorld(t)
	w.admin.post("/clients/own/mentions", object{"text": "one", "platform": "facebook"}).is(201)
	w.later(time.Hour)
	w.must(w.db.PruneLive(t.Context(), time.Minute))
	w.admin.post("/clients/own/mentions", object{"text": "two", "platform": "facebook"}).is(201)
	head, err := w.db.LiveHead(t.Context())
	w.must(err)
	for name, id := range map[string]string{"from before the oldest": "1", "from a database that was restored": strconv.FormatInt(head+5, 10), "no number": "x"} {
		if e := w.admin.listen(id).next("reload"); e.id != strconv.FormatInt(head, 10) {
			t.Errorf("%s: told to go on from %s, the head is %d", name, e.id, head)
		}
	}
}

func TestLiveIsForPeopleWhoSignedIn(t *testing.T) {
	w := newWorld(t)
	w.anonymous().peek("/events").refused(401, "not_signed_in")
	v := w.person(store.GrantSpec{Role: "writer", ClientID: w.own.ID})
	caller := &Caller{UserID: v.userID, auth: w.api.Auth, alive: func(context.Context) error { return nil }}
	if err := w.api.stillWelcome(t.Context(), caller); err != nil {
		t.Fatalf("somebody enabled is not welcome: %v", err)
	}
	before := w.api.rights(caller)
	w.must(w.db.SetGrants(t.Context(), tester, v.userID, []store.GrantSpec{{Role: "writer", ClientID: w.sibling.ID}}))
	w.must(w.api.Auth.Refresh(t.Context()))
	if w.api.rights(caller) == before {
		t.Error("a change of roles does not end the line")
	}
	w.must(w.db.DisableUser(t.Context(), tester, v.userID))
	if err := w.api.stillWelcome(t.Context(), caller); err == nil {
		t.Error("somebody disabled is still welcome")
	}
}

// TestLiveForgetsInOrder sees that a number which becomes visible late is still passed on.
func TestLiveForgetsInOrder(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	seen := map[int64]time.Time{7: begin, 9: begin.Add(8 * time.Second)}
	if from := forget(seen, 5, begin.Add(9*time.Second)); from != 5 || len(seen) != 2 {
		t.Errorf("read on from %d: 6 and 8 could still come", from)
	}
	if from := forget(seen, 5, begin.Add(11*time.Second)); from != 7 || len(seen) != 1 {
		t.Errorf("read on from %d, want 7", from)
	}
}

func TestLivePollerEndsWithTheLastListener(t *testing.T) {
	w := newWorld(t)
	_, leave, err := w.api.live.subscribe(t.Context())
	w.must(err)
	_, leave2, err := w.api.live.subscribe(t.Context())
	w.must(err)
	leave()
	if w.api.live.stop == nil {
		t.Error("the poller ended while somebody listens")
	}
	leave2()
	leave2()
	if w.api.live.stop != nil || len(w.api.live.subs) != 0 {
		t.Error("the poller goes on for nobody")
	}
}
