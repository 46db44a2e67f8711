package grown_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/e2e/desk"
	"github.com/migdalor/migdalor/e2e/journey"
)

type object = map[string]any

// TestGrown walks while processes are killed, and then takes away the engine,
// its memory and the database.
func TestGrown(t *testing.T) {
	c := newCluster(t)
	left := journey.Walk(t, journey.Site{Site: desk.NewSite(c.bases()...), Between: func(chapter string) {
		switch chapter {
		case "respond":
			c.workers[0].Kill()
			c.apis[1].Kill()
		case "severity 1":
			c.startAPI(1)
			c.apis[1].Ready(t, c.bases()[1])
		}
	}})
	a := &after{T: t, c: c, Left: left}
	a.liveCrosses()
	a.engineAway()
	a.engineWiped()
	a.databaseRestarts()
}

// after is the agency when the walk is over.
type after struct {
	*testing.T
	c *cluster
	journey.Left
}

// liveCrosses listens on one API process to a change that is made on the other.
func (a *after) liveCrosses() {
	a.Helper()
	ctx, stop := context.WithCancel(a.Context())
	defer stop()
	events := a.Admin.At(a.c.bases()[1]).Listen(ctx, a)
	crisis := a.open("Heard elsewhere", a.Admin.At(a.c.bases()[0]))
	deadline := time.After(10 * time.Second)
	for {
		select {
		case data := <-events:
			if strings.Contains(data, crisis) {
				return
			}
		case <-deadline:
			a.Fatal("the second API process does not tell what happened on the first")
		}
	}
}

func (a *after) open(title string, by *desk.Person) string {
	a.Helper()
	var crisis struct{ ID string }
	by.Must(a, http.MethodPost, "/crises", object{"client_id": a.Client, "title": title, "severity": 4, "lead_id": a.LeadID}, &crisis)
	return crisis.ID
}

// engine waits for what the room says of the crisis' process.
func (a *after) engine(crisis, want string, within time.Duration) {
	a.Helper()
	began := time.Now()
	desk.Eventually(a, within, func() error {
		var room struct{ Engine string }
		a.Lead.Must(a, http.MethodGet, "/crises/"+crisis, nil, &room)
		if room.Engine != want {
			return fmt.Errorf("the engine is %s, not %s", room.Engine, want)
		}
		return nil
	})
	a.Logf("the room says %s after %v", want, time.Since(began).Round(time.Millisecond))
}

// words are words that wait for the lead.
type words struct{ draft, approval, hash string }

func (a *after) ask(crisis string) words {
	a.Helper()
	var draft struct {
		ID   string `json:"id"`
		Hash string `json:"version_hash"`
	}
	a.Admin.Must(a, http.MethodPost, "/crises/"+crisis+"/drafts", object{"kind": "response", "title": "Our answer", "content": object{
		"texts": []any{object{"platform": "facebook", "lang": "en", "text": "We are on it."}}, "targets": a.Targets[:1], "links": []string{}}}, &draft)
	var approval struct{ ID string }
	a.Admin.Must(a, http.MethodPost, "/drafts/"+draft.ID+"/send", object{"publish_on_approval": true, "rounds": []any{
		object{"party": "manager", "mode": "any", "approvers": []any{object{"user_id": a.LeadID}}}}}, &approval)
	return words{draft.ID, approval.ID, draft.Hash}
}

func (a *after) decide(w words) {
	a.Helper()
	a.Lead.Must(a, http.MethodPost, "/approvals/"+w.approval+"/decision", object{"decision": "approve", "version_hash": w.hash, "typed_name": "Mia"}, nil)
}

