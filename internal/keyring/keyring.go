package keyring

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Set is the secrets of one deployment. Every process of it needs the same.
type Set struct {
	// Seal is the 32-byte root of what is sealed in the database.
	Seal []byte
	// Links signs approval links.
	Links approval.KeyRing
	dir   string
}

const (
	sealFile   = "seal.key"
	linksFile  = "links.json"
	ledgerFile = "ledger.key"
	payloads   = "payload-keys.json"
)

// Open reads the secrets in dir and makes those that are missing. Errors:
// keys_unreadable, keys_not_writable, keys_malformed.
func Open(dir string) (*Set, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "keys_not_writable", "The folder for keys, %s, cannot be made.", dir).Because(err)
	}
	s := &Set{dir: dir}
	var err error
	if s.Seal, err = rootKey(filepath.Join(dir, sealFile)); err != nil {
		return nil, err
	}
	s.Links, err = linkKeys(filepath.Join(dir, linksFile))
	return s, err
}

// PayloadFile is the file with the keys that encrypt the engine's payloads, in
// the form that package engine/payload reads; it is made when missing.
func (s *Set) PayloadFile() (string, error) {
	path := filepath.Join(s.dir, payloads)
	_, err := readOrMake(path, freshKeys)
	return path, err
}

// rootKey is 32 random bytes in base64, made once.
func rootKey(path string) ([]byte, error) {
	text, err := readOrMake(path, func() ([]byte, error) {
		var raw [32]byte
		_, err := rand.Read(raw[:])
		return []byte(base64.StdEncoding.EncodeToString(raw[:]) + "\n"), err
	})
	if err != nil {
		return nil, err
	}
	root, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(root) != 32 {
		return nil, malformed(path)
	}
	return root, nil
}

// keyFile is the form of links.json and payload-keys.json: rotate by adding a
// key and naming it active; dropping a key makes void what was made under it.
type keyFile struct {
	Active string            `json:"active"`
	Keys   map[string]string `json:"keys"`
}

func freshKeys() ([]byte, error) {
	var raw [32]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return nil, err
	}
	return json.MarshalIndent(keyFile{Active: "k1", Keys: map[string]string{"k1": base64.StdEncoding.EncodeToString(raw[:])}}, "", "  ")
}

func linkKeys(path string) (approval.KeyRing, error) {
	text, err := readOrMake(path, freshKeys)
	if err != nil {
		return approval.KeyRing{}, err
	}
	var f keyFile
	if json.Unmarshal(text, &f) != nil {
		return approval.KeyRing{}, malformed(path)
	}
	var active approval.Key
	var retiring []approval.Key
	for id, encoded := range f.Keys {
		root, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return approval.KeyRing{}, malformed(path)
		}
		k := approval.Key{ID: id, Root: root}
		if id == f.Active {
			active = k
		} else {
			retiring = append(retiring, k)
		}
	}
	return approval.NewKeyRing(active, retiring...)
}

// Ledger is the key that signs the ledger's checkpoints, made once for an
// origin. The public half is kept beside it for auditors.
func (s *Set) Ledger(origin string) (secret, public string, err error) {
	path := filepath.Join(s.dir, ledgerFile)
	text, err := readOrMake(path, func() ([]byte, error) {
		secret, public, err := audit.NewKey(rand.Reader, origin)
		return []byte(secret + "\n" + public + "\n"), err
	})
	if err != nil {
		return "", "", err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 2 {
		return "", "", malformed(path)
	}
	return lines[0], lines[1], nil
}

// readOrMake reads a file, or writes a fresh one that nobody else may read. Of
// two processes that start at once, one makes it and both read the same.
func readOrMake(path string, fresh func() ([]byte, error)) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return text, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Unavailable, "keys_unreadable", "The key file %s cannot be read.", path).Because(err)
	}
	made, err := fresh()
	if err != nil {
		return nil, err
	}
	refused := fault.New(fault.Unavailable, "keys_not_writable", "The key file %s cannot be written.", path)
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return nil, refused.Because(err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(made)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, refused.Because(err)
	}
	// A link fails when the file is there by now; a rename would replace it.
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, refused.Because(err)
	}
	return os.ReadFile(path)
}

func malformed(path string) error {
	return fault.New(fault.Invalid, "keys_malformed", "The key file %s is not of the form that this program writes.", path)
}
