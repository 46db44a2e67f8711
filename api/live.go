package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/policies"
)

const (
	eventsPath = prefix + "/events"
	// heartbeat keeps the line open through proxies, and is when the caller's
	// session and roles are looked at again.
	heartbeat = 15 * time.Second
	// stuckAfter ends a line whose other end no longer reads.
	stuckAfter = 30 * time.Second
)

func (s *Server) liveRoutes() {
	s.plain(http.MethodGet, eventsPath, self(), "Changes as they happen (server-sent events; resumes with Last-Event-ID)", s.events)
}

// change is the data of one event.
type change struct {
	Kind     string    `json:"kind"`
	ID       string    `json:"id"`
	ClientID string    `json:"client_id"`
	CrisisID string    `json:"crisis_id,omitempty"`
	At       time.Time `json:"at"`
}

// livePermission is what one must be allowed to hear of each kind.
var livePermission = map[string]policies.Permission{
	"mention": policies.MentionsView, "alert": policies.AlertsView, "crisis": policies.CrisesView, "draft": policies.DraftsView,
	"approval": policies.ApprovalsView, "publication": policies.PublicationsView, "client": policies.ClientsView,
	"ledger": policies.LedgerView, "system": policies.SystemView,
}

// hears reports whether an event is for this caller.
func (c *Caller) hears(e store.LiveEvent) bool {
	if e.Kind == "notification" {
		return e.ObjectID == c.UserID
	}
	need, ok := livePermission[e.Kind]
	switch {
	case !ok:
		return false
	case e.ClientID == "":
		return c.canAgency(need)
	default:
		return c.sees(e.ClientID) && c.can(e.ClientID, need)
	}
}

// line is one open stream.
type line struct {
	s      *Server
	out    *echo.Response
	ctl    *http.ResponseController
	caller *Caller
	// told are the events sent while catching up, which may come again.
	told map[int64]bool
}

func (s *Server) events(c echo.Context) error {
	ctx := c.Request().Context()
	l := &line{s: s, out: c.Response(), ctl: http.NewResponseController(c.Response()), caller: callerFrom(ctx), told: map[int64]bool{}}
	// First listen, then look back: what happens in between comes twice, never not at all.
	events, leave, err := s.live.subscribe(ctx)
	if err != nil {
		return err
	}
	defer leave()
	h := l.out.Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Set("X-Accel-Buffering", "no")
	l.out.WriteHeader(http.StatusOK)
	if err := l.begin(ctx, c.Request().Header.Get("Last-Event-ID")); err != nil {
		return nil //nolint:nilerr // the answer has begun; the reader comes back
	}
	return l.run(ctx, events)
}

// begin tells what the caller missed since its last id, or where it starts.
func (l *line) begin(ctx context.Context, lastID string) error {
	head, err := l.s.db.LiveHead(ctx)
	if err != nil {
		return err
	}
	last, err := strconv.ParseInt(lastID, 10, 64)
	if lastID == "" {
		return l.write(fmt.Sprintf("retry: 2000\nid: %d\n\n", head))
	}
	tail, tailErr := l.s.db.LiveTail(ctx)
	if tailErr != nil {
		return tailErr
	}
	if err != nil || last < tail-1 || last > head {
		return l.write(fmt.Sprintf("retry: 2000\nid: %d\nevent: reload\ndata: {}\n\n", head))
	}
	if l.s.db.Dialect() == store.Postgres {
		last = max(0, last-lateNumbers)
	}
	missed, err := l.s.live.since(ctx, last)
	if err != nil {
		return err
	}
	if err := l.write("retry: 2000\n\n"); err != nil {
		return err
	}
	for _, e := range missed {
		l.told[e.Seq] = true
		if err := l.tell(e); err != nil {
			return err
		}
	}
	return nil
}

// lateNumbers is how many events before its last id a reader is told again on
// PostgreSQL, where a lower number may have become visible later.
const lateNumbers = 50

func (l *line) run(ctx context.Context, events <-chan store.LiveEvent) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	rights := l.s.rights(l.caller)
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case e, open := <-events:
			if !open {
				return nil
			}
			if !l.told[e.Seq] {
				err = l.tell(e)
			}
		case <-beat.C:
			if err = l.s.stillWelcome(ctx, l.caller); err == nil && l.s.rights(l.caller) == rights {
				err = l.write(": still here\n\n")
			} else {
				return nil
			}
		}
		if err != nil {
			return nil //nolint:nilerr // the other end is gone
		}
	}
}

func (l *line) tell(e store.LiveEvent) error {
	if !l.caller.hears(e) {
		return nil
	}
	data, err := json.Marshal(change{e.Kind, e.ObjectID, e.ClientID, e.CrisisID, e.At.Time})
	if err != nil {
		return err
	}
	return l.write(fmt.Sprintf("id: %d\nevent: change\ndata: %s\n\n", e.Seq, data))
}

func (l *line) write(text string) error {
	// A writer without deadlines (a test's) is none to get stuck on.
	_ = l.ctl.SetWriteDeadline(l.s.db.Now().Add(stuckAfter))
	if _, err := l.out.Write([]byte(text)); err != nil {
		return err
	}
	return l.ctl.Flush()
}

// stillWelcome fails when the session or token has ended or the person was disabled.
func (s *Server) stillWelcome(ctx context.Context, caller *Caller) error {
	if err := caller.alive(ctx); err != nil {
		return err
	}
	u, err := s.db.User(ctx, caller.UserID)
	if err == nil && !u.DisabledAt.IsZero() {
		err = fault.New(fault.Unauthenticated, "not_signed_in", "Sign in first.")
	}
	return err
}

// rights is a fingerprint of everything a person may do.
func (s *Server) rights(caller *Caller) string {
	var out strings.Builder
	for _, p := range policies.All() {
		all, ids := s.Auth.VisibleClients(caller.UserID, p)
		slices.Sort(ids)
		fmt.Fprintf(&out, "%t%s;", all, strings.Join(ids, ","))
	}
	return out.String()
}
