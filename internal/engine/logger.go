package engine

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLog carries the embedded server's log to slog. Below WARN the server
// tells of its own housekeeping; at its stop it warns of its own connections
// going away, so Stop raises the level first.
type serverLog struct {
	out   *slog.Logger
	level *slog.LevelVar
}

// chosenWithout begins a warning about Temporal's HTTP port, which we leave
// closed on purpose: it would greet every newcomer.
const chosenWithout = "HTTP API port has not been set"

var (
	_ log.Logger     = serverLog{}
	_ log.WithLogger = serverLog{}
)

func newServerLog(out *slog.Logger) serverLog {
	level := &slog.LevelVar{}
	level.Set(slog.LevelWarn)
	return serverLog{out: out.With("component", "temporal"), level: level}
}

func (l serverLog) write(level slog.Level, msg string, tags []tag.Tag) {
	if level < l.level.Level() || strings.HasPrefix(msg, chosenWithout) {
		return
	}
	l.out.LogAttrs(context.Background(), level, msg, attrs(tags)...)
}

func attrs(tags []tag.Tag) []slog.Attr {
	list := make([]slog.Attr, len(tags))
	for i, t := range tags {
		list[i] = slog.Any(t.Key(), t.Value())
	}
	return list
}

// With adds tags to all that is written later.
func (l serverLog) With(tags ...tag.Tag) log.Logger {
	return serverLog{out: slog.New(l.out.Handler().WithAttrs(attrs(tags))), level: l.level}
}

// Debug and the following write at their level.
func (l serverLog) Debug(msg string, tags ...tag.Tag) { l.write(slog.LevelDebug, msg, tags) }

// Info is below what is shown.
func (l serverLog) Info(msg string, tags ...tag.Tag) { l.write(slog.LevelInfo, msg, tags) }

// Warn is shown until Stop.
func (l serverLog) Warn(msg string, tags ...tag.Tag) { l.write(slog.LevelWarn, msg, tags) }

// Error is always shown.
func (l serverLog) Error(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

// DPanic is an error outside the server's own development.
func (l serverLog) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

// Panic writes and panics, as its contract says.
func (l serverLog) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

// Fatal writes and ends the process, as its contract says: the server calls it
// when it cannot go on, and with it neither can the product. Nothing that was
// acknowledged is lost.
func (l serverLog) Fatal(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	os.Exit(1)
}
