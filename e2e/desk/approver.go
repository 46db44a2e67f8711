package desk

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Approver is a client on a phone: no account and no script, one cookie.
type Approver struct {
	Base   string
	token  string
	cookie string
	client *http.Client
}

// NewApprover holds the secret of one link, as it stands in the mail.
func NewApprover(base, token string) *Approver {
	return &Approver{Base: base, token: token, client: &http.Client{Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Page is what the phone shows.
type Page struct {
	Status int
	HTML   string
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)">`)

// Form gives the hidden fields of the page's form to action.
func (p Page) Form(action string) url.Values {
	out := url.Values{}
	_, form, ok := strings.Cut(p.HTML, `action="`+action+`"`)
	if !ok {
		return out
	}
	form, _, _ = strings.Cut(form, "</form>")
	for _, m := range hidden.FindAllStringSubmatch(form, -1) {
		out.Set(m[1], html.UnescapeString(m[2]))
	}
	return out
}

// Open follows the link and presses its one button.
func (a *Approver) Open() (Page, error) {
	if p, err := a.Get("/a/" + a.token); err != nil || p.Status != http.StatusOK {
		return p, fmt.Errorf("the link's page: %d %w", p.Status, err)
	}
	return a.Post("/a/open", url.Values{"token": {a.token}})
}

// Call fetches a page by any method, without a form.
func (a *Approver) Call(method, path string) (Page, error) { return a.call(method, path, nil) }

// Get fetches a page and follows the server's redirections by hand, since a
// Secure cookie is not sent over plain HTTP by a Go jar.
func (a *Approver) Get(path string) (Page, error) { return a.call(http.MethodGet, path, nil) }

// Post submits a form.
func (a *Approver) Post(path string, form url.Values) (Page, error) {
	return a.call(http.MethodPost, path, form)
}

func (a *Approver) call(method, path string, form url.Values) (Page, error) {
	req, err := http.NewRequest(method, a.Base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return Page{}, err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", a.Base)
	}
	if a.cookie != "" {
		req.Header.Set("Cookie", a.cookie)
	}
	res, err := a.client.Do(req)
	if err != nil {
		return Page{}, err
	}
	defer func() { _ = res.Body.Close() }()
	for _, c := range res.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}
	if to := res.Header.Get("Location"); to != "" && res.StatusCode >= 300 && res.StatusCode < 400 {
		return a.call(http.MethodGet, to, nil)
	}
	raw, err := io.ReadAll(res.Body)
	return Page{Status: res.StatusCode, HTML: string(raw)}, err
}

var linkPattern = regexp.MustCompile(`/a/(v1\.[A-Za-z0-9._-]+)`)

// Answer walks the pages up to the last button: the fields of the form that
// records the decision.
func (a *Approver) Answer(page Page, decision, name, comment string) (url.Values, Page, error) {
	form := page.Form("/a/confirm")
	if form.Get("version_hash") == "" {
		return nil, page, fmt.Errorf("the page has nothing to decide: %d", page.Status)
	}
	form.Set("decision", decision)
	form.Set("typed_name", name)
	form.Set("comment", comment)
	page, err := a.Post("/a/confirm", form)
	if err != nil {
		return nil, page, err
	}
	form = page.Form("/a/decide")
	if form.Get("idempotency_key") == "" {
		return nil, page, fmt.Errorf("the confirmation page has no form: %d", page.Status)
	}
	return form, page, nil
}

// Decide answers as a person does: choice, confirmation, receipt.
func (a *Approver) Decide(page Page, decision, name, comment string) (Page, error) {
	form, page, err := a.Answer(page, decision, name, comment)
	if err != nil {
		return page, err
	}
	return a.Post("/a/decide", form)
}

// Mail is one kept mail.
type Mail struct {
	ID      string `json:"id"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Kind    string `json:"kind"`
	Text    string `json:"text"`
}

// Mails lists the kept mails of a kind to an address, newest first; an empty
// address means everybody.
func (p *Person) Mails(t testing.TB, kind, to string) []Mail {
	t.Helper()
	var list struct{ Items []Mail }
	p.Must(t, http.MethodGet, "/mailbox?limit=200", nil, &list)
	var out []Mail
	for _, m := range list.Items {
		if m.Kind == kind && (to == "" || strings.Contains(m.To, to)) {
			out = append(out, m)
		}
	}
	return out
}

// LinkTo waits for the mail with a link to an address, and gives its secret.
func (p *Person) LinkTo(t testing.TB, address string) string {
	t.Helper()
	return p.FromMail(t, "approval_request", address, linkPattern, nil)
}

// NewLinkTo waits for a link to an address that is not among the seen ones, and
// adds it to them.
func (p *Person) NewLinkTo(t testing.TB, address string, seen map[string]bool) string {
	t.Helper()
	link := p.FromMail(t, "approval_request", address, linkPattern, seen)
	seen[link] = true
	return link
}

var codePattern = regexp.MustCompile(`\b(\d{8})\b`)

// CodeTo waits for a one-time code that was mailed to an address.
func (p *Person) CodeTo(t testing.TB, address string) string {
	t.Helper()
	return p.FromMail(t, "approval_code", address, codePattern, nil)
}

// FromMail waits for a mail of a kind to an address whose text matches, and
// gives what the pattern's group caught, unless it was seen before.
func (p *Person) FromMail(t testing.TB, kind, address string, pattern *regexp.Regexp, seen map[string]bool) string {
	t.Helper()
	var caught string
	Eventually(t, 30*time.Second, func() error {
		for _, m := range p.Mails(t, kind, address) {
			var whole Mail
			p.Must(t, http.MethodGet, "/mailbox/"+m.ID, nil, &whole)
			if found := pattern.FindStringSubmatch(whole.Text); found != nil && !seen[found[1]] {
				caught = found[1]
				return nil
			}
		}
		return fmt.Errorf("no %s was mailed to %s", kind, address)
	})
	return caught
}
