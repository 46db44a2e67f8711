package store

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/detection"
	"github.com/migdalor/migdalor/internal/fault"
)

// Crisis is the case's row. Its stage, severity, status and wave change only
// through the process commands, each compare-and-set on this row.
type Crisis struct {
	ID                string `gorm:"primaryKey"`
	ClientID          string
	Number            string
	Title             string
	Severity          crisis.Severity
	SeverityConfirmed bool
	Stage             crisis.Stage
	Status            crisis.Status
	Wave              int64
	LeadID            string
	CrisisType        string
	PlaybookID        string
	PlaybookVersion   int64
	AlertID           string
	// FirstMentionAt is the first qualifying mention: clocks of wave 1 count from it.
	FirstMentionAt At
	OpenedBy       string
	OpenedAt       At
	StageEnteredAt At
	// StageMovedBy is the id of who last moved stage, wave, severity or status.
	StageMovedBy string
	// ResolvedAt is when stage sustain was entered; reviews are dated from it.
	ResolvedAt       At
	ClosedAt         At
	Baseline         JSON[Baseline]
	AckWaivedReason  string
	ScheduleDecision string
	ScheduleReason   string
	Lessons          string
	PlaybookChange   string
	LastEventAt      At
	// Run counts how often the case was begun: 1, and one more with each re-opening.
	Run       int64
	Rev       int64
	AuditSeq  int64
	AuditHead []byte
}

// TableName names the table.
func (Crisis) TableName() string { return "crises" }

// Position is where the crisis stands.
func (c Crisis) Position() crisis.Position {
	return crisis.Position{Status: c.Status, Stage: c.Stage, Wave: int(c.Wave)}
}

// Baseline is what was usual for the client in the four weeks before the first mention.
type Baseline struct {
	MentionsPerHour float64 `json:"mentions_per_hour"`
	NegativePerHour float64 `json:"negative_per_hour"`
	// NegativeShare is 0 to 1.
	NegativeShare float64 `json:"negative_share"`
	// Days is how many days of history stand behind it, 0 to 28.
	Days int `json:"days"`
}

// OpenCrisis opens a case, from an alert or by hand.
type OpenCrisis struct {
	ClientID string
	Title    string
	Severity crisis.Severity
	// Type is a crisis.Type; may be empty.
	Type string
	// LeadID is who leads; empty means the person who opens.
	LeadID string
	// AlertID is the alert it comes from; empty when opened by hand.
	AlertID string
	// FirstMentionAt is the first qualifying mention; zero means now.
	FirstMentionAt time.Time
	// Proposed is what the visible rule proposed; 0 when opened by hand.
	Proposed crisis.Severity
	// Reasons are those of the proposal, for the ledger.
	Reasons []crisis.Reason
	// Verdict is what rang; nil when opened by hand. Its baseline share stands in
	// for a client with too little history.
	Verdict *detection.Verdict
}

// openCrisis opens a crisis inside another change, such as an alert's triage:
// the row, its first stage and tasks, the ledger, the start of its workflow and
// the notice to its lead. Errors: crisis_title, unknown_severity,
// unknown_crisis_type, lead_without_role, first_mention, not_found (client).
func (tx *Tx) openCrisis(o OpenCrisis) (Crisis, error) {
	client, err := tx.checkOpening(&o)
	if err != nil {
		return Crisis{}, err
	}
	book, plan, err := tx.currentPlaybook()
	if err != nil {
		return Crisis{}, err
	}
	number, err := tx.nextNumber()
	if err != nil {
		return Crisis{}, err
	}
	first, err := tx.firstMention(o)
	if err != nil {
		return Crisis{}, err
	}
	baseline, err := baselineBefore(tx.g, client.ID, first)
	if err != nil {
		return Crisis{}, err
	}
	if baseline.Days < 1 && o.Verdict != nil {
		baseline.NegativeShare = o.Verdict.BaselineShare
	}
	begin := crisis.Begin()
	c := Crisis{ID: NewID(), ClientID: client.ID, Number: number, Title: o.Title, Severity: o.Severity, Stage: begin.Stage, Status: begin.Status,
		Wave: int64(begin.Wave), LeadID: o.LeadID, CrisisType: o.Type, PlaybookID: book.ID, PlaybookVersion: book.Version, AlertID: o.AlertID,
		FirstMentionAt: first, OpenedBy: tx.by.ID, OpenedAt: tx.now, StageEnteredAt: tx.now, StageMovedBy: tx.by.ID,
		Baseline: JSONOf(baseline), LastEventAt: tx.now, Run: 1, Rev: 1, AuditHead: []byte{}}
	if err := tx.g.Create(&c).Error; err != nil {
		return c, err
	}
	tx.recordOpening(c, book.Hash, o)
	if err := tx.enterStage(c, plan); err != nil {
		return c, err
	}
	if err := startWorkflow(tx, WorkflowCrisis, c.ID); err != nil {
		return c, err
	}
	if tx.by.Type == audit.ActorUser {
		if err := tx.triaged(c); err != nil {
			return c, err
		}
	}
	if err := tx.tellLead(c, "crisis_opened", "opened", map[string]string{"severity": c.Severity.Key()}); err != nil {
		return c, err
	}
	return c, tx.announce("crisis", c.ClientID, c.ID, c.ID)
}

