package channel

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/migdalor/migdalor/internal/fake"
)

const (
	put     = "com.atproto.repo.putRecord"
	get     = "com.atproto.repo.getRecord"
	create  = "com.atproto.server.createSession"
	refresh = "com.atproto.server.refreshSession"
	upload  = "com.atproto.repo.uploadBlob"
)

var postedAt = time.Date(2026, 11, 22, 9, 30, 15, 123456000, time.UTC)

func server(t *testing.T) *fake.Bluesky {
	t.Helper()
	s := fake.NewBluesky()
	t.Cleanup(s.Close)
	return s
}

func channelTo(s *fake.Bluesky, timeout time.Duration) *Bluesky {
	return NewBluesky(BlueskyConfig{
		Service: s.URL + "/", Identifier: s.Handle, AppPassword: s.Password,
		Now:   func() time.Time { return s.Reset.Add(-90 * time.Second) },
		Guard: Guard{AllowLoopback: true, Timeout: timeout},
	})
}

func post(s *fake.Bluesky, id string) Post {
	return Post{IntentID: id, At: postedAt, Account: s.Handle, Text: "אנחנו בודקים ונחזור עם תשובה", Langs: []string{"he"}}
}

func TestPublish(t *testing.T) {
	s := server(t)
	b, p := channelTo(s, time.Minute), post(s, "intent-1")
	if out := b.Lookup(t.Context(), p); out.Status != Absent {
		t.Fatalf("before: %+v", out)
	}
	first := b.Publish(t.Context(), p)
	if first.Status != Published || first.CID == "" || first.URI != "at://"+s.DID+"/app.bsky.feed.post/"+RecordKey(p) ||
		first.URL != "https://bsky.app/profile/"+s.Handle+"/post/"+RecordKey(p) {
		t.Fatalf("got %+v", first)
	}
	if again := b.Publish(t.Context(), p); again != first {
		t.Fatalf("again: %+v", again)
	}
	if found := b.Lookup(t.Context(), p); found != first {
		t.Fatalf("look-up: %+v", found)
	}
	if n := s.Commits(RecordKey(p)); n != 1 || s.Calls(put) != 1 || s.Calls(create) != 1 {
		t.Fatalf("%d commits, %d puts, %d sign-ins", n, s.Calls(put), s.Calls(create))
	}
	var stored map[string]any
	if err := json.Unmarshal(s.Records()[RecordKey(p)], &stored); err != nil {
		t.Fatal(err)
	}
	if stored["text"] != p.Text || stored["createdAt"] != "2026-11-22T09:30:15.123Z" || fmt.Sprint(stored["langs"]) != "[he]" {
		t.Fatalf("stored %v", stored)
	}
}

func TestRecordKey(t *testing.T) {
	p := Post{IntentID: "intent-1", At: postedAt}
	key, err := syntax.ParseTID(RecordKey(p))
	if err != nil || !key.Time().Equal(postedAt) {
		t.Fatalf("%s is not a TID of the intent's time: %v", key, err)
	}
	other := Post{IntentID: "intent-2", At: postedAt}
	again := p
	if RecordKey(p) != RecordKey(again) || RecordKey(p) == RecordKey(other) {
		t.Fatal("the key does not follow the intent")
	}
}

