package journey

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/migdalor/migdalor/e2e/desk"
	"github.com/migdalor/migdalor/internal/audit"
)

// export takes the record of the closed crisis and has it checked, offline, by
// the program; then it forges it in several ways.
func (w *walk) export() {
	w.Helper()
	answer, err := w.lead.Call(http.MethodGet, "/crises/"+w.number+"/export", nil)
	if err != nil || answer.Status != http.StatusOK || answer.Header.Get("Content-Type") != "application/zip" {
		w.Fatalf("the export: %d %v %s", answer.Status, err, answer.Header)
	}
	file := filepath.Join(w.TempDir(), w.number+".zip")
	if err := os.WriteFile(file, answer.Body, 0o600); err != nil {
		w.Fatal(err)
	}
	out, err := exec.Command(desk.Binary(w), "verify", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "VALID: ") {
		w.Fatalf("verify: %v\n%s", err, out)
	}
	cut := answer.Body[:len(answer.Body)-30]
	if err := os.WriteFile(file, cut, 0o600); err != nil {
		w.Fatal(err)
	}
	if out, err = exec.Command(desk.Binary(w), "verify", file).CombinedOutput(); err == nil {
		w.Errorf("verify of half a record: %s", out)
	}
	tried := forgeries(w, answer.Body)
	w.Logf("%d forgeries", len(tried))
	for name, forged := range tried {
		report, err := audit.Verify(bytes.NewReader(forged), int64(len(forged)), audit.VerifyOptions{})
		if err == nil && report.OK() {
			w.Errorf("a record with %s is taken for good:\n%s", name, report.Summary())
		}
	}
}

// forgeries are whole bundles in which one file is altered by a byte, or left
// out: the first of each folder.
func forgeries(t testing.TB, bundle []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	out, tried := map[string][]byte{}, map[string]bool{}
	for _, f := range archive.File {
		folder := path.Dir(f.Name)
		if tried[folder] {
			continue
		}
		tried[folder] = folder != "."
		out["one byte of "+f.Name+" changed"] = rebuilt(t, archive, f.Name, func(text []byte) []byte {
			text[len(text)/2] ^= 1
			return text
		})
		out[f.Name+" left out"] = rebuilt(t, archive, f.Name, func([]byte) []byte { return nil })
	}
	return out
}

// rebuilt writes the archive again with one file altered; nil leaves it out.
func rebuilt(t testing.TB, archive *zip.Reader, name string, alter func([]byte) []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	to := zip.NewWriter(&out)
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			if text = alter(text); text == nil {
				continue
			}
		}
		file, err := to.Create(f.Name)
		if err == nil {
			_, err = file.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
