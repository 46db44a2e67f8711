package store

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/playbook"
)

// caseOf reads the crisis without locking it: these commands lock their draft,
// and the ledger locks the crisis last.
func (tx *Tx) caseOf(id string) (Crisis, error) { return caseIn(tx.g, id) }

func caseIn(g *gorm.DB, id string) (Crisis, error) {
	var c Crisis
	err := whereCrisis(g, id).Take(&c).Error
	return c, missing(err, "crisis")
}

// fillStatement puts a holding statement's words where the writer has none.
func (tx *Tx) fillStatement(c Crisis, n *NewDraft) error {
	book, err := pinnedPlaybook(tx.g, c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(book.Statements, func(s playbook.Statement) bool { return s.ID == n.StatementID })
	if i < 0 {
		return fault.New(fault.Invalid, "unknown_statement", "The playbook has no such holding statement.").
			WithFields(fault.Field{Location: "body.holding_statement_id", Message: "is not in the crisis' playbook"})
	}
	st := book.Statements[i]
	var client Client
	if err := tx.g.Where("id = ?", c.ClientID).Take(&client).Error; err != nil {
		return err
	}
	if strings.TrimSpace(n.Title) == "" {
		n.Title = st.Title.In(client.Lang)
	}
	var platforms []string
	if err := tx.g.Raw("SELECT DISTINCT platform FROM targets WHERE client_id = ? AND removed_at = 0 AND id IN ?", c.ClientID, n.Targets).Scan(&platforms).Error; err != nil {
		return err
	}
	if len(platforms) == 0 && n.Kind == string(approval.KindReport) {
		platforms = []string{approval.ReportPlatform}
	}
	for _, p := range platforms {
		if !slices.ContainsFunc(n.Texts, func(t DraftText) bool { return t.Platform == p && strings.TrimSpace(t.Text) != "" }) {
			n.Texts = slices.DeleteFunc(n.Texts, func(t DraftText) bool { return t.Platform == p })
			n.Texts = append(n.Texts, DraftText{Platform: p, Lang: client.Lang, Text: st.Text.In(client.Lang)})
		}
	}
	return nil
}
