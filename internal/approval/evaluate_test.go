package approval

import (
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

var (
	hashA = Hash{1}
	hashB = Hash{2}
)

func round(mode Mode, k int, ids string) Round {
	r := Round{Name: ids, Party: PartyManager, Mode: mode, K: k}
	for _, id := range strings.Fields(ids) {
		r.Approvers = append(r.Approvers, ApproverRef{ID: id})
	}
	return r
}

// say makes decisions out of words such as "m1:yes", "c1:no", "c1:change" and
// "c1:stale" (yes to another content), one second apart.
func say(words string) []Decision {
	kinds := map[string]DecisionKind{"yes": Approved, "stale": Approved, "no": Declined, "change": ChangesRequested, "silence": ""}
	var out []Decision
	for i, w := range strings.Fields(words) {
		id, kind, _ := strings.Cut(w, ":")
		d := Decision{ApproverID: id, VersionHash: hashA, Kind: kinds[kind], At: time.Unix(int64(1000+i), 0)}
		if kind == "stale" {
			d.VersionHash = hashB
		}
		out = append(out, d)
	}
	return out
}

func TestEvaluate(t *testing.T) {
	s3 := []Round{round(ModeAny, 0, "m1 m2"), round(ModeAny, 0, "c1 c2")}
	s1 := []Round{round(ModeAll, 0, "l1"), round(ModeAll, 0, "c1 c2 c3")}
	quorum := []Round{round(ModeKofN, 2, "c1 c2 c3")}
	cases := []struct {
		name    string
		author  string
		rounds  []Round
		said    string
		state   State
		current int
		waiting string
	}{
		{"silence", "", s3, "", StateOpen, 0, "m1 m2"},
		{"no rounds never pass", "", nil, "m1:yes", StateOpen, 0, ""},
		{"empty round never passes", "", []Round{{Mode: ModeAny}}, "m1:yes", StateOpen, 0, ""},
		{"first round passed", "", s3, "m1:yes", StateOpen, 1, "c1 c2"},
		{"any and any", "", s3, "m1:yes c2:yes", StateApproved, 1, ""},
		{"all wait for each", "", s1, "l1:yes c1:yes c3:yes", StateOpen, 1, "c2"},
		{"all", "", s1, "l1:yes c1:yes c3:yes c2:yes", StateApproved, 1, ""},
		{"quorum not reached", "", quorum, "c1:yes", StateOpen, 0, "c2 c3"},
		{"quorum", "", quorum, "c3:yes c1:yes", StateApproved, 0, ""},
		{"k of zero never passes", "", []Round{round(ModeKofN, 0, "c1")}, "c1:yes", StateOpen, 0, ""},
		{"k over n never passes", "", []Round{round(ModeKofN, 2, "c1")}, "c1:yes", StateOpen, 0, ""},
		{"one no ends a quorum", "", quorum, "c1:yes c2:no c3:yes", StateDeclined, 0, ""},
		{"change ends it", "", s3, "m1:change m2:yes c1:yes", StateChangesRequested, 0, ""},
		{"no after approval is too late", "", s3, "m1:yes c1:yes c2:no", StateApproved, 1, ""},
		{"no of a passed round still ends it", "", s3, "m1:yes m2:no c1:yes", StateDeclined, 1, ""},
		{"duplicate yes counts once", "", quorum, "c1:yes c1:yes", StateOpen, 0, "c2 c3"},
		{"first answer counts", "", quorum, "c1:yes c1:no c2:yes", StateApproved, 0, ""},
		{"another content never counts", "", s3, "m1:stale c1:stale", StateOpen, 0, "m1 m2"},
		{"stale then real", "", s3, "m1:stale m1:yes", StateOpen, 1, "c1 c2"},
		{"stranger", "", s3, "x9:yes x9:no", StateOpen, 0, "m1 m2"},
		{"unknown answer", "", s3, "m1:silence", StateOpen, 0, "m1 m2"},
		{"early yes waits for its round", "", s3, "c1:yes", StateOpen, 0, "m1 m2"},
		{"early yes counts then", "", s3, "c1:yes m1:yes", StateApproved, 1, ""},
		{"early no counts then", "", s3, "c1:no m1:yes", StateDeclined, 1, ""},
		{"author alone", "m1", s3[:1], "m1:yes", StateOpen, 0, "m2"},
		{"author then another", "m1", s3[:1], "m1:yes m2:yes", StateApproved, 0, ""},
		{"author then client", "m1", s3, "m1:yes c1:yes", StateApproved, 1, ""},
		{"author in every round", "m1", []Round{round(ModeAny, 0, "m1 m2"), round(ModeAny, 0, "m1")}, "m1:yes", StateOpen, 1, "m2"},
		{"author in every round, then other", "m1", []Round{round(ModeAny, 0, "m1 m2"), round(ModeAny, 0, "m1")}, "m1:yes m2:yes", StateApproved, 1, ""},
		{"person of two rounds", "", []Round{round(ModeAny, 0, "m1"), round(ModeAny, 0, "m1 c1")}, "m1:yes", StateApproved, 1, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			out := Evaluate(Request{VersionHash: hashA, AuthorID: tc.author, Rounds: tc.rounds}, say(tc.said))
			var ids []string
			for _, a := range out.Waiting {
				ids = append(ids, a.ID)
			}
			if out.State != tc.state || out.CurrentRound != tc.current || strings.Join(ids, " ") != tc.waiting {
				t.Fatalf("got %s in round %d waiting for %v", out.State, out.CurrentRound, ids)
			}
			if (out.EndedBy == nil) != (out.State == StateOpen) {
				t.Fatalf("ended by %v while %s", out.EndedBy, out.State)
			}
		})
	}
}

