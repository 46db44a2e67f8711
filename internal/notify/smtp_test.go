package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// mailServer is a real SMTP server in the test's process that answers as told.
type mailServer struct {
	// onRcpt and onData answer those commands; nil accepts.
	onRcpt, onData func(c *gosmtp.Conn) error
	password       string

	mu   sync.Mutex
	got  []string
	tls  bool
	user string
	port int
}

type mailSession struct {
	server *mailServer
	conn   *gosmtp.Conn
}

func (m *mailServer) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	return &mailSession{m, c}, nil
}

func (s *mailSession) AuthMechanisms() []string {
	if s.server.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != s.server.password {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.user = user
		return nil
	}), nil
}

func (s *mailSession) Mail(string, *gosmtp.MailOptions) error { return nil }
func (s *mailSession) Reset()                                 {}
func (s *mailSession) Logout() error                          { return nil }

func (s *mailSession) Rcpt(string, *gosmtp.RcptOptions) error {
	if s.server.onRcpt != nil {
		return s.server.onRcpt(s.conn)
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.onData != nil {
		if err := s.server.onData(s.conn); err != nil {
			return err
		}
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.got = append(s.server.got, string(body))
	_, s.server.tls = s.conn.TLSConnectionState()
	return nil
}

// start listens on a free port until the test ends. cert is nil for plain text.
func (m *mailServer) start(t *testing.T, cert *tls.Config, implicit bool) {
	t.Helper()
	srv := gosmtp.NewServer(m)
	srv.Domain = "mail.example.test"
	srv.AllowInsecureAuth = true
	srv.ErrorLog = log.New(io.Discard, "", 0)
	if !implicit {
		srv.TLSConfig = cert
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.port = l.Addr().(*net.TCPAddr).Port
	if implicit {
		l = tls.NewListener(l, cert)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Close()
		l.Close() // Serve may not have begun when a test is this quick
		<-done
	})
}

// certificate gives a server's and a client's TLS settings for 127.0.0.1.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, &tls.Config{RootCAs: pool, ServerName: "example.com"}
}

func message(t *testing.T) Message {
	t.Helper()
	m, err := Render(sample(ApprovalRequest, "he"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func send(t *testing.T, c SMTPConfig) error {
	t.Helper()
	c.From = "Agency <alerts@agency.example.test>"
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	s, err := NewSMTPSender(c)
	if err != nil {
		t.Fatal(err)
	}
	return s.Send(t.Context(), message(t))
}

func TestSMTPAccepted(t *testing.T) {
	m := &mailServer{}
	m.start(t, nil, false)
	for range 2 {
		if err := send(t, SMTPConfig{Port: m.port}); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.got) != 2 || m.got[0] != m.got[1] {
		t.Fatal("the same message did not travel twice as the same bytes")
	}
	for _, want := range []string{"Message-ID: <0199a1b2-0000-7000-8000-000000000001@agency.example.test>", "Auto-Submitted: auto-generated", "multipart/alternative"} {
		if !strings.Contains(m.got[0], want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
}

func TestSMTPFailures(t *testing.T) {
	say := func(code int) func(*gosmtp.Conn) error {
		return func(*gosmtp.Conn) error { return &gosmtp.SMTPError{Code: code, Message: "told to"} }
	}
	hangUp := func(c *gosmtp.Conn) error {
		c.Conn().Close()
		return errors.New("gone")
	}
	cases := map[string]struct {
		server *mailServer
		want   Class
	}{
		"451 to the recipient":          {&mailServer{onRcpt: say(451)}, Temporary},
		"550 to the recipient":          {&mailServer{onRcpt: say(550)}, Permanent},
		"530 to the recipient":          {&mailServer{onRcpt: say(530)}, Temporary},
		"connection lost at recipient":  {&mailServer{onRcpt: hangUp}, Temporary},
		"451 after the message":         {&mailServer{onData: say(451)}, Temporary},
		"554 after the message":         {&mailServer{onData: say(554)}, Permanent},
		"connection lost after message": {&mailServer{onData: hangUp}, Unknown},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tc.server.start(t, nil, false)
			err := send(t, SMTPConfig{Port: tc.server.port})
			if err == nil || ClassOf(err) != tc.want {
				t.Fatalf("got %s: %v", ClassOf(err), err)
			}
			if len(tc.server.got) != 0 {
				t.Fatal("the mail was taken")
			}
		})
	}
}

func TestSMTPNoAnswerInTime(t *testing.T) {
	release := make(chan struct{})
	m := &mailServer{onData: func(*gosmtp.Conn) error { <-release; return nil }}
	m.start(t, nil, false)
	defer close(release)
	if err := send(t, SMTPConfig{Port: m.port, Timeout: 200 * time.Millisecond}); ClassOf(err) != Unknown {
		t.Fatalf("got %s: %v", ClassOf(err), err)
	}
}

func TestSMTPUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if err := send(t, SMTPConfig{Port: port}); ClassOf(err) != Temporary {
		t.Fatalf("got %s: %v", ClassOf(err), err)
	}
}

func TestSMTPCancelled(t *testing.T) {
	m := &mailServer{}
	m.start(t, nil, false)
	s, err := NewSMTPSender(SMTPConfig{Host: "127.0.0.1", Port: m.port, From: "a@b.test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(ctx, message(t)); ClassOf(err) != Temporary {
		t.Fatalf("got %v", err)
	}
}

func TestSMTPTLS(t *testing.T) {
	server, client := certificate(t)
	cases := []struct {
		name     string
		offered  *tls.Config
		implicit bool
		mode     TLSMode
		trust    *tls.Config
		sent     bool
	}{
		{"taken when offered", server, false, "", client, true},
		{"plain when not offered", nil, false, TLSWhenOffered, client, true},
		{"required and offered", server, false, TLSRequired, client, true},
		{"required, not offered", nil, false, TLSRequired, client, false},
		{"implicit", server, true, TLSImplicit, client, true},
		{"stranger's certificate", server, false, TLSWhenOffered, nil, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			m := &mailServer{}
			m.start(t, tc.offered, tc.implicit)
			err := send(t, SMTPConfig{Port: m.port, TLS: tc.mode, TLSConfig: tc.trust})
			if (err == nil) != tc.sent || (err != nil && ClassOf(err) != Temporary) {
				t.Fatalf("got %v", err)
			}
			if tc.sent && !tc.implicit && m.tls != (tc.offered != nil) {
				t.Fatalf("over TLS: %v", m.tls)
			}
		})
	}
}

func TestSMTPSignIn(t *testing.T) {
	server, client := certificate(t)
	m := &mailServer{password: "right"}
	m.start(t, server, false)
	if err := send(t, SMTPConfig{Port: m.port, TLSConfig: client, Username: "agency", Password: "right"}); err != nil || m.user != "agency" {
		t.Fatalf("%v as %q", err, m.user)
	}
	err := send(t, SMTPConfig{Port: m.port, TLSConfig: client, Username: "agency", Password: "wrong-secret"})
	if ClassOf(err) != Temporary || strings.Contains(err.Error(), "wrong-secret") {
		t.Fatalf("got %v", err)
	}
}

func TestSMTPSettingsRefused(t *testing.T) {
	for name, c := range map[string]SMTPConfig{
		"no host": {Port: 25, From: "a@b.test"}, "port": {Host: "h", Port: 70000, From: "a@b.test"},
		"sender": {Host: "h", Port: 25, From: "nobody"}, "sender with break": {Host: "h", Port: 25, From: "a@b.test\r\nBcc: c@d.test"},
		"tls": {Host: "h", Port: 25, From: "a@b.test", TLS: "maybe"},
	} {
		if _, err := NewSMTPSender(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
