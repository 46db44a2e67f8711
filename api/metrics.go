package api

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/migdalor/migdalor/internal/store"
)

// metrics are what GET /metrics shows. Labels are route templates and codes,
// never ids, names or tokens.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func (s *Server) newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "migdalor_http_request_seconds",
			Help: "How long requests took, by route template and status."}, []string{"method", "route", "status"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &storeMetrics{db: s.db, log: s.log})
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() echo.HandlerFunc {
	return echo.WrapHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
}

// storeMetrics asks the database when it is asked.
type storeMetrics struct {
	db  *store.DB
	log *slog.Logger
}

// scrapePatience bounds what one scrape may cost.
const scrapePatience = 5 * time.Second

var (
	outboxDesc = prometheus.NewDesc("migdalor_outbox_events", "Events that wait to be passed on, and those put aside.", []string{"state"}, nil)
	lagDesc    = prometheus.NewDesc("migdalor_ledger_lag_seconds", "How long the oldest ledger entry has waited for its place in the log.", nil, nil)
	openDesc   = prometheus.NewDesc("migdalor_open", "Crises and alerts that are open.", []string{"kind"}, nil)
)

// Describe names the figures.
func (m *storeMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outboxDesc, lagDesc, openDesc} {
		out <- d
	}
}

// Collect reads the figures; without a database there are none, and the rest is still shown.
func (m *storeMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapePatience) //nolint:forbidigo // the collector's interface has no context
	defer cancel()
	f, err := m.db.Figures(ctx)
	if err != nil {
		m.log.WarnContext(ctx, "the figures for metrics could not be read", "error", err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(outboxDesc, float64(f.OutboxPending), "pending")
	gauge(outboxDesc, float64(f.OutboxDead), "dead")
	gauge(lagDesc, f.LedgerLag.Seconds())
	gauge(openDesc, float64(f.OpenCrises), "crisis")
	gauge(openDesc, float64(f.OpenAlerts), "alert")
}
