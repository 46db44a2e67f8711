package faults_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/e2e/desk"
)

const (
	kills    = 20
	password = "a long sentence nobody guesses"
)

func TestMain(m *testing.M) {
	defer desk.CleanUp()
	m.Run()
}

// agency is a deployment under test with its people, one client and a source.
type agency struct {
	t       *testing.T
	data    string
	addr    string
	program *desk.Program
	admin   *desk.Person
	manager *desk.Person
	client  string
	target  string
	hook    string
	secret  string
}

func (a *agency) base() string { return "http://" + a.addr }

func (a *agency) start() {
	a.program = desk.Start(a.t, "serve", "--data", a.data, "--addr", a.addr, "--log-level", "warn")
	a.program.Ready(a.t, a.base())
}

type ref struct {
	ID string `json:"id"`
}

func newAgency(t *testing.T) *agency {
	t.Helper()
	a := &agency{t: t, data: t.TempDir(), addr: desk.FreeAddr(t)}
	a.start()
	a.admin = desk.NewPerson(t, a.base())
	a.admin.Must(t, http.MethodPost, "/setup", map[string]any{"agency_name": "Test", "name": "Ada", "email": "ada@example.test", "password": password}, nil)
	var added struct {
		Password string `json:"password"`
	}
	a.admin.Must(t, http.MethodPost, "/users", map[string]any{"name": "Mia", "email": "mia@example.test", "lang": "en",
		"grants": []any{map[string]any{"role": "account_manager", "client_id": nil}}}, &added)
	a.manager = desk.SignIn(t, a.base(), "mia@example.test", added.Password)
	var client, target ref
	a.admin.Must(t, http.MethodPost, "/clients", map[string]any{"slug": "brand", "name": "Brand"}, &client)
	a.client = client.ID
	a.admin.Must(t, http.MethodPost, "/clients/"+a.client+"/targets", map[string]any{"platform": "facebook", "kind": "by_hand", "account": "brand"}, &target)
	a.target = target.ID
	var source struct {
		Secret  string `json:"secret"`
		HookURL string `json:"hook_url"`
	}
	a.admin.Must(t, http.MethodPost, "/clients/"+a.client+"/sources", map[string]any{"name": "feed", "kind": "webhook"}, &source)
	a.secret, a.hook = source.Secret, source.HookURL
	return a
}

func (a *agency) crisis(title string, severity int, age time.Duration) string {
	a.t.Helper()
	var c ref
	a.admin.Must(a.t, http.MethodPost, "/crises", map[string]any{"client_id": a.client, "title": title, "severity": severity,
		"first_mention_at": time.Now().Add(-age).UTC().Format(time.RFC3339)}, &c)
	return c.ID
}

// stream delivers mentions until told to stop and remembers what was accepted.
type stream struct {
	a        *agency
	accepted map[string]bool
	stop     context.CancelFunc
	done     sync.WaitGroup
}

func (a *agency) stream() *stream {
	ctx, stop := context.WithCancel(context.Background())
	s := &stream{a: a, accepted: map[string]bool{}, stop: stop}
	s.done.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			s.deliver(ctx, fmt.Sprintf("kill-%d", i))
		}
	})
	return s
}

// deliver sends one mention, as often as it takes to hear yes.
func (s *stream) deliver(ctx context.Context, id string) {
	for ctx.Err() == nil {
		m := map[string]any{"external_id": id, "platform": "x", "text": "mention " + id, "published_at": time.Now().UTC().Format(time.RFC3339)}
		if answer, err := desk.Hook(s.a.base(), s.a.hook, s.a.secret, id, m); err == nil && answer.Status == http.StatusOK {
			s.accepted[id] = true
			break
		}
		<-time.After(50 * time.Millisecond)
	}
	<-time.After(20 * time.Millisecond)
}

func TestKilledTwentyTimesNothingIsLostOrDoubled(t *testing.T) {
	a := newAgency(t)
	// Severity 1 ignores the calendar, so these clocks run whenever the test does.
	// Each has a timer that falls due while the process is being killed.
	timed := []timedCrisis{
		{a.crisis("acknowledge breaches", 1, 14*time.Minute+20*time.Second), "clock.breached", "acknowledge"},
		{a.crisis("assessment warns at half", 1, 59*time.Minute+40*time.Second), "clock.warned", "first_assessment"},
		{a.crisis("statement warns at four fifths", 1, 95*time.Minute+30*time.Second), "clock.warned", "statement"},
	}
	words := a.openApproval(kills)
	mentions := a.stream()
	for i := range kills {
		a.decideWhileKilled(i, words.links[i])
	}
	mentions.stop()
	mentions.done.Wait()

	a.settled()
	a.checkMentions(mentions.accepted)
	a.checkDecisions(words)
	for _, c := range timed {
		a.checkTimers(c)
	}
	for _, c := range append(timed, timedCrisis{id: words.crisis}) {
		a.checkRecord(c.id)
	}
}

