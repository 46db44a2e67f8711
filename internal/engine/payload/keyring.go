package payload

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/migdalor/migdalor/internal/fault"
)

// FileName is where a data folder keeps its payload keys, relative to the folder.
const FileName = "keys/payload-keys.json"

// keySize is AES-256.
const keySize = 32

// KeyRing holds every key that may still be needed for reading and names the
// one that writes. It is immutable, so any number of goroutines may share it.
type KeyRing struct {
	active string
	aeads  map[string]cipher.AEAD
}

// keyFile is the form of a key ring on disk. Keys are standard base64 of 32 bytes.
type keyFile struct {
	Active string            `json:"active"`
	Keys   map[string]string `json:"keys"`
}

// NewKeyRing makes a ring of 32-byte keys by id; active names the one that
// encrypts. It fails with fault "payload_keys_invalid".
func NewKeyRing(active string, keys map[string][]byte) (*KeyRing, error) {
	ring := &KeyRing{active: active, aeads: make(map[string]cipher.AEAD, len(keys))}
	for id, key := range keys {
		if id == "" || len(key) != keySize {
			return nil, invalidKeys("Key %q must have a name and be %d bytes long.", id, keySize)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, invalidKeys("Key %q cannot be used.", id).Because(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, invalidKeys("Key %q cannot be used.", id).Because(err)
		}
		ring.aeads[id] = aead
	}
	if _, ok := ring.aeads[active]; !ok {
		return nil, invalidKeys("The active key %q is not among the keys.", active)
	}
	return ring, nil
}

// Active is the id of the key that encrypts.
func (r *KeyRing) Active() string { return r.active }

// Load reads a key ring from a secret file of the form
// {"active": "k2", "keys": {"k1": "<base64>", "k2": "<base64>"}}.
// It fails with fault "payload_keys_unreadable" or "payload_keys_invalid".
func Load(path string) (*KeyRing, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "payload_keys_unreadable",
			"The file of payload keys %s cannot be read.", path).Because(err)
	}
	var file keyFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, invalidKeys("The file of payload keys %s is not the JSON it should be.", path).Because(err)
	}
	keys := make(map[string][]byte, len(file.Keys))
	for id, text := range file.Keys {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, invalidKeys("Key %q in %s is not base64.", id, path)
		}
		keys[id] = key
	}
	return NewKeyRing(file.Active, keys)
}

// LoadOrCreate reads the key ring of a data folder and makes one with a single
// fresh key from random when there is none. The caller holds the folder's lock.
func LoadOrCreate(dataDir string, random io.Reader) (*KeyRing, error) {
	path := filepath.Join(dataDir, filepath.FromSlash(FileName))
	if _, err := os.Stat(path); err == nil {
		return Load(path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Unavailable, "payload_keys_unreadable",
			"The file of payload keys %s cannot be read.", path).Because(err)
	}
	key := make([]byte, keySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("draw a payload key: %w", err)
	}
	raw, err := json.MarshalIndent(keyFile{
		Active: "k1",
		Keys:   map[string]string{"k1": base64.StdEncoding.EncodeToString(key)},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write down a payload key: %w", err)
	}
	if err := writeDurably(path, append(raw, '\n')); err != nil {
		return nil, fault.New(fault.Unavailable, "data_not_writable",
			"The payload keys cannot be written to %s.", path).Because(err)
	}
	return Load(path)
}

// writeDurably writes a secret so that after a crash there is the whole file or
// none: a workflow started with a key that was lost could never be read again.
func writeDurably(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func invalidKeys(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "payload_keys_invalid", format, args...)
}
