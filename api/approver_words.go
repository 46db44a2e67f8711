package api

// reviewWords are the words of the approver's pages in one language.
type reviewWords struct {
	Title, RequestFor, AsksYou, Until, Exactly, Links, Changed, ChangedHelp, Fingerprint, WindowFrom, WindowUntil, PublishesNow  string
	CodeTitle, CodeHelp, CodeSent, CodeLabel, CodeGo, CodeSend, CodeAgain                                                        string
	YourDecision, Approve, Change, Decline, Comment, TypedName, GoOn, Sure, As, Record, Back, Recorded, ReceiptMail, NothingMore string
	Report                                                                                                                       string
	// Said are the decisions as they were made.
	Said map[string]string
	// Ends and Errors are by the code of the fault.
	Ends, Errors map[string]string
	ErrorElse    string
}

var reviewLanguages = map[string]reviewWords{
	"he": {
		Title: "בקשה לאישור", RequestFor: "לאישורכם, בשם", AsksYou: "%s מ־%s מבקשים את החלטתכם", Until: "אפשר להחליט עד", Exactly: "זה בדיוק מה שיפורסם:",
		Links: "קישורים", Changed: "מה השתנה", ChangedHelp: "לעומת הנוסח הקודם. קו תחתון: נוסף. קו חוצה: נמחק.", Fingerprint: "טביעת התוכן",
		WindowFrom: "יפורסם לא לפני", WindowUntil: "יפורסם לא אחרי", PublishesNow: "לאחר כל האישורים הדרושים הנוסח יפורסם מיד.",
		CodeTitle: "קוד חד־פעמי", CodeHelp: "לפני שמציגים את הנוסח נשלח קוד בן שמונה ספרות אל", CodeSent: "הקוד נשלח. הוא תקף לעשר דקות.", CodeLabel: "הקוד שקיבלתם",
		CodeGo: "המשך", CodeSend: "שלחו לי קוד", CodeAgain: "שליחת קוד חדש",
		YourDecision: "ההחלטה שלכם", Approve: "מאשרים את הנוסח", Change: "מבקשים שינויים", Decline: "לא מאשרים", Comment: "הערה (חובה כשמבקשים שינויים או לא מאשרים)",
		TypedName: "שמכם המלא", GoOn: "המשך", Sure: "רגע לפני שרושמים", As: "בשם", Record: "רישום ההחלטה", Back: "חזרה אל הנוסח", Recorded: "ההחלטה נרשמה",
		ReceiptMail: "אישור על ההחלטה נשלח אליכם בדואר. אפשר לסגור את הדף.", NothingMore: "אין צורך לעשות דבר נוסף.", Report: "דוח סיכום",
		Said: map[string]string{"approved": "אושר", "changes_requested": "התבקשו שינויים", "declined": "לא אושר"},
		Ends: map[string]string{
			"link_decided": "ההחלטה שלכם כבר נרשמה.", "approval_ended": "אחרים כבר החליטו, והבקשה הסתיימה.", "approval_withdrawn": "הבקשה נמשכה על ידי הסוכנות.",
			"link_revoked": "הקישור הזה בוטל על ידי הסוכנות.", "link_superseded": "הנוסח שונה אחרי שנשלח אליכם. אם יידרש אישורכם יישלח קישור חדש.",
			"approval_superseded": "הנוסח שונה אחרי שנשלח אליכם, ולכן ההחלטה לא נרשמה. אם יידרש אישורכם יישלח קישור חדש.", "version_changed": "הנוסח השתנה בינתיים, ולכן ההחלטה לא נרשמה.",
			"link_expired": "הזמן להחליט חלף. דבר לא אושר.", "approval_expired": "הזמן להחליט חלף. דבר לא אושר.", "link_locked": "הקישור ננעל אחרי קודים שגויים רבים. פנו אל הסוכנות.",
			"already_decided": "ההחלטה שלכם כבר נרשמה קודם, והיא נשארת.", "not_asked": "הבקשה אינה ממתינה עוד להחלטתכם.",
		},
		Errors: map[string]string{
			"decision_unknown": "בחרו אחת מהאפשרויות.", "comment_required": "כתבו בהערה מה לשנות או למה לא.", "comment_too_long": "ההערה ארוכה מדי.", "typed_name_required": "כתבו את שמכם המלא.",
			"code_wrong": "הקוד שגוי.", "code_malformed": "בקוד יש שמונה ספרות.", "code_none": "בקשו קוד.", "code_expired": "תוקף הקוד פג. בקשו קוד חדש.",
			"code_tries": "יותר מדי ניסיונות. בקשו קוד חדש.", "code_sends": "אי אפשר לשלוח היום עוד קודים. פנו אל הסוכנות.", "code_needed": "קודם הקלידו את הקוד שנשלח אליכם.",
		},
		ErrorElse: "משהו השתבש אצלנו ולא נרשם דבר. נסו שוב בעוד רגע.",
	},
	"en": {
		Title: "A request for your approval", RequestFor: "For your approval, in the name of", AsksYou: "%s of %s asks for your decision", Until: "You can decide until", Exactly: "This is exactly what will be published:",
		Links: "Links", Changed: "What changed", ChangedHelp: "Compared with the wording before. Underlined: added. Struck: removed.", Fingerprint: "Content fingerprint",
		WindowFrom: "Published not before", WindowUntil: "Published not after", PublishesNow: "Once everybody needed has approved, it is published at once.",
		CodeTitle: "One-time code", CodeHelp: "Before the words are shown, a code of eight digits is sent to", CodeSent: "The code was sent. It is valid for ten minutes.", CodeLabel: "The code you received",
		CodeGo: "Continue", CodeSend: "Send me a code", CodeAgain: "Send a new code",
		YourDecision: "Your decision", Approve: "I approve these words", Change: "I ask for changes", Decline: "I do not approve", Comment: "Comment (needed when you ask for changes or decline)",
		TypedName: "Your full name", GoOn: "Continue", Sure: "Before it is recorded", As: "As", Record: "Record my decision", Back: "Back to the words", Recorded: "Your decision is recorded",
		ReceiptMail: "A receipt is on its way to you by mail. You can close this page.", NothingMore: "There is nothing more for you to do.", Report: "Closing report",
		Said: map[string]string{"approved": "Approved", "changes_requested": "Changes requested", "declined": "Not approved"},
		Ends: map[string]string{
			"link_decided": "Your decision has been recorded.", "approval_ended": "Others have decided already and the request has ended.", "approval_withdrawn": "The agency took the request back.",
			"link_revoked": "The agency withdrew this link.", "link_superseded": "The words were changed after they were sent to you. If your approval is needed, a new link follows.",
			"approval_superseded": "The words were changed after they were sent to you, so the decision was not recorded. If your approval is needed, a new link follows.", "version_changed": "The words changed in the meantime, so the decision was not recorded.",
			"link_expired": "The time to decide is over. Nothing was approved.", "approval_expired": "The time to decide is over. Nothing was approved.", "link_locked": "This link was locked after many wrong codes. Speak to the agency.",
			"already_decided": "Your decision was recorded before, and it stays.", "not_asked": "The request does not wait for your decision any more.",
		},
		Errors: map[string]string{
			"decision_unknown": "Choose one of the answers.", "comment_required": "Write in the comment what should change, or why not.", "comment_too_long": "The comment is too long.", "typed_name_required": "Type your full name.",
			"code_wrong": "The code is wrong.", "code_malformed": "The code has eight digits.", "code_none": "Ask for a code.", "code_expired": "The code has expired. Ask for a new one.",
			"code_tries": "Too many tries. Ask for a new code.", "code_sends": "No more codes can be sent today. Speak to the agency.", "code_needed": "First type the code that was sent to you.",
		},
		ErrorElse: "Something went wrong on our side and nothing was recorded. Try again in a moment.",
	},
}

func reviewWordsIn(lang string) (reviewWords, string, string) {
	if lang == "en" {
		return reviewLanguages["en"], "en", "ltr"
	}
	return reviewLanguages["he"], "he", "rtl"
}

// platformNames are the platforms as people call them.
var platformNames = map[string]string{
	"bluesky": "Bluesky", "facebook": "Facebook", "instagram": "Instagram", "linkedin": "LinkedIn", "tiktok": "TikTok", "x": "X", "youtube": "YouTube", "threads": "Threads",
	"mastodon": "Mastodon", "telegram": "Telegram", "whatsapp": "WhatsApp", "google_reviews": "Google",
}
