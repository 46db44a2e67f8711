package notify

import (
	"bytes"
	"flag"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

var update = flag.Bool("update", false, "write the golden mails anew")

var at = time.Date(2026, 11, 22, 9, 30, 15, 123456000, time.UTC)

func sample(kind Kind, lang string) Mail {
	d := Data{
		Agency: "סוכנות לדוגמה", Person: "Dana לוי", Client: "Cafe Alma", Crisis: "C-2026-0042", Title: "תגובה ראשונה לעיכוב במשלוחים",
		Severity: 2, Summary: "שיעור התגובות השליליות גדל פי 5.\nRate: 42/h against 8/h expected.", By: "רות כהן",
		Clock: "הודעה ראשונה", Percent: 80, Decision: "approved", Comment: "אפשר לפרסם", Hash: strings.Repeat("0f", 32), Code: "04210042",
		Platform: "bluesky", Account: "alma.example.test", Reason: "Bluesky refused the sign-in",
		Link:  "https://console.example.test/a/v1.k1.aaaqeayeaudaocajbifqydiob4.ohsOvrQaceY9ARWysCHXux5KZulOsLNCZQs6xRrBKro",
		DueAt: at.Add(30 * time.Minute), ExpiresAt: at.Add(72 * time.Hour), HappenedAt: at, Zone: "Asia/Jerusalem",
	}
	if kind != ApprovalCode {
		d.Code = ""
	} else {
		d.Link = ""
	}
	if kind != ApprovalReceipt {
		d.Hash = ""
	}
	return Mail{ID: "0199a1b2-0000-7000-8000-000000000001", At: at, To: "Dana <dana@client.example.test>", Lang: lang, Kind: kind, Data: d}
}

func TestGoldenMails(t *testing.T) {
	for _, kind := range Kinds() {
		for _, lang := range []string{"he", "en"} {
			t.Run(string(kind)+"."+lang, func(t *testing.T) {
				m, err := Render(sample(kind, lang))
				if err != nil {
					t.Fatal(err)
				}
				golden(t, string(kind)+"."+lang+".golden", []byte("Subject: "+m.Subject+"\n\n"+m.Text+"\n"+m.HTML))
			})
		}
	}
}

func TestGoldenMIME(t *testing.T) {
	m, err := Render(sample(ApprovalRequest, "he"))
	if err != nil {
		t.Fatal(err)
	}
	from, _ := ParseFrom("סוכנות לדוגמה <alerts@agency.example.test>")
	mime, err := eml(from, m)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "approval_request.he.eml", mime)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Fatalf("%s differs; look at it, then run with -update\n%s", name, got)
	}
}

