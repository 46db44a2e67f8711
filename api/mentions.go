package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/sentiment"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

func (s *Server) mentionRoutes() {
	route(s, http.MethodGet, "/mentions", onVisible(policies.MentionsView), "Mentions of your clients", s.listMentions)
	route(s, http.MethodPost, "/clients/{id}/mentions", onClient(policies.MentionsAdd), "Add a mention by hand", s.addMention, created, upTo(maxByHand))
	route(s, http.MethodGet, "/mentions/{id}", onMention(policies.MentionsView), "One mention with its payload", s.getMention)
	route(s, http.MethodPut, "/mentions/{id}/sentiment", onMention(policies.MentionsCorrect), "Correct the sentiment; a person's word wins for ever", s.putSentiment)
	route(s, http.MethodGet, "/mentions/{id}/screenshot", onMention(policies.MentionsView), "The picture of a mention added by hand", s.getScreenshot, picture)
}

type mentionAuthor struct {
	Handle    string `json:"handle"`
	Name      string `json:"name"`
	Followers int64  `json:"followers"`
}

type mentionSentiment struct {
	Label  string  `json:"label"`
	By     string  `json:"by" enum:"machine,person,source"`
	Unsure bool    `json:"unsure"`
	Score  float64 `json:"score" doc:"-1 to 1."`
}

type mentionSource struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type MentionView struct {
	ID          string           `json:"id"`
	ClientID    string           `json:"client_id"`
	Platform    string           `json:"platform"`
	Kind        string           `json:"kind"`
	Author      mentionAuthor    `json:"author"`
	Text        string           `json:"text"`
	Title       string           `json:"title"`
	Lang        string           `json:"lang"`
	URL         string           `json:"url"`
	PublishedAt time.Time        `json:"published_at"`
	ReceivedAt  time.Time        `json:"received_at"`
	Reach       int64            `json:"reach"`
	Engagement  int64            `json:"engagement"`
	Rating      *float64         `json:"rating"`
	GroupName   string           `json:"group_name"`
	Sentiment   mentionSentiment `json:"sentiment"`
	Concerns    []string         `json:"concerns" nullable:"false"`
	Flags       []string         `json:"flags" nullable:"false"`
	Screenshot  bool             `json:"screenshot"`
	Demo        bool             `json:"demo"`
	Source      mentionSource    `json:"source"`
}

type mentionDetail struct {
	MentionView
	Raw json.RawMessage `json:"raw" doc:"The payload as it came; null when there was none."`
}

func viewMention(m store.Mention, sources map[string]string) MentionView {
	v := MentionView{ID: m.ID, ClientID: m.ClientID, Platform: m.Platform, Kind: m.Kind, Author: mentionAuthor{m.AuthorHandle, m.AuthorName, m.AuthorFollowers},
		Text: m.Text, Title: m.Title, Lang: m.Lang, URL: m.URL, PublishedAt: m.PublishedAt.Time, ReceivedAt: m.ReceivedAt.Time, Reach: m.Reach,
		Engagement: m.Engagement, GroupName: m.GroupName, Concerns: strings.Fields(m.Concerns), Flags: strings.Fields(m.Flags),
		Screenshot: m.ScreenshotSha != "", Demo: m.Demo, Source: mentionSource{m.SourceID, sources[m.SourceID]},
		Sentiment: mentionSentiment{Label: string(m.Effective()), By: "machine", Unsure: m.SentimentUnsure, Score: float64(m.SentimentScore) / 1000}}
	if m.PersonSentiment != "" {
		v.Sentiment.By, v.Sentiment.Unsure = "person", false
	}
	if m.Rating > 0 {
		stars := float64(m.Rating) / 10
		v.Rating = &stars
	}
	return v
}

