package config

import (
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/migdalor/migdalor/internal/fault"
)

// Common is what every long-running role needs.
type Common struct {
	Data              string `help:"Folder for everything this deployment keeps." default:"data" type:"path"`
	Keys              string `help:"Folder with the deployment's keys; made at the first start. Default: keys in the data folder." type:"path"`
	DatabaseURL       string `help:"PostgreSQL address, postgres://user:password@host:port/name. Without it: a SQLite file in the data folder." name:"database-url"`
	TemporalAddress   string `help:"Temporal frontend, host:port. Without it serve starts one inside." name:"temporal-address"`
	TemporalNamespace string `help:"Temporal namespace." default:"migdalor" name:"temporal-namespace"`
	TemporalCA        string `help:"PEM file of the authority that signed Temporal's certificate; switches TLS on." name:"temporal-ca" type:"path"`
	TemporalCert      string `help:"PEM file of our client certificate for Temporal." name:"temporal-cert" type:"path"`
	TemporalKey       string `help:"PEM file of our client key for Temporal." name:"temporal-key" type:"path"`
	PayloadKeys       string `help:"Secret file with the keys that encrypt workflow payloads. Default: in the keys folder." name:"payload-keys" type:"path"`
	LogLevel          string `help:"debug, info, warn or error." enum:"debug,info,warn,error" default:"info" name:"log-level"`
	LogFormat         string `help:"text or json." enum:"text,json" default:"text" name:"log-format"`
	OTLPEndpoint      string `help:"OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318. Without it no traces are kept." name:"otlp-endpoint"`
	MetricsAddr       string `help:"Address for /metrics and /healthz of a worker, host:port; serve and api have them on their own address." name:"metrics-addr"`
	AllowLoopback     bool   `help:"Let publishing reach servers on this machine; for tests and development." name:"allow-loopback"`
	Mail              Mail   `embed:"" prefix:"smtp-"`
	PublicURL         string `help:"Where people reach this server, such as https://crisis.example.com. Default: from --addr." name:"public-url"`
}

// Mail is how e-mail leaves. Without a host mails are kept in the data folder.
type Mail struct {
	Host     string `help:"SMTP server. Without it mails are kept under the data folder and shown to administrators."`
	Port     int    `help:"SMTP port." default:"587"`
	User     string `help:"SMTP user."`
	Password string `help:"SMTP password." env:"MIGDALOR_SMTP_PASSWORD"`
	From     string `help:"Sender of all mails." default:"Migdalor <migdalor@localhost>"`
	TLS      string `help:"required (STARTTLS or nothing), when_offered, or implicit." enum:"required,when_offered,implicit" default:"required"`
}

// HTTP is what a role that listens needs.
type HTTP struct {
	Addr         string   `help:"Address to listen on, host:port." default:"127.0.0.1:8080"`
	TrustedProxy []string `help:"Network whose X-Forwarded-For is believed, such as 10.0.0.0/8; may be repeated." name:"trusted-proxy"`
}

// Settle fills what depends on other settings and refuses what cannot work.
// Errors: bad_public_url, bad_address.
func (c *Common) Settle(addr string) error {
	if c.Keys == "" {
		c.Keys = filepath.Join(c.Data, "keys")
	}
	if c.PublicURL == "" && addr != "" {
		c.PublicURL = "http://" + addr
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" || u.RawQuery != "" {
			return fault.New(fault.Invalid, "bad_public_url", "The public address %q is not of the form https://host.", c.PublicURL)
		}
	}
	for name, a := range map[string]string{"--addr": addr, "--metrics-addr": c.MetricsAddr, "--temporal-address": c.TemporalAddress} {
		if a == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(a); err != nil {
			return fault.New(fault.Invalid, "bad_address", "The address %q of %s is not of the form host:port.", a, name)
		}
	}
	return nil
}

// Secure says whether people reach this server by https.
func (c *Common) Secure() bool { return strings.HasPrefix(c.PublicURL, "https://") }

// Host is the public host, for the ledger's origin.
func (c *Common) Host() string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}

// Database is the SQLite file; used when there is no DatabaseURL.
func (c *Common) Database() string { return filepath.Join(c.Data, "migdalor.db") }

// Mailbox is where mails are kept that are not sent.
func (c *Common) Mailbox() string { return filepath.Join(c.Data, "mailbox") }

// Engine is the folder of the embedded workflow engine.
func (c *Common) Engine() string { return filepath.Join(c.Data, "engine") }
