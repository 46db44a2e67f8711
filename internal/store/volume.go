package store

import (
	"context"
	"time"
)

// VolumeEvent is a moment that explains a curve.
type VolumeEvent struct {
	At At
	// Kind is "alert", "crisis_opened", "stage", "published" or "crisis_closed".
	Kind string
	// Label is the object's own word: a severity, a crisis number, a stage, a draft's title.
	Label string
}

// maxVolumeEvents keeps a chart readable.
const maxVolumeEvents = 40

// VolumeEvents lists what happened to a client in a span, oldest first; when
// there is too much, the latest.
func (d *DB) VolumeEvents(ctx context.Context, clientID string, from, to time.Time) ([]VolumeEvent, error) {
	var out []VolumeEvent
	a, b := AtOf(from), AtOf(to)
	err := d.read.WithContext(ctx).Raw(`SELECT * FROM (
		SELECT raised_at AS at, 'alert' AS kind, CASE severity_proposed WHEN 1 THEN 's1' WHEN 2 THEN 's2' WHEN 3 THEN 's3' ELSE 's4' END AS label
			FROM alerts WHERE client_id = ? AND raised_at BETWEEN ? AND ?
		UNION ALL SELECT opened_at, 'crisis_opened', number FROM crises WHERE client_id = ? AND opened_at BETWEEN ? AND ?
		UNION ALL SELECT closed_at, 'crisis_closed', number FROM crises WHERE client_id = ? AND closed_at BETWEEN ? AND ?
		UNION ALL SELECT entered_at, 'stage', stage FROM crisis_stages WHERE client_id = ? AND entered_at BETWEEN ? AND ? AND stage <> 'detect'
		UNION ALL SELECT p.published_at, 'published', dr.title FROM publications p JOIN drafts dr ON dr.id = p.draft_id WHERE p.client_id = ? AND p.published_at BETWEEN ? AND ?
		) e ORDER BY at DESC LIMIT ?`,
		clientID, a, b, clientID, a, b, clientID, a, b, clientID, a, b, clientID, a, b, maxVolumeEvents).Scan(&out).Error
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, translate(err)
}
