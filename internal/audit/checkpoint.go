package audit

import (
	"encoding/base64"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/migdalor/migdalor/internal/fault"
)

// Checkpoint is the tree's head as the log signs it (c2sp.org/tlog-checkpoint).
type Checkpoint struct {
	// Origin is the log's name, "<public host>/audit/<agency id>", and the name of its keys.
	Origin string
	// Size is the number of leaves covered.
	Size int64
	Root Hash
}

var originPattern = regexp.MustCompile(`^[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._-]+)*$`)

func badCheckpoint(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "audit_checkpoint_invalid", "The checkpoint is not valid: "+format+".", args...)
}

// Origin is the name of the log of an agency that is served at a public host.
func Origin(publicHost, agencyID string) string { return publicHost + "/audit/" + agencyID }

// NewKey makes an Ed25519 signing key for a log: secret goes to a file, public
// (the verifier key, "vkey") to whoever checks.
func NewKey(random io.Reader, origin string) (secret, public string, err error) {
	if !originPattern.MatchString(origin) {
		return "", "", fault.New(fault.Invalid, "audit_origin_invalid", "%.80q cannot name a log: use host/audit/agency.", origin)
	}
	secret, public, err = note.GenerateKey(random, origin)
	if err != nil {
		return "", "", fault.New(fault.Internal, "audit_random_failed", "No randomness could be read for a ledger key.").Because(err)
	}
	return secret, public, nil
}

// Text is the body that is signed: three lines.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// Sign gives the checkpoint as a signed note, under each of the secret keys
// (two of them while a key is being replaced).
func (c Checkpoint) Sign(secrets ...string) ([]byte, error) {
	signers := make([]note.Signer, 0, len(secrets))
	for _, secret := range secrets {
		s, err := note.NewSigner(secret)
		if err != nil {
			return nil, fault.New(fault.Internal, "audit_key_invalid", "The ledger's signing key cannot be read.").Because(err)
		}
		if s.Name() != c.Origin {
			return nil, badCheckpoint("the key belongs to the log %q, the checkpoint to %q", s.Name(), c.Origin)
		}
		signers = append(signers, s)
	}
	if len(signers) == 0 {
		return nil, badCheckpoint("there is no key to sign it with")
	}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	if err != nil {
		return nil, badCheckpoint("it cannot be signed").Because(err)
	}
	return signed, nil
}

// ParseVKey reads one verifier key; its error is audit_key_invalid.
func ParseVKey(vkey string) (note.Verifier, error) {
	bad := fault.New(fault.Invalid, "audit_key_invalid", "%.60q is not a verifier key (name+id+base64).", vkey)
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, bad.Because(err)
	}
	if !strings.HasPrefix(vkey, v.Name()+"+"+KeyID(v)+"+") { // x/mod takes the id in capitals, too
		return nil, bad
	}
	return v, nil
}

// ParseVKeys reads a key file: one verifier key a line, newest first, empty
// lines and lines that begin with # aside. Its error is audit_key_invalid.
func ParseVKeys(text string) ([]note.Verifier, error) {
	var list []note.Verifier
	for _, line := range keyLines(text) {
		v, err := ParseVKey(line)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "audit_key_invalid", "The key file holds no verifier key.")
	}
	return list, nil
}

func keyLines(text string) []string {
	var keys []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	return keys
}

// KeyID is the eight hex digits that name a key in a note.
func KeyID(v note.Verifier) string { return fmt.Sprintf("%08x", v.KeyHash()) }

// OpenCheckpoint checks a signed checkpoint against the keys and reads it. It
// gives the key that signed first. Its error is audit_checkpoint_invalid.
func OpenCheckpoint(signed []byte, keys ...note.Verifier) (Checkpoint, note.Verifier, error) {
	n, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return Checkpoint{}, nil, badCheckpoint("no known key has signed it, or its signature is wrong").Because(err)
	}
	for _, sig := range n.Sigs {
		// x/mod reads base64 with stray bits at its end: one signature, several spellings.
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return Checkpoint{}, nil, badCheckpoint("its signature is not spelled as base64 is").Because(err)
		}
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	for _, v := range keys {
		if v.KeyHash() == n.Sigs[0].Hash && v.Name() == n.Sigs[0].Name {
			if v.Name() != c.Origin {
				return Checkpoint{}, nil, badCheckpoint("the key %q has signed for another log, %q", v.Name(), c.Origin)
			}
			return c, v, nil
		}
	}
	return Checkpoint{}, nil, badCheckpoint("no known key has signed it")
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, badCheckpoint("its text is not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, badCheckpoint("its size is not a number")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Checkpoint{}, badCheckpoint("its root is not a hash")
	}
	if !originPattern.MatchString(lines[0]) {
		return Checkpoint{}, badCheckpoint("its first line does not name a log")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}
