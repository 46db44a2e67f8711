package api

import (
	"context"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/notify"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) mailboxRoutes() {
	route(s, http.MethodGet, "/mailbox", onAgency(policies.MailboxView), "Mails that were kept because no mail server is set", s.listMailbox)
	route(s, http.MethodGet, "/mailbox/{id}", onAgency(policies.MailboxView), "One kept mail", s.getMail)
}

// readerOnly is the sender that the mailbox asks for; nothing is sent from here.
const readerOnly = "mailbox@localhost"

type MailView struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
	Lang    string    `json:"lang"`
	Kind    string    `json:"kind"`
}

type mailDetail struct {
	MailView
	HTML string `json:"html"`
	Text string `json:"text"`
}

func (s *Server) mailbox() (*notify.MailboxSender, error) {
	if s.MailboxDir == "" {
		return nil, fault.New(fault.NotFound, "mailbox_off", "Mails are sent, not kept: there is no mailbox.")
	}
	return notify.NewMailboxSender(s.MailboxDir, readerOnly)
}

func viewMail(m notify.Message) MailView {
	return MailView{m.ID, m.To, m.Subject, m.At, m.Lang, string(m.Kind)}
}

func (s *Server) listMailbox(_ context.Context, in *struct{ Paging }) (*body[list[MailView]], error) {
	box, err := s.mailbox()
	if err != nil {
		return nil, err
	}
	mails, err := box.List(in.Limit)
	return listOf(each(mails, viewMail), ""), err
}

func (s *Server) getMail(_ context.Context, in *ByID) (*body[mailDetail], error) {
	box, err := s.mailbox()
	if err != nil {
		return nil, err
	}
	m, err := box.Read(in.ID)
	return answer(mailDetail{viewMail(m), m.HTML, m.Text}), err
}

// mailboxSize counts the kept mails without reading them.
func (s *Server) mailboxSize() int {
	files, err := os.ReadDir(s.MailboxDir)
	if err != nil {
		return 0 // no folder yet: no mail yet
	}
	n := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".json") {
			n++
		}
	}
	return n
}