type timedCrisis struct{ id, action, clock string }

// approvalAtClient is a request that waits for many contacts, all of whom must approve.
type approvalAtClient struct {
	crisis, approval string
	links            []string
}

func (a *agency) openApproval(n int) approvalAtClient {
	a.t.Helper()
	w := approvalAtClient{crisis: a.crisis("words for the public", 3, 0)}
	var approvers []any
	for i := range n {
		var c ref
		a.admin.Must(a.t, http.MethodPost, "/clients/"+a.client+"/contacts", map[string]any{
			"name": fmt.Sprintf("Contact %d", i), "email": contactMail(i), "title": "", "party": "client", "lang": "en"}, &c)
		approvers = append(approvers, map[string]any{"contact_id": c.ID})
	}
	var users struct {
		Items []struct{ ID, Email string }
	}
	a.admin.Must(a.t, http.MethodGet, "/users", nil, &users)
	var manager string
	for _, u := range users.Items {
		if u.Email == "mia@example.test" {
			manager = u.ID
		}
	}
	var draft, approval struct {
		ID          string `json:"id"`
		VersionHash string `json:"version_hash"`
	}
	a.admin.Must(a.t, http.MethodPost, "/crises/"+w.crisis+"/drafts", map[string]any{"kind": "response", "title": "Our answer", "content": map[string]any{
		"texts": []any{map[string]any{"platform": "facebook", "lang": "en", "text": "We know, and we are on it."}}, "targets": []string{a.target}, "links": []string{}}}, &draft)
	a.admin.Must(a.t, http.MethodPost, "/drafts/"+draft.ID+"/send", map[string]any{"publish_on_approval": true, "rounds": []any{
		map[string]any{"party": "manager", "mode": "any", "approvers": []any{map[string]any{"user_id": manager}}},
		map[string]any{"party": "client", "mode": "all", "approvers": approvers}}}, &approval)
	w.approval = approval.ID
	desk.Eventually(a.t, 30*time.Second, func() error {
		answer, err := a.manager.Call(http.MethodPost, "/approvals/"+w.approval+"/decision",
			map[string]any{"decision": "approve", "version_hash": approval.VersionHash, "typed_name": "Mia"})
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("the manager's decision: %d %s", answer.Status, answer.Body)
		}
		return err
	})
	for i := range n {
		w.links = append(w.links, a.admin.LinkTo(a.t, contactMail(i)))
	}
	return w
}

func contactMail(i int) string { return fmt.Sprintf("contact%d@brand.example.test", i) }

// decideWhileKilled decides by a link while the process is killed at a random
// moment, and repeats the very same request until the page says that it is
// recorded.
func (a *agency) decideWhileKilled(i int, link string) {
	a.t.Helper()
	phone := desk.NewApprover(a.base(), link)
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		<-time.After(time.Duration(rand.IntN(250)) * time.Millisecond)
		a.program.Kill()
	}()
	confirmed, _ := a.confirm(phone, i)
	if confirmed != nil {
		_, _ = phone.Post("/a/decide", confirmed)
	}
	<-killed
	a.start()
	desk.Eventually(a.t, 60*time.Second, func() error {
		if confirmed == nil {
			var err error
			if confirmed, err = a.confirm(phone, i); err != nil {
				return err
			}
		}
		page, err := phone.Post("/a/decide", confirmed)
		if err == nil && (page.Status != http.StatusOK || !strings.Contains(page.HTML, confirmed.Get("version_hash")[:8])) {
			err = fmt.Errorf("the decision of contact %d: %d %s", i, page.Status, page.HTML)
		}
		return err
	})
}

// confirm walks the pages up to the last button.
func (a *agency) confirm(phone *desk.Approver, i int) (url.Values, error) {
	page, err := phone.Open()
	if err != nil {
		return nil, err
	}
	form, _, err := phone.Answer(page, "approve", fmt.Sprintf("Contact %d", i), "")
	return form, err
}

// settled waits until nothing is left to be carried out.
func (a *agency) settled() {
	a.t.Helper()
	desk.Eventually(a.t, 90*time.Second, func() error {
		var s struct {
			Outbox struct{ Pending, Dead int }
		}
		a.admin.Must(a.t, http.MethodGet, "/system", nil, &s)
		if s.Outbox.Pending > 0 || s.Outbox.Dead > 0 {
			return fmt.Errorf("outbox: %d wait, %d dead", s.Outbox.Pending, s.Outbox.Dead)
		}
		return nil
	})
}

