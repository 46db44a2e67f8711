package password

import (
	"context"
	"encoding/base32"
	"io"
	"strings"
	"sync"

	"github.com/alexedwards/argon2id"

	"github.com/migdalor/migdalor/internal/fault"
)

const (
	// MinLength is in characters, MaxLength in bytes.
	MinLength, MaxLength = 15, 1024
	// atOnce bounds how many hashes are computed at the same time: 46 MiB each.
	atOnce = 4
)

// current are the parameters of new hashes; older hashes are renewed at sign-in.
var current = argon2id.Params{Memory: 46 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hasher makes and checks hashes. Safe for concurrent use.
type Hasher struct {
	gate chan struct{}
	// dummy is what an unknown person's password is compared with, so that the
	// time of the answer does not tell who has an account.
	dummy func() (string, error)
}

// New makes a hasher.
func New() *Hasher {
	return &Hasher{gate: make(chan struct{}, atOnce), dummy: sync.OnceValues(func() (string, error) {
		return argon2id.CreateHash("nobody has this password", &current)
	})}
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Hash makes a hash of a password that Validate takes.
func (h *Hasher) Hash(ctx context.Context, plain string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.gate }()
	return argon2id.CreateHash(plain, &current)
}

// Check compares a password with a stored hash. renewed is a hash with today's
// parameters when the stored one has older ones.
func (h *Hasher) Check(ctx context.Context, plain, hash string) (ok bool, renewed string, err error) {
	if len(plain) > MaxLength || hash == "" {
		return false, "", h.Waste(ctx, plain)
	}
	if err := h.enter(ctx); err != nil {
		return false, "", err
	}
	defer func() { <-h.gate }()
	ok, params, err := argon2id.CheckHash(plain, hash)
	if err != nil || !ok || *params == current {
		return ok, "", err
	}
	renewed, err = argon2id.CreateHash(plain, &current)
	return ok, renewed, err
}

// Waste takes as long as Check, for nobody.
func (h *Hasher) Waste(ctx context.Context, plain string) error {
	dummy, err := h.dummy()
	if err != nil {
		return err
	}
	if err := h.enter(ctx); err != nil {
		return err
	}
	defer func() { <-h.gate }()
	_, err = argon2id.ComparePasswordAndHash(plain[:min(len(plain), MaxLength)], dummy)
	return err
}

// Generate makes a one-time password of 100 bits that can be read out on the phone.
func Generate(random io.Reader) (string, error) {
	var raw [13]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", err
	}
	s := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))[:20]
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:], nil
}

func refused(code, sentence string) *fault.Error {
	return fault.New(fault.Invalid, code, "%s", sentence).WithFields(fault.Field{Location: "body.password", Message: sentence, Code: code})
}
