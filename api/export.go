package api

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/migdalor/migdalor/internal/store"
)

type exportQuery struct {
	ByID
	Values string `query:"values" enum:"opened,withheld" default:"opened" doc:"withheld leaves personal values out; what was committed to stays provable."`
}

func zipFile(op *huma.Operation) {
	op.Responses = map[string]*huma.Response{"200": {Description: "The bundle, as an attachment", Content: map[string]*huma.MediaType{
		"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
}

// namelessFile is a temporary file that nobody else can open and that vanishes
// when it is closed.
func namelessFile() (*os.File, error) {
	f, err := os.CreateTemp("", "migdalor-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// exportCrisis makes the bundle whole before it sends the first byte: a failure
// is still a problem answer and never half a bundle, and a slow reader holds no
// database transaction.
func (s *Server) exportCrisis(ctx context.Context, in *exportQuery) (*huma.StreamResponse, error) {
	file, err := namelessFile()
	if err != nil {
		return nil, err
	}
	export, err := s.Ledger.Export(ctx, callerFrom(ctx).actor(), in.ID, store.ExportOptions{Withhold: in.Values == "withheld"}, file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		defer func() { _ = file.Close() }()
		out.SetHeader("Content-Type", "application/zip")
		out.SetHeader("Content-Disposition", `attachment; filename="`+export.Number+`.zip"`)
		out.SetHeader("Content-Length", strconv.FormatInt(size, 10))
		if _, err := io.Copy(out.BodyWriter(), file); err != nil {
			s.log.InfoContext(out.Context(), "an export was not taken to its end", "error", err)
		}
	}}, nil
}
