package journey

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/migdalor/migdalor/e2e/desk"
)

// acknowledge has the first words approved by link. While the client has the
// page open a scanner comes by, and the words are edited.
func (w *walk) acknowledge() draft {
	w.Helper()
	d := w.write(w.crisis, "acknowledgement", "We heard that some cups are spoiled.")
	a := w.send(d, true)
	w.leadApproves(a)
	link := w.clientLink()
	w.scanned(a, link)

	phone := w.site.Approver(link)
	page, err := phone.Open()
	if err != nil || page.Status != http.StatusOK || !strings.Contains(page.HTML, "some cups are spoiled") {
		w.Fatalf("the page does not show the words: %d %v %s", page.Status, err, page.HTML)
	}
	form, page, err := phone.Answer(page, "approve", signature, "")
	if err != nil {
		w.Fatal(err, page.HTML)
	}
	content := w.words("We heard that some cups are spoiled, and we are checking every batch.")
	w.admin.Must(w, http.MethodPost, "/drafts/"+d.ID+"/versions", object{"content": content, "base_version": 1}, &d)
	w.admin.Is(w, http.StatusPreconditionFailed, "stale", http.MethodPost, "/drafts/"+d.ID+"/versions", object{"content": content, "base_version": 1})
	page, err = phone.Post("/a/decide", form)
	if err != nil || page.Status != http.StatusGone || !strings.Contains(page.HTML, "and we are checking every batch.</ins>") {
		w.Errorf("words that changed meanwhile: %d %v %s", page.Status, err, page.HTML)
	}
	if old := w.approval(a.ID); old.State != "superseded" {
		w.Errorf("the request for the old words is %s", old.State)
	}
	w.site.checkDead(w, link)

	// The stop switch is thrown before the client says yes.
	w.lead.Must(w, http.MethodPost, "/clients/"+w.client+"/hold", object{"reason": why}, nil)
	w.approvedByLink(d, true)
	return d
}

// checkDead opens a link that has ended: it says so and offers nothing.
func (s Site) checkDead(w *walk, link string) {
	w.Helper()
	page, _ := s.Approver(link).Open()
	if len(page.Form("/a/confirm")) != 0 {
		w.Errorf("a link that has ended still offers a decision: %s", page.HTML)
	}
	forged := link[:len(link)-4] + "AAAA"
	for name, token := range map[string]string{"forged": forged, "truncated": link[:len(link)/2]} {
		phone := s.Approver(token)
		page, err := phone.Post("/a/open", url.Values{"token": {token}})
		if err != nil || page.Status < 400 || page.Status > 499 {
			w.Errorf("a %s link: %d %v", name, page.Status, err)
		}
	}
}

// stopped checks that approved words stay inside while the client is on hold,
// and after it, until each is released.
func (w *walk) stopped(d draft) {
	w.Helper()
	w.inState(d, len(w.targets), "held")
	w.lead.Must(w, http.MethodDelete, "/clients/"+w.client+"/hold", object{"reason": why}, nil)
	for _, p := range w.inState(d, len(w.targets), "held") {
		w.lead.Is(w, http.StatusConflict, "", http.MethodPost, "/publications/"+p.ID+"/confirm", object{"url": w.post(p)})
		w.lead.Must(w, http.MethodPost, "/publications/"+p.ID+"/release", object{"reason": why}, nil)
	}
	w.inState(d, len(w.targets), "awaiting_hand")
}

const scans = 100

// scanned fetches each page of a link a hundred times, as scanners and previews
// do, and insists that nothing changed.
func (w *walk) scanned(a approval, link string) {
	w.Helper()
	w.settled()
	before := w.fingerprint(a)
	for range scans {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, path := range []string{"/a/" + link, "/a/not-me/" + link, "/a/review", "/a/receipt"} {
				page, err := w.site.Approver(link).Call(method, path)
				if err != nil || page.Status >= 500 {
					w.Fatalf("%s %s: %d %v", method, path, page.Status, err)
				}
				if strings.Contains(page.HTML, "spoiled") {
					w.Fatalf("%s %s gives the words away", method, path)
				}
			}
		}
	}
	if after := w.fingerprint(a); after != before {
		w.Errorf("fetching the pages changed something:\n%s\n%s", before, after)
	}
}