func TestEveryKindHasWordsAndNeeds(t *testing.T) {
	for _, kind := range Kinds() {
		if len(required[kind]) == 0 {
			t.Errorf("%s needs nothing", kind)
		}
		for lang, tmpl := range bodies {
			for _, part := range []string{"subject", "body", "action"} {
				if tmpl.Lookup(string(kind)+"."+part) == nil {
					t.Errorf("%s has no %s in %s", kind, part, lang)
				}
			}
		}
		for _, need := range required[kind] {
			if _, known := (Data{}).set()[need]; !known {
				t.Errorf("%s needs %s, which is no field", kind, need)
			}
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	cases := map[string]struct {
		change func(m *Mail)
		code   string
	}{
		"kind":               {func(m *Mail) { m.Kind = "gossip" }, "mail_kind"},
		"no link":            {func(m *Mail) { m.Data.Link = "" }, "mail_incomplete"},
		"no client":          {func(m *Mail) { m.Data.Client = "" }, "mail_incomplete"},
		"script link":        {func(m *Mail) { m.Data.Link = "javascript:alert(1)" }, "mail_link"},
		"relative link":      {func(m *Mail) { m.Data.Link = "/a/token" }, "mail_link"},
		"link with a break":  {func(m *Mail) { m.Data.Link += "\nBcc: x@y" }, "mail_link"},
		"link with a quote":  {func(m *Mail) { m.Data.Link += `"onclick=` }, "mail_link"},
		"no address":         {func(m *Mail) { m.To = "" }, "mail_address"},
		"two addresses":      {func(m *Mail) { m.To = "a@b.test, c@d.test" }, "mail_address"},
		"address with break": {func(m *Mail) { m.To = "a@b.test\r\nBcc: c@d.test" }, "mail_address"},
		"name with a break":  {func(m *Mail) { m.To = "\"a\r\nBcc: c@d.test\" <a@b.test>" }, "mail_address"},
		"id with a break":    {func(m *Mail) { m.ID = "x>\r\nBcc: c@d.test" }, "mail_id"},
		"id that climbs":     {func(m *Mail) { m.ID = "../x" }, "mail_id"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			m := sample(ApprovalRequest, "he")
			tc.change(&m)
			if _, err := Render(m); !fault.Is(err, tc.code) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestHostileDataIsInert(t *testing.T) {
	const evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover=\"x\r\nBcc: victim@example.test\r\n\r\n\u202e\u2069\u2066{{.Link}}\x00\xff"
	for _, kind := range Kinds() {
		for _, lang := range []string{"he", "en"} {
			m := sample(kind, lang)
			d := &m.Data
			for _, field := range []*string{&d.Agency, &d.Person, &d.Client, &d.Crisis, &d.Title, &d.Summary, &d.By, &d.Clock, &d.Decision,
				&d.Comment, &d.Hash, &d.Code, &d.Platform, &d.Account, &d.Reason, &d.Zone} {
				*field = evil
			}
			got, err := Render(m)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(got.Subject, "\r\n\x00\u202e\u2066\u2069") {
				t.Errorf("%s.%s: subject %q", kind, lang, got.Subject)
			}
			for _, tag := range regexp.MustCompile(`<[a-z]+[^>]*>`).FindAllString(got.HTML, -1) {
				if strings.HasPrefix(tag, "<script") || strings.HasPrefix(tag, "<img") || strings.Contains(tag, "onmouseover") {
					t.Errorf("%s.%s: %s", kind, lang, tag)
				}
			}
			if strings.Contains(got.HTML+got.Text, "\u202e") || strings.Contains(got.Text, "\r") || strings.Contains(got.Text, "\nBcc:") {
				t.Errorf("%s.%s: control characters went through", kind, lang)
			}
			if strings.Count(got.Text, "\u2066")+strings.Count(got.Text, "\u2068") != strings.Count(got.Text, "\u2069") {
				t.Errorf("%s.%s: isolates do not match in %q", kind, lang, got.Text)
			}
			headersAreOurs(t, got)
		}
	}
}

// Both parts come out of the mail as they went in, read by another parser.
func TestMIMEParts(t *testing.T) {
	m, err := Render(sample(ApprovalRequest, "he"))
	if err != nil {
		t.Fatal(err)
	}
	from, _ := ParseFrom("סוכנות <alerts@agency.example.test>")
	raw, err := eml(from, m)
	if err != nil {
		t.Fatal(err)
	}
	back, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(back.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Fatalf("subject %q, %v", subject, err)
	}
	kind, params, err := mime.ParseMediaType(back.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	parts := multipart.NewReader(back.Body, params["boundary"])
	for _, want := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		part, err := parts.NextPart() // undoes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		got := strings.ReplaceAll(string(body), "\r\n", "\n")
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), want.kind) || strings.TrimSpace(got) != strings.TrimSpace(want.body) {
			t.Fatalf("%s: %v\n%s", part.Header.Get("Content-Type"), err, got)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Fatalf("a third part: %v", err)
	}
}

// headersAreOurs reads the mail back with another parser.
func headersAreOurs(t *testing.T, m Message) {
	t.Helper()
	from, _ := ParseFrom("alerts@agency.example.test")
	mime, err := eml(from, m)
	if err != nil {
		t.Fatal(err)
	}
	back, err := mail.ReadMessage(strings.NewReader(string(mime)))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"Auto-Submitted": true, "Content-Language": true, "Content-Type": true, "Date": true, "From": true,
		"Message-Id": true, "Mime-Version": true, "Subject": true, "To": true}
	for name, values := range back.Header {
		if !want[name] || len(values) != 1 {
			t.Errorf("header %s: %q", name, values)
		}
		if strings.Contains(strings.Join(values, ""), "v1.k1.") {
			t.Errorf("header %s holds the link's secret", name)
		}
	}
	if back.Header.Get("Auto-Submitted") != "auto-generated" || back.Header.Get("Message-Id") != "<"+m.ID+"@agency.example.test>" {
		t.Errorf("headers %v", back.Header)
	}
}

func TestDirection(t *testing.T) {
	m, err := Render(sample(ClockWarning, "he"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="he" dir="rtl">`, `<bdi dir="ltr">C-2026-0042</bdi>`, `<bdi dir="ltr">22.11.2026 12:00 IST</bdi>`, `<bdi>הודעה ראשונה</bdi>`} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("the HTML lacks %s", want)
		}
	}
	if !strings.Contains(m.Text, "\u2066C-2026-0042\u2069") {
		t.Error("the text does not isolate the number")
	}
	if strings.ContainsAny(m.Subject, "\u2066\u2068\u2069") {
		t.Error("the subject holds isolates, which mail lists show as boxes")
	}
}

func TestUnknownZoneAndLanguage(t *testing.T) {
	m := sample(ClockWarning, "fr")
	m.Data.Zone = "Mars/Olympus"
	got, err := Render(m)
	if err != nil || got.Lang != "en" || !strings.Contains(got.Text, "22 Nov 2026 10:00 UTC") {
		t.Fatalf("got %s %v\n%s", got.Lang, err, got.Text)
	}
}

func TestCodeIsNotInTheSubject(t *testing.T) {
	m, err := Render(sample(ApprovalCode, "en"))
	if err != nil || strings.Contains(m.Subject, "0421") || !strings.Contains(m.Text, "04210042") {
		t.Fatalf("%v %q", err, m.Subject)
	}
}

func TestLongSubjectIsCut(t *testing.T) {
	m := sample(CrisisOpened, "he")
	m.Data.Title = strings.Repeat("א", 500)
	got, err := Render(m)
	if err != nil || len([]rune(got.Subject)) != maxSubject {
		t.Fatalf("%d characters, %v", len([]rune(got.Subject)), err)
	}
}
