package approval

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

const (
	tokenVersion = "v1"
	// linkPurpose is both the key's derivation label and the first thing signed,
	// so a token made for another purpose with the same root key is worthless here.
	linkPurpose = "approval-link/v1"
	codePurpose = "approval-code/v1"
	// disputePurpose signs the "this was not me" link of a receipt.
	disputePurpose = "approval-dispute/v1"
	maxToken       = 128 // bytes; a real one has about 90
	minRoot        = 32  // bytes of root key
)

var (
	kidPattern = regexp.MustCompile(`^[a-z0-9]{1,16}$`)
	linkIDs    = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	macs       = base64.RawURLEncoding.Strict()

	// errLink is the one answer to every token that does not hold, whatever is wrong with it.
	errLink = fault.New(fault.NotFound, "link_invalid", "this link is not valid")
)

// Key is one root key.
type Key struct {
	// ID is 1 to 16 lower-case letters and digits; it travels in the token.
	ID string
	// Root is at least 32 random bytes, used for nothing else.
	Root []byte
}

// KeyRing holds the key that signs and those that are still believed. A key that
// was lost is dropped from the ring, and every token under it dies.
type KeyRing struct {
	active Key
	known  map[string][]byte
}

// NewKeyRing makes a ring that signs with active and also believes retiring keys,
// which should stay for MaxLinkLife after a rotation.
func NewKeyRing(active Key, retiring ...Key) (KeyRing, error) {
	ring := KeyRing{active: active, known: map[string][]byte{}}
	for _, k := range append([]Key{active}, retiring...) {
		if !kidPattern.MatchString(k.ID) || len(k.Root) < minRoot {
			return KeyRing{}, fault.New(fault.Invalid, "key_malformed", "a link key needs an id of letters and digits and at least 32 bytes")
		}
		if _, twice := ring.known[k.ID]; twice {
			return KeyRing{}, fault.New(fault.Invalid, "key_repeated", "two link keys have the same id")
		}
		ring.known[k.ID] = slices.Clone(k.Root)
	}
	return ring, nil
}

// ActiveID is the id of the key that signs; it is kept beside what it signed.
func (k KeyRing) ActiveID() string { return k.active.ID }

// derive gives the key of a purpose. An unknown kid gives a useless key and
// false, so that callers take the same time over it.
func (k KeyRing) derive(kid, purpose string) ([]byte, bool) {
	root, ok := k.known[kid]
	if !ok {
		root = make([]byte, minRoot)
	}
	key, err := hkdf.Key(sha256.New, root, nil, purpose, sha256.Size)
	return key, ok && err == nil
}

// Facts are what a link is bound to, all from its stored row. A row altered in
// any of them no longer fits the token.
type Facts struct {
	LinkID      string // NewLinkID
	AgencyID    string
	CaseID      string
	DraftID     string
	VersionHash Hash
	ApproverID  string
	ExpiresAt   time.Time
}

// NewLinkID makes a link's public id: 128 bits from random in base32, 26 characters.
func NewLinkID(random io.Reader) (string, error) {
	var raw [16]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", fault.New(fault.Internal, "random_failed", "no random bytes could be read").Because(err)
	}
	return linkIDs.EncodeToString(raw[:]), nil
}

// Mint makes the secret of a link: v1.<kid>.<link id>.<MAC>. The same facts and
// key give the same token, so a reminder carries the first one again.
func Mint(keys KeyRing, f Facts) string { return mintAs(keys, keys.active.ID, linkPurpose, f) }

// MintAs makes the token of a link that was first made under kid, for a reminder
// after a rotation. It fails when the ring no longer believes that key.
func MintAs(keys KeyRing, kid string, f Facts) (string, error) {
	if _, ok := keys.known[kid]; !ok {
		return "", errLink.Because(errors.New("key is not in the ring"))
	}
	return mintAs(keys, kid, linkPurpose, f), nil
}

// MintDispute makes the secret by which the person of a link says that a
// decision was not theirs. It opens nothing and decides nothing.
func MintDispute(keys KeyRing, f Facts) string {
	return mintAs(keys, keys.active.ID, disputePurpose, f)
}

func mintAs(keys KeyRing, kid, purpose string, f Facts) string {
	key, _ := keys.derive(kid, purpose)
	return strings.Join([]string{tokenVersion, kid, f.LinkID, macs.EncodeToString(linkMAC(key, purpose, kid, f))}, ".")
}

// Parse takes a token apart without believing it: the link id is good for
// finding the row, nothing more. Only the one canonical spelling is taken.
func Parse(token string) (kid, linkID string, mac []byte, err error) {
	if len(token) > maxToken {
		return "", "", nil, errLink.Because(errors.New("token too long"))
	}
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[0] != tokenVersion || !kidPattern.MatchString(parts[1]) {
		return "", "", nil, errLink.Because(errors.New("token malformed"))
	}
	id, err := linkIDs.DecodeString(parts[2])
	if err != nil || len(id) != 16 || linkIDs.EncodeToString(id) != parts[2] {
		return "", "", nil, errLink.Because(errors.New("link id malformed"))
	}
	// Decoders skip line breaks, so the text is compared with its re-encoding.
	mac, err = macs.DecodeString(parts[3])
	if err != nil || len(mac) != sha256.Size || macs.EncodeToString(mac) != parts[3] {
		return "", "", nil, errLink.Because(errors.New("code malformed"))
	}
	return parts[1], parts[2], mac, nil
}

// Check is nil when token was minted under a key of the ring for exactly these
// facts. It takes the same time whatever differs, and says the same.
func Check(keys KeyRing, token string, f Facts) error { return check(keys, linkPurpose, token, f) }

// CheckDispute is Check for the tokens of MintDispute.
func CheckDispute(keys KeyRing, token string, f Facts) error {
	return check(keys, disputePurpose, token, f)
}

func check(keys KeyRing, purpose, token string, f Facts) error {
	kid, linkID, mac, err := Parse(token)
	if err != nil {
		return err
	}
	key, known := keys.derive(kid, purpose)
	same := hmac.Equal(mac, linkMAC(key, purpose, kid, f))
	if !known || !same || linkID != f.LinkID {
		return errLink
	}
	return nil
}

func linkMAC(key []byte, purpose, kid string, f Facts) []byte {
	return macOf(key, purpose, kid, f.LinkID, f.AgencyID, f.CaseID, f.DraftID, string(f.VersionHash[:]),
		f.ApproverID, strconv.FormatInt(f.ExpiresAt.UnixMicro(), 10))
}

// macOf signs a list; each item is preceded by its length, so that no two lists run together alike.
func macOf(key []byte, items ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, item := range items {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(item))))
		io.WriteString(h, item) //nolint:errcheck // a hash never fails
	}
	return h.Sum(nil)
}
