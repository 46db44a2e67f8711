package notify

import (
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

func mailbox(t *testing.T) (*MailboxSender, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mailbox")
	s, err := NewMailboxSender(dir, "Agency <alerts@agency.example.test>")
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestMailboxKeepsOnce(t *testing.T) {
	s, dir := mailbox(t)
	m := message(t)
	for range 2 {
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	later := m
	later.ID, later.Subject, later.At = "later", "אחר", m.At.Add(time.Microsecond)
	if err := s.Send(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(10)
	if err != nil || len(list) != 2 || list[0].ID != "later" || list[1].ID != m.ID || list[0].HTML != "" {
		t.Fatalf("%v %+v", err, list)
	}
	if list, err = s.List(1); err != nil || len(list) != 1 || list[0].ID != "later" {
		t.Fatalf("%v %+v", err, list)
	}
	back, err := s.Read(m.ID)
	if err != nil || back != m {
		t.Fatalf("%v\n%+v\n%+v", err, back, m)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"+m.ID+".eml"))
	if len(files) != 1 {
		t.Fatalf("files %v", files)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parsed, err := mail.ReadMessage(f)
	if err != nil || !strings.HasPrefix(parsed.Header.Get("Content-Type"), "multipart/alternative") {
		t.Fatalf("%v %v", err, parsed)
	}
	for _, path := range []string{dir, files[0]} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v %v", path, info.Mode(), err)
		}
	}
}

func TestMailboxIgnoresForeignAndHalfFiles(t *testing.T) {
	s, dir := mailbox(t)
	if err := s.Send(t.Context(), message(t)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".new-123", "20990101T000000.000000Z_half.eml", "note.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.List(10); err != nil || len(list) != 1 {
		t.Fatalf("%v %+v", err, list)
	}
}

func TestMailboxReadRefusesPaths(t *testing.T) {
	s, dir := mailbox(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "nothing", "../secret", "*", "/etc/passwd", "a\x00b", strings.Repeat("a", 100)} {
		if _, err := s.Read(id); !fault.Is(err, "mail_not_found") {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestMailboxRefusesMalformedMessage(t *testing.T) {
	s, _ := mailbox(t)
	for name, change := range map[string]func(m *Message){
		"id": func(m *Message) { m.ID = "../../x" }, "to": func(m *Message) { m.To = "a@b.test\r\nBcc: c@d.test" }, "subject": func(m *Message) { m.Subject = "a\nBcc: c@d.test" },
	} {
		m := message(t)
		change(&m)
		if err := s.Send(t.Context(), m); ClassOf(err) != Permanent {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := s.List(10); err != nil || len(list) != 0 {
		t.Fatalf("%v %+v", err, list)
	}
}

func TestMailboxUnwritable(t *testing.T) {
	s, dir := mailbox(t)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), message(t)); ClassOf(err) != Temporary {
		t.Fatalf("got %v", err)
	}
	if _, err := s.List(1); !fault.Is(err, "mailbox_folder") {
		t.Fatalf("got %v", err)
	}
}

func TestMailboxManyAtOnceAndPruned(t *testing.T) {
	s, dir := mailbox(t)
	for i := range keepMails {
		name := fmt.Sprintf("20200101T000000.%06dZ_old-%d", i, i)
		for _, end := range []string{".eml", ".json"} {
			if err := os.WriteFile(filepath.Join(dir, name+end), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			m := message(t)
			m.ID = fmt.Sprintf("new-%d", i)
			if err := s.Send(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := s.List(keepMails + 100)
	if err != nil || len(list) != keepMails {
		t.Fatalf("%d mails, %v", len(list), err)
	}
	for i := range 8 {
		if _, err := s.Read(fmt.Sprintf("new-%d", i)); err != nil {
			t.Errorf("new-%d: %v", i, err)
		}
	}
}
