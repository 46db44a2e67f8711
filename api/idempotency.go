package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

const (
	idempotencyHeader = "Idempotency-Key"
	// maxRemembered is the largest request and answer that are remembered.
	maxRemembered = 1 << 20
)

// idempotent answers a retried write with what the first one was answered. What
// the first one said "yes" or "no" to is remembered; faults of ours are not, so
// that a retry may succeed. Two at once wait for each other in this process.
// Where a second effect would do harm (decisions, commands, publications) the
// database's own keys prevent it. A process that is killed between a change and
// its remembered answer may make a draft, a note or the like twice.
func (s *Server) idempotent(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		given := r.Header.Get(idempotencyHeader)
		caller := callerFrom(r.Context())
		if given == "" || caller == nil || s.unkept[r.Method+" "+c.Path()] || r.Method == http.MethodGet || r.Method == http.MethodHead || !strings.HasPrefix(r.URL.Path, prefix) {
			return next(c)
		}
		if len(given) > 200 {
			return fault.New(fault.Invalid, "idempotency_key", "The idempotency key is longer than 200 characters.")
		}
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxRemembered+1))
		if err != nil {
			return fault.New(fault.Invalid, "bad_request", "The request could not be read.").Because(err)
		}
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(raw), r.Body))
		if len(raw) > maxRemembered {
			return next(c)
		}
		key := digest(caller.UserID, given)
		hash := digest(r.Method, r.URL.Path, string(raw))
		release, err := s.underWay.take(r.Context(), key)
		if err != nil {
			return err
		}
		defer release()
		known, ok, err := s.db.KnownAnswer(r.Context(), key)
		if err != nil {
			return err
		}
		if ok {
			if known.RequestHash != hash {
				return fault.New(fault.Conflict, "idempotency_key_reused", "This idempotency key belongs to another request.")
			}
			c.Response().Header().Set("Idempotency-Replayed", "true")
			return c.Blob(int(known.Status), known.ContentType, known.Body)
		}
		return s.remember(c, next, key, hash)
	}
}

func (s *Server) remember(c echo.Context, next echo.HandlerFunc, key, hash string) error {
	keep := &keepingWriter{ResponseWriter: c.Response().Writer}
	c.Response().Writer = keep
	if err := next(c); err != nil {
		c.Error(err)
	}
	status := c.Response().Status
	if status >= http.StatusInternalServerError || status == http.StatusUnauthorized || status == http.StatusTooManyRequests || keep.over {
		return nil
	}
	ctx := c.Request().Context()
	err := s.db.KeepAnswer(ctx, store.Answer{Key: key, RequestHash: hash, Status: int64(status),
		ContentType: c.Response().Header().Get(echo.HeaderContentType), Body: keep.body.Bytes()})
	if err != nil {
		s.log.WarnContext(ctx, "an answer could not be kept for retries", "error", err, "request_id", store.RequestID(ctx))
	}
	return nil
}

// keyLocks lets one request at a time carry out what belongs to a key.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

func (k *keyLocks) take(ctx context.Context, key string) (release func(), err error) {
	for {
		k.mu.Lock()
		busy, taken := k.held[key]
		if !taken {
			mine := make(chan struct{})
			k.held[key] = mine
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				defer k.mu.Unlock()
				delete(k.held, key)
				close(mine)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

type keepingWriter struct {
	http.ResponseWriter
	body bytes.Buffer
	over bool
}

func (w *keepingWriter) Write(b []byte) (int, error) {
	if w.body.Len()+len(b) > maxRemembered {
		w.over = true
	} else {
		w.body.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *keepingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
