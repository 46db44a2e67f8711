package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const importedRows = 100_000

// TestImportOfALargeFileWithBrokenRows takes the good rows of a large file, and
// names the broken ones by their lines.
func TestImportOfALargeFileWithBrokenRows(t *testing.T) {
	data, _ := deployment(t)
	var text bytes.Buffer
	text.WriteString("platform,published_at,text,external_id\n")
	broken := 0
	for i := range importedRows {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute).Format(time.RFC3339)
		switch i % 1000 {
		case 7:
			at = "sometime"
			broken++
		case 8:
			fmt.Fprintf(&text, "x,%s,too few columns\n", at)
			broken++
			continue
		}
		fmt.Fprintf(&text, "x,%s,the ferry was late again %d,id-%d\n", at, i, i)
	}
	file := filepath.Join(t.TempDir(), "large.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	code, out, errs := call(t, "import", file, "--client", "dairy", "--data", data)
	t.Logf("%d rows in %v", importedRows, time.Since(began).Round(time.Millisecond))
	want := fmt.Sprintf("%d rows read, %d stored, 0 known already, %d broken", importedRows, importedRows-broken, broken)
	if code != exitFailed || !strings.Contains(out, want) {
		t.Errorf("%d %q, want %q", code, out, want)
	}
	for _, part := range []string{"line 9: ", "line 10: ", "more", "some rows were not taken; the rest is stored"} {
		if !strings.Contains(errs, part) {
			t.Errorf("%q is not said in %q", part, errs)
		}
	}
	code, out, _ = call(t, "import", file, "--client", "dairy", "--data", data)
	want = fmt.Sprintf("%d rows read, 0 stored, %d known already, %d broken", importedRows, importedRows-broken, broken)
	if code != exitFailed || !strings.Contains(out, want) {
		t.Errorf("the second time: %d %q, want %q", code, out, want)
	}
}

func TestImportRefuses(t *testing.T) {
	data, _ := deployment(t)
	// "the ferry" in Hebrew, as Windows-1255 writes it: no UTF-8.
	hebrew := "platform,published_at,text\nx,2026-11-17T08:00:00+02:00,\xe4\xee\xf2\xe1\xe5\xf8\xfa\n"
	for _, c := range []struct{ name, file, text, client, says string }{
		{"the wrong encoding", "a.csv", hebrew, "dairy", "UTF-8"},
		{"a table without the columns", "b.csv", "name,age\nDana,40\n", "dairy", "column"},
		{"an unknown kind of file", "c.docx", "x", "dairy", ""},
		{"an unknown client", "d.csv", hebrew, "nobody", "no such client"},
		{"an empty file", "e.csv", "", "dairy", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			code, out, errs := call(t, "import", file, "--client", c.client, "--data", data)
			if code != exitFailed || !strings.Contains(errs, c.says) || strings.Contains(out, " 1 stored") {
				t.Errorf("%d %q %q", code, out, errs)
			}
			t.Logf("%q %q", out, errs)
		})
	}
}
