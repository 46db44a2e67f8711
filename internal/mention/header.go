package mention

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// aliases are the column names that are understood, folded by foldColumn, in
// English and Hebrew.
var aliases = map[string][]string{
	"external_id":        {"external_id", "id", "post_id", "mention_id", "comment_id", "מזהה", "מספר"},
	"platform":           {"platform", "network", "channel", "source_type", "פלטפורמה", "רשת", "ערוץ"},
	"kind":               {"kind", "type", "content_type", "סוג", "סוג_תוכן"},
	"author_handle":      {"author_handle", "handle", "username", "user_name", "user", "screen_name", "שם_משתמש", "משתמש"},
	"author_name":        {"author_name", "author", "name", "full_name", "מחבר", "כותב", "שם", "שם_הכותב"},
	"author_followers":   {"author_followers", "followers", "follower_count", "followers_count", "עוקבים", "מספר_עוקבים"},
	"text":               {"text", "content", "message", "body", "snippet", "full_text", "post", "comment", "תוכן", "טקסט", "הודעה", "פוסט", "תגובה"},
	"url":                {"url", "link", "permalink", "address", "קישור", "כתובת", "לינק"},
	"title":              {"title", "headline", "subject", "כותרת", "נושא"},
	"language":           {"language", "lang", "שפה"},
	"published_at":       {"published_at", "published", "date", "datetime", "created_at", "created", "timestamp", "time", "תאריך", "תאריך_פרסום", "פורסם", "זמן", "מועד"},
	"reach":              {"reach", "impressions", "views", "חשיפה", "צפיות", "תפוצה"},
	"engagement":         {"engagement", "interactions", "engagements", "מעורבות", "אינטראקציות"},
	"rating":             {"rating", "stars", "דירוג", "כוכבים", "ציון"},
	"parent_external_id": {"parent_external_id", "parent_id", "parent", "in_reply_to", "reply_to", "תגובה_ל"},
	"sentiment":          {"sentiment", "tone", "סנטימנט", "טון"},
	"group_name":         {"group_name", "group", "page", "page_name", "קבוצה", "שם_קבוצה", "שם_הקבוצה", "עמוד"},
}

func foldColumn(s string) string {
	s = MatchText(s)
	return strings.Trim(strings.NewReplacer(" ", "_", "-", "_").Replace(s), "_\"")
}

// fieldsOf finds the Input field of each column; a field is given to the first
// column that names it.
func fieldsOf(columns []string, own map[string]string) []string {
	known := map[string]string{}
	for field, names := range aliases {
		for _, n := range names {
			known[n] = field
		}
	}
	for column, field := range own {
		known[foldColumn(column)] = field
	}
	out := make([]string, len(columns))
	for i, c := range columns {
		if f := known[foldColumn(c)]; !slices.Contains(out[:i], f) {
			out[i] = f
		}
	}
	return out
}

func missingColumns(fields []string, p Profile) *fault.Error {
	var missing []string
	for _, f := range []string{"text", "published_at", "platform"} {
		if !slices.Contains(fields, f) && (f != "platform" || p.Platform == "") {
			missing = append(missing, f)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "missing_column", "The header names no column for: %s.", strings.Join(missing, ", "))
	}
	return nil
}

// set puts one value of a row into its field; an empty value leaves the default.
func (in *Input) set(field, v string, p Profile) *fault.Error {
	if v == "" || field == "" {
		return nil
	}
	switch field {
	case "external_id":
		in.ExternalID = v
	case "platform":
		in.Platform = v
	case "kind":
		in.Kind = v
	case "author_handle":
		in.AuthorHandle = v
	case "author_name":
		in.AuthorName = v
	case "text":
		in.Text = v
	case "url":
		in.URL = v
	case "title":
		in.Title = v
	case "language":
		in.Language = v
	case "published_at":
		in.PublishedAt = p.time(v)
	case "parent_external_id":
		in.ParentExternalID = v
	case "sentiment":
		in.Sentiment = v
	case "group_name":
		in.GroupName = v
	case "author_followers":
		return count(field, v, &in.AuthorFollowers)
	case "reach":
		return count(field, v, &in.Reach)
	case "engagement":
		return count(field, v, &in.Engagement)
	case "rating":
		r, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(r) {
			return invalid(field, "bad_rating", "The rating %.40q is not a number.", v)
		}
		in.Rating = &r
	}
	return nil
}

// count reads a whole number, with or without marks between thousands.
func count(field, v string, to *int64) *fault.Error {
	n, err := strconv.ParseInt(strings.NewReplacer(",", "", " ", "").Replace(v), 10, 64)
	if err != nil {
		return invalid(field, "bad_number", "The field %s holds %.40q, which is not a whole number.", field, v)
	}
	*to = n
	return nil
}

// time brings a time in one of the profile's layouts into RFC 3339; any other is
// left for Normalise to judge.
func (p Profile) time(v string) string {
	if p.Zone == nil {
		return v
	}
	for _, layout := range p.Layouts {
		if t, err := time.ParseInLocation(layout, v, p.Zone); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return v
}