// carriedOut waits until the words wait for a person's hand.
func (a *after) carriedOut(crisis string, w words) {
	a.Helper()
	began := time.Now()
	desk.Eventually(a, 60*time.Second, func() error {
		var list struct {
			Items []struct {
				State   string
				DraftID string `json:"draft_id"`
			}
		}
		a.Lead.Must(a, http.MethodGet, "/publications?crisis="+crisis, nil, &list)
		n := 0
		for _, p := range list.Items {
			if p.DraftID == w.draft && p.State == "awaiting_hand" {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("publications: %+v", list.Items)
		}
		return nil
	})
	a.Logf("carried out after %v", time.Since(began).Round(time.Millisecond))
}

// command changes the severity to what it is, which only the process can do.
func (a *after) command(crisis string) (desk.Answer, error) {
	return a.Lead.Call(http.MethodPost, "/crises/"+crisis+"/severity", object{"expected": 4, "severity": 4, "reason": "looked at again, it is no more than that"})
}

func (a *after) commands(crisis string) {
	a.Helper()
	desk.Eventually(a, 60*time.Second, func() error {
		answer, err := a.command(crisis)
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("the command: %d %s", answer.Status, answer.Body)
		}
		return err
	})
}

// engineAway works on while the engine is away.
func (a *after) engineAway() {
	a.Helper()
	crisis := a.open("The engine goes away", a.Admin)
	a.engine(crisis, "running", 30*time.Second)
	before := a.ask(crisis)
	a.c.engine.Kill()
	a.decide(before)
	meanwhile := a.ask(crisis)
	a.decide(meanwhile)
	later := a.open("Opened without an engine", a.Admin)
	a.engine(crisis, "unreachable", 30*time.Second)
	began := time.Now()
	answer, err := a.command(crisis)
	if err != nil || answer.Status != http.StatusServiceUnavailable || answer.Code() != "engine_unreachable" {
		a.Errorf("a command without an engine: %d %s %v", answer.Status, answer.Body, err)
	}
	if took := time.Since(began); took > 6*time.Second {
		a.Errorf("a command without an engine was answered after %v", took)
	}
	a.c.startEngine()
	a.carriedOut(crisis, before)
	a.carriedOut(crisis, meanwhile)
	a.engine(later, "running", 60*time.Second)
	a.commands(crisis)
}

// engineWiped gives the engine back without its memory: the database rebuilds it.
func (a *after) engineWiped() {
	a.Helper()
	crisis := a.open("The engine forgets", a.Admin)
	a.engine(crisis, "running", 30*time.Second)
	waiting := a.ask(crisis)
	a.c.engine.Kill()
	a.c.wipeEngine()
	a.c.startEngine()
	a.c.startWorker(0)
	a.c.atWork(0)
	a.engine(crisis, "running", 70*time.Second)
	a.commands(crisis)
	a.decide(waiting)
	a.carriedOut(crisis, waiting)
}

// databaseRestarts kills PostgreSQL and starts it again under everything.
func (a *after) databaseRestarts() {
	a.Helper()
	if err := a.c.postgres.Kill(); err != nil {
		a.Fatal(err)
	}
	for _, path := range []string{"/crises", "/session"} {
		if answer, err := a.Lead.Call(http.MethodGet, path, nil); err != nil || answer.Status < 500 {
			a.Errorf("%s without a database: %d %v", path, answer.Status, err)
		}
	}
	if err := a.c.postgres.Restart(a.Context()); err != nil {
		a.Fatal(err)
	}
	began := time.Now()
	desk.Eventually(a, 15*time.Second, func() error {
		for _, base := range a.c.bases() {
			res, err := http.Get(base + "/readyz")
			if err != nil {
				return err
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("%s is not ready: %d", base, res.StatusCode)
			}
		}
		return nil
	})
	crisis := a.open("After the restart", a.Admin)
	a.engine(crisis, "running", 15*time.Second)
	w := a.ask(crisis)
	a.decide(w)
	a.carriedOut(crisis, w)
	if took := time.Since(began); took > 15*time.Second {
		a.Errorf("it took %v until all was well again", took)
	}
	for _, p := range append(a.c.apis, a.c.workers...) {
		if !p.Runs() {
			a.Errorf("a process did not survive the restart of the database:\n%s", p.Output())
		}
	}
}
