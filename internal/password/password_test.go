package password_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/password"
)

func TestValidate(t *testing.T) {
	cases := map[string]struct {
		plain string
		own   []string
		code  string
	}{
		"a sentence":             {plain: "the boats came back before noon"},
		"a Hebrew sentence":      {plain: "הסירות חזרו לפני הצהריים"},
		"random letters":         {plain: "k7m2q-x9w4t-b3n8v"},
		"fourteen characters":    {plain: "boats-at-noon!", code: "password_short"},
		"fourteen in Hebrew":     {plain: "סירות בצהריים", code: "password_short"},
		"fifteen in Hebrew":      {plain: "סירות אל הצהרים"},
		"one character":          {plain: strings.Repeat("a", 20), code: "password_common"},
		"a repeated pair":        {plain: strings.Repeat("xk", 10), code: "password_common"},
		"a common one":           {plain: "passwordpassword", code: "password_common"},
		"a disguised common one": {plain: "P@ssw0rd-P@ssw0rd-123", code: "password_common"},
		"a run of digits":        {plain: "12345678901234567", code: "password_common"},
		"a famous sentence":      {plain: "correct horse battery staple", code: "password_common"},
		"the person's own name":  {plain: "Nurit Peled Nurit Peled 2026", own: []string{"Nurit Peled", "nurit@agency.test"}, code: "password_common"},
		"1024 bytes":             {plain: strings.Repeat("the boats came ", 70)[:1024]},
		"1025 bytes":             {plain: strings.Repeat("the boats came ", 70)[:1025], code: "password_long"},
		"not text":               {plain: "\xff\xfe boats came back before", code: "password_encoding"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := password.Validate(c.plain, c.own...)
			if c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

func TestHashAndCheck(t *testing.T) {
	h, ctx := password.New(), t.Context()
	const plain = "the boats came back before noon"
	hash, err := h.Hash(ctx, plain)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Errorf("hash %.40s", hash)
	}
	if ok, renewed, err := h.Check(ctx, plain, hash); !ok || renewed != "" || err != nil {
		t.Errorf("right password: %v %q %v", ok, renewed, err)
	}
	for name, wrong := range map[string]string{"other": plain + ".", "empty": "", "too long": strings.Repeat(plain, 40)} {
		if ok, _, err := h.Check(ctx, wrong, hash); ok || err != nil {
			t.Errorf("%s: %v %v", name, ok, err)
		}
	}
	if ok, _, err := h.Check(ctx, plain, ""); ok || err != nil {
		t.Errorf("person without a password: %v %v", ok, err)
	}
}

func TestOldHashIsRenewed(t *testing.T) {
	h, ctx := password.New(), t.Context()
	old, err := argon2id.CreateHash("the boats came back", &argon2id.Params{Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	ok, renewed, err := h.Check(ctx, "the boats came back", old)
	if !ok || err != nil || renewed == "" {
		t.Fatalf("%v %q %v", ok, renewed, err)
	}
	if ok, again, err := h.Check(ctx, "the boats came back", renewed); !ok || again != "" || err != nil {
		t.Errorf("renewed: %v %q %v", ok, again, err)
	}
	if ok, renewed, _ := h.Check(ctx, "another password", old); ok || renewed != "" {
		t.Error("a wrong password renewed the hash")
	}
}

func TestGenerate(t *testing.T) {
	a, err := password.Generate(bytes.NewReader([]byte("0123456789abcdef")))
	if err != nil || len(a) != 23 || strings.Count(a, "-") != 3 {
		t.Fatalf("%q %v", a, err)
	}
	if err := password.Validate(a); err != nil {
		t.Errorf("a generated password is refused: %v", err)
	}
	if _, err := password.Generate(bytes.NewReader(nil)); err == nil {
		t.Error("no randomness, yet a password")
	}
}
