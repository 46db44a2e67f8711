package approval

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

func root(from byte) []byte {
	out := make([]byte, 32)
	for i := range out {
		out[i] = from + byte(i)
	}
	return out
}

func ring(t *testing.T, active Key, more ...Key) KeyRing {
	t.Helper()
	keys, err := NewKeyRing(active, more...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func facts(t *testing.T) Facts {
	t.Helper()
	id, err := NewLinkID(bytes.NewReader(root(0)))
	if err != nil {
		t.Fatal(err)
	}
	return Facts{
		LinkID: id, AgencyID: "agency-1", CaseID: "case-1", DraftID: "draft-1", VersionHash: Hash(root(100)),
		ApproverID: "person-1", ExpiresAt: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
	}
}

// goldenToken was computed by an independent program (Python's hmac) from root key 00…1f.
const goldenToken = "v1.k1.aaaqeayeaudaocajbifqydiob4.ohsOvrQaceY9ARWysCHXux5KZulOsLNCZQs6xRrBKro"

func TestMintGolden(t *testing.T) {
	keys := ring(t, Key{"k1", root(0)})
	if got := Mint(keys, facts(t)); got != goldenToken {
		t.Fatalf("got %s: links that are out would die", got)
	}
	if err := Check(keys, goldenToken, facts(t)); err != nil {
		t.Fatal(err)
	}
}

func TestTokenRefused(t *testing.T) {
	keys := ring(t, Key{"k1", root(0)}, Key{"k2", root(50)})
	f := facts(t)
	other := f
	other.LinkID = strings.Repeat("b", 25) + "a"
	part := strings.Split(goldenToken, ".")
	join := func(p ...string) string { return strings.Join(p, ".") }
	otherMAC := strings.Split(Mint(keys, other), ".")[3]
	padded, _ := base64.RawURLEncoding.DecodeString(part[3])
	reset := base64.RawURLEncoding.EncodeToString(macOf(root(0), "password-reset/v1", "k1", f.LinkID))
	invite, _ := keys.derive("k1", "invite/v1")
	cases := map[string]string{
		"empty":                      "",
		"only dots":                  "...",
		"truncated":                  goldenToken[:len(goldenToken)-1],
		"one segment short":          join(part[0], part[1], part[2]),
		"extra segment":              goldenToken + ".x",
		"extra dot":                  goldenToken + ".",
		"other version":              join("v2", part[1], part[2], part[3]),
		"upper-case version":         join("V1", part[1], part[2], part[3]),
		"unknown kid":                join(part[0], "k9", part[2], part[3]),
		"kid swapped":                join(part[0], "k2", part[2], part[3]),
		"kid empty":                  join(part[0], "", part[2], part[3]),
		"mac of another link":        join(part[0], part[1], part[2], otherMAC),
		"id of another link":         join(part[0], part[1], other.LinkID, part[3]),
		"upper-case id":              join(part[0], part[1], strings.ToUpper(part[2]), part[3]),
		"id with spare bits set":     join(part[0], part[1], part[2][:25]+"5", part[3]),
		"mac with spare bits set":    goldenToken[:len(goldenToken)-1] + "p",
		"mac padded":                 join(part[0], part[1], part[2], base64.URLEncoding.EncodeToString(padded)),
		"mac in standard base64":     join(part[0], part[1], part[2], strings.NewReplacer("-", "+", "_", "/").Replace(part[3])+"="),
		"line break inside":          goldenToken[:60] + "\n" + goldenToken[60:],
		"line break after":           goldenToken + "\n",
		"space before":               " " + goldenToken,
		"nul":                        goldenToken[:40] + "\x00" + goldenToken[41:],
		"utf-8":                      goldenToken[:40] + "א" + goldenToken[42:],
		"10 KB":                      goldenToken + strings.Repeat("A", 10<<10),
		"mac under the bare root":    join(part[0], part[1], part[2], base64.RawURLEncoding.EncodeToString(linkMAC(root(0), linkPurpose, "k1", f))),
		"purpose: password reset":    join(part[0], part[1], part[2], reset),
		"purpose: key of an invite":  join(part[0], part[1], part[2], base64.RawURLEncoding.EncodeToString(linkMAC(invite, linkPurpose, "k1", f))),
		"mac under an all-zero root": join(part[0], "k9", part[2], base64.RawURLEncoding.EncodeToString(linkMAC(make([]byte, 32), linkPurpose, "k9", f))),
	}
	for name, token := range cases {
		t.Run(name, func(t *testing.T) {
			if err := Check(keys, token, f); !fault.Is(err, "link_invalid") {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// An unknown kid derives from a known useless root; a token made under that root must not hold.
func TestTokenUnknownKidUnderUselessKey(t *testing.T) {
	keys := ring(t, Key{"k1", root(0)})
	f := facts(t)
	useless, known := keys.derive("k9", linkPurpose)
	if known {
		t.Fatal("k9 is known")
	}
	token := "v1.k9." + f.LinkID + "." + macs.EncodeToString(linkMAC(useless, linkPurpose, "k9", f))
	if err := Check(keys, token, f); !fault.Is(err, "link_invalid") {
		t.Fatalf("got %v", err)
	}
}

func TestTokenEveryFlippedBitIsRefused(t *testing.T) {
	keys := ring(t, Key{"k1", root(0)})
	f := facts(t)
	for i := range len(goldenToken) {
		for bit := range 8 {
			b := []byte(goldenToken)
			b[i] ^= 1 << bit
			if err := Check(keys, string(b), f); !fault.Is(err, "link_invalid") {
				t.Fatalf("byte %d bit %d: got %v", i, bit, err)
			}
		}
	}
}

func TestTokenAlteredRowIsRefused(t *testing.T) {
	keys := ring(t, Key{"k1", root(0)})
	cases := map[string]func(f *Facts){
		"agency":              func(f *Facts) { f.AgencyID = "agency-2" },
		"case":                func(f *Facts) { f.CaseID = "case-2" },
		"draft":               func(f *Facts) { f.DraftID = "draft-2" },
		"version":             func(f *Facts) { f.VersionHash[31] ^= 1 },
		"approver":            func(f *Facts) { f.ApproverID = "person-2" },
		"expiry":              func(f *Facts) { f.ExpiresAt = f.ExpiresAt.Add(time.Microsecond) },
		"link":                func(f *Facts) { f.LinkID = strings.Repeat("b", 25) + "a" },
		"letters moved along": func(f *Facts) { f.AgencyID, f.CaseID = "agency-1c", "ase-1" },
	}
	for name, alter := range cases {
		t.Run(name, func(t *testing.T) {
			f := facts(t)
			alter(&f)
			if err := Check(keys, goldenToken, f); !fault.Is(err, "link_invalid") {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestKeyRotation(t *testing.T) {
	old, fresh := Key{"k1", root(0)}, Key{"k2", root(50)}
	f := facts(t)
	rotated := ring(t, fresh, old)
	if err := Check(rotated, goldenToken, f); err != nil {
		t.Fatalf("a link of the retiring key died: %v", err)
	}
	if !strings.HasPrefix(Mint(rotated, f), "v1.k2.") {
		t.Fatal("the new key does not sign")
	}
	if again, err := MintAs(rotated, "k1", f); err != nil || again != goldenToken {
		t.Fatalf("a reminder would carry %s, %v", again, err)
	}
	dropped := ring(t, fresh)
	if err := Check(dropped, goldenToken, f); !fault.Is(err, "link_invalid") {
		t.Fatalf("a link of a dropped key lives: %v", err)
	}
	if _, err := MintAs(dropped, "k1", f); err == nil {
		t.Fatal("a dropped key signs")
	}
}

func TestNewKeyRingRefuses(t *testing.T) {
	for name, keys := range map[string][]Key{
		"short root": {{"k1", root(0)[:31]}}, "dot in id": {{"k.1", root(0)}}, "no id": {{"", root(0)}}, "same id": {{"k1", root(0)}, {"k1", root(1)}},
	} {
		if _, err := NewKeyRing(keys[0], keys[1:]...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(goldenToken)
	f.Add("v1.k1..")
	f.Fuzz(func(t *testing.T, token string) {
		kid, id, mac, err := Parse(token)
		if err != nil {
			return
		}
		if back := strings.Join([]string{"v1", kid, id, macs.EncodeToString(mac)}, "."); back != token {
			t.Fatalf("%q has a second spelling %q", token, back)
		}
	})
}

func TestLinkUsable(t *testing.T) {
	end := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	cases := []struct {
		name  string
		state LinkState
		now   time.Time
		code  string
	}{
		{"open", LinkOpen, end.Add(-time.Hour), ""},
		{"a second before the end", LinkOpen, end.Add(-time.Second), ""},
		{"at the end", LinkOpen, end, "link_expired"},
		{"a second after the end", LinkOpen, end.Add(time.Second), "link_expired"},
		{"decided, clock stepped back", LinkDecided, end.Add(-time.Hour), "link_decided"},
		{"expired, clock stepped back", LinkExpired, end.Add(-time.Hour), "link_expired"},
		{"revoked", LinkRevoked, end.Add(-time.Hour), "link_revoked"},
		{"locked", LinkLocked, end.Add(-time.Hour), "link_locked"},
		{"superseded", LinkSuperseded, end.Add(-time.Hour), "link_superseded"},
		{"unknown state", "", end.Add(-time.Hour), "link_invalid"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			err := LinkUsable(LinkRow{State: tc.state, ExpiresAt: end}, tc.now)
			if (tc.code == "") != (err == nil) || (tc.code != "" && !fault.Is(err, tc.code)) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestDisputeTokenIsNoLink(t *testing.T) {
	keys, f := ring(t, Key{"k1", root(0)}), facts(t)
	dispute, link := MintDispute(keys, f), Mint(keys, f)
	if err := CheckDispute(keys, dispute, f); err != nil {
		t.Fatalf("a fresh dispute token: %v", err)
	}
	if Check(keys, dispute, f) == nil {
		t.Error("a dispute token opened a link")
	}
	if CheckDispute(keys, link, f) == nil {
		t.Error("a link disputed a decision")
	}
}
