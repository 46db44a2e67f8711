package report

import (
	"strconv"

	"github.com/migdalor/migdalor/internal/crisis"
)

func digits(n int) string { return strconv.Itoa(n) }

var (
	gapNotYet     = crisis.Text{He: "עדיין לא קרה", En: "has not happened yet"}
	gapNoMentions = crisis.Text{He: "לא נאספו אזכורים בחלון הזה", En: "no mentions were collected in this window"}
	gapNoHistory  = crisis.Text{He: "אין היסטוריה מספקת מלפני המשבר", En: "there is too little history from before the crisis"}
	gapNoRatings  = crisis.Text{He: "אין ביקורות עם דירוג לפני המשבר או אחריו", En: "there are no rated reviews before or after the crisis"}
)

// formulas say in one sentence how each figure is made.
var formulas = map[string]crisis.Text{
	"detection_delay": {He: "מהאזכור המזכה הראשון ועד שעלתה ההתראה",
		En: "from the first qualifying mention to the alert"},
	"time_to_acknowledge": {He: "מהאזכור המזכה הראשון ועד שתגובת ההכרה הראשונה פורסמה",
		En: "from the first qualifying mention to the first published acknowledgement"},
	"time_to_statement": {He: "מהאזכור המזכה הראשון ועד שהתגובה המלאה הראשונה פורסמה",
		En: "from the first qualifying mention to the first published response"},
	"approval_turnaround": {He: "ממוצע, לכל סבב: מתחילת הסבב ועד ההחלטה האחרונה בו",
		En: "mean for each round: from its start to its last decision"},
	"negative_share": {He: "אזכורים שליליים חלקי כלל האזכורים",
		En: "negative mentions over all mentions"},
	"peak_negative_rate": {He: "המספר הגבוה ביותר של אזכורים שליליים בשעה נעה",
		En: "the most negative mentions in any trailing hour"},
	"negative_half_life": {He: "מהשיא ועד שהקצב השלילי ירד לראשונה למחציתו",
		En: "from the peak until the negative rate first fell to half of it"},
	"recovery_time": {He: "מהאזכור המזכה הראשון ועד היום הראשון מבין שלושה ימים רצופים בתוך החציון ועוד סטיית חציון אחת של 28 הימים שלפני כן",
		En: "from the first qualifying mention to the first of three days in a row within the median plus one median absolute deviation of the 28 days before"},
	"private_cases":    {He: "שיחות שהועברו לערוץ פרטי", En: "conversations moved to a private channel"},
	"private_answered": {He: "שיחות פרטיות שקיבלו מענה", En: "private conversations that were answered"},
	"private_resolved": {He: "שיחות פרטיות שנסגרו", En: "private conversations that were closed"},
	"rating_change": {He: "דירוג ממוצע מאז הפתרון פחות הדירוג הממוצע ב־28 הימים שלפני האזכור הראשון",
		En: "mean rating since the resolution less the mean rating of the 28 days before the first mention"},
	"positive_content_balance": {He: "שלוש פעמים חלקו של סוג התוכן הנדיר ביותר מבין הפריטים שפורסמו; 100 פירושו איזון מלא",
		En: "three times the share of the rarest of the three kinds among published items; 100 is even"},
	"actions_on_time": {He: "צעדים לפתרון שהושלמו עד מועדם, מתוך אלה שמועדם הגיע או שהושלמו",
		En: "steps to a solution done by their date, of those that are due or done"},
	"trust_proxy": {He: "חלקם של הקולות החיוביים מבין החיוביים והשליליים בשבעת הימים האחרונים, חלקי אותו חלק ב־28 הימים שלפני המשבר, כפול 100",
		En: "share of positive among positive and negative voices in the last seven days, over the same share in the 28 days before the crisis, times 100"},
}
