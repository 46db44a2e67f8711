package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/report"
)

// The orders of the list of crises.
const (
	SortDeadline = "deadline"
	SortSeverity = "severity"
	SortOpened   = "opened"
)

// CrisisFilter narrows the list of crises; empty fields do not.
type CrisisFilter struct {
	ClientID, LeadID string
	Severity         crisis.Severity
	Stage            crisis.Stage
	Status           crisis.Status
	// Query matches numbers and titles.
	Query string
	// Sort is one of the orders; empty means by deadline.
	Sort string
}

// CrisisItem is a crisis as lists show it.
type CrisisItem struct {
	Crisis
	ClientName string
	ClientZone string
	LeadName   string
	// Next is the clock that matters most: overdue, else due first; nil when none counts.
	Next *Clock `gorm:"-"`
	// Spark is the client's mentions per hour of the last 24 hours, oldest first.
	Spark []int `gorm:"-"`
	// NegativeShare is that of the last six hours, 0 to 1.
	NegativeShare float64 `gorm:"-"`
	// Calendar is the client's working calendar.
	Calendar clock.Calendar       `gorm:"-"`
	Settings JSON[ClientSettings] `gorm:"column:client_settings"`
	SortKey  int64
}

// ofClock are the clocks that still matter: counting, or overdue and not met.
const ofClock = "k.crisis_id = c.id AND k.wave = c.wave AND k.due_at > 0 AND k.state IN ('running', 'warned_50', 'warned_80', 'breached')"

var sortKeys = map[string]string{
	// Overdue clocks keep the instant at which they ran out, so they come first.
	SortDeadline: "COALESCE((SELECT MIN(k.due_at) FROM clocks k WHERE " + ofClock + "), 4000000000000000)",
	SortSeverity: "c.severity * 4503599627370496 - c.opened_at",
	SortOpened:   "-c.opened_at",
}

// Crises lists the visible crises.
func (d *DB) Crises(ctx context.Context, scope Scope, f CrisisFilter, p Page) ([]CrisisItem, string, error) {
	if f.Sort == "" {
		f.Sort = SortDeadline
	}
	key, ok := sortKeys[f.Sort]
	if !ok {
		return nil, "", fault.New(fault.Invalid, "unknown_sort", "Crises are sorted by deadline, severity or opened.")
	}
	at, on, err := p.at()
	if err != nil {
		return nil, "", err
	}
	g := d.read.WithContext(ctx)
	q := scope.on(itemQuery(g, key), "c.client_id")
	for column, value := range map[string]string{"c.client_id": f.ClientID, "c.lead_id": f.LeadID, "c.stage": string(f.Stage), "c.status": string(f.Status)} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if f.Severity != 0 {
		q = q.Where("c.severity = ?", f.Severity)
	}
	if s := strings.ToLower(strings.TrimSpace(f.Query)); s != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s) + "%"
		q = q.Where(`(LOWER(c.title) LIKE ? ESCAPE '\' OR LOWER(c.number) LIKE ? ESCAPE '\')`, like, like)
	}
	if on {
		q = q.Where("("+key+", c.id) > (?, ?)", at.At, at.ID)
	}
	var rows []CrisisItem
	if err := q.Order("sort_key, c.id").Limit(p.limit() + 1).Scan(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	rows, next := cut(rows, p.limit(), func(i CrisisItem) cursor { return cursor{i.SortKey, i.ID} })
	return rows, next, translate(fillItems(g, rows, d.Now()))
}

func itemQuery(g *gorm.DB, key string) *gorm.DB {
	return g.Table("crises AS c").Joins("JOIN clients cl ON cl.id = c.client_id").Joins("LEFT JOIN users u ON u.id = c.lead_id").
		Select("c.*, cl.name AS client_name, cl.zone AS client_zone, cl.settings AS client_settings, COALESCE(u.name, '') AS lead_name, " + key + " AS sort_key")
}

// fillItems adds what lists show beside the row: next clock, spark, share.
func fillItems(g *gorm.DB, rows []CrisisItem, now At) error {
	if len(rows) == 0 {
		return nil
	}
	ids, clients := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], clients[i] = r.ID, r.ClientID
	}
	var clocks []Clock
	err := g.Raw("SELECT k.* FROM clocks k JOIN crises c ON c.id = k.crisis_id WHERE c.status = ? AND c.id IN ? AND "+ofClock+" ORDER BY k.due_at, k.id", crisis.Open, ids).
		Scan(&clocks).Error
	if err != nil {
		return err
	}
	hours, err := hoursOf(g, clients, now)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if at := slices.IndexFunc(clocks, func(k Clock) bool { return k.CrisisID == r.ID }); at >= 0 {
			r.Next = &clocks[at]
		}
		r.Spark, r.NegativeShare = hours.spark(r.ClientID)
		if r.Calendar, err = clock.New(Client{Zone: r.ClientZone, Settings: r.Settings}.Calendar()); err != nil {
			return err
		}
	}
	return nil
}

const sparkHours = 24

// hourCounts are mentions and negative ones by client and hour, oldest first.
type hourCounts struct{ mentions, negative map[string][]int }

func hoursOf(g *gorm.DB, clients []string, now At) (hourCounts, error) {
	end := now.Truncate(time.Hour).Add(time.Hour)
	from := end.Add(-sparkHours * time.Hour)
	var rows []struct {
		ClientID           string
		Hour               int64
		Mentions, Negative int
	}
	err := g.Raw(`SELECT client_id, bucket_at / 3600000000 AS hour, SUM(mentions) AS mentions, SUM(negative) AS negative FROM buckets
		WHERE client_id IN ? AND bucket_at >= ? AND bucket_at < ? GROUP BY client_id, bucket_at / 3600000000`, clients, AtOf(from), AtOf(end)).Scan(&rows).Error
	out := hourCounts{map[string][]int{}, map[string][]int{}}
	first := from.UnixMicro() / 3600000000
	for _, r := range rows {
		if out.mentions[r.ClientID] == nil {
			out.mentions[r.ClientID], out.negative[r.ClientID] = make([]int, sparkHours), make([]int, sparkHours)
		}
		if i := r.Hour - first; i >= 0 && i < sparkHours {
			out.mentions[r.ClientID][i], out.negative[r.ClientID][i] = r.Mentions, r.Negative
		}
	}
	return out, err
}

// spark gives a client's hours and the negative share of the last six.
func (h hourCounts) spark(clientID string) ([]int, float64) {
	all := h.mentions[clientID]
	if all == nil {
		return make([]int, sparkHours), 0
	}
	mentions, negative := 0, 0
	for i := sparkHours - int(shareWindow/time.Hour); i < sparkHours; i++ {
		mentions += all[i]
		negative += h.negative[clientID][i]
	}
	return all, report.Share(negative, mentions)
}
