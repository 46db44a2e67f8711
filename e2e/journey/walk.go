package journey

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/migdalor/migdalor/e2e/desk"
)

const (
	password   = "a long sentence nobody guesses"
	adminMail  = "ada@agency.example.test"
	leadMail   = "mia@agency.example.test"
	clientMail = "dana@brand.example.test"
	legalMail  = "lior@law.example.test"
	signature  = "Dana Levi"
)

// Site is a fresh deployment.
type Site struct {
	*desk.Site
	// Between is called before each chapter, for what goes wrong on the way.
	Between func(chapter string)
}

type object = map[string]any

type ref struct {
	ID string `json:"id"`
}

type walk struct {
	*testing.T
	site Site
	// admin writes the words, lead decides on them and leads the crisis.
	admin, lead   *desk.Person
	leadID        string
	client        string
	contact, law  string
	targets       []string
	hook, secret  string
	alert, crisis string
	number        string
	posts         int
	// links are those that were used already.
	links map[string]bool
}

// Left is what the walk leaves behind, for what a test does next.
type Left struct {
	Admin, Lead    *desk.Person
	LeadID, Client string
	Targets        []string
}

// Walk goes the whole way.
func Walk(t *testing.T, site Site) Left {
	t.Helper()
	w := &walk{T: t, site: site, links: map[string]bool{}}
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"the agency", w.setUp}, {"the alert", w.ring}, {"triage", w.triage},
		{"detect", w.detect}, {"two at once", w.leaveTogether}, {"assess", w.assess},
		{"respond", w.respond}, {"refocus", w.refocus}, {"sustain", w.sustain},
		{"severity 1", w.critical}, {"the export", w.export},
	} {
		if site.Between != nil {
			site.Between(c.name)
		}
		began := time.Now()
		c.run()
		t.Logf("%s: %v", c.name, time.Since(began).Round(time.Millisecond))
	}
	return Left{w.admin, w.lead, w.leadID, w.client, w.targets}
}

func (w *walk) setUp() {
	w.Helper()
	w.admin = w.site.Person(w)
	w.admin.Must(w, http.MethodPost, "/setup", object{"agency_name": "The Agency", "name": "Ada", "email": adminMail, "password": password}, nil)
	w.site.Person(w).Is(w, http.StatusConflict, "setup_done", http.MethodPost, "/setup",
		object{"agency_name": "Another", "name": "Eve", "email": "eve@example.test", "password": password})
	var added struct {
		User     ref
		Password string
	}
	w.admin.Must(w, http.MethodPost, "/users", object{"name": "Mia", "email": leadMail, "lang": "en",
		"grants": []any{object{"role": "account_manager", "client_id": nil}}}, &added)
	w.leadID = added.User.ID
	w.lead = w.site.SignIn(w, leadMail, added.Password)

	var client, contact, law ref
	w.admin.Must(w, http.MethodPost, "/clients", object{"slug": "brand", "name": "Brand", "zone": "Asia/Jerusalem", "lang": "en"}, &client)
	w.client = client.ID
	at := "/clients/" + w.client
	w.admin.Must(w, http.MethodPost, at+"/contacts", object{"name": signature, "email": clientMail, "title": "Marketing", "party": "client", "lang": "en"}, &contact)
	w.admin.Must(w, http.MethodPost, at+"/contacts", object{"name": "Lior Bar", "email": legalMail, "title": "Counsel", "party": "legal", "lang": "en"}, &law)
	w.contact, w.law = contact.ID, law.ID
	for _, platform := range []string{"facebook", "x"} {
		var target ref
		w.admin.Must(w, http.MethodPost, at+"/targets", object{"platform": platform, "kind": "by_hand", "account": "brand"}, &target)
		w.targets = append(w.targets, target.ID)
	}
	var source struct {
		Secret  string `json:"secret"`
		HookURL string `json:"hook_url"`
	}
	w.admin.Must(w, http.MethodPost, at+"/sources", object{"name": "Monitoring", "kind": "webhook"}, &source)
	w.hook, w.secret = source.HookURL, source.Secret
}

// deliver hands mentions in by the signed webhook.
func (w *walk) deliver(id string, mentions []any) {
	w.Helper()
	answer, err := w.site.Hook(w.hook, w.secret, id, object{"mentions": mentions})
	if err != nil || answer.Status != http.StatusOK {
		w.Fatalf("the webhook: %d %s %v", answer.Status, answer.Body, err)
	}
}

