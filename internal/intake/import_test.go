package intake_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/store"
)

func TestImport(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	const file = "platform,published_at,text,id,url\n" +
		"x,2026-11-17T08:00:00+02:00,the ferry was late again,a1,\n" + // line 2
		"x,2026-11-17T08:01:00+02:00,\"a quote, and a comma\",a2,\n" +
		"x,yesterday,no time that can be read,a3,\n" + // line 4
		"x,2026-11-17T08:02:00+02:00,too few columns\n" + // line 5
		"moon,2026-11-17T08:02:00+02:00,no such platform,a5,\n" + // line 6
		"x,2027-11-17T08:02:00+02:00,from next year,a6,\n" + // line 7
		"x,2026-11-17T08:02:00+02:00,another scheme,a7,javascript:alert(1)\n" + // line 8
		"x,2026-11-17T08:03:00+02:00,not \xff text,a8,\n" + // line 9
		"x,2026-11-17T08:00:00+02:00,the ferry was late again,a1,\n"
	broken := func(r intake.ImportResult) string {
		out := map[int]string{}
		for _, e := range r.Errors {
			out[e.Line] = e.Err.Code
		}
		return fmt.Sprint(out)
	}
	o := intake.ImportOptions{Batch: intake.Batch{Source: w.source, Action: audit.MentionsImported, By: tester}, Format: "csv"}
	want := map[int]string{4: "bad_time", 5: "bad_columns", 6: "unknown_platform", 7: "time_in_future", 8: "bad_url_scheme", 9: "bad_encoding"}

	o.DryRun = true
	sum, err := w.Import(t.Context(), strings.NewReader(file), o)
	if err != nil || sum.Broken != 6 || broken(sum) != fmt.Sprint(want) {
		t.Fatalf("dry run: %+v %v %v", sum, broken(sum), err)
	}
	list, _, err := w.DB.Mentions(t.Context(), store.ScopeAll(), store.MentionFilter{SourceID: w.source.ID, From: noon.Add(-6 * time.Hour), Query: "ferry"}, store.Page{})
	if err != nil || len(list) != 0 {
		t.Fatalf("a dry run stored %d rows, %v", len(list), err)
	}

	o.DryRun = false
	if sum, err = w.Import(t.Context(), strings.NewReader(file), o); err != nil || sum.Rows != 9 || sum.Stored != 2 || sum.Known != 1 || sum.Broken != 6 {
		t.Fatalf("first run: %+v %v", sum, err)
	}
	if broken(sum) != fmt.Sprint(want) {
		t.Errorf("broken rows %v, want %v", broken(sum), want)
	}
	if sum, err = w.Import(t.Context(), strings.NewReader(file), o); err != nil || sum.Stored != 0 || sum.Known != 3 {
		t.Errorf("second run: %+v %v", sum, err)
	}
}

func TestImportRefusesFiles(t *testing.T) {
	w := newWorld(t, store.DefaultClientSettings())
	cases := map[string]struct {
		format, profile, zone string
		text, code            string
	}{
		"empty":             {format: "csv", code: "file_empty"},
		"no text column":    {format: "csv", text: "platform,published_at\nx,2026-11-17T08:00:00Z\n", code: "missing_column"},
		"UTF-16 as UTF-8":   {format: "csv", text: "\xff\xfep\x00l\x00", code: "bad_encoding"},
		"not a known form":  {format: "xlsx", text: "PK", code: "import_format"},
		"UTF-16 JSON lines": {format: "jsonl", text: "\xff\xfe{\x00}\x00", code: "bad_encoding"},
		"unknown profile":   {format: "csv", profile: "mine", text: "x", code: "unknown_profile"},
		"unknown zone":      {format: "csv", zone: "Moon/Sea", text: "x", code: "zone_unknown"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := w.Import(t.Context(), strings.NewReader(c.text), intake.ImportOptions{
				Batch: intake.Batch{Source: w.source, Action: audit.MentionsImported, By: tester}, Format: c.format, Profile: c.profile, Zone: c.zone})
			if !fault.Is(err, c.code) {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// TestImportOfManyRows takes a hundred thousand rows, one in a hundred broken,
// and sees that memory does not grow with them.
func TestImportOfManyRows(t *testing.T) {
	const rows, every = 100_000, 100
	w := newWorld(t, store.DefaultClientSettings())
	file, out := io.Pipe()
	go func() {
		_, _ = fmt.Fprintln(out, "platform,published_at,text,id,author")
		for i := range rows {
			at := noon.Add(-time.Duration(rows-i) * 10 * time.Second).Format(time.RFC3339)
			if i%every == every-1 {
				at = "no time"
			}
			_, _ = fmt.Fprintf(out, "x,%s,row %d of the ferry's complaints,id%d,person%d\n", at, i, i, i%997)
		}
		_ = out.Close()
	}()
	var peak uint64
	sum, err := w.Import(t.Context(), file, intake.ImportOptions{Batch: intake.Batch{Source: w.source, Action: audit.MentionsImported, By: tester}, Format: "csv",
		Progress: func(read int) {
			if read%10_000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}})
	if err != nil || sum.Rows != rows || sum.Broken != rows/every || sum.Stored != rows-rows/every {
		t.Fatalf("%d rows, %d broken, %d stored, %v", sum.Rows, sum.Broken, sum.Stored, err)
	}
	for i, e := range sum.Errors {
		if e.Line != (i+1)*every+1 || e.Err.Code != "bad_time" {
			t.Fatalf("broken row %d: line %d, %v", i, e.Line, e.Err)
		}
	}
	if len(sum.Errors) == 0 || len(sum.Errors) > 200 {
		t.Errorf("%d broken rows are named", len(sum.Errors))
	}
	if peak == 0 || peak > 64<<20 {
		t.Errorf("the heap grew to %d MB", peak>>20)
	}
}
