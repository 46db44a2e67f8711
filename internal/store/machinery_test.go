package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

func TestWall(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		k, err := d.OpenCrisis(t.Context(), keeper, OpenCrisis{ClientID: c.ID, Title: "The ferry", Severity: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{k.ID, k.Number} {
			if got, err := d.ClientOf(t.Context(), KindCrisis, id); err != nil || got != c.ID {
				t.Errorf("%s belongs to %q, %v", id, got, err)
			}
		}
		if got, err := d.ClientOf(t.Context(), KindClient, "own"); err != nil || got != c.ID {
			t.Errorf("%q %v", got, err)
		}
		for kind, id := range map[ObjectKind]string{KindCrisis: "C-2026-9999", KindAlert: k.ID, KindMention: "7", KindDraft: "", KindApproval: "x' OR '1'='1", KindPublication: NewID(), KindClient: "nobody"} {
			if got, err := d.ClientOf(t.Context(), kind, id); !fault.Is(err, "not_found") || got != "" {
				t.Errorf("%s %q: %q %v", kind, id, got, err)
			}
		}
		if _, err := d.ClientOf(t.Context(), "planet", k.ID); !fault.Is(err, "unknown_kind") {
			t.Errorf("%v", err)
		}
	})
}

func TestOutbox(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), noon
		d.now = func() time.Time { return now }
		put := func(kind, dedupe, order string) {
			t.Helper()
			if err := d.Change(ctx, keeper, func(tx *Tx) error { return emit(tx, kind, dedupe, order, dedupe, 0) }); err != nil {
				t.Fatal(err)
			}
		}
		claim := func(worker string, n int) (out []OutboxEvent) {
			t.Helper()
			out, err := d.ClaimOutbox(ctx, worker, []string{"test"}, n, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		for _, e := range []string{"a1", "a2", "b1"} {
			put("test", e, e[:1])
		}
		put("test", "a1", "a") // said twice
		put("another", "x", "")
		first := claim("one", 10)
		if len(first) != 2 || first[0].DedupeKey != "a1" || first[1].DedupeKey != "b1" {
			t.Fatalf("of each order only the oldest: %+v", first)
		}
		if again := claim("two", 10); len(again) != 0 {
			t.Errorf("claimed twice: %+v", again)
		}
		if err := d.OutboxDone(ctx, first[0]); err != nil {
			t.Fatal(err)
		}
		if next := claim("two", 10); len(next) != 1 || next[0].DedupeKey != "a2" {
			t.Errorf("after a1: %+v", next)
		}
		now = now.Add(2 * time.Minute)
		back := claim("three", 10)
		if len(back) != 2 {
			t.Fatalf("after the lease %d events are back", len(back))
		}
		// Whoever lost the lease can no longer end the event.
		if err := d.OutboxDone(ctx, first[1]); err != nil {
			t.Fatal(err)
		}
		if pending, dead, err := d.OutboxCounts(ctx); err != nil || pending != 3 || dead != 0 {
			t.Errorf("%d pending, %d dead, %v", pending, dead, err)
		}
		for _, e := range back {
			if isDead, err := d.OutboxFailed(ctx, e, "no answer", e.DedupeKey == "b1"); err != nil || isDead != (e.DedupeKey == "b1") {
				t.Errorf("%s: dead %v, %v", e.DedupeKey, isDead, err)
			}
		}
		if soon := claim("three", 10); len(soon) != 0 {
			t.Errorf("tried again at once: %+v", soon)
		}
		now = now.Add(time.Hour)
		if later := claim("three", 10); len(later) != 1 || later[0].DedupeKey != "a2" || later[0].LastError != "no answer" {
			t.Errorf("%+v", later)
		}
		if pending, dead, err := d.OutboxCounts(ctx); err != nil || pending != 2 || dead != 1 {
			t.Errorf("%d pending, %d dead, %v", pending, dead, err)
		}
	})
}

func TestOutboxIsClaimedOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		for i := range 30 {
			if err := d.Change(t.Context(), keeper, func(tx *Tx) error { return emit(tx, "test", fmt.Sprint(i), "", i, 0) }); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		claimed := make(chan string, 200)
		for w := range 4 {
			wg.Go(func() {
				for range 4 {
					out, err := d.ClaimOutbox(t.Context(), fmt.Sprint(w), []string{"test"}, 10, time.Minute)
					if err != nil {
						t.Error(err)
					}
					for _, e := range out {
						claimed <- e.ID
					}
				}
			})
		}
		wg.Wait()
		close(claimed)
		seen := map[string]bool{}
		for id := range claimed {
			if seen[id] {
				t.Errorf("%s was claimed twice", id)
			}
			seen[id] = true
		}
		if len(seen) != 30 {
			t.Errorf("%d of 30 were claimed", len(seen))
		}
	})
}

