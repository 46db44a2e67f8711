package keyring

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/migdalor/migdalor/internal/fault"
)

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	var wg sync.WaitGroup
	sets := make([]*Set, 8)
	for i := range sets {
		wg.Go(func() {
			s, err := Open(dir)
			if err != nil {
				t.Error(err)
			}
			sets[i] = s
		})
	}
	wg.Wait()
	for _, s := range sets {
		if string(s.Seal) != string(sets[0].Seal) {
			t.Fatal("processes that start at once read different keys")
		}
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		info, _ := f.Info()
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v", f.Name(), info.Mode())
		}
	}
	if len(files) != 2 {
		t.Errorf("%d files, not seal.key and links.json alone", len(files))
	}
}

func TestLedgerKeyStays(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	secret, public, err := s.Ledger("crisis.example/audit/1")
	if err != nil {
		t.Fatal(err)
	}
	again, same, err := s.Ledger("another.example/audit/1")
	if err != nil || again != secret || same != public {
		t.Fatalf("the ledger's key changed: %v", err)
	}
}

func TestBrokenKeyFileIsRefused(t *testing.T) {
	for _, name := range []string{sealFile, linksFile} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !fault.Is(err, "keys_malformed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
