package store

import (
	"fmt"
	"slices"
)

// noticePub tells those who answer for a publication what became of it.
func (tx *Tx) noticePub(p Publication, dr Draft, kind string, to ...string) error {
	c, err := tx.caseOf(p.CrisisID)
	if err != nil {
		return err
	}
	var t Target
	if err := tx.g.Where("id = ?", p.TargetID).Take(&t).Error; err != nil {
		return err
	}
	client, err := tx.clientName(p.ClientID)
	if err != nil {
		return err
	}
	users := to
	for _, id := range []string{c.LeadID, p.CreatedBy} {
		if id != "" && !slices.Contains(users, id) {
			users = append(users, id)
		}
	}
	return tx.notify(Notice{Kind: kind, ClientID: p.ClientID, CrisisID: p.CrisisID, DedupeKey: fmt.Sprintf("publication:%s:%s:%d", p.ID, kind, p.Rev), Users: users,
		Params: map[string]string{"draft_id": dr.ID, "publication_id": p.ID, "title": dr.Title, "crisis": c.Number, "number": c.Number, "client": client,
			"platform": t.Platform, "account": t.Account, "reason": p.Reason, "url": p.URL}})
}