// settled waits until nothing is left to be carried out, so that what is written
// afterwards is of the visit.
func (w *walk) settled() {
	w.Helper()
	desk.Eventually(w, 30*time.Second, func() error {
		var s struct{ Outbox struct{ Pending, Dead int } }
		w.admin.Must(w, http.MethodGet, "/system", nil, &s)
		if s.Outbox.Pending > 0 {
			return fmt.Errorf("%d events wait", s.Outbox.Pending)
		}
		return nil
	})
}

// fingerprint is what a visit could change: the request, the newest entries of
// the ledger, the mails.
func (w *walk) fingerprint(a approval) string {
	w.Helper()
	out := ""
	for _, path := range []string{"/approvals/" + a.ID, "/crises/" + w.crisis + "/timeline?limit=200", "/ledger?limit=5"} {
		answer, err := w.admin.Call(http.MethodGet, path, nil)
		if err != nil || answer.Status != http.StatusOK {
			w.Fatalf("%s: %d %v", path, answer.Status, err)
		}
		var body struct{ Items []ref }
		answer.Into(w, &body)
		if body.Items == nil {
			out += string(answer.Body)
		}
		out += fmt.Sprint(body.Items)
	}
	return out + fmt.Sprint(len(w.admin.Mails(w, "approval_code", ""))+len(w.admin.Mails(w, "approval_receipt", "")))
}

// critical walks a request at severity 1: counsel and client must both agree,
// each with a code from a mail.
func (w *walk) critical() {
	w.Helper()
	var c ref
	w.lead.Must(w, http.MethodPost, "/crises", object{"client_id": w.client, "title": "A child was taken ill", "severity": 1, "lead_id": w.leadID}, &c)
	w.running(c.ID)
	d := w.write(c.ID, "response", "Do not eat any cup with the date 1.12. Call us, day and night.")
	a := w.send(d, true)
	if a.Step != "code" {
		w.Fatalf("the step at severity 1 is %s", a.Step)
	}
	for _, who := range []struct{ mail, name string }{{legalMail, "Lior Bar"}, {clientMail, signature}} {
		w.withCode(a, who.mail, who.name)
	}
	desk.Eventually(w, 30*time.Second, func() error {
		if now := w.approval(a.ID); now.State != "approved" {
			return fmt.Errorf("the request is %s", now.State)
		}
		return nil
	})
	w.byHand(d)
}

// withCode opens the link of the request, asks for the code, mistypes it once,
// and approves.
func (w *walk) withCode(a approval, mail, name string) {
	w.Helper()
	link := w.admin.NewLinkTo(w, mail, w.links)
	phone := w.site.Approver(link)
	page, err := phone.Open()
	if err != nil || page.Status != http.StatusOK || strings.Contains(page.HTML, "Do not eat") {
		w.Fatalf("before the code: %d %v %s", page.Status, err, page.HTML)
	}
	if page, err = phone.Post("/a/code", nil); err != nil || page.Status != http.StatusOK {
		w.Fatalf("asking for a code: %d %v %s", page.Status, err, page.HTML)
	}
	code := w.admin.CodeTo(w, mail)
	if page, err = phone.Post("/a/verify", url.Values{"code": {wrong(code)}}); err != nil || page.Status < 400 || strings.Contains(page.HTML, "Do not eat") {
		w.Fatalf("a wrong code: %d %v", page.Status, err)
	}
	if page, err = phone.Post("/a/verify", url.Values{"code": {code}}); err != nil || page.Status != http.StatusOK || !strings.Contains(page.HTML, "Do not eat") {
		w.Fatalf("the code: %d %v %s", page.Status, err, page.HTML)
	}
	if page, err = phone.Decide(page, "approve", name, ""); err != nil || page.Status != http.StatusOK || !strings.Contains(page.HTML, a.VersionHash[:8]) {
		w.Fatalf("the decision of %s: %d %v %s", name, page.Status, err, page.HTML)
	}
}

// wrong is another code of the same length.
func wrong(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0' + (r-'0'+1)%10
		}
		return r
	}, code)
}
