package crisis

import (
	"strconv"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/fault"
)

// Severity is 1 (critical) to 4 (watch): smaller is worse.
type Severity int

// The severities.
const (
	S1 Severity = 1 // critical
	S2 Severity = 2 // severe
	S3 Severity = 3 // elevated
	S4 Severity = 4 // watch
)

// Severities lists them, worst first.
func Severities() []Severity { return []Severity{S1, S2, S3, S4} }

// ParseSeverity reads "1" or "S1", in any case. Errors: unknown_severity.
func ParseSeverity(s string) (Severity, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(s), "S"))
	if err != nil {
		n = 0
	}
	return SeverityOf(n)
}

// SeverityOf checks a number. Errors: unknown_severity.
func SeverityOf(n int) (Severity, error) {
	if s := Severity(n); s.Valid() {
		return s, nil
	}
	return 0, fault.New(fault.Invalid, "unknown_severity", "A severity is 1 (critical), 2 (severe), 3 (elevated) or 4 (watch).")
}

// Valid reports whether s is one of the four.
func (s Severity) Valid() bool { return s >= S1 && s <= S4 }

// String gives "S1".
func (s Severity) String() string { return "S" + strconv.Itoa(int(s)) }

// Key is the key of the severity's words in Labels, such as "s1".
func (s Severity) Key() string { return "s" + strconv.Itoa(int(s)) }

// WorseThan reports whether s is more severe than other.
func (s Severity) WorseThan(other Severity) bool { return s < other }

// FollowsCalendar is false at severity 1, whose clocks never stop for nights,
// Shabbat or holidays.
func (s Severity) FollowsCalendar() bool { return s != S1 }

// DefaultBudget gives the time a clock allows at a severity when neither the
// playbook nor the client says otherwise; zero means that the severity has no
// such clock. The figures are those of the severity and stage tables.
func DefaultBudget(k clock.Kind, s Severity) time.Duration {
	if !s.Valid() {
		return 0
	}
	switch k {
	case clock.Triage:
		return 10 * time.Minute
	case clock.Acknowledge:
		return [...]time.Duration{S1: 15 * time.Minute, S2: 30 * time.Minute, S3: time.Hour, S4: 4 * time.Hour}[s]
	case clock.FirstAssessment:
		return 2 * time.Hour
	case clock.Statement:
		if s <= S2 {
			return 2 * time.Hour
		}
	case clock.PrivateAnswer:
		return time.Hour
	case clock.Review:
		return 55 * time.Hour // five working days of eleven hours
	}
	return 0
}

// Role is what a person of the agency may be for a client.
type Role string

// The roles.
const (
	RoleAdmin          Role = "admin"
	RoleAccountManager Role = "account_manager"
	RoleAnalyst        Role = "analyst"
	RoleWriter         Role = "writer"
	RoleApprover       Role = "approver" // inside the agency
	RoleAuditor        Role = "auditor"
)

// Roles lists them all.
func Roles() []Role {
	return []Role{RoleAdmin, RoleAccountManager, RoleAnalyst, RoleWriter, RoleApprover, RoleAuditor}
}

// Party is who an approval round asks.
type Party string

// The parties of an approval round.
const (
	PartyManager Party = "manager" // account managers of the agency
	PartyLegal   Party = "legal"   // legal advisers, inside or outside
	PartyClient  Party = "client"  // the client's approvers, by signed link
)

// Parties lists them all.
func Parties() []Party { return []Party{PartyManager, PartyLegal, PartyClient} }
