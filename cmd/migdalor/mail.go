package main

import (
	"context"

	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/notify"
)

// sender is how mail leaves this deployment.
type sender interface {
	Send(context.Context, notify.Message) error
}

// newSender sends by SMTP when a server is named; else mails are kept in the
// data folder, where the console shows them to administrators.
func newSender(c config.Common) (sender, error) {
	if c.Mail.Host == "" {
		return notify.NewMailboxSender(c.Mailbox(), c.Mail.From)
	}
	return notify.NewSMTPSender(notify.SMTPConfig{Host: c.Mail.Host, Port: c.Mail.Port, From: c.Mail.From,
		Username: c.Mail.User, Password: c.Mail.Password, TLS: notify.TLSMode(c.Mail.TLS)})
}

// mailbox is the folder of kept mails; empty when mails are sent.
func mailbox(c config.Common) string {
	if c.Mail.Host != "" {
		return ""
	}
	return c.Mailbox()
}
