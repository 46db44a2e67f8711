package notify

import (
	"context"
	"crypto/tls"
	"errors"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/migdalor/migdalor/internal/fault"
)

// TLSMode says how a connection to the mail server is protected.
type TLSMode string

// The modes.
const (
	// TLSWhenOffered uses STARTTLS when the server offers it (the default).
	TLSWhenOffered TLSMode = "when_offered"
	// TLSRequired refuses a server without STARTTLS.
	TLSRequired TLSMode = "required"
	// TLSImplicit speaks TLS from the first byte, usually on port 465.
	TLSImplicit TLSMode = "implicit"
)

const smtpTimeout = 20 * time.Second

// SMTPConfig says where mail goes.
type SMTPConfig struct {
	Host string
	Port int
	// From is the sender of every mail, with or without a display name.
	From string
	// Username and Password sign in; no sign-in when Username is empty.
	Username, Password string
	// TLS is TLSWhenOffered when empty.
	TLS TLSMode
	// TLSConfig replaces the default trust; nil trusts the machine's roots.
	TLSConfig *tls.Config
	// Timeout bounds each step on the wire; 20 s when zero.
	Timeout time.Duration
}

// SMTPSender sends through a mail server, one connection per message. It is safe
// for concurrent use.
type SMTPSender struct {
	config  SMTPConfig
	from    *netmail.Address
	options []gomail.Option
}

// NewSMTPSender checks the settings; it does not connect.
func NewSMTPSender(c SMTPConfig) (*SMTPSender, error) {
	from, err := ParseFrom(c.From)
	if err != nil {
		return nil, err
	}
	if c.Timeout == 0 {
		c.Timeout = smtpTimeout
	}
	options := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithoutNoop(),
		gomail.WithHELO(from.Address[strings.LastIndexByte(from.Address, '@')+1:]),
	}
	switch c.TLS {
	case "", TLSWhenOffered:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case TLSRequired:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLSImplicit:
		options = append(options, gomail.WithSSL())
	default:
		return nil, fault.New(fault.Invalid, "smtp_tls", "the TLS mode must be when_offered, required or implicit")
	}
	if c.TLSConfig != nil {
		options = append(options, gomail.WithTLSConfig(c.TLSConfig))
	}
	if c.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	if _, err := gomail.NewClient(c.Host, options...); err != nil {
		return nil, fault.New(fault.Invalid, "smtp_settings", "the mail server's settings are not usable").Because(err)
	}
	return &SMTPSender{config: c, from: from, options: options}, nil
}

// Send hands m to the mail server and returns nil once the server has taken it.
// ClassOf tells what an error means.
func (s *SMTPSender) Send(ctx context.Context, m Message) error {
	msg, err := build(s.from, m)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.config.Host, s.options...)
	if err != nil {
		return fail(Permanent, "the mail server's settings are not usable", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		// Also a refused sign-in: the settings can be put right while the mail waits.
		return fail(Temporary, "the mail server cannot be reached or refused the sign-in", err)
	}
	err = client.SendWithSMTPClient(conn, msg)
	// Once the server has taken the message, a failing farewell changes nothing.
	_ = client.CloseWithSMTPClient(conn)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return classify(err)
}

// classify reads what the server said, and if it said nothing, how far we got.
func classify(err error) error {
	var failure *gomail.SendError
	if !errors.As(err, &failure) {
		return fail(Temporary, "the mail server did not take the mail", err)
	}
	code := failure.ErrorCode()
	switch {
	case code == 530 || code == 534 || code == 535 || code == 538:
		return fail(Temporary, "the mail server wants another sign-in", err)
	case code >= 500:
		return fail(Permanent, "the mail server refused the mail", err)
	case code >= 400:
		return fail(Temporary, "the mail server asks to try later", err)
	case failure.Reason == gomail.ErrSMTPDataClose:
		// The whole message was sent and no answer came.
		return fail(Unknown, "the mail server did not say whether it took the mail", err)
	default:
		return fail(Temporary, "the connection to the mail server was lost", err)
	}
}
