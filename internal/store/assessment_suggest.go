package store

import (
	"cmp"
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/concern"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/report"
)

// concernTitles are first words for a concern; the person sharpens them.
var concernTitles = map[concern.Concern]crisis.Text{
	concern.Service:       {He: "השירות ללקוח", En: "Customer service"},
	concern.Product:       {He: "איכות המוצר", En: "Quality of the product"},
	concern.Price:         {He: "מחירים וחיובים", En: "Prices and charges"},
	concern.Staff:         {He: "התנהגות העובדים", En: "Conduct of staff"},
	concern.Safety:        {He: "בטיחות", En: "Safety"},
	concern.Ethics:        {He: "אתיקה ויושרה", En: "Ethics and honesty"},
	concern.Privacy:       {He: "פרטיות ומידע אישי", En: "Privacy and personal data"},
	concern.Communication: {He: "תקשורת ושקיפות", En: "Communication and openness"},
}

// Limits of a suggestion.
const (
	suggestedConcerns = 5
	suggestedExamples = 3
	suggestedLoudest  = 500
)

// suggest fills a form from the mentions between from and to. What only a
// person can judge stays empty.
func suggest(g *gorm.DB, c Crisis, from, to At) (AssessmentForm, error) {
	form := AssessmentForm{Concerns: []ConcernForm{}, Platforms: []PlatformRank{}, Facts: []FactForm{}, Stakeholders: []string{},
		Strategy: []crisis.Strategy{}, CrisisType: c.CrisisType}
	platforms, err := platformCounts(g, c.ClientID, from, to)
	if err != nil {
		return form, err
	}
	own, err := ownPlatforms(g, c.ClientID)
	if err != nil {
		return form, err
	}
	for name, v := range platforms {
		if v.Negative > 0 {
			// Where the client has no account it cannot respond; a person may say otherwise.
			affected := own[name]
			form.Platforms = append(form.Platforms, PlatformRank{Platform: name, Affected: &affected, Mentions: v.Mentions, NegativeShare: v.share()})
		}
	}
	slices.SortFunc(form.Platforms, func(a, b PlatformRank) int {
		return cmp.Or(cmp.Compare(platforms[b.Platform].Negative, platforms[a.Platform].Negative), cmp.Compare(a.Platform, b.Platform))
	})
	for i := range form.Platforms {
		form.Platforms[i].Rank = i + 1
	}
	all, err := sentimentCounts(g, c.ClientID, from, to)
	if err != nil {
		return form, err
	}
	form.Sentiment = SentimentForm{NegativeShare: report.Share(all.Negative, all.Mentions), Positive: all.Positive, Neutral: all.Neutral, Negative: all.Negative}
	form.Concerns, err = suggestConcerns(g, c.ClientID, from, to)
	if err != nil {
		return form, err
	}
	return form, g.Raw("SELECT COUNT(*) > 0 FROM crises WHERE client_id = ? AND id <> ?", c.ClientID, c.ID).Scan(&form.PriorCrisis).Error
}

// suggestConcerns names the worries of the loudest negative mentions.
func suggestConcerns(g *gorm.DB, clientID string, from, to At) ([]ConcernForm, error) {
	var loud []struct{ ID, Concerns string }
	err := g.Raw(`SELECT id, concerns FROM mentions WHERE client_id = ? AND published_at >= ? AND published_at <= ? AND concerns <> ''
		AND `+effectiveSentiment+` = 'negative' ORDER BY reach DESC, engagement DESC, id LIMIT ?`, clientID, from, to, suggestedLoudest).Scan(&loud).Error
	if err != nil {
		return nil, err
	}
	var lang string
	if err := g.Raw("SELECT lang FROM clients WHERE id = ?", clientID).Scan(&lang).Error; err != nil {
		return nil, err
	}
	counts, examples := map[string]int{}, map[string][]string{}
	for _, m := range loud {
		for _, code := range strings.Fields(m.Concerns) {
			counts[code]++
			if len(examples[code]) < suggestedExamples {
				examples[code] = append(examples[code], m.ID)
			}
		}
	}
	out := []ConcernForm{}
	for _, code := range concern.Concerns() {
		if counts[string(code)] > 0 {
			out = append(out, ConcernForm{Code: string(code), Title: concernTitles[code].In(lang), MentionIDs: examples[string(code)]})
		}
	}
	slices.SortStableFunc(out, func(a, b ConcernForm) int { return cmp.Compare(counts[b.Code], counts[a.Code]) })
	return out[:min(len(out), suggestedConcerns)], nil
}

// ownPlatforms are those on which the client has an account to publish to.
func ownPlatforms(g *gorm.DB, clientID string) (map[string]bool, error) {
	var names []string
	err := g.Raw("SELECT DISTINCT platform FROM targets WHERE client_id = ? AND removed_at = 0", clientID).Scan(&names).Error
	out := make(map[string]bool, len(names))
	for _, n := range names {
		out[n] = true
	}
	return out, err
}
