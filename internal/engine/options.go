package engine

import (
	"log/slog"
	"net"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Names and durations that a caller may leave empty.
const (
	// DefaultNamespace keeps this product's workflows apart from others on a shared cluster.
	DefaultNamespace = "migdalor"
	// DefaultRetention is how long a finished workflow's history stays readable
	// for operators. Short, because it is a second copy of case data.
	DefaultRetention = 14 * 24 * time.Hour
)

// Sync says how hard each transaction of the embedded server is pressed onto the disk.
type Sync string

const (
	// SyncFull survives power loss. Commands take a few milliseconds longer and
	// throughput falls by about a fifth; still far above what people cause.
	SyncFull Sync = "full"
	// SyncNormal survives kill -9, but power loss may take the last transactions.
	SyncNormal Sync = "normal"
)

// TLSMode says how the embedded server's four loopback ports are closed to
// other users of the machine.
type TLSMode string

const (
	// TLSEphemeral makes a certificate authority in memory at each start: only
	// this process can connect. The default.
	TLSEphemeral TLSMode = "ephemeral"
	// TLSFiles does the same and writes the client's part into the folder
	// (mode 0600), so that processes of the same user can connect.
	TLSFiles TLSMode = "files"
	// TLSNone is plain text: every local user can command the server. For
	// development and tests.
	TLSNone TLSMode = "none"
)

// Options of the embedded server.
type Options struct {
	// Dir holds the server's files; made with mode 0700 when missing. One process at a time.
	Dir string
	// Namespace is made when missing; empty is DefaultNamespace.
	Namespace string
	// Retention of finished workflows, at least one day; zero is DefaultRetention.
	Retention time.Duration
	// FrontendPort on 127.0.0.1; zero takes a free one.
	FrontendPort int
	// Sync is SyncFull when empty.
	Sync Sync
	// TLS is TLSEphemeral when empty.
	TLS TLSMode
	// UIAddr is the loopback host:port of Temporal's Web UI; empty leaves it off.
	// The UI has no sign-in: whoever reaches it can read, but not act.
	UIAddr string
	// Logger gets the server's warnings and errors; nil is slog.Default.
	Logger *slog.Logger
}

// withDefaults fills what was left empty and refuses what cannot work, with
// fault "engine_options_invalid".
func (o Options) withDefaults() (Options, error) {
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.Sync == "" {
		o.Sync = SyncFull
	}
	if o.TLS == "" {
		o.TLS = TLSEphemeral
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	switch {
	case o.Dir == "":
		return o, invalidOptions("The engine needs a folder for its files.")
	case o.Retention < 24*time.Hour:
		return o, invalidOptions("Finished workflows must be kept for at least one day, not %s.", o.Retention)
	case o.FrontendPort < 0 || o.FrontendPort > 65535:
		return o, invalidOptions("%d is not a port.", o.FrontendPort)
	case o.Sync != SyncFull && o.Sync != SyncNormal:
		return o, invalidOptions("The engine's sync is full or normal, not %q.", o.Sync)
	case o.TLS != TLSEphemeral && o.TLS != TLSFiles && o.TLS != TLSNone:
		return o, invalidOptions("The engine's TLS is ephemeral, files or none, not %q.", o.TLS)
	}
	if o.UIAddr != "" && !isLoopback(o.UIAddr) {
		return o, invalidOptions("The engine's Web UI has no sign-in, so it listens on a loopback address and a fixed port only, not on %q.", o.UIAddr)
	}
	return o, nil
}

func isLoopback(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" || port == "0" {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func invalidOptions(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "engine_options_invalid", format, args...)
}
