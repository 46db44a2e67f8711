package audit

// Action names what was done; the list is closed. docs/ledger.md prints it.
type Action string

// The actions. What each means stands beside it in the table behind Lookup.
const (
	UserCreated         Action = "user.created"
	UserUpdated         Action = "user.updated"
	UserDisabled        Action = "user.disabled"
	UserEnabled         Action = "user.enabled"
	UserRoleGranted     Action = "user.role_granted"
	UserRoleRevoked     Action = "user.role_revoked"
	UserSignedIn        Action = "user.signed_in"
	UserSignedOut       Action = "user.signed_out"
	UserSignInFailed    Action = "user.sign_in_failed"
	UserPasswordChanged Action = "user.password_changed"
	UserSessionsEnded   Action = "user.sessions_ended"

	TokenCreated Action = "token.created"
	TokenRevoked Action = "token.revoked"

	ClientCreated  Action = "client.created"
	ClientUpdated  Action = "client.updated"
	ClientArchived Action = "client.archived"

	ApproverCreated Action = "approver.created"
	ApproverUpdated Action = "approver.updated"
	ApproverRemoved Action = "approver.removed"

	SourceCreated       Action = "source.created"
	SourceUpdated       Action = "source.updated"
	SourceSecretRotated Action = "source.secret_rotated"
	SourceFailed        Action = "source.failed"
	SourceRecovered     Action = "source.recovered"

	TargetCreated       Action = "target.created"
	TargetUpdated       Action = "target.updated"
	TargetSecretRotated Action = "target.secret_rotated"

	MentionsIngested Action = "mentions.ingested"
	MentionsImported Action = "mentions.imported"

	MentionAddedByHand        Action = "mention.added_by_hand"
	MentionSentimentCorrected Action = "mention.sentiment_corrected"
	MentionAttached           Action = "mention.attached"
	MentionDetached           Action = "mention.detached"

	AlertRaised       Action = "alert.raised"
	AlertAppended     Action = "alert.appended"
	AlertEscalated    Action = "alert.escalated"
	AlertAcknowledged Action = "alert.acknowledged"
	AlertSnoozed      Action = "alert.snoozed"
	AlertDismissed    Action = "alert.dismissed"
	AlertAttached     Action = "alert.attached"
	AlertOpened       Action = "alert.opened"
	AlertClosed       Action = "alert.closed"

	CrisisOpened            Action = "crisis.opened"
	CrisisUpdated           Action = "crisis.updated"
	CrisisSeverityProposed  Action = "crisis.severity_proposed"
	CrisisSeverityConfirmed Action = "crisis.severity_confirmed"
	CrisisSeverityChanged   Action = "crisis.severity_changed"
	CrisisStageEntered      Action = "crisis.stage_entered"
	CrisisStageLeft         Action = "crisis.stage_left"
	CrisisGateOverridden    Action = "crisis.gate_overridden"
	CrisisLeadChanged       Action = "crisis.lead_changed"
	CrisisWaveStarted       Action = "crisis.wave_started"
	CrisisRefocusLocked     Action = "crisis.refocus_locked"
	CrisisRefocusUnlocked   Action = "crisis.refocus_unlocked"
	CrisisClosed            Action = "crisis.closed"
	CrisisReopened          Action = "crisis.reopened"

	ClockStarted      Action = "clock.started"
	ClockPaused       Action = "clock.paused"
	ClockResumed      Action = "clock.resumed"
	ClockWarned       Action = "clock.warned"
	ClockMet          Action = "clock.met"
	ClockBreached     Action = "clock.breached"
	ClockRearmed      Action = "clock.rearmed"
	ClockCancelled    Action = "clock.cancelled"
	ClockEscalated    Action = "clock.escalated"
	ClockAcknowledged Action = "clock.acknowledged"

	TaskCreated  Action = "task.created"
	TaskUpdated  Action = "task.updated"
	TaskAssigned Action = "task.assigned"
	TaskDone     Action = "task.done"
	TaskReopened Action = "task.reopened"
	TaskWaived   Action = "task.waived"

	AssessmentRevised Action = "assessment.revised"

	StrategyChosen Action = "strategy.chosen"

	ScheduleDecided Action = "schedule.decided"

	AcknowledgementWaived Action = "acknowledgement.waived"

	StepAdded   Action = "step.added"
	StepUpdated Action = "step.updated"
	StepDone    Action = "step.done"

	HandoffOpened   Action = "handoff.opened"
	HandoffAnswered Action = "handoff.answered"
	HandoffClosed   Action = "handoff.closed"

	PlanItemAdded   Action = "plan.item_added"
	PlanItemUpdated Action = "plan.item_updated"
	PlanItemRemoved Action = "plan.item_removed"

	DraftCreated      Action = "draft.created"
	DraftVersionAdded Action = "draft.version_added"
	DraftSent         Action = "draft.sent"
	DraftWithdrawn    Action = "draft.withdrawn"

	ApprovalRequested    Action = "approval.requested"
	ApprovalRoundStarted Action = "approval.round_started"
	ApprovalDecided      Action = "approval.decided"
	ApprovalReminded     Action = "approval.reminded"
	ApprovalEscalated    Action = "approval.escalated"
	ApprovalExpired      Action = "approval.expired"
	ApprovalSuperseded   Action = "approval.superseded"
	ApprovalCompleted    Action = "approval.completed"
	ApprovalRevoked      Action = "approval.revoked"

	LinkIssued     Action = "link.issued"
	LinkOpened     Action = "link.opened"
	LinkCodeSent   Action = "link.code_sent"
	LinkCodeFailed Action = "link.code_failed"
	LinkVerified   Action = "link.verified"
	LinkLocked     Action = "link.locked"
	LinkRevoked    Action = "link.revoked"

	DecisionRecorded Action = "decision.recorded"
	DecisionDisputed Action = "decision.disputed"

	HoldSet      Action = "hold.set"
	HoldReleased Action = "hold.released"

	PublicationPlanned         Action = "publication.planned"
	PublicationSent            Action = "publication.sent"
	PublicationPublished       Action = "publication.published"
	PublicationFailed          Action = "publication.failed"
	PublicationUnknown         Action = "publication.unknown"
	PublicationReconciled      Action = "publication.reconciled"
	PublicationRefused         Action = "publication.refused"
	PublicationByHandConfirmed Action = "publication.by_hand_confirmed"
	PublicationRemoved         Action = "publication.removed"

	ReviewScheduled Action = "review.scheduled"
	ReviewHeld      Action = "review.held"
	ReviewWaived    Action = "review.waived"

	LessonWritten Action = "lesson.written"

	PlaybookProposed Action = "playbook.proposed"
	PlaybookSaved    Action = "playbook.saved"

	ReportRequested Action = "report.requested"
	ReportApproved  Action = "report.approved"
	ReportDeclined  Action = "report.declined"

	NoteAdded Action = "note.added"

	AttachmentAdded Action = "attachment.added"

	ExportCreated    Action = "export.created"
	ExportDownloaded Action = "export.downloaded"

	LogKeyRotated Action = "log.key_rotated"

	SubjectErased Action = "subject.erased"

	AccessDenied Action = "access.denied"

	SettingsChanged Action = "settings.changed"

	NotificationDeadLettered Action = "notification.dead_lettered"

	BackupCreated  Action = "backup.created"
	BackupRestored Action = "backup.restored"
)

// ObjectType names the kind of thing that an action is about.
type ObjectType string

// ObjectAny marks an action that may be about any kind of thing; its events name the kind themselves.
const ObjectAny ObjectType = "*"

// ActionSpec is what the registry knows of an action.
type ActionSpec struct {
	Action Action
	// Object is the only kind of object the action is about, or ObjectAny.
	Object ObjectType
	// Reason says that a successful act needs a written reason.
	Reason bool
	// En and He say in one sentence what happened.
	En, He string
}

// Lookup finds an action; the second result is false for one that is not in the list.
func Lookup(a Action) (ActionSpec, bool) {
	spec, ok := actionIndex[a]
	return spec, ok
}

// Actions lists the registry in the order of the documentation.
func Actions() []ActionSpec { return append([]ActionSpec(nil), actionTable...) }

var actionIndex = func() map[Action]ActionSpec {
	index := make(map[Action]ActionSpec, len(actionTable))
	for _, spec := range actionTable {
		index[spec.Action] = spec
	}
	return index
}()
