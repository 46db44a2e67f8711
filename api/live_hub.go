package api

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

const (
	// livePoll is how often the database is asked, once for all open consoles of a process.
	livePoll = 250 * time.Millisecond
	// liveOverlap is how long a sequence number may come late: PostgreSQL hands
	// numbers out before the commit, so a lower one can become visible after a higher.
	liveOverlap = 10 * time.Second
	liveBatch   = 1000
	// liveBuffer is how far one console may fall behind before it is sent away; it
	// comes back with its last id and is told what it missed.
	liveBuffer = 512
)

// liveHub passes the database's live events on to the consoles that are open in
// this process. It asks only while somebody listens.
type liveHub struct {
	db  *store.DB
	log *slog.Logger

	mu   sync.Mutex
	subs map[chan store.LiveEvent]bool
	stop context.CancelFunc
}

func newLiveHub(db *store.DB, log *slog.Logger) *liveHub {
	return &liveHub{db: db, log: log, subs: map[chan store.LiveEvent]bool{}}
}

// subscribe gives a channel of events from now on; it is closed when the reader
// is too slow. leave must be called in the end.
func (h *liveHub) subscribe(ctx context.Context) (events <-chan store.LiveEvent, leave func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stop == nil {
		head, err := h.db.LiveHead(ctx)
		if err != nil {
			return nil, nil, err
		}
		// The poller outlives the request that started it and ends with the last one.
		run, stop := context.WithCancel(context.WithoutCancel(ctx))
		h.stop = stop
		go h.poll(run, head)
	}
	ch := make(chan store.LiveEvent, liveBuffer)
	h.subs[ch] = true
	return ch, func() { h.leave(ch) }, nil
}

func (h *liveHub) leave(ch chan store.LiveEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs[ch] {
		delete(h.subs, ch)
		close(ch)
	}
	if len(h.subs) == 0 && h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

func (h *liveHub) poll(ctx context.Context, from int64) {
	tick := time.NewTicker(livePoll)
	defer tick.Stop()
	seen := map[int64]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		events, err := h.since(ctx, from)
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				h.log.WarnContext(ctx, "live events could not be read", "error", err)
			}
			continue
		}
		now := h.db.Now().Time
		for _, e := range events {
			if _, known := seen[e.Seq]; !known {
				seen[e.Seq] = now
				h.pass(ctx, e)
			}
		}
		from = forget(seen, from, now)
	}
}

// since reads all events after from, in batches.
func (h *liveHub) since(ctx context.Context, from int64) ([]store.LiveEvent, error) {
	var all []store.LiveEvent
	for {
		batch, err := h.db.LiveSince(ctx, from, liveBatch)
		if err != nil {
			return nil, err
		}
		all = append(all, batch...)
		if len(batch) < liveBatch {
			return all, nil
		}
		from = batch[len(batch)-1].Seq
	}
}

// forget moves the place to read from past the events that were seen long ago.
func forget(seen map[int64]time.Time, from int64, now time.Time) int64 {
	for seq, at := range seen {
		if now.Sub(at) > liveOverlap {
			from = max(from, seq)
		}
	}
	for seq := range seen {
		if seq <= from {
			delete(seen, seq)
		}
	}
	return from
}

// pass hands an event to everybody, unless the hub was stopped meanwhile.
func (h *liveHub) pass(ctx context.Context, e store.LiveEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	for ch := range h.subs {
		select {
		case ch <- e:
		default:
			delete(h.subs, ch)
			close(ch)
		}
	}
}
