package engine

import enumspb "go.temporal.io/api/enums/v1"

// SearchAttributes are registered in the namespace by name. They let an
// operator find a workflow; the product's own lists come from its database.
// They are stored in clear, so they hold identifiers and states only. SQL
// visibility has room for ten Keyword and three Int.
func SearchAttributes() map[string]enumspb.IndexedValueType {
	const keyword, integer = enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_INT
	return map[string]enumspb.IndexedValueType{
		"ClientId":         keyword, // the client's id
		"CaseId":           keyword, // the crisis's id
		"CaseNumber":       keyword, // as people say it, C-2026-0042
		"CaseState":        keyword, // open, closed
		"CaseStage":        keyword, // detect … sustain
		"CaseSeverity":     integer, // 1 (worst) to 4
		"CaseWave":         integer, // from 1
		"ApprovalState":    keyword, // of an approval workflow
		"PublicationState": keyword, // of a publication workflow
	}
}