type listMentionsInput struct {
	Paging
	Client    string    `query:"client" maxLength:"80"`
	Platform  string    `query:"platform" maxLength:"40"`
	Sentiment string    `query:"sentiment" enum:"negative,neutral,positive"`
	Query     string    `query:"q" maxLength:"200"`
	From      time.Time `query:"from"`
	To        time.Time `query:"to"`
	Crisis    string    `query:"crisis" maxLength:"80"`
	Source    string    `query:"source" maxLength:"80"`
	Order     string    `query:"order" enum:"newest,oldest,reach" default:"newest"`
}

func (s *Server) listMentions(ctx context.Context, in *listMentionsInput) (*body[list[MentionView]], error) {
	scope, clientID, err := s.narrowed(ctx, policies.MentionsView, in.Client)
	if err != nil {
		return nil, err
	}
	f := store.MentionFilter{ClientID: clientID, Platform: in.Platform, Sentiment: in.Sentiment, Query: in.Query, SourceID: in.Source,
		From: in.From, To: in.To, Order: in.Order}
	if in.Crisis != "" {
		if err := s.ofCrisis(ctx, &f, in.Crisis); err != nil {
			return nil, err
		}
	}
	rows, next, err := s.db.Mentions(ctx, scope, f, in.of())
	if err != nil {
		return nil, err
	}
	sources, err := s.db.SourceNames(ctx, scope)
	return listOf(each(rows, func(m store.Mention) MentionView { return viewMention(m, sources) }), next), err
}

// narrowed is the caller's scope for p, and the client named in a filter. A client
// that the caller may not know of is not found, like one that is not there.
func (s *Server) narrowed(ctx context.Context, p policies.Permission, client string) (store.Scope, string, error) {
	caller := callerFrom(ctx)
	scope := caller.scope(p)
	if client == "" {
		return scope, "", nil
	}
	id, err := s.db.ClientOf(ctx, store.KindClient, client)
	if err == nil {
		err = caller.must(id, p)
	}
	return scope, id, err
}

// ofCrisis narrows a filter to the client and the time of a crisis.
func (s *Server) ofCrisis(ctx context.Context, f *store.MentionFilter, id string) error {
	clientID, err := s.db.ClientOf(ctx, store.KindCrisis, id)
	if err != nil {
		return err
	}
	if err := callerFrom(ctx).must(clientID, policies.CrisesView); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.NotFound, "not_found", "There is no such crisis.").Because(err)
		}
		return err
	}
	from, to, err := s.db.CrisisSpan(ctx, id)
	if err != nil {
		return err
	}
	if f.ClientID != "" && f.ClientID != clientID {
		return fault.New(fault.Invalid, "crisis_of_another_client", "The crisis belongs to another client than the one asked for.")
	}
	f.ClientID = clientID
	if f.From.Before(from) {
		f.From = from
	}
	if !to.IsZero() && (f.To.IsZero() || f.To.After(to)) {
		f.To = to
	}
	return nil
}

func (s *Server) mentionDetailOf(ctx context.Context, m store.Mention) (mentionDetail, error) {
	sources, err := s.db.SourceNames(ctx, store.ScopeClients(m.ClientID))
	return mentionDetail{viewMention(m, sources), m.RawJSON()}, err
}

func (s *Server) getMention(ctx context.Context, in *ByID) (*body[mentionDetail], error) {
	m, err := s.db.Mention(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.mentionDetailOf(ctx, m)
	return answer(v), err
}

type putSentimentInput struct {
	ByID
	Body struct {
		Label string `json:"label" enum:"negative,neutral,positive"`
	}
}

func (s *Server) putSentiment(ctx context.Context, in *putSentimentInput) (*body[mentionDetail], error) {
	label, ok := sentiment.ParseLabel(in.Body.Label)
	if !ok {
		return nil, fault.New(fault.Invalid, "unknown_sentiment", "A sentiment is negative, neutral or positive.")
	}
	if _, err := s.db.CorrectSentiment(ctx, callerFrom(ctx).actor(), in.ID, label); err != nil {
		return nil, err
	}
	return s.getMention(ctx, &in.ByID)
}
