package journey

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/migdalor/migdalor/e2e/desk"
)

// export takes the record of the closed crisis and has it checked, offline, by
// the program; then it changes one byte of it.
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
	for _, at := range []int{len(answer.Body) / 3, len(answer.Body) / 2} {
		tampered := append([]byte(nil), answer.Body...)
		tampered[at] ^= 1
		if err := os.WriteFile(file, tampered, 0o600); err != nil {
			w.Fatal(err)
		}
		out, err = exec.Command(desk.Binary(w), "verify", file).CombinedOutput()
		if err == nil || strings.HasPrefix(string(out), "VALID") || strings.Contains(string(out), "\nVALID") {
			w.Errorf("verify of a record with byte %d changed: %v\n%s", at, err, out)
		}
	}
}
