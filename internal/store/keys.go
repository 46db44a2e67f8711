package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"io"

	"github.com/migdalor/migdalor/internal/fault"
)

// Keys seal what must be unreadable in the database and its backup. The root
// lives in a file outside the database.
type Keys struct{ aead cipher.AEAD }

// NewKeys derives the sealing key from a 32-byte root (HKDF, RFC 5869).
func NewKeys(root []byte) (*Keys, error) {
	if len(root) != 32 {
		return nil, fault.New(fault.Invalid, "sealing_key", "The sealing key must be 32 bytes.")
	}
	key, err := hkdf.Key(sha256.New, root, nil, "migdalor/seal/v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &Keys{aead: aead}, nil
}

// Seal encrypts plain and binds it to a place such as "targets|secret|<id>":
// copied to another row it does not open.
func (k *Keys) Seal(random io.Reader, place string, plain []byte) ([]byte, error) {
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, err
	}
	return k.aead.Seal(nonce, nonce, plain, []byte(place)), nil
}

// Open reverses Seal; an empty value opens to nothing.
func (k *Keys) Open(place string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	n := k.aead.NonceSize()
	if len(sealed) < n {
		return nil, fault.New(fault.Internal, "seal_broken", "A stored secret cannot be read.")
	}
	plain, err := k.aead.Open(nil, sealed[:n], sealed[n:], []byte(place))
	if err != nil {
		return nil, fault.New(fault.Internal, "seal_broken", "A stored secret cannot be read with this deployment's key.").Because(err)
	}
	return plain, nil
}
