package channel

import (
	"net/http"
	"testing"
	"time"
)

func TestGuardAddresses(t *testing.T) {
	cases := []struct {
		address  string
		open     bool // by default
		loopback bool // with AllowLoopback
	}{
		{"93.184.216.34:443", true, true},
		{"[2606:2800:220:1::1]:443", true, true},
		{"127.0.0.1:443", false, true},
		{"[::1]:443", false, true},
		{"[::ffff:127.0.0.1]:443", false, true},
		{"[::ffff:10.0.0.1]:443", false, false},
		{"10.1.2.3:443", false, false},
		{"172.16.0.1:443", false, false},
		{"192.168.1.1:443", false, false},
		{"169.254.169.254:443", false, false},
		{"100.64.0.1:443", false, false},
		{"0.0.0.0:443", false, false},
		{"0.1.2.3:443", false, false},
		{"198.18.0.1:443", false, false},
		{"203.0.113.9:443", false, false},
		{"224.0.0.1:443", false, false},
		{"255.255.255.255:443", false, false},
		{"[::]:443", false, false},
		{"[::7f00:1]:443", false, false},
		{"[64:ff9b::7f00:1]:443", false, false},
		{"[64:ff9b:1::a00:1]:443", false, false},
		{"[2002:7f00:1::]:443", false, false},
		{"[2001:0:1::1]:443", false, false},
		{"[fc00::1]:443", false, false},
		{"[fe80::1]:443", false, false},
		{"[fe80::1%eth0]:443", false, false},
		{"[fec0::1]:443", false, false},
		{"[ff02::1]:443", false, false},
		{"localhost:443", false, false}, // not resolved: never reached
	}
	for _, tc := range cases {
		t.Run(tc.address, func(t *testing.T) {
			if got := (Guard{}).checkAddress(tc.address) == nil; got != tc.open {
				t.Errorf("open by default: %v", got)
			}
			if got := (Guard{AllowLoopback: true}).checkAddress(tc.address) == nil; got != tc.loopback {
				t.Errorf("open with loopback: %v", got)
			}
		})
	}
}

func TestGuardSchemesAndPorts(t *testing.T) {
	for _, service := range []string{
		"http://127.0.0.1:1", "http://bsky.example", "https://bsky.example:8443", "https://127.0.0.1", "https://localhost",
		"file:///etc/passwd", "gopher://127.0.0.1", "https://", "%zz",
	} {
		t.Run(service, func(t *testing.T) {
			b := NewBluesky(BlueskyConfig{Service: service, Identifier: "a", AppPassword: "b", Now: time.Now})
			if out := b.Publish(t.Context(), Post{Account: "a"}); out.Status != Unsent || out.Code != "unreachable" {
				t.Fatalf("got %+v", out)
			}
		})
	}
}

func TestGuardIgnoresProxySettings(t *testing.T) {
	inner, ok := Guard{}.client().Transport.(guarded).next.(*http.Transport)
	if !ok || inner.Proxy != nil {
		t.Fatal("a proxy from the environment would see every call")
	}
}
