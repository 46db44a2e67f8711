package crisis

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/fault"
)

// Type is a kind of crisis after Coombs' Situational Crisis Communication Theory.
type Type string

// The types, by the cluster they belong to.
const (
	NaturalDisaster  Type = "natural_disaster"
	Rumor            Type = "rumor"
	WorkplaceAttack  Type = "workplace_violence"
	Tampering        Type = "product_tampering"
	Challenge        Type = "challenge" // stakeholders say that the organisation acts wrongly
	TechnicalFailure Type = "technical_failure"
	TechnicalHarm    Type = "technical_product_harm"
	HumanError       Type = "human_error"
	HumanErrorHarm   Type = "human_error_product_harm"
	Misdeed          Type = "organizational_misdeed"
)

// Types lists them all.
func Types() []Type {
	return []Type{
		NaturalDisaster, Rumor, WorkplaceAttack, Tampering,
		Challenge, TechnicalFailure, TechnicalHarm, HumanError, HumanErrorHarm, Misdeed,
	}
}

// Cluster groups types by how much responsibility people put on the brand.
type Cluster string

// The clusters, least responsibility first.
const (
	Victim      Cluster = "victim"
	Accidental  Cluster = "accidental"
	Preventable Cluster = "preventable"
)

// Clusters lists them all.
func Clusters() []Cluster { return []Cluster{Victim, Accidental, Preventable} }

// Cluster gives the type's cluster.
func (t Type) Cluster() Cluster {
	switch t {
	case NaturalDisaster, Rumor, WorkplaceAttack, Tampering:
		return Victim
	case Challenge, TechnicalFailure, TechnicalHarm:
		return Accidental
	default:
		return Preventable
	}
}

// Strategy is a way to answer.
type Strategy string

// The strategies. Instruct and Adjust always come first.
const (
	Instruct Strategy = "instruct" // how to stay safe
	Adjust   Strategy = "adjust"   // sympathy, and what is being done
	Inform   Strategy = "inform"   // plain facts, nothing more is needed
	Deny     Strategy = "deny"
	Diminish Strategy = "diminish" // explain what limits the damage or the intent
	Rebuild  Strategy = "rebuild"  // apologise, make good
	Bolster  Strategy = "bolster"  // recall good works; a supplement only
)

// Strategies lists them all.
func Strategies() []Strategy {
	return []Strategy{Instruct, Adjust, Inform, Deny, Diminish, Rebuild, Bolster}
}

// AdviceInput is what the advice is drawn from.
type AdviceInput struct {
	Type           Type `json:"type"`
	SimilarBefore  bool `json:"similar_before"`  // a similar crisis came before
	PoorReputation bool `json:"poor_reputation"` // the prior reputation is poor
	WithoutMerit   bool `json:"without_merit"`   // a challenge that the facts refute
}

// Advice is a proposal with its reasons. It never decides: it is stored beside
// what the person chose.
type Advice struct {
	Cluster     Cluster    `json:"cluster"`
	Intensified bool       `json:"intensified"`
	First       []Strategy `json:"first"`       // always: instruct, then adjust
	Then        []Strategy `json:"then"`        // the main strategy
	MayDeny     bool       `json:"may_deny"`    // a rumour, or a challenge without merit
	Supplements []Strategy `json:"supplements"` // only beside the main strategy
	Reasons     []Reason   `json:"reasons"`
}

// Codes of the advice's reasons.
const (
	ReasonCluster        = "advice_cluster" // {type}, {cluster}
	ReasonSimilarBefore  = "similar_before"
	ReasonPoorReputation = "poor_reputation"
	ReasonMayDeny        = "may_deny"
)

// Advise gives the strategy that the theory proposes. Errors: unknown_crisis_type.
func Advise(in AdviceInput) (Advice, error) {
	if !slices.Contains(Types(), in.Type) {
		return Advice{}, fault.New(fault.Invalid, "unknown_crisis_type", "%q is not a type of crisis.", string(in.Type))
	}
	a := Advice{
		Cluster:     in.Type.Cluster(),
		Intensified: in.SimilarBefore || in.PoorReputation,
		First:       []Strategy{Instruct, Adjust},
		Supplements: []Strategy{Bolster},
		MayDeny:     in.Type == Rumor || in.Type == Challenge && in.WithoutMerit,
	}
	a.Reasons = append(a.Reasons, Reason{Code: ReasonCluster, Params: map[string]string{"type": string(in.Type), "cluster": string(a.Cluster)}})
	if in.SimilarBefore {
		a.Reasons = append(a.Reasons, Reason{Code: ReasonSimilarBefore})
	}
	if in.PoorReputation {
		a.Reasons = append(a.Reasons, Reason{Code: ReasonPoorReputation})
	}
	if a.MayDeny {
		a.Reasons = append(a.Reasons, Reason{Code: ReasonMayDeny})
	}
	ladder := []Strategy{Inform, Diminish, Rebuild, Rebuild}
	step := slices.Index(Clusters(), a.Cluster)
	if a.Intensified {
		step++
	}
	a.Then = []Strategy{ladder[step]}
	return a, nil
}

// MinReason is how many characters a written reason needs to say something.
const MinReason = 10

// reasonGiven reports whether a written reason says something.
func reasonGiven(s string) bool { return utf8.RuneCountInString(strings.TrimSpace(s)) >= MinReason }

// CheckStrategy refuses a choice that contradicts itself: denying and at the
// same time diminishing or rebuilding, unless a reason is written. Errors:
// strategy_missing, unknown_strategy, strategy_mixed.
func CheckStrategy(chosen []Strategy, reason string) error {
	if len(chosen) == 0 {
		return fault.New(fault.Invalid, "strategy_missing", "Choose at least one strategy.")
	}
	for _, s := range chosen {
		if !slices.Contains(Strategies(), s) {
			return fault.New(fault.Invalid, "unknown_strategy", "%q is not a strategy.", string(s))
		}
	}
	mixed := slices.Contains(chosen, Deny) && (slices.Contains(chosen, Diminish) || slices.Contains(chosen, Rebuild))
	if mixed && !reasonGiven(reason) {
		return fault.New(fault.Invalid, "strategy_mixed",
			"Denying and at the same time diminishing or rebuilding contradicts itself: write a reason of at least %d characters.", MinReason)
	}
	return nil
}
