package policies

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
)

// Prefixes keep people and roles apart in the enforcer.
const (
	userPrefix = "u:"
	rolePrefix = "role:"
)

var (
	//go:embed model.conf
	modelText string
	//go:embed roles.csv
	rolesText string
)

// policy is one revision of the grants behind an enforcer that is never edited.
type policy struct {
	revision int64
	enforcer *casbin.SyncedEnforcer
	// domains lists where each person holds a role.
	domains map[string][]string
	// answers remembers verdicts; it dies with the policy, so it cannot outlive
	// a revocation.
	answers sync.Map
}

// question is the key of a verdict.
type question struct {
	userID, domain string
	permission     Permission
}

func newPolicy(grants []Grant, revision int64, log *slog.Logger) (*policy, error) {
	lines, err := roleLines()
	if err != nil {
		return nil, err
	}
	roles := rolesOf(lines)
	p := &policy{revision: revision, domains: map[string][]string{}}
	source := &adapter{lines: lines}
	for _, g := range grants {
		if !slices.Contains(roles, g.Role) || !validDomain(g.Domain) || g.UserID == "" {
			log.Warn("a grant of an unknown kind gives nothing", "user", g.UserID, "role", g.Role, "domain", g.Domain)
			continue
		}
		source.lines = append(source.lines, []string{"g", userPrefix + g.UserID, rolePrefix + g.Role, g.Domain})
		if !slices.Contains(p.domains[g.UserID], g.Domain) {
			p.domains[g.UserID] = append(p.domains[g.UserID], g.Domain)
		}
	}
	rules, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("read the policy model: %w", err)
	}
	if p.enforcer, err = casbin.NewSyncedEnforcer(rules, source); err != nil {
		return nil, fmt.Errorf("load the policy: %w", err)
	}
	return p, nil
}

// allowed asks the enforcer, once for each question of this policy. Questions
// about people without any role, and about domains that are none, are answered
// without it, so strangers cannot fill the memory of answers.
func (p *policy) allowed(userID, domain string, permission Permission) bool {
	if len(p.domains[userID]) == 0 || !validDomain(domain) || !known(permission) {
		return false
	}
	if !slices.Contains(p.domains[userID], domain) {
		domain = AgencyDomain // a role can then come from the agency only
	}
	q := question{userID, domain, permission}
	if answer, ok := p.answers.Load(q); ok {
		return answer.(bool)
	}
	// An error is a defect in the model, which tests would have shown: refuse.
	verdict, err := p.enforcer.Enforce(userPrefix+userID, domain, permission.Object, permission.Action)
	verdict = verdict && err == nil
	p.answers.Store(q, verdict)
	return verdict
}

func validDomain(domain string) bool {
	id, ok := strings.CutPrefix(domain, clientPrefix)
	return domain == AgencyDomain || (ok && id != "")
}

// roleLines reads roles.csv and refuses what the closed list does not have.
func roleLines() ([][]string, error) {
	reader := csv.NewReader(strings.NewReader(rolesText))
	reader.Comment, reader.TrimLeadingSpace, reader.FieldsPerRecord = '#', true, 4
	var lines [][]string
	for {
		line, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the roles: %w", err)
		}
		if line[0] != "p" || !strings.HasPrefix(line[1], rolePrefix) || !known(Permission{line[2], line[3]}) {
			return nil, fmt.Errorf("roles: %v is not a role with a known permission", line)
		}
		lines = append(lines, line)
	}
}

func rolesOf(lines [][]string) []string {
	var roles []string
	for _, line := range lines {
		if role := strings.TrimPrefix(line[1], rolePrefix); !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// Roles lists the roles in the order of roles.csv, the mightiest first.
func Roles() []string {
	lines, err := roleLines()
	if err != nil {
		panic(err) // the file is part of the binary
	}
	return rolesOf(lines)
}

// adapter gives the enforcer its lines once and takes none back: grants are
// written by the store only.
type adapter struct{ lines [][]string }

var errReadOnly = errors.New("policies are changed in the database, not through the enforcer")

// LoadPolicy hands over all lines.
func (a *adapter) LoadPolicy(m model.Model) error {
	for _, line := range a.lines {
		section := line[0][:1]
		if has, err := m.HasPolicy(section, line[0], line[1:]); err != nil || has {
			if err != nil {
				return err
			}
			continue
		}
		if err := m.AddPolicy(section, line[0], line[1:]); err != nil {
			return err
		}
	}
	return nil
}

// SavePolicy is refused, as is all that follows.
func (a *adapter) SavePolicy(model.Model) error { return errReadOnly }

// AddPolicy is refused.
func (a *adapter) AddPolicy(string, string, []string) error { return errReadOnly }

// RemovePolicy is refused.
func (a *adapter) RemovePolicy(string, string, []string) error { return errReadOnly }

// RemoveFilteredPolicy is refused.
func (a *adapter) RemoveFilteredPolicy(string, string, int, ...string) error { return errReadOnly }
