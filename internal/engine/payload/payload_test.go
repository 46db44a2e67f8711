package payload_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"google.golang.org/protobuf/proto"

	"github.com/migdalor/migdalor/internal/engine/payload"
	"github.com/migdalor/migdalor/internal/fault"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func ring(t *testing.T, active string, keys map[string][]byte) *payload.KeyRing {
	t.Helper()
	r, err := payload.NewKeyRing(active, keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codec(t *testing.T, active string, keys map[string][]byte) *payload.Codec {
	t.Helper()
	return payload.NewCodec(ring(t, active, keys), rand.Reader)
}

func sample() []*commonpb.Payload {
	return []*commonpb.Payload{
		{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"secret canary"`)},
		{Metadata: map[string][]byte{"encoding": []byte("binary/null")}},
	}
}

func TestRoundTripHidesContent(t *testing.T) {
	c := codec(t, "k1", map[string][]byte{"k1": key(1)})
	in := sample()
	sealed, err := c.Encode(in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Encode(in)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed[0].Data, []byte("canary")) || bytes.Contains(sealed[0].Data, []byte("json/plain")) {
		t.Error("the ciphertext shows content")
	}
	if bytes.Equal(sealed[0].Data, again[0].Data) {
		t.Error("two encryptions of one payload are equal: the nonce repeats")
	}
	out, err := c.Decode(sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		if !proto.Equal(in[i], out[i]) {
			t.Errorf("payload %d: got %v, want %v", i, out[i], in[i])
		}
	}
}

func TestDecodePassesOnPlainPayloads(t *testing.T) {
	in := sample()
	out, err := codec(t, "k1", map[string][]byte{"k1": key(1)}).Decode(in)
	if err != nil || !proto.Equal(in[0], out[0]) {
		t.Fatalf("got %v, %v", out, err)
	}
}

func TestRotation(t *testing.T) {
	old := codec(t, "k1", map[string][]byte{"k1": key(1)})
	both := codec(t, "k2", map[string][]byte{"k1": key(1), "k2": key(2)})
	written, err := old.Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := both.Decode(written); err != nil {
		t.Errorf("the old key no longer reads: %v", err)
	}
	fresh, err := both.Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	if got := string(fresh[0].Metadata["encryption-key-id"]); got != "k2" {
		t.Errorf("encrypted with %q, want the active key", got)
	}
	if _, err := old.Decode(fresh); !fault.Is(err, "payload_key_unknown") {
		t.Errorf("a ring without the key gave %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	keys := map[string][]byte{"k1": key(1), "k2": key(2)}
	cases := map[string]struct {
		alter func(*commonpb.Payload)
		code  string
	}{
		"unknown key id":       {func(p *commonpb.Payload) { p.Metadata["encryption-key-id"] = []byte("k9") }, "payload_key_unknown"},
		"no key id":            {func(p *commonpb.Payload) { delete(p.Metadata, "encryption-key-id") }, "payload_key_unknown"},
		"relabelled key":       {func(p *commonpb.Payload) { p.Metadata["encryption-key-id"] = []byte("k2") }, "payload_tampered"},
		"flipped last bit":     {func(p *commonpb.Payload) { p.Data[len(p.Data)-1] ^= 1 }, "payload_tampered"},
		"flipped nonce":        {func(p *commonpb.Payload) { p.Data[0] ^= 1 }, "payload_tampered"},
		"truncated":            {func(p *commonpb.Payload) { p.Data = p.Data[:20] }, "payload_tampered"},
		"shorter than a nonce": {func(p *commonpb.Payload) { p.Data = p.Data[:3] }, "payload_tampered"},
		"empty":                {func(p *commonpb.Payload) { p.Data = nil }, "payload_tampered"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := codec(t, "k1", keys)
			sealed, err := c.Encode(sample())
			if err != nil {
				t.Fatal(err)
			}
			tc.alter(sealed[0])
			if _, err := c.Decode(sealed); !fault.Is(err, tc.code) {
				t.Errorf("got %v, want %s", err, tc.code)
			}
		})
	}
}

func TestFailureTextIsEncrypted(t *testing.T) {
	converter := codec(t, "k1", map[string][]byte{"k1": key(1)}).FailureConverter()
	failure := converter.ErrorToFailure(errors.New("secret canary"))
	raw, err := proto.Marshal(failure)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("canary")) {
		t.Error("the failure shows its message")
	}
	if back := converter.FailureToError(proto.Clone(failure).(*failurepb.Failure)); back.Error() != "secret canary" {
		t.Errorf("came back as %q", back)
	}
}

func TestLoadOrCreate(t *testing.T) {
	dir := t.TempDir()
	first, err := payload.LoadOrCreate(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, payload.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v", info.Mode().Perm())
	}
	second, err := payload.LoadOrCreate(dir, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := payload.NewCodec(first, rand.Reader).Encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := payload.NewCodec(second, rand.Reader).Decode(sealed); err != nil {
		t.Errorf("the second start has another key: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	const k = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	cases := map[string]string{
		"not JSON":               `active: k1`,
		"no keys":                `{"active":"k1"}`,
		"active key missing":     `{"active":"k2","keys":{"k1":"` + k + `"}}`,
		"short key":              `{"active":"k1","keys":{"k1":"AQEB"}}`,
		"key is not base64":      `{"active":"k1","keys":{"k1":"***"}}`,
		"key without a name":     `{"active":"","keys":{"":"` + k + `"}}`,
		"other key is too short": `{"active":"k1","keys":{"k1":"` + k + `","k0":"AQ=="}}`,
	}
	for name, content := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := payload.Load(path); !fault.Is(err, "payload_keys_invalid") {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := payload.Load(filepath.Join(t.TempDir(), "none.json")); !fault.Is(err, "payload_keys_unreadable") {
		t.Errorf("a missing file gave %v", err)
	}
}
