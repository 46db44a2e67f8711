package api

import (
	"context"

	"github.com/migdalor/migdalor/internal/report"
	"github.com/migdalor/migdalor/internal/store"
)

type figureView struct {
	Key     string   `json:"key"`
	Value   *float64 `json:"value"`
	Unit    string   `json:"unit"`
	Formula string   `json:"formula"`
	Window  string   `json:"window"`
	Gaps    string   `json:"gaps"`
}

type reportView struct {
	Figures []figureView `json:"figures" nullable:"false"`
}

// crisisReport words the figures in the reader's language.
func (s *Server) crisisReport(ctx context.Context, in *ByID) (*body[reportView], error) {
	figures, err := s.db.ReportFigures(ctx, store.ScopeClients(clientFrom(ctx)), in.ID)
	lang := callerFrom(ctx).Lang
	return answer(reportView{each(figures, func(f report.Figure) figureView {
		return figureView{f.Key, f.Value, f.Unit, f.Formula.In(lang), f.Window, f.Gaps.In(lang)}
	})}), err
}