// checkOpening refuses what cannot be right and fills in the lead.
func (tx *Tx) checkOpening(o *OpenCrisis) (Client, error) {
	var err error
	if o.Title, err = checkTitle(o.Title); err != nil {
		return Client{}, err
	}
	if _, err := crisis.SeverityOf(int(o.Severity)); err != nil {
		return Client{}, err
	}
	if o.Type != "" {
		if _, err := crisis.Advise(crisis.AdviceInput{Type: crisis.Type(o.Type)}); err != nil {
			return Client{}, err
		}
	}
	client, err := tx.client(o.ClientID)
	if err != nil {
		return Client{}, err
	}
	if o.LeadID == "" && tx.by.Type == audit.ActorUser {
		o.LeadID = tx.by.ID
	}
	if o.LeadID != "" && o.LeadID != tx.by.ID {
		err = tx.mayLead(o.LeadID, client.ID)
	}
	return client, err
}

func (tx *Tx) recordOpening(c Crisis, playbookHash string, o OpenCrisis) {
	changes := []audit.Change{audit.Set("number", c.Number), audit.Private("title", "", nil, c.Title), audit.Set("severity", c.Severity),
		audit.Set("first_mention_at", c.FirstMentionAt.Time), audit.Set("playbook", c.PlaybookID), audit.Set("playbook_version", c.PlaybookVersion),
		audit.Set("playbook_hash", playbookHash)}
	for _, f := range []struct{ field, id string }{{"alert", c.AlertID}, {"lead", c.LeadID}, {"crisis_type", c.CrisisType}} {
		if f.id != "" {
			changes = append(changes, audit.Set(f.field, f.id))
		}
	}
	tx.recordCrisis(c, audit.CrisisOpened, "", changes...)
	if o.Proposed == 0 {
		return
	}
	codes := make([]string, 0, len(o.Reasons))
	for _, r := range o.Reasons {
		codes = append(codes, r.Code)
	}
	tx.recordCrisis(c, audit.CrisisSeverityProposed, "", audit.Set("severity", o.Proposed), audit.Set("rules", codes))
}

// recordCrisis adds an entry about the crisis itself to its chain.
func (tx *Tx) recordCrisis(c Crisis, action audit.Action, reason string, changes ...audit.Change) {
	tx.recordOn(c, action, c.ID, 0, reason, changes...)
}

// recordOn adds an entry about something that belongs to the crisis.
func (tx *Tx) recordOn(c Crisis, action audit.Action, objectID string, version int64, reason string, changes ...audit.Change) {
	tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: action, ClientID: c.ClientID,
		Object: audit.Object{ID: objectID, Version: version}, Reason: reason, Changes: changes})
}

// crisis reads the row and keeps others from changing the case until the
// commit, so that every command sees the case whole.
func (tx *Tx) crisis(id string) (Crisis, error) {
	var c Crisis
	err := tx.locked(whereCrisis(tx.g, id)).Take(&c).Error
	return c, missing(err, "crisis")
}

// openRow is crisis for commands that a closed case refuses. Errors: crisis_closed.
func (tx *Tx) openRow(id string) (Crisis, error) {
	c, err := tx.crisis(id)
	if err == nil && c.Status != crisis.Open {
		err = crisisClosed()
	}
	return c, err
}

func crisisClosed() error {
	return fault.New(fault.Conflict, "crisis_closed", "The crisis is closed: re-open it as a new wave first.")
}

// whereCrisis finds a crisis by id or number.
func whereCrisis(g *gorm.DB, id string) *gorm.DB {
	if uuid.Validate(id) == nil {
		return g.Where("id = ?", id)
	}
	return g.Where("number = ?", id)
}
