package channel

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

const (
	postCollection = "app.bsky.feed.post"
	maxImages      = 4
	maxImageBytes  = 1_000_000
)

// BlueskyConfig says which account to publish to and how to reach it.
type BlueskyConfig struct {
	// Service is the account's server, such as https://bsky.social.
	Service string
	// Identifier is the account's handle, DID or e-mail; AppPassword is one made for this use.
	Identifier, AppPassword string
	// Now is the clock; it is used only to turn the server's "retry at" into a wait.
	Now func() time.Time
	// Guard bounds outgoing calls.
	Guard Guard
}

// Post is one publication: the words, and what makes them the same post each
// time they are sent.
type Post struct {
	// IntentID is the stored publication's id and At its fixed time; together they
	// give the record's key, so a post sent again is the same post.
	IntentID string
	At       time.Time
	// Account is the handle or DID that was approved; another account is refused.
	Account string
	Text    string
	Langs   []string
	Images  []Image
	// ReplyTo makes the post an answer; nil for a post of its own.
	ReplyTo *Reply
}

// Image is one picture to attach.
type Image struct {
	Bytes    []byte
	MIMEType string
	Alt      string
	// Width and Height are in pixels; zero when not known.
	Width, Height int
}

// Reply names the post answered and the first of its thread.
type Reply struct {
	Root   StrongRef `json:"root"`
	Parent StrongRef `json:"parent"`
}

// StrongRef is a record at one moment.
type StrongRef struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// Bluesky publishes to one account. It is safe for concurrent use.
type Bluesky struct{ x *xrpc }

// NewBluesky makes the channel; nothing is called before the first post.
func NewBluesky(c BlueskyConfig) *Bluesky {
	return &Bluesky{x: &xrpc{
		service: strings.TrimRight(c.Service, "/"), identifier: c.Identifier, password: c.AppPassword,
		client: c.Guard.client(), now: c.Now,
	}}
}

// RecordKey gives the key of a post: a TID made of the intent's time and a clock
// id taken from its name, so that the same intent always has the same key.
func RecordKey(p Post) string {
	sum := sha256.Sum256([]byte(p.IntentID))
	return syntax.NewTIDFromTime(p.At, uint(binary.BigEndian.Uint16(sum[:2]))).String()
}

// Publish sends a post and reads it back. It may be called again with the same
// Post after any outcome: the record's key and the condition that nothing is
// there yet keep it to one post. A post already there is reported as Published.
func (b *Bluesky) Publish(ctx context.Context, p Post) Outcome {
	s, failed := b.account(ctx, p)
	if failed.Status != "" {
		return failed
	}
	if found := b.lookup(ctx, s, p); found.Status != Absent {
		return beforeSending(found)
	}
	record, failed := b.record(ctx, s, p)
	if failed.Status != "" {
		return failed
	}
	body, err := json.Marshal(map[string]any{
		"repo": s.DID, "collection": postCollection, "rkey": RecordKey(p), "record": record,
		// The record must not exist: without this, another post under the same key would be written over.
		"swapRecord": nil,
	})
	if err != nil {
		return refused("text_unusable", "the post cannot be encoded")
	}
	res := b.x.authed(ctx, s, "com.atproto.repo.putRecord", "", "application/json", body)
	if !res.ok() && res.name != "InvalidSwap" {
		return b.x.classify(res, Unknown)
	}
	found := b.lookup(ctx, s, p)
	var put StrongRef
	switch {
	case found.Status == Absent:
		return unknown("not_confirmed", "Bluesky took the post but does not show it")
	case res.name == "InvalidSwap" || found.Status != Published:
		return found
	case json.Unmarshal(res.body, &put) != nil || put.CID != found.CID || put.URI != found.URI:
		return unknown("not_confirmed", "Bluesky shows another post than it took")
	}
	return found
}

// beforeSending reads a look-up that was made before anything was sent: doubt
// there means that this call published nothing.
func beforeSending(found Outcome) Outcome {
	if found.Status == Unknown {
		found.Status = Unsent
	}
	return found
}

// Lookup tells whether a post is out: Published, Absent, Unknown when the server
// gives no clear answer, or Refused when something else is in its place.
func (b *Bluesky) Lookup(ctx context.Context, p Post) Outcome {
	s, failed := b.account(ctx, p)
	if failed.Status == Unsent {
		failed.Status = Unknown
	}
	if failed.Status != "" {
		return failed
	}
	return b.lookup(ctx, s, p)
}

