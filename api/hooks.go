package api

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/source"
	"github.com/migdalor/migdalor/internal/store"
)

const (
	// maxHook is the largest inbound call in bytes, hookPatience how long it may take to arrive.
	maxHook      = 8 << 20
	hookPatience = 30 * time.Second
)

func (s *Server) hookRoutes() {
	s.plain(http.MethodPost, "/hooks/{source}", Rule{reach: reachIncoming}, "Mentions from a platform or a monitoring tool (Standard Webhooks signature)", s.hook)
}

// nobodysSecret stands in for the secret of a source that is not there, so that
// the answer is the same as for one that is.
var nobodysSecret = sync.OnceValues(func() (string, error) { return source.NewSecret(rand.Reader) })

type hookRejection struct {
	Index   int    `json:"index"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type hookAnswer struct {
	Stored   int             `json:"stored"`
	Known    int             `json:"known"`
	Rejected []hookRejection `json:"rejected"`
}

// hook answers with 2xx only after everything it counts is durable.
func (s *Server) hook(c echo.Context) error {
	if err := admitted(s.limits.hooks, c.RealIP()); err != nil {
		return err
	}
	raw, err := s.hookBody(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	src, err := s.signedBy(ctx, c.Param("source"), c.Request().Header, raw)
	if err != nil {
		return err
	}
	inputs, err := mention.ParseBatch(raw)
	if err != nil {
		return err
	}
	by := audit.Actor{Type: audit.ActorSource, ID: src.ID, Via: audit.ViaWebhook}
	done, err := s.intake.Take(ctx, intake.Batch{Source: src, Inputs: inputs, Action: audit.MentionsIngested, By: by})
	if err != nil {
		return err
	}
	out := hookAnswer{Stored: done.Stored, Known: done.Known, Rejected: []hookRejection{}}
	for _, r := range done.Rejected {
		out.Rejected = append(out.Rejected, hookRejection{r.Index, r.Err.Code, r.Err.Message})
	}
	if len(done.Rejected) == len(inputs) {
		return fault.New(fault.Invalid, "all_rejected", "None of the %d mentions could be taken.", len(inputs)).With("rejected", out.Rejected)
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) hookBody(c echo.Context) ([]byte, error) {
	r := c.Request()
	if enc := r.Header.Get(echo.HeaderContentEncoding); enc != "" && enc != "identity" {
		return nil, fault.New(fault.Unsupported, "content_encoding", "Send the body without compression.")
	}
	// Some writers cannot set deadlines; the server's own timeout then bounds the read.
	_ = http.NewResponseController(c.Response()).SetReadDeadline(s.db.Now().Add(hookPatience))
	raw, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, maxHook))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, fault.New(fault.TooLarge, "too_large", "The call is larger than %d MB: send fewer mentions at once.", maxHook>>20)
	case err != nil:
		return nil, fault.New(fault.Invalid, "bad_request", "The request could not be read.").Because(err)
	}
	return raw, nil
}

// signedBy checks the signature over the raw bytes, before anything is parsed.
// An unknown source answers exactly as a wrong signature does.
func (s *Server) signedBy(ctx context.Context, id string, header http.Header, raw []byte) (store.Source, error) {
	src, secrets, err := s.db.WebhookSource(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		secret, err := nobodysSecret()
		if err != nil {
			return src, err
		}
		secrets = []string{secret}
	} else if err != nil {
		return src, err
	}
	if err := source.Verify(secrets, header, raw, s.db.Now().Time); err != nil {
		return store.Source{}, err
	}
	if src.ID == "" {
		return src, fault.New(fault.Unauthenticated, "webhook_tampered", "The signature does not fit the body.")
	}
	return src, nil
}
