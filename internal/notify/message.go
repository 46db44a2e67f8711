package notify

import "time"

// Kind is what a mail is about.
type Kind string

// The kinds of mail.
const (
	AlertRaised        Kind = "alert_raised"
	ApprovalRequest    Kind = "approval_request"
	ApprovalReminder   Kind = "approval_reminder"
	ApprovalCode       Kind = "approval_code"
	ApprovalReceipt    Kind = "approval_receipt"
	ApprovalEscalation Kind = "approval_escalation"
	ClockWarning       Kind = "clock_warning"
	ClockBreach        Kind = "clock_breach"
	CrisisOpened       Kind = "crisis_opened"
	CrisisClosed       Kind = "crisis_closed"
	PublicationFailed  Kind = "publication_failed"
	ByHandToPublish    Kind = "by_hand_to_publish"
	UserInvited        Kind = "user_invited"
	// News is any other thing to know; its title and summary are the caller's words.
	News Kind = "news"
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{AlertRaised, ApprovalRequest, ApprovalReminder, ApprovalCode, ApprovalReceipt, ApprovalEscalation,
		ClockWarning, ClockBreach, CrisisOpened, CrisisClosed, PublicationFailed, ByHandToPublish, UserInvited, News}
}

// Mail is what somebody is to be told, before it is put into words.
type Mail struct {
	// ID is the outbox row's; it becomes the Message-ID.
	ID string
	// At is when the row was made; it becomes the date.
	At time.Time
	// To is one address, with or without a display name.
	To string
	// Lang is he or en; anything else is read as en.
	Lang string
	Kind Kind
	Data Data
}

// Data fills a mail's words. Which fields a kind cannot do without is in
// required; every other one is shown when it is set. All of it is shown as
// plain text, whatever it holds.
type Data struct {
	Agency string
	// Person is whom the mail addresses.
	Person string
	Client string
	// Crisis is the human number, such as C-2026-0042.
	Crisis string
	// Title names the crisis, the alert or the draft.
	Title string
	// Severity is 1 (worst) to 4; zero when it does not matter.
	Severity int
	// Summary says in a sentence or two what happened.
	Summary string
	// By is who did or must do it.
	By string
	// Clock names the deadline that a clock mail is about; Percent of its time is gone.
	Clock   string
	Percent int
	// Decision is approved, changes_requested or declined; Comment is the approver's.
	Decision, Comment string
	// Hash identifies the exact content, 64 hexadecimal digits.
	Hash string
	// Code is a one-time code.
	Code string
	// Platform and Account name a target.
	Platform, Account string
	// Reason says why something failed.
	Reason string
	// Dispute says that Link leads to saying "this was not me".
	Dispute bool
	// Link is where to go: an absolute http or https address. It stands in the body only.
	Link string
	// DueAt, ExpiresAt and HappenedAt are shown in Zone (an IANA name; UTC when empty or unknown).
	DueAt, ExpiresAt, HappenedAt time.Time
	Zone                         string
}

// Message is a mail in words, ready to be sent.
type Message struct {
	ID      string    `json:"id"`
	Kind    Kind      `json:"kind"`
	To      string    `json:"to"`
	Lang    string    `json:"lang"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`
	At      time.Time `json:"at"`
}
