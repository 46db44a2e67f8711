package mention

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// For gives the mention an id and its owners, and with them its dedupe key.
func (m Mention) For(id, clientID, sourceID string) Mention {
	m.ID, m.ClientID, m.SourceID = id, clientID, sourceID
	m.DedupeKey = m.Key()
	return m
}

// Key is the same, within one client, for two deliveries of one utterance: a
// SHA-256 in hex over source and external id; without an external id over the
// normalised URL and the text; without either over source, author, time and text.
func (m Mention) Key() string {
	switch {
	case m.ExternalID != "":
		return digest("external", m.SourceID, m.ExternalID)
	case m.URL != "":
		return digest("url", m.URL, m.MatchText)
	default:
		return digest("said", m.SourceID, m.Author.Handle, m.Author.Name, m.GroupName, m.PublishedAt.Format(time.RFC3339Nano), m.MatchText)
	}
}

// digest hashes parts so that no two different lists of parts look alike.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		for i := range n {
			n[i] = byte(len(p) >> (8 * i))
		}
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}
