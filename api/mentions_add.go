package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image"
	_ "image/gif" // what people paste
	"image/jpeg"
	"image/png"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/store"
)

const (
	// maxScreenshot is in bytes of the file, maxPixels bounds what decoding it may
	// take; maxByHand is the whole request, with the file in base64.
	maxScreenshot = 5 << 20
	maxPixels     = 16 << 20
	maxByHand     = 8 << 20
)

type addMentionInput struct {
	ByID
	Body struct {
		Text        string    `json:"text" minLength:"1" maxLength:"20000"`
		URL         string    `json:"url,omitempty" maxLength:"4000"`
		Platform    string    `json:"platform" maxLength:"40"`
		GroupName   string    `json:"group_name,omitempty" maxLength:"300"`
		AuthorName  string    `json:"author_name,omitempty" maxLength:"300"`
		PublishedAt time.Time `json:"published_at,omitempty"`
		Screenshot  *struct {
			Name   string `json:"name,omitempty" maxLength:"300"`
			Base64 string `json:"base64" maxLength:"7200000"`
		} `json:"screenshot,omitempty"`
	}
}

type mentionAnswer struct {
	Status int
	Body   mentionDetail
}

func (s *Server) addMention(ctx context.Context, in *addMentionInput) (*mentionAnswer, error) {
	caller := callerFrom(ctx)
	src, err := s.db.SourceOf(ctx, caller.actor(), clientFrom(ctx), store.SourceManual, "by hand")
	if err != nil {
		return nil, err
	}
	b := intake.Batch{Source: src, Inputs: []mention.Input{in.mention(s.db.Now().Time)}, Action: audit.MentionAddedByHand, By: caller.actor()}
	if in.Body.Screenshot != nil {
		if b.Screenshot, err = screenshot(in.Body.Screenshot.Base64); err != nil {
			return nil, err
		}
	}
	done, err := s.intake.Take(ctx, b)
	if err != nil {
		return nil, err
	}
	if len(done.Rejected) > 0 {
		return nil, done.Rejected[0].Err
	}
	m, err := s.db.Mention(ctx, done.IDs[0])
	if err != nil {
		return nil, err
	}
	out := &mentionAnswer{Status: http.StatusCreated}
	if done.Known > 0 {
		out.Status = http.StatusOK
	}
	out.Body, err = s.mentionDetailOf(ctx, m)
	return out, err
}

func (in *addMentionInput) mention(now time.Time) mention.Input {
	at := in.Body.PublishedAt
	if at.IsZero() {
		at = now
	}
	return mention.Input{Text: in.Body.Text, URL: in.Body.URL, Platform: in.Body.Platform, GroupName: in.Body.GroupName,
		AuthorName: in.Body.AuthorName, PublishedAt: at.Format(time.RFC3339Nano)}
}

func badPicture(sentence string) *fault.Error {
	return fault.New(fault.Unsupported, "bad_screenshot", "%s", sentence).WithFields(fault.Field{Location: "body.screenshot", Message: sentence, Code: "bad_screenshot"})
}

// screenshot reads a picture and draws it anew, so that nothing but its pixels is
// kept: no place, no camera, no hidden text.
func screenshot(encoded string) (*store.Media, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, badPicture("The screenshot is not valid base64.")
	}
	if len(raw) > maxScreenshot {
		return nil, fault.New(fault.TooLarge, "screenshot_too_large", "The screenshot is larger than 5 MB.")
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, badPicture("The screenshot is not a PNG, JPEG or GIF picture.")
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return nil, fault.New(fault.TooLarge, "screenshot_too_large", "The screenshot has too many pixels.")
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, badPicture("The screenshot is damaged.")
	}
	var out bytes.Buffer
	mime := "image/png"
	if format == "jpeg" {
		mime = "image/jpeg"
		err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 88})
	} else {
		err = png.Encode(&out, picture)
	}
	if err != nil {
		return nil, badPicture("The screenshot cannot be kept.")
	}
	sum := sha256.Sum256(out.Bytes())
	return &store.Media{Sha: hex.EncodeToString(sum[:]), Mime: mime, Bytes: out.Bytes()}, nil
}

type pictureAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// picture describes the answer as what it is.
func picture(op *huma.Operation) {
	schema := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	op.Responses = map[string]*huma.Response{"200": {Description: "The picture", Content: map[string]*huma.MediaType{
		"image/png": {Schema: schema}, "image/jpeg": {Schema: schema}}}}
}

func (s *Server) getScreenshot(ctx context.Context, in *ByID) (*pictureAnswer, error) {
	m, err := s.db.Mention(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	media, err := s.db.Screenshot(ctx, m)
	return &pictureAnswer{media.Mime, "inline", "default-src 'none'; sandbox", media.Bytes}, err
}