func TestPublishOutcomes(t *testing.T) {
	cases := []struct {
		name   string
		method string
		faults []fake.Fault
		change func(p *Post)
		status Status
		code   string
		// looked is what a look-up says afterwards, without faults.
		looked Status
	}{
		{"500 before accepting", put, []fake.Fault{fake.ErrorBefore}, nil, Unknown, "server_error", Absent},
		{"500 after accepting", put, []fake.Fault{fake.ErrorAfter}, nil, Unknown, "server_error", Published},
		{"connection lost before", put, []fake.Fault{fake.DropBefore}, nil, Unknown, "no_answer", Absent},
		{"connection lost after", put, []fake.Fault{fake.DropAfter}, nil, Unknown, "no_answer", Published},
		{"no answer in time", put, []fake.Fault{fake.SlowAfter}, nil, Unknown, "no_answer", Published},
		{"half an answer", put, []fake.Fault{fake.BadJSON}, nil, Unknown, "not_confirmed", Published},
		{"answer too long", put, []fake.Fault{fake.TooLong}, nil, Unknown, "no_answer", Published},
		{"rate limit", put, []fake.Fault{fake.RateLimited}, nil, Unsent, "rate_limited", Absent},
		{"redirect", put, []fake.Fault{fake.Redirect}, nil, Refused, "redirected", Absent},
		{"token expired", put, []fake.Fault{fake.ExpiredToken}, nil, Published, "", Published},
		{"token expired twice", put, []fake.Fault{fake.ExpiredToken, fake.ExpiredToken}, nil, Unsent, "session_ended", Absent},
		{"read-back fails", get, []fake.Fault{fake.None, fake.ErrorBefore}, nil, Unknown, "server_error", Published},
		{"look before fails", get, []fake.Fault{fake.ErrorBefore}, nil, Unsent, "server_error", Absent},
		{"look before slow", get, []fake.Fault{fake.SlowAfter}, nil, Unsent, "no_answer", Absent},
		{"sign-in fails", create, []fake.Fault{fake.ErrorBefore}, nil, Unsent, "server_error", Absent},
		{"sign-in limited", create, []fake.Fault{fake.RateLimited}, nil, Unsent, "rate_limited", Absent},
		{"sign-in unreadable", create, []fake.Fault{fake.BadJSON}, nil, Unsent, "answer_malformed", Absent},
		{"picture fails", upload, []fake.Fault{fake.ErrorAfter}, withImage, Unsent, "server_error", Absent},
		{"picture lost", upload, []fake.Fault{fake.DropAfter}, withImage, Unsent, "no_answer", Absent},
		{"picture fine", upload, nil, withImage, Published, "", Published},
		{"picture too large", upload, nil, func(p *Post) {
			p.Images = []Image{{Bytes: make([]byte, maxImageBytes+1), MIMEType: "image/png"}}
		}, Refused, "image_unusable", Absent},
		{"five pictures", upload, nil, func(p *Post) { p.Images = make([]Image, 5) }, Refused, "images_too_many", Absent},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			s := server(t)
			b, p := channelTo(s, 500*time.Millisecond), post(s, "intent-1")
			if tc.change != nil {
				tc.change(&p)
			}
			s.Script(tc.method, tc.faults...)
			out := b.Publish(t.Context(), p)
			if out.Status != tc.status || out.Code != tc.code {
				t.Fatalf("got %+v", out)
			}
			if tc.code == "rate_limited" && out.RetryAfter != 90*time.Second {
				t.Fatalf("wait %s", out.RetryAfter)
			}
			s.Clear()
			if looked := b.Lookup(t.Context(), p); looked.Status != tc.looked {
				t.Fatalf("look-up: %+v", looked)
			}
			if n := len(s.Records()); n > 1 {
				t.Fatalf("%d posts", n)
			}
		})
	}
}

func withImage(p *Post) {
	p.Images = []Image{{Bytes: []byte("png"), MIMEType: "image/png", Alt: "החנות", Width: 4, Height: 3}}
}

func TestPublishRefusesOtherAccountAndWrongPassword(t *testing.T) {
	s := server(t)
	p := post(s, "intent-1")
	p.Account = "somebody.else.test"
	if out := channelTo(s, time.Minute).Publish(t.Context(), p); out.Status != Refused || out.Code != "wrong_account" {
		t.Fatalf("got %+v", out)
	}
	p.Account = "@" + strings.ToUpper(s.Handle)
	wrong := channelTo(s, time.Minute)
	wrong.x.password = "guess"
	out := wrong.Publish(t.Context(), p)
	if out.Status != Refused || out.Code != "login_refused" || strings.Contains(out.Reason, "guess") {
		t.Fatalf("got %+v", out)
	}
	if out = channelTo(s, time.Minute).Publish(t.Context(), p); out.Status != Published {
		t.Fatalf("the same account in other letters: %+v", out)
	}
}

