package notify

import "time"

// words are the fixed words of one language around the templates.
type words struct {
	dir, start string
	timeLayout string
	greeting   string
	severities [5]string
	labels     map[string]string
}

var languages = map[string]words{
	"he": {
		dir: "rtl", start: "right", timeLayout: "02.01.2006 15:04", greeting: "שלום ",
		severities: [5]string{"", "S1 קריטי", "S2 חמור", "S3 מוגבר", "S4 מעקב"},
		labels: map[string]string{
			"client": "לקוח", "crisis": "משבר", "title": "נושא", "severity": "חומרה", "by": "על ידי", "platform": "פלטפורמה",
			"account": "חשבון", "due": "מועד", "expires": "בתוקף עד", "happened": "זמן", "hash": "טביעת התוכן",
		},
	},
	"en": {
		dir: "ltr", start: "left", timeLayout: "2 Jan 2006 15:04", greeting: "Hello ",
		severities: [5]string{"", "S1 critical", "S2 severe", "S3 elevated", "S4 watch"},
		labels: map[string]string{
			"client": "Client", "crisis": "Crisis", "title": "Subject", "severity": "Severity", "by": "By", "platform": "Platform",
			"account": "Account", "due": "Due", "expires": "Valid until", "happened": "Time", "hash": "Content hash",
		},
	},
}

// required lists what a kind cannot do without.
var required = map[Kind][]string{
	AlertRaised:        {"client", "link"},
	ApprovalRequest:    {"agency", "client", "title", "link", "expires"},
	ApprovalReminder:   {"agency", "client", "title", "link", "expires"},
	ApprovalCode:       {"agency", "code", "expires"},
	ApprovalReceipt:    {"agency", "title", "decision", "hash", "happened"},
	ApprovalEscalation: {"client", "title", "link"},
	ClockWarning:       {"crisis", "clock", "percent", "due", "link"},
	ClockBreach:        {"crisis", "clock", "due", "link"},
	CrisisOpened:       {"client", "crisis", "title", "link"},
	CrisisClosed:       {"client", "crisis", "title", "link"},
	PublicationFailed:  {"title", "platform", "account", "reason", "link"},
	ByHandToPublish:    {"title", "platform", "account", "link"},
	UserInvited:        {"agency", "link", "expires"},
	News:               {"title", "link"},
}

// set tells which fields of d are filled, by the names that required uses.
func (d Data) set() map[string]bool {
	at := func(t time.Time) bool { return !t.IsZero() }
	return map[string]bool{
		"agency": d.Agency != "", "client": d.Client != "", "crisis": d.Crisis != "", "title": d.Title != "", "link": d.Link != "",
		"expires": at(d.ExpiresAt), "due": at(d.DueAt), "happened": at(d.HappenedAt), "code": d.Code != "", "clock": d.Clock != "",
		"percent": d.Percent > 0, "decision": d.Decision != "", "hash": d.Hash != "", "platform": d.Platform != "",
		"account": d.Account != "", "reason": d.Reason != "",
	}
}
