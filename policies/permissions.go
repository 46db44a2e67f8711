package policies

import "slices"

// Permission is one thing that may be done to one kind of object. Routes name
// the permission they need; roles.csv says which role has it.
type Permission struct{ Object, Action string }

// String gives "<object>.<action>", as the API shows permissions.
func (p Permission) String() string { return p.Object + "." + p.Action }

// The closed list of permissions.
var (
	AgencyManage        = Permission{"agency", "manage"}
	PeopleView          = Permission{"people", "view"}
	PeopleManage        = Permission{"people", "manage"}
	MailboxView         = Permission{"mailbox", "view"}
	SystemView          = Permission{"system", "view"}
	ClientsView         = Permission{"clients", "view"}
	ClientsManage       = Permission{"clients", "manage"}
	SourcesManage       = Permission{"sources", "manage"}
	TargetsManage       = Permission{"targets", "manage"}
	HoldsSet            = Permission{"holds", "set"}
	HoldsRelease        = Permission{"holds", "release"}
	MentionsView        = Permission{"mentions", "view"}
	MentionsAdd         = Permission{"mentions", "add"}
	MentionsCorrect     = Permission{"mentions", "correct"}
	AlertsView          = Permission{"alerts", "view"}
	AlertsTriage        = Permission{"alerts", "triage"}
	CrisesView          = Permission{"crises", "view"}
	CrisesOpen          = Permission{"crises", "open"}
	CrisesWork          = Permission{"crises", "work"}    // tasks, steps, handoffs, plan, notes, lessons
	CrisesCommand       = Permission{"crises", "command"} // stages, clocks, waves, lead, close, re-open
	CrisesSeverity      = Permission{"crises", "severity"}
	CrisesOverrideGate  = Permission{"crises", "override_gate"}
	AssessmentEdit      = Permission{"assessment", "edit"}
	ReviewsHold         = Permission{"reviews", "hold"}
	DraftsView          = Permission{"drafts", "view"}
	DraftsEdit          = Permission{"drafts", "edit"}
	DraftsSend          = Permission{"drafts", "send"}
	ApprovalsView       = Permission{"approvals", "view"}
	ApprovalsDecide     = Permission{"approvals", "decide"}
	ApprovalsRemind     = Permission{"approvals", "remind"}
	ApprovalsRevoke     = Permission{"approvals", "revoke"}
	PublicationsView    = Permission{"publications", "view"}
	PublicationsPublish = Permission{"publications", "publish"}
	PublicationsConfirm = Permission{"publications", "confirm"} // by hand, and what nobody knows
	LedgerView          = Permission{"ledger", "view"}
	LedgerExport        = Permission{"ledger", "export"}
	PlaybooksView       = Permission{"playbooks", "view"}
	PlaybooksManage     = Permission{"playbooks", "manage"}
	ReportsView         = Permission{"reports", "view"}
)

// closedList is the closed list in the order in which people read it.
var closedList = []Permission{
	AgencyManage, PeopleView, PeopleManage, MailboxView, SystemView,
	ClientsView, ClientsManage, SourcesManage, TargetsManage, HoldsSet,
	HoldsRelease, MentionsView, MentionsAdd, MentionsCorrect, AlertsView,
	AlertsTriage, CrisesView, CrisesOpen, CrisesWork, CrisesCommand,
	CrisesSeverity, CrisesOverrideGate, AssessmentEdit, ReviewsHold, DraftsView,
	DraftsEdit, DraftsSend, ApprovalsView, ApprovalsDecide, ApprovalsRemind,
	ApprovalsRevoke, PublicationsView, PublicationsPublish, PublicationsConfirm, LedgerView,
	LedgerExport, PlaybooksView, PlaybooksManage, ReportsView,
}

// All lists every permission there is.
func All() []Permission { return slices.Clone(closedList) }

func known(p Permission) bool { return slices.Contains(closedList, p) }
