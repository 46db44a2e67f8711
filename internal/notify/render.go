package notify

import (
	"embed"
	htmltemplate "html/template"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	texttemplate "text/template"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"github.com/migdalor/migdalor/internal/fault"
)

//go:embed templates
var files embed.FS

var (
	layout = htmltemplate.Must(htmltemplate.ParseFS(files, "templates/layout.html"))
	bodies = map[string]*texttemplate.Template{
		"he": texttemplate.Must(texttemplate.ParseFS(files, "templates/he.tmpl")),
		"en": texttemplate.Must(texttemplate.ParseFS(files, "templates/en.tmpl")),
	}
	idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
)

const maxSubject = 150 // characters

// view is what the templates see: cleaned values, each kept apart from the
// direction of the words around it.
type view struct {
	Agency, Client, Crisis, Title, Summary, Clock, Comment, Reason, Decision string
	Percent                                                                  int
	Dispute                                                                  bool
}

// fact is one line of the table under the words.
type fact struct {
	Label string
	text  string
	Value []run
}

// page is what the HTML layout sees.
type page struct {
	Lang, Dir, Start, Subject, Code, Link, Action string
	Heading, Agency                               []run
	Paragraphs                                    [][]run
	Facts                                         []fact
}

// Render puts a mail into words. It refuses, with a *fault.Error, a mail whose
// address, link or kind is unusable or that lacks what its kind needs.
func Render(m Mail) (Message, error) {
	if err := check(m); err != nil {
		return Message{}, err
	}
	lang := m.Lang
	w, known := languages[lang]
	if !known {
		lang, w = "en", languages["en"]
	}
	part := func(name string, v view) (string, error) {
		var out strings.Builder
		err := bodies[lang].ExecuteTemplate(&out, string(m.Kind)+"."+name, v)
		return strings.TrimSpace(out.String()), err
	}
	v := viewOf(m.Data)
	subject, err1 := part("subject", v)
	body, err2 := part("body", v)
	action, err3 := part("action", v)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return Message{}, fault.New(fault.Internal, "mail_template", "the mail could not be put into words").Because(err)
		}
	}
	p := page{
		Lang: lang, Dir: w.dir, Start: w.start, Subject: cut(withoutIsolates(subject), maxSubject),
		Code: oneLine(m.Data.Code), Link: m.Data.Link, Action: action,
		Heading: runs(subject), Agency: runs(v.Agency), Facts: factsOf(m.Data, w),
	}
	var paragraphs []string
	if m.Data.Person != "" {
		paragraphs = append(paragraphs, w.greeting+isolate(oneLine(m.Data.Person))+",")
	}
	for _, text := range strings.Split(body, "\n\n") {
		if text = strings.TrimSpace(text); text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	for _, text := range paragraphs {
		p.Paragraphs = append(p.Paragraphs, runs(text))
	}
	var html strings.Builder
	if err := layout.Execute(&html, p); err != nil {
		return Message{}, fault.New(fault.Internal, "mail_template", "the mail could not be put into words").Because(err)
	}
	return Message{ID: m.ID, Kind: m.Kind, To: m.To, Lang: lang, Subject: p.Subject, At: m.At.UTC().Truncate(time.Microsecond),
		Text: plain(p, paragraphs), HTML: html.String()}, nil
}

func check(m Mail) error {
	if !idPattern.MatchString(m.ID) {
		return fault.New(fault.Invalid, "mail_id", "a mail needs an id of letters, digits, _ and -")
	}
	if _, err := mail.ParseAddress(m.To); err != nil || strings.ContainsAny(m.To, "\r\n\x00") {
		return fault.New(fault.Invalid, "mail_address", "the mail's address is not one e-mail address").Because(err)
	}
	needs, known := required[m.Kind]
	if !known {
		return fault.New(fault.Invalid, "mail_kind", "there is no such kind of mail")
	}
	have := m.Data.set()
	for _, field := range needs {
		if !have[field] {
			return fault.New(fault.Invalid, "mail_incomplete", "a mail of kind %s needs %s", m.Kind, field)
		}
	}
	if m.Data.Link == "" {
		return nil
	}
	u, err := url.Parse(m.Data.Link)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsFunc(m.Data.Link, unsafeInLink) {
		return fault.New(fault.Invalid, "mail_link", "the mail's link must be an absolute http or https address")
	}
	return nil
}

func unsafeInLink(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"`, r) }

func viewOf(d Data) view {
	return view{
		Agency: isolate(oneLine(d.Agency)), Client: isolate(oneLine(d.Client)), Crisis: ltr(oneLine(d.Crisis)), Title: isolate(oneLine(d.Title)),
		Summary: isolateLines(d.Summary), Clock: isolate(oneLine(d.Clock)), Comment: isolateLines(d.Comment),
		Reason: isolateLines(d.Reason), Decision: d.Decision, Percent: d.Percent, Dispute: d.Dispute,
	}
}

func factsOf(d Data, w words) []fact {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return ltr(t.In(zone).Format(w.timeLayout + " MST"))
	}
	severity := ""
	if d.Severity >= 1 && d.Severity < len(w.severities) {
		severity = w.severities[d.Severity] // our own words, in the direction of the page
	}
	var out []fact
	for _, row := range [][2]string{
		{"client", isolate(oneLine(d.Client))}, {"crisis", ltr(oneLine(d.Crisis))}, {"title", isolate(oneLine(d.Title))}, {"severity", severity},
		{"platform", ltr(oneLine(d.Platform))}, {"account", ltr(oneLine(d.Account))}, {"by", isolate(oneLine(d.By))},
		{"due", at(d.DueAt)}, {"expires", at(d.ExpiresAt)}, {"happened", at(d.HappenedAt)}, {"hash", ltr(oneLine(d.Hash))},
	} {
		if row[1] != "" {
			out = append(out, fact{Label: w.labels[row[0]], text: row[1], Value: runs(row[1])})
		}
	}
	return out
}

// plain is the text part: the same words, the address on a line of its own.
func plain(p page, paragraphs []string) string {
	var out strings.Builder
	for _, text := range paragraphs {
		out.WriteString(text + "\n\n")
	}
	if p.Code != "" {
		out.WriteString("    " + ltr(p.Code) + "\n\n")
	}
	for _, f := range p.Facts {
		out.WriteString(f.Label + ": " + f.text + "\n")
	}
	if p.Link != "" {
		out.WriteString("\n" + p.Action + ":\n" + p.Link + "\n")
	}
	return strings.TrimSpace(out.String()) + "\n"
}
