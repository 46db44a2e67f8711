package store

import (
	"slices"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/clock"
)

// Calendar is the client's working week: Israel's by default, in the client's
// zone, less the further closed days of its settings.
func (c Client) Calendar() clock.Config {
	cfg := clock.DefaultConfig()
	cfg.Zone = c.Zone
	s := c.Settings.V
	cfg.Publish.Shabbat, cfg.Publish.Holidays, cfg.Publish.Memorial = s.NoPublishShabbat, s.NoPublishShabbat, s.NoPublishShabbat
	var days []clock.Date
	for _, text := range s.ClosedDays {
		// ClientSettings.check has refused what is no date.
		if day, err := clock.ParseDate(text); err == nil && !slices.Contains(days, day) {
			days = append(days, day)
			cfg.Exceptions = append(cfg.Exceptions, clock.Exception{Date: day})
		}
	}
	return cfg
}

// calendarOf reads a client's calendar.
func calendarOf(g *gorm.DB, clientID string) (clock.Calendar, error) {
	var c Client
	if err := g.Where("id = ?", clientID).Take(&c).Error; err != nil {
		return clock.Calendar{}, missing(err, "client")
	}
	return clock.New(c.Calendar())
}