func TestEvaluateGoesByTime(t *testing.T) {
	said := say("c1:yes c1:no c2:yes")
	said[0], said[1] = said[1], said[0]
	if out := Evaluate(Request{VersionHash: hashA, Rounds: []Round{round(ModeAll, 0, "c1 c2")}}, said); out.State != StateApproved {
		t.Fatalf("got %s: the later answer of c1 was believed", out.State)
	}
}

func TestCheckRounds(t *testing.T) {
	nobody := round(ModeAny, 0, "")
	party := round(ModeAny, 0, "m1")
	party.Party = "friends"
	cases := map[string]struct {
		rounds []Round
		code   string
	}{
		"fine":         {[]Round{round(ModeAny, 0, "m1"), round(ModeKofN, 2, "a b c"), round(ModeAll, 0, "z")}, ""},
		"none":         {nil, "rounds_missing"},
		"names nobody": {[]Round{nobody}, "rounds_invalid"},
		"twice":        {[]Round{round(ModeAll, 0, "a a")}, "rounds_invalid"},
		"k over n":     {[]Round{round(ModeKofN, 3, "a b")}, "rounds_invalid"},
		"k zero":       {[]Round{round(ModeKofN, 0, "a b")}, "rounds_invalid"},
		"mode":         {[]Round{round("most", 0, "a b")}, "rounds_invalid"},
		"party":        {[]Round{party}, "rounds_invalid"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := CheckRounds(tc.rounds)
			if (tc.code == "") != (err == nil) || (tc.code != "" && !fault.Is(err, tc.code)) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestCheckFourEyes(t *testing.T) {
	if err := CheckFourEyes("m1", []Round{round(ModeAny, 0, "m1"), round(ModeAny, 0, "m1")}); !fault.Is(err, "four_eyes") {
		t.Fatalf("the author may approve alone: %v", err)
	}
	if err := CheckFourEyes("m1", []Round{round(ModeAny, 0, "m1"), round(ModeAny, 0, "c1")}); err != nil {
		t.Fatal(err)
	}
	if err := CheckFourEyes("", nil); !fault.Is(err, "four_eyes") {
		t.Fatalf("nobody is asked and that passes: %v", err)
	}
}

func TestStepFor(t *testing.T) {
	cases := []struct {
		name     string
		severity int
		standing bool
		setting  Step
		want     Step
	}{
		{"S4", 4, false, "", StepTypedName},
		{"S3", 3, false, StepTypedName, StepTypedName},
		{"S2", 2, false, "", StepCode},
		{"S1", 1, false, "", StepCode},
		{"standing", 4, true, "", StepCode},
		{"client asks for more", 4, false, StepCode, StepCode},
		{"client asks for less", 1, false, StepTypedName, StepCode},
		{"standing, client asks for less", 3, true, StepTypedName, StepCode},
		{"unknown severity", 0, false, StepTypedName, StepCode},
		{"unknown setting", 3, false, "none", StepTypedName},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := StepFor(tc.severity, tc.standing, tc.setting); got != tc.want {
				t.Fatalf("got %s", got)
			}
		})
	}
}
