package desk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/source"
)

// Person is somebody at the console: a cookie jar and the address of the server.
type Person struct {
	Base   string
	client *http.Client
}

// NewPerson is somebody who has not signed in.
func NewPerson(t testing.TB, base string) *Person {
	t.Helper()
	return NewSite(base).Person(t)
}

// SignIn signs a new person in.
func SignIn(t testing.TB, base, email, password string) *Person {
	t.Helper()
	return NewSite(base).SignIn(t, email, password)
}

// At is the same person, who goes to one address of the site only.
func (p *Person) At(base string) *Person {
	client := NewSite(base).client(p.client.Jar)
	return &Person{Base: base, client: client}
}

// Answer is what a call was answered.
type Answer struct {
	Status int
	Body   []byte
	Header http.Header
}

// Into decodes the body.
func (a Answer) Into(t testing.TB, out any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, out); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
}

// Code is the code of a problem.
func (a Answer) Code() string {
	var p struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(a.Body, &p)
	return p.Code
}

// Call sends JSON to /api/v1; an error is one of the wire.
func (p *Person) Call(method, path string, in any, headers ...string) (Answer, error) {
	body := io.Reader(http.NoBody)
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return Answer{}, err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, p.Base+"/api/v1"+path, body)
	if err != nil {
		return Answer{}, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return p.do(req)
}

func (p *Person) do(req *http.Request) (Answer, error) {
	res, err := p.client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return Answer{Status: res.StatusCode, Body: raw, Header: res.Header}, err
}

// Is calls and insists on a status and a problem's code, which may be empty.
func (p *Person) Is(t testing.TB, status int, code, method, path string, in any, headers ...string) Answer {
	t.Helper()
	a, err := p.Call(method, path, in, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.Status != status || code != "" && a.Code() != code {
		t.Fatalf("%s %s: %d %s, want %d %s", method, path, a.Status, a.Body, status, code)
	}
	return a
}

// Listen opens the stream of live events and gives each one's data, until ctx
// ends.
func (p *Person) Listen(ctx context.Context, t testing.TB) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Base+"/api/v1/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	endless := *p.client
	endless.Timeout = 0
	res, err := endless.Do(req) //nolint:bodyclose // the reader below closes it
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the live events: %v %v", res, err)
	}
	out := make(chan string, 1000)
	go func() {
		defer func() { _ = res.Body.Close(); close(out) }()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				out <- data
			}
		}
	}()
	return out
}

// Must calls and insists on success; out may be nil.
func (p *Person) Must(t testing.TB, method, path string, in, out any, headers ...string) {
	t.Helper()
	a, err := p.Call(method, path, in, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.Status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	if out != nil {
		if err := json.Unmarshal(a.Body, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, a.Body)
		}
	}
}

// Hook delivers a signed body to a source, as Standard Webhooks asks.
func Hook(base, hookURL, secret, id string, body any) (Answer, error) {
	return NewSite(base).Hook(hookURL, secret, id, body)
}

func hook(client *http.Client, hookURL, secret, id string, raw []byte) (Answer, error) {
	req, err := http.NewRequest(http.MethodPost, hookURL, bytes.NewReader(raw))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if err := source.Sign(secret, id, time.Now(), raw, req.Header); err != nil {
		return Answer{}, err
	}
	return (&Person{client: client}).do(req)
}

// Eventually waits until check is content, and fails with its last complaint.
func Eventually(t testing.TB, within time.Duration, check func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(fmt.Errorf("after %v: %w", within, err))
		}
		<-tick.C
	}
}
