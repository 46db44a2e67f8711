package main

import (
	"io"
	"log/slog"

	"github.com/migdalor/migdalor/internal/config"
)

// newLogger writes structured lines; ids only, never people's words or secrets.
func newLogger(c config.Common, w io.Writer) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(c.LogLevel)) != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
