package source

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

var now = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func secret(t testing.TB, seed byte) string {
	t.Helper()
	s, err := NewSecret(bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVerify(t *testing.T) {
	one, two, three := secret(t, 1), secret(t, 2), secret(t, 3)
	body := []byte(`{"text":"שלום"}`)
	tests := []struct {
		name    string
		secrets []string
		signBy  string
		change  func(http.Header)
		body    []byte
		at      time.Time
		code    string
	}{
		{name: "signed", secrets: []string{one}},
		{name: "signed by the old secret while rotating", secrets: []string{two, one}},
		{name: "signed by the new secret while rotating", secrets: []string{one, two}},
		{name: "one of two signatures fits", secrets: []string{one}, change: func(h http.Header) {
			h.Set("webhook-signature", "v1,AAAA "+h.Get("webhook-signature"))
		}},
		{name: "just within tolerance", secrets: []string{one}, at: now.Add(Tolerance)},
		{name: "other secret", secrets: []string{three}, code: "webhook_tampered"},
		{name: "body changed", secrets: []string{one}, body: []byte(`{"text":"שלום "}`), code: "webhook_tampered"},
		{name: "id changed", secrets: []string{one}, change: func(h http.Header) { h.Set("webhook-id", "b") }, code: "webhook_tampered"},
		{name: "time changed", secrets: []string{one}, change: func(h http.Header) { h.Set("webhook-timestamp", "1772355601") }, code: "webhook_tampered"},
		{name: "time not a number", secrets: []string{one}, change: func(h http.Header) { h.Set("webhook-timestamp", "now") }, code: "webhook_tampered"},
		{name: "unknown signature version", secrets: []string{one}, change: func(h http.Header) {
			h.Set("webhook-signature", strings.Replace(h.Get("webhook-signature"), "v1,", "v2,", 1))
		}, code: "webhook_tampered"},
		{name: "very many signatures", secrets: []string{one}, change: func(h http.Header) {
			h.Set("webhook-signature", strings.Repeat("v1,AAAA ", 20)+h.Get("webhook-signature"))
		}, code: "webhook_tampered"},
		{name: "too old", secrets: []string{one}, at: now.Add(Tolerance + time.Second), code: "webhook_stale"},
		{name: "too new", secrets: []string{one}, at: now.Add(-Tolerance - time.Second), code: "webhook_stale"},
		{name: "no signature", secrets: []string{one}, change: func(h http.Header) { h.Del("webhook-signature") }, code: "webhook_unsigned"},
		{name: "no id", secrets: []string{one}, change: func(h http.Header) { h.Del("webhook-id") }, code: "webhook_unsigned"},
		{name: "no time", secrets: []string{one}, change: func(h http.Header) { h.Del("webhook-timestamp") }, code: "webhook_unsigned"},
		{name: "no secret set", code: "webhook_unsigned"},
		{name: "empty secret", secrets: []string{""}, code: "bad_webhook_secret"},
		{name: "short secret", secrets: []string{"whsec_AAAA"}, code: "bad_webhook_secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			if err := Sign(one, "a", now, body, h); err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(h)
			}
			got, at := body, now
			if tt.body != nil {
				got = tt.body
			}
			if !tt.at.IsZero() {
				at = tt.at
			}
			err := Verify(tt.secrets, h, got, at)
			if tt.code == "" && err != nil || tt.code != "" && !fault.Is(err, tt.code) {
				t.Fatalf("got %v, want code %q", err, tt.code)
			}
			if strings.HasPrefix(tt.code, "webhook_") && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("kind %s, want unauthenticated", fault.KindOf(err))
			}
		})
	}
}

func TestSignRefusesEmptySecret(t *testing.T) {
	if err := Sign("", "a", now, nil, http.Header{}); !fault.Is(err, "bad_webhook_secret") {
		t.Fatalf("got %v", err)
	}
}

func TestNewSecretNeedsRandomness(t *testing.T) {
	if _, err := NewSecret(strings.NewReader("short")); err == nil {
		t.Fatal("a secret was made from too few random bytes")
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("a", "1772355600", "v1,AAAA", []byte("{}"))
	f.Add("", "", "", []byte(nil))
	f.Add("a", "-9223372036854775808", "v1,", []byte("x"))
	one := secret(f, 1)
	f.Fuzz(func(t *testing.T, id, stamp, signature string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {stamp}, "Webhook-Signature": {signature}}
		if Verify([]string{one}, h, body, now) == nil {
			t.Fatalf("an unsigned call passed: %q %q %q", id, stamp, signature)
		}
	})
}
