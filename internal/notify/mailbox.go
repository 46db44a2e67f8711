package notify

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/migdalor/migdalor/internal/fault"
)

// keepMails bounds the folder: beyond it the oldest mails go.
const keepMails = 2000

// fileTime sorts by time as text.
const fileTime = "20060102T150405.000000Z"

// MailboxSender keeps mails in a folder instead of sending them: for each one an
// .eml file and a .json file that holds its parts. The folder is readable by its
// owner only, because mails hold links and codes.
type MailboxSender struct {
	dir  string
	from *netmail.Address
}

// NewMailboxSender makes the folder if it is not there.
func NewMailboxSender(dir, from string) (*MailboxSender, error) {
	sender, err := ParseFrom(from)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "mailbox_folder", "the mailbox folder cannot be made").Because(err)
	}
	return &MailboxSender{dir: dir, from: sender}, nil
}

// Send keeps m. A mail kept again replaces itself.
func (s *MailboxSender) Send(ctx context.Context, m Message) error {
	if err := ctx.Err(); err != nil {
		return fail(Temporary, "the mail was not kept", err)
	}
	mime, err := eml(s.from, m)
	if err != nil {
		return err
	}
	parts, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fail(Permanent, "the mail cannot be encoded", err)
	}
	name := filepath.Join(s.dir, m.At.UTC().Format(fileTime)+"_"+m.ID)
	// The list reads the .json files, so that one comes last.
	for _, file := range []struct {
		name string
		data []byte
	}{{name + ".eml", mime}, {name + ".json", parts}} {
		if err := writeFile(file.name, file.data); err != nil {
			return fail(Temporary, "the mail could not be kept", err)
		}
	}
	// The mail is kept; if the oldest cannot be removed now, the next mail tries again.
	_ = s.prune()
	return nil
}

// List gives the newest mails first, at most limit of them, without bodies.
func (s *MailboxSender) List(limit int) ([]Message, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	slices.Reverse(names)
	out := []Message{}
	for _, name := range names[:min(max(limit, 0), len(names))] {
		m, err := s.load(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // pruned meanwhile
		}
		if err != nil {
			return nil, mailboxFault(err)
		}
		m.Text, m.HTML = "", ""
		out = append(out, m)
	}
	return out, nil
}

// Read gives one mail whole.
func (s *MailboxSender) Read(id string) (Message, error) {
	missing := fault.New(fault.NotFound, "mail_not_found", "there is no such mail")
	if !idPattern.MatchString(id) {
		return Message{}, missing
	}
	names, err := s.names()
	if err != nil {
		return Message{}, err
	}
	at := slices.IndexFunc(names, func(name string) bool {
		_, rest, _ := strings.Cut(name, "_") // the time holds no underscore
		return rest == id+".json"
	})
	if at < 0 {
		return Message{}, missing
	}
	m, err := s.load(names[at])
	if err != nil {
		return Message{}, mailboxFault(err)
	}
	return m, nil
}

func (s *MailboxSender) load(name string) (Message, error) {
	var m Message
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(data, &m)
}

// names lists the .json files, oldest first.
func (s *MailboxSender) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir) // sorted by name, and names begin with the time
	if err != nil {
		return nil, mailboxFault(err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".json") && e.Type().IsRegular() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

func (s *MailboxSender) prune() error {
	names, err := s.names()
	if err != nil {
		return err
	}
	for _, name := range names[:max(0, len(names)-keepMails)] {
		stem := filepath.Join(s.dir, strings.TrimSuffix(name, ".json"))
		for _, file := range []string{stem + ".json", stem + ".eml"} {
			if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return mailboxFault(err)
			}
		}
	}
	return nil
}

func mailboxFault(err error) error {
	return fault.New(fault.Unavailable, "mailbox_folder", "the mailbox folder cannot be read").Because(err)
}

// writeFile makes a file appear whole or not at all, also across a crash.
func writeFile(name string, data []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(name), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	if _, err = temp.Write(data); err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	return err
}
