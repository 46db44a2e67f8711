package store

import (
	"context"

	"gorm.io/gorm/clause"

	"github.com/migdalor/migdalor/internal/detection"
)

// DetectorState is what a client's detector remembers, with the revision that
// decides between two evaluators.
type DetectorState struct {
	State detection.State
	// Rev is the revision that was read; 0 when there was none.
	Rev int64
	// Seen is the newest arrival of a mention that the evaluation knew of.
	Seen At
}

type detectorRow struct {
	ClientID  string `gorm:"primaryKey"`
	State     JSON[detection.State]
	Rev       int64
	UpdatedAt At
}

func (detectorRow) TableName() string { return "detector_states" }

// Detector reads what a client's detector remembers.
func (d *DB) Detector(ctx context.Context, clientID string) (DetectorState, error) {
	var row detectorRow
	err := d.read.WithContext(ctx).Where("client_id = ?", clientID).Limit(1).Find(&row).Error
	return DetectorState{State: row.State.V, Rev: row.Rev, Seen: row.UpdatedAt}, translate(err)
}

func (tx *Tx) saveDetector(clientID string, s DetectorState) (bool, error) {
	row := detectorRow{ClientID: clientID, State: JSONOf(s.State), Rev: s.Rev + 1, UpdatedAt: s.Seen}
	if s.Rev == 0 {
		// Not an error to be caught: on PostgreSQL one would end the whole change.
		res := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		return res.RowsAffected == 1, res.Error
	}
	text, err := row.State.Value()
	if err != nil {
		return false, err
	}
	res := tx.g.Exec("UPDATE detector_states SET state = ?, rev = ?, updated_at = ? WHERE client_id = ? AND rev = ?", text, row.Rev, s.Seen, clientID, s.Rev)
	return res.RowsAffected == 1, res.Error
}

// Arrival says that a client has mentions which its detector has not seen.
type Arrival struct {
	ClientID string
	Newest   At
}

// Arrivals lists the clients to evaluate: those with news, and those whose
// detector was last asked before stale.
func (d *DB) Arrivals(ctx context.Context, stale At) ([]Arrival, error) {
	var out []Arrival
	err := d.read.WithContext(ctx).Raw(`SELECT c.id AS client_id, MAX(s.last_received_at) AS newest FROM clients c JOIN sources s ON s.client_id = c.id
		LEFT JOIN detector_states t ON t.client_id = c.id
		GROUP BY c.id, t.updated_at HAVING MAX(s.last_received_at) > COALESCE(t.updated_at, 0) OR COALESCE(t.updated_at, 0) BETWEEN 1 AND ?`, stale).Scan(&out).Error
	return out, translate(err)
}
