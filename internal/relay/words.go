package relay

import "github.com/migdalor/migdalor/internal/crisis"

// news holds the subject of each notice that has no mail of its own kind.
var news = map[string]crisis.Text{
	"severity_changed":      {He: "החומרה שונתה", En: "The severity was changed"},
	"lead_assigned":         {He: "מונית להוביל משבר", En: "You lead a crisis now"},
	"stage_entered":         {He: "נכנסו לשלב חדש", En: "A new stage was entered"},
	"wave_started":          {He: "החל גל חדש", En: "A new wave started"},
	"review_due":            {He: "סקירה לביצוע", En: "A review is due"},
	"approval_expired":      {He: "פג תוקפה של בקשת אישור", En: "A request for approval expired"},
	"decision_disputed":     {He: "מאשר מכחיש החלטה שנרשמה בשמו", En: "An approver disputes a decision in their name"},
	"link_locked":           {He: "קישור לאישור ננעל אחרי קודים שגויים", En: "An approval link was locked after wrong codes"},
	"publication_published": {He: "פורסם", En: "Published"},
	"publication_held":      {He: "פרסום מוקפא", En: "A publication is held"},
	"publication_unknown":   {He: "לא ידוע אם הפרסום יצא", En: "Nobody knows whether it was published"},
	"hold_set":              {He: "פרסומי הלקוח הוקפאו", En: "The client was put on hold"},
	"hold_released":         {He: "הקפאת הלקוח הוסרה", En: "The client's hold was lifted"},
}

// other is the subject of a notice that this table does not know.
var other = crisis.Text{He: "עדכון", En: "An update"}

// reasons says in words why something was not published.
var reasons = map[string]crisis.Text{
	"hold":                    {He: "הלקוח בהקפאה.", En: "The client is on hold."},
	"decision_disputed":       {He: "מאשר הודיע שההחלטה אינה שלו.", En: "An approver says that the decision was not theirs."},
	"superseded":              {He: "הטיוטה שונתה אחרי האישור.", En: "The draft was changed after it was approved."},
	"withdrawn":               {He: "הטיוטה נמשכה.", En: "The draft was withdrawn."},
	"not_approved":            {He: "הגרסה הזאת אינה מאושרת.", En: "This version is not approved."},
	"hash_mismatch":           {He: "המילים השמורות אינן אלה שאושרו.", En: "The stored words are not the ones that were approved."},
	"target_changed":          {He: "חשבון היעד השתנה אחרי האישור.", En: "The target account was changed after the approval."},
	"publish_window_over":     {He: "המועד לפרסום חלף.", En: "The time to publish is over."},
	"attempts_used_up":        {He: "הפלטפורמה לא קיבלה את הפרסום גם אחרי ניסיונות חוזרים.", En: "The platform did not take it, even after several tries."},
	"not_published":           {He: "אדם קבע שהפרסום לא יצא.", En: "A person found that it is not out."},
	"response_not_out":        {He: "התגובה עוד לא פורסמה.", En: "The response is not out yet."},
	"negative_share_climbing": {He: "שיעור השליליות עלה.", En: "The negative share has climbed."},
}

func reasonIn(lang, code string) string {
	if t, ok := reasons[code]; ok {
		return t.In(lang)
	}
	return code
}
