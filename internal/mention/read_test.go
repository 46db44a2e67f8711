package mention

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/migdalor/migdalor/internal/fault"
)

// outcome writes rows as "line:text" or "line!code", with "!!" when fatal.
func outcome(rows func(func(Row) bool)) string {
	var out []string
	for r := range rows {
		switch e, _ := fault.As(r.Err); {
		case r.Err == nil:
			out = append(out, fmt.Sprintf("%d:%s", r.Line, r.Input.Text))
		case r.Fatal:
			out = append(out, fmt.Sprintf("%d!!%s", r.Line, e.Code))
		default:
			out = append(out, fmt.Sprintf("%d!%s", r.Line, e.Code))
		}
	}
	return strings.Join(out, " ")
}

func TestReadCSV(t *testing.T) {
	const head = "platform,text,published_at\n"
	tests := []struct{ name, file, want string }{
		{"plain", head + "x,a,t\nx,b,t\n", "2:a 3:b"},
		{"no end of line at the end", head + "x,a,t", "2:a"},
		{"windows ends of line and empty lines", "platform,text,published_at\r\n\r\nx,a,t\r\n,,\r\nx,b,t\r\n", "3:a 5:b"},
		{"Hebrew header", "פלטפורמה,תוכן,תאריך פרסום\nx,שלום,t\n", "2:שלום"},
		{"byte order mark", "\xef\xbb\xbf" + head + "x,a,t\n", "2:a"},
		{"semicolons", "platform;text;date\nx;a,b;t\n", "2:a,b"},
		{"tabs", "platform\ttext\tdate\nx\ta\tt\n", "2:a"},
		{"quotes", head + "x,\"a, \"\"b\"\"\",t\n", `2:a, "b"`},
		{"text over two lines", head + "x,\"a\nb\",t\nx,c,t\n", "2:a\nb 4:c"},
		{"Hebrew abbreviation without quotes", head + "x,המנכ\"ל אמר,t\n", `2:המנכ"ל אמר`},
		{"too few and too many columns", head + "x,a\nx,a,t,z\nx,b,t\n", "2!bad_columns 3!bad_columns 4:b"},
		{"text after a closing quote", head + "x,\"a\"b,t\nx,c,t\n", "2!bad_quotes 3:c"},
		{"a quote that is never closed costs one row", head + "x,\"a,t\nx,b,t\nx,c,t\n", "2!bad_quotes 3:b 4:c"},
		{"a quote that a later row closes costs one row", head + "x,\"a,t\nx,\"b\",t\nx,c,t\n", "2!bad_quotes 3:b 4:c"},
		{"broken UTF-8 in one row", head + "x,\xe9,t\nx,b,t\n", "2!bad_encoding 3:b"},
		{"a number that is none", "platform,text,date,reach,stars\nx,a,t,many,\nx,b,t,\"1,200\",4.5\nx,c,t,,five\n", "2!bad_number 3:b 4!bad_rating"},
		{"very long row", head + "x," + strings.Repeat("a", maxLine) + ",t\nx,b,t\n", "2!row_too_long 3:b"},
		{"no text column", "platform,published_at\nx,t\n", "1!!missing_column"},
		{"empty file", "", "1!!file_empty"},
		{"broken header", "a,\"b\n", "1!!bad_header"},
		{"windows-1255 taken for UTF-8", "\xf4\xec\xe8,text,date\nx,a,t\n", "1!!bad_encoding"},
		{"UTF-16 with a mark", "\xff\xfep\x00l\x00", "1!!bad_encoding"},
		{"UTF-16 without a mark", "p\x00l\x00a\x00t\x00", "1!!bad_encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.file), iotest.OneByteReader(strings.NewReader(tt.file))} {
				if got := outcome(ReadCSV(r, Profile{})); got != tt.want {
					t.Fatalf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

func TestReadCSVFillsAllFields(t *testing.T) {
	file := "id,platform,type,handle,author,followers,text,url,title,lang,date,reach,engagement,rating,parent,tone,group,extra\n" +
		"1,x,post,@a,A,\"1,000\",t,https://e.test,T,he,2026-03-01T10:00:00Z,5,6,4.5,p,neg,G,E\n"
	for row := range ReadCSV(strings.NewReader(file), Profile{}) {
		if row.Err != nil {
			t.Fatal(row.Err)
		}
		got := row.Input
		raw := string(got.Raw)
		rating := *got.Rating
		got.Raw, got.Rating = nil, nil
		want := "{1 x post @a A 1000 t https://e.test T he 2026-03-01T10:00:00Z 5 6 <nil> p neg G []}"
		if fmt.Sprint(got) != want || rating != 4.5 || !strings.Contains(raw, `"extra":"E"`) {
			t.Fatalf("got %v %v %s", got, rating, raw)
		}
	}
}

func TestReadCSVProfiles(t *testing.T) {
	zone := time.FixedZone("IL", 2*3600)
	const file = "רשת,תוכן,תאריך\nx,שלום,1.3.2026 10:30\n"
	cp1255, err := charmap.Windows1255.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(file, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"israel": file, "israel-1255": cp1255, "spreadsheet": utf16} {
		t.Run(name, func(t *testing.T) {
			p, err := ProfileNamed(name, zone)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for row := range ReadCSV(strings.NewReader(text), p) {
				n++
				if row.Err != nil || row.Input.Text != "שלום" || row.Input.PublishedAt != "2026-03-01T10:30:00+02:00" {
					t.Fatalf("got %+v", row)
				}
			}
			if n != 1 {
				t.Fatalf("%d rows", n)
			}
		})
	}
	if _, err := ProfileNamed("nobody", zone); !fault.Is(err, "unknown_profile") {
		t.Errorf("got %v", err)
	}
	if got := outcome(ReadCSV(strings.NewReader("a"), Profile{Encoding: "klingon"})); got != "1!!unknown_encoding" {
		t.Errorf("got %s", got)
	}
	if got := outcome(ReadCSV(strings.NewReader("text,date\nב\xd9,t\n"), Profile{Encoding: "windows-1255", Platform: "x"})); !strings.Contains(got, "2!bad_encoding") {
		t.Errorf("a byte that the encoding lacks passed: %s", got)
	}
}

func TestReadersSayThatTheFileBroke(t *testing.T) {
	broken := func(s string) io.Reader {
		return io.MultiReader(strings.NewReader(s), iotest.ErrReader(errors.New("disk")))
	}
	if got := outcome(ReadCSV(broken("platform,text,date\nx,a,t\n"), Profile{})); got != "2:a 3!!file_unreadable" {
		t.Error(got)
	}
	if got := outcome(ReadJSONL(broken("{\"text\":\"a\"}\n"))); got != "1:a 2!!file_unreadable" {
		t.Error(got)
	}
}

func TestReadJSONL(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"plain", "{\"text\":\"a\"}\n\n{\"text\":\"b\"}", "1:a 3:b"},
		{"broken rows", "{\"text\":\n[1]\n{\"text\":\"b\"}\n", "1!bad_json 2!bad_json 3:b"},
		{"broken UTF-8", "{\"text\":\"\xe9\"}\n{\"text\":\"b\"}\n", "1!bad_encoding 2:b"},
		{"very long line", "{\"text\":\"" + strings.Repeat("a", 10<<20) + "\"}\n{\"text\":\"b\"}\n", "1!row_too_long 2:b"},
		{"UTF-16", "\xff\xfe{\x00", "1!!bad_encoding"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcome(ReadJSONL(strings.NewReader(tt.file))); got != tt.want {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// rows makes a CSV of n rows on the fly, every hundredth broken.
type rows struct {
	n, at int
	rest  []byte
}

func (r *rows) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.at > r.n {
			return 0, io.EOF
		}
		switch {
		case r.at == 0:
			r.rest = []byte("id,platform,text,date\n")
		case r.at%100 == 0:
			r.rest = []byte("bad,\"row\n")
		default:
			r.rest = fmt.Appendf(nil, "%d,news,\"A text, number %d\",2026-03-01T10:00:00Z\n", r.at, r.at)
		}
		r.at++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestReadCSVTakesHundredThousandRowsInConstantMemory(t *testing.T) {
	const n = 100_000
	good, bad := 0, 0
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for row := range ReadCSV(&rows{n: n}, Profile{}) {
		if row.Err == nil {
			good++
		} else {
			bad++
		}
		if good == n/2 {
			runtime.GC()
			runtime.ReadMemStats(&during)
		}
	}
	if good != n-n/100 || bad != n/100 {
		t.Fatalf("%d good and %d bad rows", good, bad)
	}
	if grown := int64(during.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Fatalf("the heap grew by %d bytes", grown)
	}
}

func TestReadingStopsWhenAsked(t *testing.T) {
	for range ReadCSV(&rows{n: 10}, Profile{}) {
		break
	}
	for range ReadJSONL(strings.NewReader("{}\n{}\n")) {
		break
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("platform,text,date\nx,\"a\n\",t\n"), "")
	f.Add([]byte("\xff\xfep\x00"), "utf-16")
	f.Add([]byte("text\n\"\n\"\"\n\"\"\"\n"), "windows-1255")
	f.Fuzz(func(t *testing.T, file []byte, encoding string) {
		last, lines := 0, bytes.Count(file, []byte{'\n'})+2
		for row := range ReadCSV(bytes.NewReader(file), Profile{Encoding: encoding, Platform: "x"}) {
			if row.Line <= last && !row.Fatal || row.Line > lines {
				t.Fatalf("line %d after %d of %d", row.Line, last, lines)
			}
			last = row.Line
			if _, isFault := fault.As(row.Err); row.Err != nil && !isFault {
				t.Fatalf("not a fault: %v", row.Err)
			}
		}
	})
}

func FuzzReadJSONL(f *testing.F) {
	f.Add([]byte("{\"text\":\"a\"}\n{\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		for row := range ReadJSONL(bytes.NewReader(file)) {
			if _, isFault := fault.As(row.Err); row.Err != nil && !isFault {
				t.Fatalf("not a fault: %v", row.Err)
			}
		}
	})
}
