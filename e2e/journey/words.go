package journey

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/migdalor/migdalor/e2e/desk"
)

type draft struct {
	ID, State, Kind string
	Version         int64
	VersionHash     string `json:"version_hash"`
	ApprovalID      string `json:"approval_id"`
}

type approval struct {
	ID, State, Step string
	VersionHash     string `json:"version_hash"`
	Rounds          []struct {
		Party, State string
		Approvers    []struct{ State string }
	}
}

type publication struct {
	ID, State, Reason, Text, URL string
	DraftID                      string `json:"draft_id"`
	Target                       struct{ Platform string }
}

// words is a content with the same text on both platforms.
func (w *walk) words(text string) object {
	var texts []any
	for _, platform := range []string{"facebook", "x"} {
		texts = append(texts, object{"platform": platform, "lang": "en", "text": text})
	}
	return object{"texts": texts, "targets": w.targets, "links": []string{}}
}

func (w *walk) write(crisis, kind, text string) (d draft) {
	w.Helper()
	content := w.words(text)
	if kind == "report" {
		content = object{"texts": []any{object{"platform": "report", "lang": "en", "text": text}}, "targets": []string{}, "links": []string{}}
	}
	w.admin.Must(w, http.MethodPost, "/crises/"+crisis+"/drafts", object{"kind": kind, "title": kind, "content": content}, &d)
	return d
}

// send asks those whom the playbook proposes: the contacts, and the lead for the agency.
func (w *walk) send(d draft, publish bool) (a approval) {
	w.Helper()
	var policy struct {
		Items []struct {
			Party, Mode string
			K           int
			Candidates  []object
		}
	}
	w.admin.Must(w, http.MethodGet, "/drafts/"+d.ID+"/rounds", nil, &policy)
	var rounds []any
	for _, r := range policy.Items {
		var who []any
		for _, c := range r.Candidates {
			if contact, ok := c["contact_id"]; ok {
				who = append(who, object{"contact_id": contact})
			} else if r.Party == "manager" && c["user_id"] == w.leadID {
				who = append(who, object{"user_id": w.leadID})
			}
		}
		rounds = append(rounds, object{"party": r.Party, "mode": r.Mode, "k": r.K, "approvers": who})
	}
	w.admin.Must(w, http.MethodPost, "/drafts/"+d.ID+"/send", object{"publish_on_approval": publish, "rounds": rounds}, &a)
	return a
}

// leadApproves decides in the console, as soon as the round is open.
func (w *walk) leadApproves(a approval) {
	w.Helper()
	desk.Eventually(w, 30*time.Second, func() error {
		answer, err := w.lead.Call(http.MethodPost, "/approvals/"+a.ID+"/decision",
			object{"decision": "approve", "version_hash": a.VersionHash, "typed_name": "Mia"})
		if err == nil && answer.Status != http.StatusOK {
			err = fmt.Errorf("the lead's decision: %d %s", answer.Status, answer.Body)
		}
		return err
	})
}

func (w *walk) approval(id string) (a approval) {
	w.Helper()
	w.lead.Must(w, http.MethodGet, "/approvals/"+id, nil, &a)
	return a
}

// approvedByLink sends the words the whole way at severity 3: the lead, then the client;
// a report goes to the client alone.
func (w *walk) approvedByLink(d draft, publish bool) {
	w.Helper()
	a := w.send(d, publish)
	if a.Rounds[0].Party == "manager" {
		w.leadApproves(a)
	}
	phone := w.site.Approver(w.clientLink())
	page, err := phone.Open()
	if err == nil {
		page, err = phone.Decide(page, "approve", signature, "")
	}
	if err != nil || page.Status != http.StatusOK || !strings.Contains(page.HTML, a.VersionHash[:8]) {
		w.Fatalf("the client's decision: %d %v %s", page.Status, err, page.HTML)
	}
	desk.Eventually(w, 30*time.Second, func() error {
		if a := w.approval(a.ID); a.State != "approved" {
			return fmt.Errorf("the request is %s", a.State)
		}
		return nil
	})
}

// clientLink is the client's newest link, that no step before has used.
func (w *walk) clientLink() string {
	w.Helper()
	return w.admin.NewLinkTo(w, clientMail, w.links)
}

func (w *walk) publications(d draft) (out []publication) {
	w.Helper()
	var list struct{ Items []publication }
	w.lead.Must(w, http.MethodGet, "/publications?limit=200&client="+w.client, nil, &list)
	for _, p := range list.Items {
		if p.DraftID == d.ID {
			out = append(out, p)
		}
	}
	return out
}

// inState waits until each target's publication is in the state.
func (w *walk) inState(d draft, n int, state string) (out []publication) {
	w.Helper()
	desk.Eventually(w, 30*time.Second, func() error {
		out = w.publications(d)
		if len(out) != n || slices.ContainsFunc(out, func(p publication) bool { return p.State != state }) {
			return fmt.Errorf("not %d %s publications: %+v", n, state, out)
		}
		return nil
	})
	return out
}

// post is where a person published it.
func (w *walk) post(p publication) string {
	w.posts++
	return fmt.Sprintf("https://www.%s.com/brand/posts/%d", p.Target.Platform, w.posts)
}

// byHand pastes the links of what a person published.
func (w *walk) byHand(d draft) {
	w.Helper()
	for _, p := range w.inState(d, len(w.targets), "awaiting_hand") {
		w.lead.Is(w, http.StatusUnprocessableEntity, "pasted_link_invalid", http.MethodPost, "/publications/"+p.ID+"/confirm",
			object{"url": "https://example.com/post/1"})
		w.lead.Must(w, http.MethodPost, "/publications/"+p.ID+"/confirm", object{"url": w.post(p)}, nil)
	}
	w.inState(d, len(w.targets), "published")
	desk.Eventually(w, 30*time.Second, func() error {
		var now draft
		w.lead.Must(w, http.MethodGet, "/drafts/"+d.ID, nil, &now)
		if now.State != "published" {
			return fmt.Errorf("the draft is %s", now.State)
		}
		return nil
	})
}
