package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
)

// Describe gives the OpenAPI document of this version, from the same routes that
// serve, without anything behind them.
func Describe(version string) ([]byte, error) {
	s, err := New(Deps{Log: slog.New(slog.DiscardHandler), Settings: Settings{Version: version}})
	if err != nil {
		return nil, err
	}
	raw, err := s.OpenAPI()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, raw, "", "  ")
	return out.Bytes(), err
}