func TestPublishNeverWritesOver(t *testing.T) {
	s := server(t)
	b, p := channelTo(s, time.Minute), post(s, "intent-1")
	if out := b.Publish(t.Context(), p); out.Status != Published {
		t.Fatalf("got %+v", out)
	}
	p.Text = "other words under the same key"
	if out := b.Publish(t.Context(), p); out.Status != Refused || out.Code != "key_taken" {
		t.Fatalf("got %+v", out)
	}
	// The same when the look before the write missed it: the server's own condition holds.
	sess, _ := b.x.open(t.Context())
	body, _ := json.Marshal(map[string]any{"repo": sess.DID, "collection": postCollection, "rkey": RecordKey(p),
		"record": map[string]any{"text": p.Text}, "swapRecord": nil})
	if res := b.x.authed(t.Context(), sess, put, "", "application/json", body); res.name != "InvalidSwap" {
		t.Fatalf("got %d %s", res.status, res.name)
	}
	if n := s.Commits(RecordKey(p)); n != 1 {
		t.Fatalf("%d commits", n)
	}
}

func TestSessionIsRenewed(t *testing.T) {
	s := server(t)
	b := channelTo(s, time.Minute)
	if out := b.Publish(t.Context(), post(s, "intent-1")); out.Status != Published {
		t.Fatalf("got %+v", out)
	}
	s.ExpireSessions() // the renewal token too: a new sign-in is needed
	if out := b.Publish(t.Context(), post(s, "intent-2")); out.Status != Published {
		t.Fatalf("got %+v", out)
	}
	s.Script(put, fake.ExpiredToken)
	if out := b.Publish(t.Context(), post(s, "intent-3")); out.Status != Published {
		t.Fatalf("got %+v", out)
	}
	if s.Calls(create) != 2 || s.Calls(refresh) != 2 {
		t.Fatalf("%d sign-ins, %d renewals", s.Calls(create), s.Calls(refresh))
	}
}

// A caller that retries and looks as the outcomes tell it gets one post for each
// intent, whatever goes wrong and whenever.
func TestAtMostOnePostPerIntent(t *testing.T) {
	s := server(t)
	rnd := rand.New(rand.NewSource(20261122))
	faults := []fake.Fault{fake.None, fake.ErrorBefore, fake.ErrorAfter, fake.DropBefore, fake.DropAfter, fake.SlowAfter,
		fake.SlowBefore, fake.RateLimited, fake.BadJSON, fake.ExpiredToken}
	// Calls other than the write must not be held back past their turn.
	reading := []fake.Fault{fake.None, fake.None, fake.ErrorBefore, fake.DropBefore, fake.BadJSON, fake.SlowAfter}
	const rounds = 200
	var b *Bluesky
	for round := range rounds {
		s.Clear()
		for range rnd.Intn(4) {
			s.Script(put, faults[rnd.Intn(len(faults))])
			s.Script(get, reading[rnd.Intn(len(reading))])
		}
		if round%20 == 0 { // a worker killed and started again has no session
			b = channelTo(s, 60*time.Millisecond)
		}
		p := post(s, fmt.Sprintf("intent-%d", round))
		p.At = p.At.Add(time.Duration(round/2) * time.Microsecond) // pairs of intents share their instant
		if out := publishUntilKnown(t, b, p); out.Status != Published {
			t.Fatalf("round %d: %+v", round, out)
		}
		if n := s.Commits(RecordKey(p)); n != 1 {
			t.Fatalf("round %d: %d commits", round, n)
		}
	}
	if n := len(s.Records()); n != rounds {
		t.Fatalf("%d posts for %d intents", n, rounds)
	}
}

func publishUntilKnown(t *testing.T, b *Bluesky, p Post) Outcome {
	t.Helper()
	var out Outcome
	for range 20 {
		if out = b.Publish(t.Context(), p); out.Status == Published || out.Status == Refused {
			return out
		}
		if out.Status == Unknown {
			if out = b.Lookup(t.Context(), p); out.Status == Published || out.Status == Refused {
				return out
			}
		}
	}
	return out
}

func TestCancelledCall(t *testing.T) {
	s := server(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out := channelTo(s, time.Minute).Publish(ctx, post(s, "intent-1")); out.Status != Unsent {
		t.Fatalf("got %+v", out)
	}
}
