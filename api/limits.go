package api

import (
	"time"

	"github.com/labstack/echo/v4/middleware"

	"github.com/migdalor/migdalor/internal/fault"
)

// limits slow down guessing and floods, by network address. They are a
// courtesy of each process: what must hold is counted in the database.
type limits struct {
	signIn, hooks, review *middleware.RateLimiterMemoryStore
}

func newLimits() limits {
	return limits{
		signIn: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{Rate: 0.5, Burst: 30, ExpiresIn: 10 * time.Minute}),
		// 20 openings a minute: a person opens a link a few times, a guesser would need billions.
		review: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{Rate: 20.0 / 60, Burst: 20, ExpiresIn: 10 * time.Minute}),
		hooks:  middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{Rate: 200, Burst: 400, ExpiresIn: 10 * time.Minute}),
	}
}

func admitted(l *middleware.RateLimiterMemoryStore, address string) error {
	if ok, err := l.Allow(address); err != nil || !ok {
		return fault.New(fault.RateLimited, "too_many_requests", "Too many tries from this address: wait a moment.").Because(err)
	}
	return nil
}
