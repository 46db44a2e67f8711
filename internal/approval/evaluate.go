package approval

import "slices"

// Evaluate says what the decisions amount to. It goes through them in order of
// time, so an answer given later never changes what an earlier one ended:
//
//   - only decisions for the request's own hash, by somebody it names, count;
//   - a person's first decision counts, later ones are ignored;
//   - "no" and "change it" end the request when given by anybody of the current
//     or an earlier round; given ahead of their round they wait for it;
//   - a round passes when Need different people of it approved;
//   - at least one approval must come from somebody other than the author;
//   - without decisions it stays open for ever: silence never approves.
func Evaluate(req Request, decisions []Decision) Outcome {
	t := tally{req: req, said: map[string]Decision{}}
	for _, d := range inOrder(decisions) {
		if _, repeated := t.said[d.ApproverID]; repeated || d.VersionHash != req.VersionHash || !t.asked(d.ApproverID) {
			continue
		}
		if d.Kind != Approved && d.Kind != ChangesRequested && d.Kind != Declined {
			continue
		}
		t.said[d.ApproverID] = d
		if out, ended := t.settle(d); ended {
			return out
		}
	}
	return Outcome{State: StateOpen, CurrentRound: t.shown(), Waiting: t.waiting()}
}

// tally is the request part-way through its decisions.
type tally struct {
	req     Request
	said    map[string]Decision
	current int // index of the round asked; len(rounds) when all passed
}

func inOrder(decisions []Decision) []Decision {
	sorted := slices.Clone(decisions)
	slices.SortStableFunc(sorted, func(a, b Decision) int { return a.At.Compare(b.At) })
	return sorted
}

func (t *tally) asked(id string) bool {
	return slices.ContainsFunc(t.req.Rounds, func(r Round) bool { return r.has(id) })
}

// settle moves on as far as the decisions reach; last is the newest of them.
func (t *tally) settle(last Decision) (Outcome, bool) {
	for {
		if out, refused := t.refusal(); refused {
			return out, true
		}
		if t.current == len(t.req.Rounds) || !t.passed(t.req.Rounds[t.current]) {
			break
		}
		t.current++
	}
	if t.current < len(t.req.Rounds) || !t.foreignApproval() {
		return Outcome{}, false
	}
	return Outcome{State: StateApproved, CurrentRound: t.shown(), EndedBy: &last}, true
}

// refusal looks for a "no" or "change it" in the rounds up to the current one.
func (t *tally) refusal() (Outcome, bool) {
	for i := 0; i <= t.shown() && i < len(t.req.Rounds); i++ {
		for _, a := range t.req.Rounds[i].Approvers {
			d, ok := t.said[a.ID]
			if !ok || d.Kind == Approved {
				continue
			}
			state := StateDeclined
			if d.Kind == ChangesRequested {
				state = StateChangesRequested
			}
			return Outcome{State: state, CurrentRound: t.shown(), EndedBy: &d}, true
		}
	}
	return Outcome{}, false
}

func (t *tally) passed(r Round) bool {
	n := 0
	for _, a := range distinct(r.Approvers) {
		if t.said[a.ID].Kind == Approved {
			n++
		}
	}
	return n >= r.Need()
}

func (t *tally) foreignApproval() bool {
	for _, r := range t.req.Rounds {
		for _, a := range r.Approvers {
			if a.ID != t.req.AuthorID && t.said[a.ID].Kind == Approved {
				return true
			}
		}
	}
	return false
}

// shown is the current round's index, the last one's once all have passed.
func (t *tally) shown() int { return max(0, min(t.current, len(t.req.Rounds)-1)) }

// waiting lists who may still decide. When the author alone has passed every
// round, everybody else whom the request names is asked.
func (t *tally) waiting() []ApproverRef {
	var people []ApproverRef
	if t.current < len(t.req.Rounds) {
		people = t.req.Rounds[t.current].Approvers
	} else {
		for _, r := range t.req.Rounds {
			people = append(people, r.Approvers...)
		}
	}
	var out []ApproverRef
	for _, a := range distinct(people) {
		if _, decided := t.said[a.ID]; !decided {
			out = append(out, a)
		}
	}
	return out
}
