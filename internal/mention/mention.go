package mention

import (
	"encoding/json"
	"time"

	"github.com/migdalor/migdalor/internal/sentiment"
)

// Platform is where an utterance was made: one of a closed list.
type Platform string

// The platforms.
const (
	X         Platform = "x"
	Facebook  Platform = "facebook"
	Instagram Platform = "instagram"
	TikTok    Platform = "tiktok"
	YouTube   Platform = "youtube"
	LinkedIn  Platform = "linkedin"
	Reddit    Platform = "reddit"
	Bluesky   Platform = "bluesky"
	Mastodon  Platform = "mastodon"
	Telegram  Platform = "telegram"
	WhatsApp  Platform = "whatsapp"
	News      Platform = "news"
	Blog      Platform = "blog"
	Forum     Platform = "forum"
	Review    Platform = "review"
	Web       Platform = "web"
	Other     Platform = "other"
)

// Platforms lists all platforms, in the order in which people see them.
func Platforms() []Platform {
	return []Platform{X, Facebook, Instagram, TikTok, YouTube, LinkedIn, Reddit, Bluesky, Mastodon,
		Telegram, WhatsApp, News, Blog, Forum, Review, Web, Other}
}

// Kind is what sort of utterance it is.
type Kind string

// The kinds. KindNote is something a person saw and wrote down.
const (
	KindPost    Kind = "post"
	KindComment Kind = "comment"
	KindReview  Kind = "review"
	KindArticle Kind = "article"
	KindNote    Kind = "note"
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{KindPost, KindComment, KindReview, KindArticle, KindNote} }

// Author is who said it, as the source tells it.
type Author struct {
	Handle string `json:"handle"`
	Name   string `json:"name"`
	// Followers is how many people follow the author; 0 when unknown.
	Followers int64 `json:"followers"`
}

// Mention is one public utterance, normalised.
type Mention struct {
	// ID is a UUIDv7 made by the caller; ClientID and SourceID name the owner. The
	// three are empty until For.
	ID       string `json:"id"`
	ClientID string `json:"client_id"`
	SourceID string `json:"source_id"`
	// ExternalID is the source's own id; may be empty.
	ExternalID string `json:"external_id"`
	// DedupeKey is the same for two deliveries of one utterance; see Mention.Key. Empty until For.
	DedupeKey string   `json:"dedupe_key"`
	Platform  Platform `json:"platform"`
	Kind      Kind     `json:"kind"`
	Author    Author   `json:"author"`
	// Text is as written, in Unicode NFC, without control characters; for display.
	Text string `json:"text"`
	// MatchText is Text for comparing and searching: compatibility form, lower case,
	// without hidden and direction characters, single spaces.
	MatchText string `json:"match_text"`
	// Language is "he", "en", "ar", "ru", "und", or what the source said.
	Language string `json:"language"`
	// PublishedAt is UTC with microseconds; PublishedZone is the offset it came in, such as "+03:00".
	PublishedAt   time.Time `json:"published_at"`
	PublishedZone string    `json:"published_zone"`
	ReceivedAt    time.Time `json:"received_at"`
	// URL is normalised (see NormaliseURL); may be empty.
	URL        string `json:"url"`
	Reach      int64  `json:"reach"`
	Engagement int64  `json:"engagement"`
	// Rating is a review's stars, 0 to 10; nil when it has none.
	Rating *float64 `json:"rating,omitempty"`
	// ParentExternalID is the source's id of what this answers; may be empty.
	ParentExternalID string `json:"parent_external_id"`
	Title            string `json:"title"`
	// GroupName is the group or page it was said in, for closed groups that have no address.
	GroupName string `json:"group_name"`
	// Raw is the payload as it came, valid JSON; nil when there was none.
	Raw json.RawMessage `json:"raw,omitempty"`
	// SourceSentiment is what the source thinks: evidence only.
	SourceSentiment sentiment.Label `json:"source_sentiment"`
	// Judged is what our judge says; its Label is empty before it was asked.
	Judged sentiment.Verdict `json:"judged"`
	// PersonSentiment is what a person of the agency says; it always wins and is never recomputed over.
	PersonSentiment sentiment.Label `json:"person_sentiment"`
}

// Sentiment is the label that counts: a person's, else ours.
func (m Mention) Sentiment() sentiment.Label {
	return sentiment.Effective(m.PersonSentiment, m.Judged.Label)
}

// BucketSize is the width of the counts that detection works on.
const BucketSize = 5 * time.Minute

// Bucket gives the start, in UTC, of the five minutes that t falls into.
func Bucket(t time.Time) time.Time { return t.UTC().Truncate(BucketSize) }
