package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/migdalor/migdalor/internal/fault"
)

// MessageID gives the Message-ID of an outbox row's mail, without angle
// brackets: the same for every attempt, in the sender's domain.
func MessageID(id string, from *netmail.Address) string {
	domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	return id + "@" + domain
}

// build makes the mail itself. The same message gives the same bytes.
func build(from *netmail.Address, m Message) (*gomail.Msg, error) {
	if !idPattern.MatchString(m.ID) || strings.ContainsAny(m.To+m.Subject, "\r\n\x00") {
		return nil, fail(Permanent, "the mail is malformed", nil)
	}
	to, err := netmail.ParseAddress(m.To)
	if err != nil {
		return nil, fail(Permanent, "the mail's address is not one e-mail address", err)
	}
	// A boundary that follows from the content cannot be written into that content.
	sum := sha256.Sum256([]byte(m.ID + "\x00" + m.Text + "\x00" + m.HTML))
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(hex.EncodeToString(sum[:])))
	msg.FromMailAddress(from)
	msg.AddToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(MessageID(m.ID, from))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderContentLang, m.Lang)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}

// eml gives the mail as it would travel.
func eml(from *netmail.Address, m Message) ([]byte, error) {
	msg, err := build(from, m)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fail(Permanent, "the mail cannot be encoded", err)
	}
	return out.Bytes(), nil
}

// ParseFrom reads the configured sender, such as "Agency <alerts@agency.example>".
func ParseFrom(s string) (*netmail.Address, error) {
	from, err := netmail.ParseAddress(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, fault.New(fault.Invalid, "mail_from", "the sender is not an e-mail address").Because(err)
	}
	return from, nil
}

// Class says what is known after a failed send.
type Class string

// The classes of failure. A send without an error was accepted.
const (
	Temporary Class = "temporary" // not accepted; try again later
	Permanent Class = "permanent" // refused; trying again will not help
	Unknown   Class = "unknown"   // perhaps accepted; sending again may repeat it, with the same Message-ID
)

// ClassOf tells the class of an error from Send; foreign errors are Unknown.
func ClassOf(err error) Class {
	switch {
	case fault.Is(err, "mail_temporary"):
		return Temporary
	case fault.Is(err, "mail_permanent"):
		return Permanent
	default:
		return Unknown
	}
}

func fail(class Class, message string, cause error) error {
	kind := fault.Unavailable
	if class == Permanent {
		kind = fault.Invalid
	}
	e := fault.New(kind, "mail_"+string(class), "%s", message)
	if cause != nil {
		return e.Because(cause)
	}
	return e
}