func (a *agency) checkMentions(accepted map[string]bool) {
	a.t.Helper()
	seen := map[string]int{}
	for cursor := ""; ; {
		var list struct {
			Items []struct{ Text string }
			Next  string `json:"next_cursor"`
		}
		a.admin.Must(a.t, http.MethodGet, "/mentions?limit=200&client="+a.client+"&cursor="+url.QueryEscape(cursor), nil, &list)
		for _, m := range list.Items {
			seen[strings.TrimPrefix(m.Text, "mention ")]++
		}
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	for id := range accepted {
		if seen[id] == 0 {
			a.t.Errorf("mention %s was accepted and is missing", id)
		}
	}
	for id, n := range seen {
		if n > 1 {
			a.t.Errorf("mention %s is there %d times", id, n)
		}
	}
	a.t.Logf("%d mentions accepted, %d stored", len(accepted), len(seen))
	if len(accepted) < kills {
		a.t.Errorf("only %d mentions were accepted: the test says little", len(accepted))
	}
}

func (a *agency) checkDecisions(w approvalAtClient) {
	a.t.Helper()
	desk.Eventually(a.t, 60*time.Second, func() error {
		var approval struct {
			State  string
			Rounds []struct {
				Party     string
				Approvers []struct{ State string }
			}
		}
		a.admin.Must(a.t, http.MethodGet, "/approvals/"+w.approval, nil, &approval)
		for _, r := range approval.Rounds {
			for i, p := range r.Approvers {
				if p.State != "approved" {
					return fmt.Errorf("%s %d is %s", r.Party, i, p.State)
				}
			}
		}
		if approval.State != "approved" {
			return fmt.Errorf("the request is %s", approval.State)
		}
		var list struct {
			Items []struct{ State string }
		}
		a.admin.Must(a.t, http.MethodGet, "/publications?crisis="+w.crisis, nil, &list)
		if len(list.Items) != 1 || list.Items[0].State != "awaiting_hand" {
			return fmt.Errorf("publications: %+v", list.Items)
		}
		return nil
	})
	if n := a.count(w.crisis, "decision.recorded", nil); n != kills+1 {
		a.t.Errorf("the ledger has %d decisions, not %d", n, kills+1)
	}
	for i := range kills {
		if n := len(a.admin.Mails(a.t, "approval_request", contactMail(i))); n != 1 {
			a.t.Errorf("contact %d was asked %d times", i, n)
		}
	}
}

type entry struct {
	Action string
	Fields map[string]any
}

func (a *agency) timeline(crisis string) []entry {
	a.t.Helper()
	var out []entry
	for cursor := ""; ; {
		var list struct {
			Items []entry
			Next  string `json:"next_cursor"`
		}
		a.admin.Must(a.t, http.MethodGet, "/crises/"+crisis+"/timeline?limit=200&cursor="+url.QueryEscape(cursor), nil, &list)
		out = append(out, list.Items...)
		if cursor = list.Next; cursor == "" {
			return out
		}
	}
}

func (a *agency) count(crisis, action string, match func(entry) bool) int {
	a.t.Helper()
	n := 0
	for _, e := range a.timeline(crisis) {
		if e.Action == action && (match == nil || match(e)) {
			n++
		}
	}
	return n
}

// checkTimers waits for the timer that fell due and insists that each fired once.
func (a *agency) checkTimers(c timedCrisis) {
	a.t.Helper()
	ofClock := func(e entry) bool { return e.Fields["kind"] == c.clock }
	desk.Eventually(a.t, 90*time.Second, func() error {
		if a.count(c.id, c.action, ofClock) == 0 {
			return fmt.Errorf("%s of %s has not happened", c.action, c.clock)
		}
		return nil
	})
	fired := map[string]int{}
	for _, e := range a.timeline(c.id) {
		if strings.HasPrefix(e.Action, "clock.") {
			key, err := json.Marshal(e)
			if err != nil {
				a.t.Fatal(err)
			}
			fired[string(key)]++
		}
	}
	for what, n := range fired {
		if n > 1 {
			a.t.Errorf("%d times in the ledger: %s", n, what)
		}
	}
}

// checkRecord exports the crisis beside the running server and checks the bundle.
func (a *agency) checkRecord(crisis string) {
	a.t.Helper()
	file := filepath.Join(a.t.TempDir(), "record.zip")
	for _, args := range [][]string{{"export", "--data", a.data, "--crisis", crisis, "--out", file}, {"verify", file}} {
		if out, err := exec.Command(desk.Binary(a.t), args...).CombinedOutput(); err != nil {
			a.t.Errorf("migdalor %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