func TestNotices(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx := t.Context()
		a, b, gone := addUser(t, d, "a@agency.test"), addUser(t, d, "b@agency.test"), addUser(t, d, "c@agency.test")
		if err := d.DisableUser(ctx, keeper, gone.ID); err != nil {
			t.Fatal(err)
		}
		tell := func(key string) {
			t.Helper()
			err := d.Change(ctx, keeper, func(tx *Tx) error {
				return tx.notify(Notice{Kind: "news", DedupeKey: key, Params: map[string]string{"k": key}, Users: []string{a.ID, b.ID, a.ID, gone.ID, NewID()}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		tell("one")
		tell("one")
		tell("two")
		list := func(u User, unread bool) []Notification {
			t.Helper()
			out, _, err := d.Notifications(ctx, ScopeAll(), u.ID, unread, Page{})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if got := list(a, true); len(got) != 2 || got[0].Params.V["k"] != "two" {
			t.Errorf("%+v", got)
		}
		if got := list(gone, false); len(got) != 0 {
			t.Errorf("a disabled person is told: %+v", got)
		}
		var mails int64
		if err := d.read.Raw("SELECT COUNT(*) FROM outbox WHERE kind = ?", OutboxMail).Scan(&mails).Error; err != nil || mails != 4 {
			t.Errorf("%d mails for two notices to two people, %v", mails, err)
		}
		c, err := d.AddClient(ctx, keeper, NewClient{Slug: "walled", Name: "Walled", Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.SetGrants(ctx, keeper, b.ID, []GrantSpec{{Role: "analyst", ClientID: c.ID}}); err != nil {
			t.Fatal(err)
		}
		if err := d.SetGrants(ctx, keeper, a.ID, nil); err != nil {
			t.Fatal(err)
		}
		err = d.Change(ctx, keeper, func(tx *Tx) error {
			return tx.notify(Notice{Kind: "news", ClientID: c.ID, DedupeKey: "walled", Users: []string{a.ID, b.ID}})
		})
		if err != nil || len(list(a, true)) != 2 || len(list(b, true)) != 3 {
			t.Errorf("somebody without a role hears of the client: %v", err)
		}
		if out, _, err := d.Notifications(ctx, ScopeClients(), b.ID, true, Page{}); err != nil || len(out) != 2 {
			t.Errorf("an old notice is shown after the role is gone: %d, %v", len(out), err)
		}
		if err := d.SetGrants(ctx, keeper, b.ID, nil); err != nil {
			t.Fatal(err)
		}
		if err := d.Change(ctx, keeper, func(tx *Tx) error { return tx.g.Exec("DELETE FROM notifications WHERE dedupe_key = 'walled'").Error }); err != nil {
			t.Fatal(err)
		}
		if err := d.ReadNotifications(ctx, a.ID, []string{list(a, true)[0].ID, list(b, true)[0].ID}); err != nil {
			t.Fatal(err)
		}
		if len(list(a, true)) != 1 || len(list(b, true)) != 2 {
			t.Error("reading somebody else's notice marked it")
		}
		if err := d.ReadNotifications(ctx, a.ID, nil); err != nil || len(list(a, true)) != 0 || len(list(a, false)) != 2 {
			t.Errorf("all read: %v", err)
		}
	})
}

func TestLiveEvents(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx, now := t.Context(), noon
		d.now = func() time.Time { return now }
		head, err := d.LiveHead(ctx)
		if err != nil {
			t.Fatal(err)
		}
		say := func(id string, fail bool) {
			err := d.Change(ctx, keeper, func(tx *Tx) error {
				if err := tx.announce("system", "", "", id); err != nil || !fail {
					return err
				}
				return errors.New("changed my mind")
			})
			if (err != nil) != fail {
				t.Fatal(err)
			}
		}
		say("a", false)
		say("b", true)
		say("c", false)
		events, err := d.LiveSince(ctx, head, 10)
		if err != nil || len(events) != 2 || events[0].ObjectID != "a" || events[1].ObjectID != "c" || events[0].Seq >= events[1].Seq {
			t.Fatalf("%+v %v", events, err)
		}
		now = now.Add(2 * time.Hour)
		say("d", false)
		if err := d.PruneLive(ctx, time.Hour); err != nil {
			t.Fatal(err)
		}
		tail, err := d.LiveTail(ctx)
		if rest, e := d.LiveSince(ctx, 0, 10); err != nil || e != nil || len(rest) != 1 || rest[0].ObjectID != "d" || tail != rest[0].Seq {
			t.Errorf("%+v, tail %d, %v %v", rest, tail, err, e)
		}
	})
}

func TestAnswersAreKeptOnce(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx := t.Context()
		for _, body := range []string{"first", "second"} {
			if err := d.KeepAnswer(ctx, Answer{Key: "k", RequestHash: "h", Status: 201, ContentType: "application/json", Body: []byte(body)}); err != nil {
				t.Fatal(err)
			}
		}
		if a, ok, err := d.KnownAnswer(ctx, "k"); err != nil || !ok || string(a.Body) != "first" {
			t.Errorf("%+v %v %v", a, ok, err)
		}
		if _, ok, err := d.KnownAnswer(ctx, "other"); err != nil || ok {
			t.Errorf("%v %v", ok, err)
		}
	})
}

func TestDenials(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		for _, n := range []Denial{{Kind: KindCrisis, ObjectID: NewID(), ClientID: c.ID, Permission: "crises.view"}, {ClientID: c.ID, Permission: "crises.open"}, {Permission: "people.manage"}, {Kind: KindCrisis, ObjectID: "C-2026-0001", ClientID: c.ID, Permission: "crises.view"}} {
			if err := d.RecordDenial(t.Context(), audit.Actor{Type: audit.ActorUser, ID: NewID(), Via: audit.ViaAPI}, n); err != nil {
				t.Errorf("%+v: %v", n, err)
			}
		}
		if n := entries(t, d, audit.AccessDenied); n != 4 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestClientIsEditedByOneAtATime(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		c := addClient(t, d, "own")
		var wg sync.WaitGroup
		names := []string{"A", "B", "C", "D"}
		won := make(chan string, len(names))
		for _, name := range names {
			wg.Go(func() {
				_, err := d.UpdateClient(t.Context(), keeper, c.ID, ClientChange{Name: &name, Rev: c.Rev})
				if err == nil {
					won <- name
				} else if !fault.Is(err, "stale") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d edits of one revision won", len(won))
		}
		if now, err := d.Client(t.Context(), "own"); err != nil || now.Name != <-won || now.Rev != c.Rev+1 {
			t.Errorf("%+v %v", now, err)
		}
	})
}

func TestFiguresStayInScope(t *testing.T) {
	eachDialect(t, func(t *testing.T, d *DB) {
		ctx := t.Context()
		own, sibling := addClient(t, d, "own"), addClient(t, d, "sibling")
		for range 2 {
			if _, err := d.OpenCrisis(ctx, keeper, OpenCrisis{ClientID: sibling.ID, Title: "Bread", Severity: 3}); err != nil {
				t.Fatal(err)
			}
		}
		for scope, want := range map[string]struct {
			s Scope
			n int64
		}{"own": {ScopeClients(own.ID), 0}, "sibling": {ScopeClients(sibling.ID), 2}, "all": {ScopeAll(), 2}, "none": {Scope{}, 0}} {
			if n, err := d.OpenCrises(ctx, want.s); err != nil || n != want.n {
				t.Errorf("%s: %d crises, %v", scope, n, err)
			}
		}
		figures, err := d.ClientFigures(ctx, ScopeClients(own.ID, sibling.ID))
		if err != nil || figures[sibling.ID].OpenCrises != 2 || figures[own.ID].OpenCrises != 0 || !figures[own.ID].FirstMention.IsZero() {
			t.Errorf("%+v %v", figures, err)
		}
		names, err := d.ClientNames(ctx, ScopeClients(own.ID))
		if err != nil || len(names) != 1 {
			t.Errorf("%v %v", names, err)
		}
		f, err := d.Figures(ctx)
		if err != nil || f.OpenCrises != 2 || f.OutboxPending == 0 || f.LedgerLag < 0 {
			t.Errorf("%+v %v", f, err)
		}
		events, err := d.VolumeEvents(ctx, sibling.ID, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
		if err != nil || len(events) != 2 || !strings.HasPrefix(events[0].Label, "C-") || slices.ContainsFunc(events, func(e VolumeEvent) bool { return e.Kind != "crisis_opened" }) {
			t.Errorf("%+v %v", events, err)
		}
	})
}
