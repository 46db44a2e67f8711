package audit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"strings"

	"github.com/migdalor/migdalor/internal/fault"
)

// KeySize is the length in bytes of a commitment's key and of a subject's data key.
const KeySize = 32

// Fields of openings that do not come from a Change; a change's are
// "<field>.before" and "<field>.after".
const (
	fieldReason    = "reason"
	fieldActorName = "actor.name"
)

// Opening is what turns a commitment back into a value.
type Opening struct {
	// Field is where the commitment stands: "reason", "actor.name", "<field>.before", "<field>.after".
	Field string
	// Subject owns the data key to seal it under.
	Subject string
	// Key is the commitment's own 256-bit key.
	Key [KeySize]byte
	// Value is the personal text.
	Value string
}

// Commit is HMAC-SHA256(key, field ‖ 0x00 ‖ value). A plain hash would not do:
// names, addresses and handles can be guessed.
func Commit(key [KeySize]byte, field, value string) Hash {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(field))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return Hash(mac.Sum(nil))
}

// Commitment is the hash that stands in the body for this opening.
func (o Opening) Commitment() Hash { return Commit(o.Key, o.Field, o.Value) }

// commit makes a commitment to v and keeps its opening.
func (b *builder) commit(field, subject string, v any) string {
	if !idPattern.MatchString(subject) {
		b.fail(invalid("the subject %.40q of field %s is not an identifier", subject, field))
		return ""
	}
	o := Opening{Field: field, Subject: subject, Value: b.spelled(field, v)}
	if _, err := io.ReadFull(b.random, o.Key[:]); err != nil {
		b.fail(fault.New(fault.Internal, "audit_random_failed", "No randomness could be read for a ledger entry.").Because(err))
		return ""
	}
	b.openings = append(b.openings, o)
	return Hex(o.Commitment())
}

// Seal encrypts an opening under its subject's data key (AES-256-GCM, nonce
// first), bound to its log, entry and field: moved elsewhere it does not open.
func Seal(random io.Reader, key [KeySize]byte, logID, entryID string, o Opening) ([]byte, error) {
	aead, err := aeadOf(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fault.New(fault.Internal, "audit_random_failed", "No randomness could be read to seal a ledger value.").Because(err)
	}
	plain := append(append(make([]byte, 0, KeySize+len(o.Value)), o.Key[:]...), o.Value...)
	return aead.Seal(nonce, nonce, plain, place(logID, entryID, o.Field)), nil
}

// OpenSealed reverses Seal. It fails with audit_opening_sealed when the key, the
// place or the bytes are not the ones that were sealed.
func OpenSealed(key [KeySize]byte, logID, entryID, field, subject string, sealed []byte) (Opening, error) {
	refused := fault.New(fault.Internal, "audit_opening_sealed", "A sealed value of the ledger cannot be opened with this key.")
	aead, err := aeadOf(key)
	if err != nil {
		return Opening{}, err
	}
	if len(sealed) < aead.NonceSize() {
		return Opening{}, refused
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], place(logID, entryID, field))
	if err != nil {
		return Opening{}, refused.Because(err)
	}
	if len(plain) < KeySize {
		return Opening{}, refused
	}
	return Opening{Field: field, Subject: subject, Key: [KeySize]byte(plain[:KeySize]), Value: string(plain[KeySize:])}, nil
}

func aeadOf(key [KeySize]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fault.New(fault.Internal, "audit_cipher_failed", "The cipher for ledger values is not available.").Because(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.New(fault.Internal, "audit_cipher_failed", "The cipher for ledger values is not available.").Because(err)
	}
	return aead, nil
}

// place is the additional data that binds a sealed opening to where it stands.
func place(logID, entryID, field string) []byte {
	return []byte(strings.Join([]string{logID, entryID, field}, "\x00"))
}