var (
	ordinary = []string{"bought the new yogurt of Brand today", "the shop of Brand opens at nine", "does Brand deliver to Haifa?", "love the new taste, well done Brand"}
	angry    = []string{"terrible, the yogurt from Brand was spoiled and they refuse a refund", "awful service from Brand, I am furious, never again",
		"disgusting! mold in the cup and nobody answers the phone", "shame on Brand, my kids got a spoiled cup and it is a disgrace"}
)

// ring delivers ten ordinary days and then a rise of anger, and waits for the alert.
func (w *walk) ring() {
	w.Helper()
	now := time.Now().UTC()
	var batch []any
	for i := range 240 {
		batch = append(batch, said(fmt.Sprintf("h-%d", i), "facebook", ordinary[i%len(ordinary)], now.Add(-time.Duration(240-i)*time.Hour)))
	}
	w.deliver("history", batch)
	w.forged()

	batch = nil
	for i := range 60 {
		platform := []string{"facebook", "x"}[i%2]
		batch = append(batch, said(fmt.Sprintf("a-%d", i), platform, angry[i%len(angry)], now.Add(-time.Duration(60-i)*5*time.Second)))
	}
	w.deliver("anger", batch)
	began := time.Now()
	desk.Eventually(w, 10*time.Second, func() error {
		var list struct{ Items []ref }
		w.lead.Must(w, http.MethodGet, "/alerts?state=open&client="+w.client, nil, &list)
		if len(list.Items) != 1 {
			return fmt.Errorf("%d alerts are open", len(list.Items))
		}
		w.alert = list.Items[0].ID
		return nil
	})
	w.Logf("the alert rang %v after the webhook answered", time.Since(began).Round(time.Millisecond))
	w.deliver("anger again", batch)
	if n := w.count("/mentions?limit=200&from=" + now.Add(-10*time.Minute).Format(time.RFC3339)); n != 60 {
		w.Errorf("%d mentions of the rise are stored, not 60", n)
	}
}

// forged tries what the webhook must not take.
func (w *walk) forged() {
	w.Helper()
	other := "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	answer, err := w.site.Hook(w.hook, other, "forged", object{"mentions": []any{said("forged", "x", "forged", time.Now())}})
	if err != nil || answer.Status != http.StatusUnauthorized {
		w.Errorf("a forged delivery: %d %s %v", answer.Status, answer.Body, err)
	}
	if n := w.count("/mentions?q=forged"); n != 0 {
		w.Errorf("a forged delivery stored %d mentions", n)
	}
}

func said(id, platform, text string, at time.Time) object {
	return object{"external_id": id, "platform": platform, "text": text, "published_at": at.UTC().Format(time.RFC3339)}
}

func (w *walk) count(path string) int {
	w.Helper()
	var list struct{ Items []ref }
	w.lead.Must(w, http.MethodGet, path, nil, &list)
	return len(list.Items)
}

func (w *walk) triage() {
	w.Helper()
	var opened struct {
		ID, Number, Stage string
	}
	w.lead.Must(w, http.MethodPost, "/alerts/"+w.alert+"/open", object{"title": "Spoiled cups", "severity": 3, "lead_id": w.leadID}, &opened)
	w.crisis, w.number = opened.ID, opened.Number
	w.lead.Is(w, http.StatusConflict, "", http.MethodPost, "/alerts/"+w.alert+"/open", object{"title": "Again", "severity": 3})
	w.running(w.crisis)
}

// room is the crisis as the console shows it.
type room struct {
	Stage, Status, Engine string
	Severity              int
	Gate                  struct {
		Missing []struct{ Code string }
	}
	Tasks []struct {
		ID, Stage, Kind, State string
		Blocked                bool
	}
}

func (w *walk) room(id string) (r room) {
	w.Helper()
	w.lead.Must(w, http.MethodGet, "/crises/"+id, nil, &r)
	return r
}

func (r room) misses() []string {
	out := []string{}
	for _, m := range r.Gate.Missing {
		out = append(out, m.Code)
	}
	return out
}

// running waits until the crisis' process takes commands.
func (w *walk) running(id string) {
	w.Helper()
	desk.Eventually(w, 30*time.Second, func() error {
		if r := w.room(id); r.Engine != "running" {
			return fmt.Errorf("the engine is %s", r.Engine)
		}
		return nil
	})
}
