package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/playbook"
)

// PolicyRound is a round that the playbook asks for, with those who could be asked.
type PolicyRound struct {
	Party      approval.Party
	Mode       approval.Mode
	K          int
	Candidates []Candidate
}

// Candidate is somebody who can be named in a round.
type Candidate struct {
	ApproverID
	Name, Email, Title string
}

// PolicyRounds are the least that a draft needs at its crisis' present severity.
// mayDecide are the ids of the people of the agency who may decide for the client.
func (d *DB) PolicyRounds(ctx context.Context, draftID string, mayDecide []string) ([]PolicyRound, error) {
	g := d.read.WithContext(ctx)
	var dr Draft
	if err := g.Where("id = ?", draftID).Take(&dr).Error; err != nil {
		return nil, translate(missing(err, "draft"))
	}
	c, err := caseIn(g, dr.CrisisID)
	if err != nil {
		return nil, translate(err)
	}
	rounds, err := policyFor(g, c, approval.ContentKind(dr.Kind))
	if err != nil {
		return nil, translate(err)
	}
	people, err := peopleFor(g, c.ClientID, mayDecide)
	if err != nil {
		return nil, translate(err)
	}
	for i := range rounds {
		rounds[i].Candidates = people.of(rounds[i].Party)
	}
	return rounds, nil
}

// policyFor reads the rounds of the crisis' playbook. A playbook's round that
// asks several parties at once becomes one round for each, which is never less.
// A report is always the client's to approve.
func policyFor(g *gorm.DB, c Crisis, kind approval.ContentKind) ([]PolicyRound, error) {
	if kind == approval.KindReport {
		return []PolicyRound{{Party: approval.PartyClient, Mode: approval.ModeAny}}, nil
	}
	book, err := pinnedPlaybook(g, c)
	if err != nil {
		return nil, err
	}
	var out []PolicyRound
	for _, r := range book.Rounds(c.Severity) {
		for _, p := range r.Parties {
			out = append(out, PolicyRound{Party: approval.Party(p), Mode: modeOf(r.Rule), K: r.Count})
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Internal, "policy_missing", "The playbook has no approval rounds for this severity.")
	}
	return out, nil
}

func modeOf(r playbook.Rule) approval.Mode {
	switch r {
	case playbook.Any:
		return approval.ModeAny
	case playbook.KofN:
		return approval.ModeKofN
	}
	return approval.ModeAll
}

// people are those who can be asked about a client's words.
type people struct {
	users    []Candidate
	contacts map[string][]Candidate // by party
}

func peopleFor(g *gorm.DB, clientID string, mayDecide []string) (people, error) {
	p := people{contacts: map[string][]Candidate{}}
	var users []User
	if err := g.Where("disabled_at = 0 AND id IN ?", mayDecide).Order("name, id").Find(&users).Error; err != nil {
		return p, err
	}
	for _, u := range users {
		p.users = append(p.users, Candidate{ApproverID: ApproverID{UserID: u.ID}, Name: u.Name, Email: u.Email})
	}
	var contacts []Contact
	if err := g.Where("client_id = ? AND removed_at = 0", clientID).Order("name, id").Find(&contacts).Error; err != nil {
		return p, err
	}
	for _, c := range contacts {
		p.contacts[c.Party] = append(p.contacts[c.Party], Candidate{ApproverID: ApproverID{ContactID: c.ID}, Name: c.Name, Email: c.Email, Title: c.Title})
	}
	return p, nil
}

// of lists who may stand for a party: managers are people of the agency, the
// client's approvers are its contacts, legal may be either.
func (p people) of(party approval.Party) []Candidate {
	switch party {
	case approval.PartyManager:
		return p.users
	case approval.PartyLegal:
		return slices.Concat(p.contacts["legal"], p.users)
	case approval.PartyClient:
		return p.contacts["client"]
	}
	return nil
}

// rounds turns what the sender asks into rounds with names and holds them
// against the playbook.
func (tx *Tx) rounds(c Crisis, kind approval.ContentKind, authorID string, r SendRequest) ([]approval.Round, error) {
	policy, err := policyFor(tx.g, c, kind)
	if err != nil {
		return nil, err
	}
	who, err := peopleFor(tx.g, c.ClientID, r.MayDecide)
	if err != nil {
		return nil, err
	}
	out, err := namedRounds(who, r.Rounds)
	if err != nil {
		return nil, err
	}
	if err := approval.CheckRounds(out); err != nil {
		return nil, err
	}
	if err := notWeaker(policy, out, who); err != nil {
		return nil, err
	}
	return out, approval.CheckFourEyes("user:"+authorID, out)
}

func namedRounds(who people, asked []SendRound) ([]approval.Round, error) {
	seen := map[string]bool{}
	out := make([]approval.Round, 0, len(asked))
	for i, r := range asked {
		round := approval.Round{Name: string(r.Party), Party: r.Party, Mode: r.Mode, K: r.K}
		candidates := who.of(r.Party)
		for _, a := range r.Approvers {
			where := fmt.Sprintf("body.rounds[%d].approvers", i)
			j := slices.IndexFunc(candidates, func(c Candidate) bool { return c.ApproverID == a })
			if j < 0 || (a.UserID != "") == (a.ContactID != "") {
				return nil, fault.New(fault.Invalid, "unknown_approver", "Somebody named in the rounds cannot approve for that party.").
					WithFields(fault.Field{Location: where, Code: "unknown_approver", Message: "names somebody who cannot approve for this party"})
			}
			if seen[a.Key()] {
				return nil, fault.New(fault.Invalid, "rounds_invalid", "Somebody is asked twice: each round needs its own people.").
					WithFields(fault.Field{Location: where, Code: "approver_repeated", Message: "names somebody who is asked already"})
			}
			seen[a.Key()] = true
			round.Approvers = append(round.Approvers, approval.ApproverRef{ID: a.Key(), Name: candidates[j].Name, External: a.ContactID != ""})
		}
		out = append(out, round)
	}
	return out, nil
}

// notWeaker finds for every round of the policy, in its order, a round that asks
// the same party for at least as much. Where the policy asks all of a party,
// every contact of that party is named. Further rounds may stand between.
func notWeaker(policy []PolicyRound, got []approval.Round, who people) error {
	next := 0
	for i, p := range policy {
		for next < len(got) && !asksAtLeast(got[next], p, who) {
			next++
		}
		if next == len(got) {
			return fault.New(fault.Conflict, "rounds_weaker", "The rounds ask for less than the playbook does at this severity.").
				With("missing_round", i).With("party", string(p.Party)).With("mode", string(p.Mode))
		}
		next++
	}
	return nil
}

func asksAtLeast(r approval.Round, p PolicyRound, who people) bool {
	if r.Party != p.Party {
		return false
	}
	named := func(c Candidate) bool {
		return slices.ContainsFunc(r.Approvers, func(a approval.ApproverRef) bool { return a.ID == c.Key() })
	}
	switch p.Mode {
	case approval.ModeAll:
		all := who.contacts[string(p.Party)]
		return r.Mode == approval.ModeAll && !slices.ContainsFunc(all, func(c Candidate) bool { return !named(c) })
	case approval.ModeKofN:
		return r.Need() >= min(p.K, len(who.of(p.Party)))
	}
	return true
}

// approverID reads an approver's key back.
func approverID(key string) ApproverID {
	if id, ok := strings.CutPrefix(key, "contact:"); ok {
		return ApproverID{ContactID: id}
	}
	return ApproverID{UserID: strings.TrimPrefix(key, "user:")}
}