// account opens the session and makes sure that it is the approved account's.
func (b *Bluesky) account(ctx context.Context, p Post) (session, Outcome) {
	s, failed := b.x.open(ctx)
	if failed.Status != "" {
		return session{}, failed
	}
	want := strings.TrimPrefix(strings.TrimSpace(p.Account), "@")
	if !strings.EqualFold(want, s.Handle) && want != s.DID {
		return session{}, refused("wrong_account", "the channel is signed in as another account than the one that was approved")
	}
	return s, Outcome{}
}

func (b *Bluesky) lookup(ctx context.Context, s session, p Post) Outcome {
	rkey := RecordKey(p)
	res := b.x.call(ctx, "com.atproto.repo.getRecord", query("repo", s.DID, "collection", postCollection, "rkey", rkey), "", "", nil)
	if res.err == nil && res.status == http.StatusBadRequest && res.name == "RecordNotFound" {
		return Outcome{Status: Absent, Code: "not_there", Reason: "the post is not there"}
	}
	if !res.ok() {
		out := b.x.classify(res, Unknown)
		if out.Status == Unsent {
			out.Status = Unknown
		}
		return out
	}
	var got struct {
		StrongRef
		Value struct {
			Type      string `json:"$type"`
			Text      string `json:"text"`
			CreatedAt string `json:"createdAt"`
		} `json:"value"`
	}
	if json.Unmarshal(res.body, &got) != nil || got.CID == "" || !strings.HasSuffix(got.URI, "/"+postCollection+"/"+rkey) {
		return unknown("answer_malformed", "the server's answer could not be read")
	}
	if got.Value.Type != postCollection || got.Value.Text != p.Text || got.Value.CreatedAt != createdAt(p) {
		return refused("key_taken", "another post is in this one's place")
	}
	return Outcome{Status: Published, URI: got.URI, CID: got.CID,
		URL: "https://bsky.app/profile/" + url.PathEscape(s.Handle) + "/post/" + rkey}
}

func createdAt(p Post) string {
	return p.At.UTC().Truncate(time.Millisecond).Format("2006-01-02T15:04:05.000Z")
}

// record builds what is stored. Pictures are uploaded first: an upload that no
// record uses is dropped by the server.
func (b *Bluesky) record(ctx context.Context, s session, p Post) (map[string]any, Outcome) {
	record := map[string]any{"$type": postCollection, "text": p.Text, "createdAt": createdAt(p)}
	if len(p.Langs) > 0 {
		record["langs"] = p.Langs[:min(3, len(p.Langs))]
	}
	if facets := facetsOf(p.Text, func(handle string) (string, bool) { return b.resolve(ctx, handle) }); len(facets) > 0 {
		record["facets"] = facets
	}
	if p.ReplyTo != nil {
		record["reply"] = p.ReplyTo
	}
	if len(p.Images) > maxImages {
		return nil, refused("images_too_many", "Bluesky takes at most 4 pictures")
	}
	images := make([]map[string]any, 0, len(p.Images))
	for _, img := range p.Images {
		embedded, failed := b.upload(ctx, s, img)
		if failed.Status != "" {
			return nil, failed
		}
		images = append(images, embedded)
	}
	if len(images) > 0 {
		record["embed"] = map[string]any{"$type": "app.bsky.embed.images", "images": images}
	}
	return record, Outcome{}
}

func (b *Bluesky) upload(ctx context.Context, s session, img Image) (map[string]any, Outcome) {
	if len(img.Bytes) == 0 || len(img.Bytes) > maxImageBytes || !strings.HasPrefix(img.MIMEType, "image/") {
		return nil, refused("image_unusable", "a picture must be an image of at most 1 MB")
	}
	res := b.x.authed(ctx, s, "com.atproto.repo.uploadBlob", "", img.MIMEType, img.Bytes)
	if !res.ok() {
		return nil, b.x.classify(res, Unsent)
	}
	var got struct {
		Blob json.RawMessage `json:"blob"`
	}
	if json.Unmarshal(res.body, &got) != nil || len(got.Blob) == 0 {
		return nil, unsent("answer_malformed", "the server's answer to a picture could not be read")
	}
	embedded := map[string]any{"alt": img.Alt, "image": got.Blob}
	if img.Width > 0 && img.Height > 0 {
		embedded["aspectRatio"] = map[string]int{"width": img.Width, "height": img.Height}
	}
	return embedded, Outcome{}
}

// resolve finds the account behind a handle. A handle that cannot be found now
// stays plain text: a mention is worth less than a post in time.
func (b *Bluesky) resolve(ctx context.Context, handle string) (string, bool) {
	res := b.x.call(ctx, "com.atproto.identity.resolveHandle", query("handle", handle), "", "", nil)
	var got struct {
		DID string `json:"did"`
	}
	if !res.ok() || json.Unmarshal(res.body, &got) != nil || !strings.HasPrefix(got.DID, "did:") {
		return "", false
	}
	return got.DID, true
}
