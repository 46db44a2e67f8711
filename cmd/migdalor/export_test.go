package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
)

// deployment makes a data folder with an agency and a crisis, and gives its number.
func deployment(t *testing.T) (data, number string) {
	t.Helper()
	data = t.TempDir()
	c := config.Common{Data: data}
	if err := c.Settle(""); err != nil {
		t.Fatal(err)
	}
	f, err := openFoundation(t.Context(), c, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, _, err = f.db.SetUp(t.Context(), store.Setup{AgencyName: "Agency", Admin: store.NewUser{Email: "a@agency.test", Name: "A", PasswordHash: "x", Grants: []store.GrantSpec{{Role: "admin"}}}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := f.db.AddClient(t.Context(), operator, store.NewClient{Slug: "dairy", Name: "Dairy"})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := f.db.OpenCrisis(t.Context(), operator, store.OpenCrisis{ClientID: client.ID, Title: "Spoiled milk", Severity: crisis.S2})
	if err != nil {
		t.Fatal(err)
	}
	return data, opened.Number
}

// call runs the program and gives its exit code and what it printed.
func call(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, std{strings.NewReader(""), &o, &e})
	return code, o.String(), e.String()
}

func TestExportThenVerify(t *testing.T) {
	data, number := deployment(t)
	out := filepath.Join(t.TempDir(), "case.zip")
	if code, _, errs := call(t, "export", "--data", data, "--crisis", number, "--out", out); code != exitDone {
		t.Fatalf("export: %d %s", code, errs)
	}
	code, said, _ := call(t, "verify", out)
	if code != exitDone || !strings.Contains(said, "VALID: ") || !strings.Contains(said, "taken from the bundle") {
		t.Errorf("without a key: %d %s", code, said)
	}
	text, err := os.ReadFile(filepath.Join(data, "keys", "ledger.key"))
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "log.vkey")
	if err := os.WriteFile(key, []byte(strings.Split(string(text), "\n")[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said, _ = call(t, "verify", out, "--key", key); code != exitDone || !strings.Contains(said, "the one you gave") {
		t.Errorf("with the key: %d %s", code, said)
	}
	bundle, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	bundle[len(bundle)/2] ^= 1
	broken := filepath.Join(t.TempDir(), "broken.zip")
	if err := os.WriteFile(broken, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said, _ = call(t, "verify", broken); code != exitFailed || strings.Contains(said, "\nVALID") || strings.HasPrefix(said, "VALID") {
		t.Errorf("a broken bundle: %d %s", code, said)
	}
}

func TestExportLeavesTheOldFileWhenItFails(t *testing.T) {
	data, _ := deployment(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "case.zip")
	if err := os.WriteFile(out, []byte("the older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := call(t, "export", "--data", data, "--crisis", "C-1999-0001", "--out", out)
	if code != exitFailed || !strings.Contains(errs, "There is no such crisis") {
		t.Errorf("%d %s", code, errs)
	}
	if left, err := os.ReadFile(out); err != nil || string(left) != "the older one" {
		t.Errorf("the old file holds %q, %v", left, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
}

func TestErase(t *testing.T) {
	data, _ := deployment(t)
	if code, _, errs := call(t, "erase", "user:nobody", "--data", data, "--reason", "asked for it"); code != exitFailed || !strings.Contains(errs, "no such person in the ledger") {
		t.Errorf("nobody: %d %s", code, errs)
	}
	if code, out, errs := call(t, "erase", "system:operator", "--data", data, "--reason", "asked for it"); code != exitFailed || !strings.Contains(errs, "somebody else") && !strings.Contains(errs, "Somebody else") {
		t.Errorf("oneself: %d %s %s", code, out, errs)
	}
	code, said, errs := call(t, "user", "add", "dana@agency.test", "--data", data, "--role", "analyst")
	if code != exitDone {
		t.Fatal(errs)
	}
	_, said, _ = strings.Cut(said, "with id ")
	user, _, _ := strings.Cut(said, "\n")
	if code, out, errs := call(t, "erase", "user:"+user, "--data", data, "--reason", "asked for it"); code != exitDone || !strings.Contains(out, "2 values") {
		t.Errorf("a person: %d %s %s", code, out, errs)
	}
}

func TestVerifyAndOpenAPINeedNothing(t *testing.T) {
	if code, _, errs := call(t, "verify", filepath.Join(t.TempDir(), "nowhere.zip")); code != exitFailed || !strings.Contains(errs, "cannot be read") {
		t.Errorf("a file that is not there: %d %s", code, errs)
	}
	code, doc, errs := call(t, "openapi")
	if code != exitDone || !strings.Contains(doc, `"/api/v1/ledger"`) {
		t.Errorf("openapi: %d %s", code, errs)
	}
}
