package api

import (
	"bytes"
	"encoding/base64"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/migdalor/migdalor/internal/store"
)

func pixels(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 20, 10))
	img.Set(3, 3, color.RGBA{200, 30, 30, 255})
	var out bytes.Buffer
	if err := encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngOf(b *bytes.Buffer, i image.Image) error  { return png.Encode(b, i) }
func jpegOf(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) }

// withText adds a comment to a PNG, as cameras and editors do.
func withText(raw []byte, secret string) []byte {
	chunk := append([]byte("tEXtComment\x00"), secret...)
	var out bytes.Buffer
	out.Write(raw[:33]) // signature and IHDR
	n := len(chunk) - 4
	out.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
	out.Write(chunk)
	sum := crc32.ChecksumIEEE(chunk)
	out.Write([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	out.Write(raw[33:])
	return out.Bytes()
}

func TestMentionByHand(t *testing.T) {
	w := newWorld(t)
	v := w.person(store.GrantSpec{Role: "analyst", ClientID: w.own.ID})
	picture := withText(pixels(t, pngOf), "taken at home")
	form := object{"text": "בקבוצה כותבים שהמעבורת מאחרת שוב", "platform": "whatsapp", "group_name": "תושבי הנמל", "author_name": "רותי",
		"screenshot": object{"name": "a.png", "base64": base64.StdEncoding.EncodeToString(picture)}}
	m := v.post("/clients/"+w.own.Slug+"/mentions", form).is(201)
	if m["lang"] != "he" || m["group_name"] != "תושבי הנמל" || m["screenshot"] != true || m["client_id"] != w.own.ID {
		t.Errorf("%v", m)
	}
	shot := v.get("/mentions/" + m["id"].(string) + "/screenshot")
	shot.is(200)
	if _, err := png.Decode(bytes.NewReader(shot.raw)); err != nil || bytes.Contains(shot.raw, []byte("taken at home")) {
		t.Errorf("the picture was not drawn anew: %v", err)
	}
	for header, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline",
		"Content-Security-Policy": "default-src 'none'; sandbox"} {
		if got := shot.header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	form["url"] = "https://example.test/p/1"
	once := v.post("/clients/own/mentions", form).is(201)
	if again := v.post("/clients/own/mentions", form).is(200); again["id"] != once["id"] {
		t.Errorf("the same mention got another id: %v", again)
	}
}

func TestScreenshots(t *testing.T) {
	w := newWorld(t)
	huge := pixels(t, pngOf)
	copy(huge[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // says 65536 × 65536
	sum := crc32.ChecksumIEEE(huge[12:29])
	copy(huge[29:33], []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	broken := pixels(t, pngOf)
	cases := map[string]struct {
		base64 string
		status int
		code   string
	}{
		"a JPEG":             {base64.StdEncoding.EncodeToString(pixels(t, jpegOf)), 201, ""},
		"not base64":         {"!!!", 415, "bad_screenshot"},
		"a page":             {base64.StdEncoding.EncodeToString([]byte("<html><script>alert(1)</script>")), 415, "bad_screenshot"},
		"an SVG":             {base64.StdEncoding.EncodeToString([]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)), 415, "bad_screenshot"},
		"half a PNG":         {base64.StdEncoding.EncodeToString(broken[:len(broken)-20]), 415, "bad_screenshot"},
		"a bomb of pixels":   {base64.StdEncoding.EncodeToString(huge), 413, "screenshot_too_large"},
		"more than 5 MB":     {base64.StdEncoding.EncodeToString(append(pixels(t, pngOf), make([]byte, 5<<20)...)), 413, "screenshot_too_large"},
		"a body of 10 MB":    {strings.Repeat("A", 10<<20), 413, "too_large"},
		"nothing":            {"", 415, "bad_screenshot"},
		"a name as contents": {"../../etc/passwd", 415, "bad_screenshot"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := w.admin.post("/clients/own/mentions", object{"text": "said " + name, "platform": "facebook", "screenshot": object{"base64": c.base64}})
			r.w = &world{T: t}
			if c.code == "" {
				r.is(c.status)
			} else {
				r.refused(c.status, c.code)
			}
		})
	}
}

func TestMentionRefusals(t *testing.T) {
	w := newWorld(t)
	base := func() object { return object{"text": "the ferry was late", "platform": "facebook"} }
	cases := map[string]struct {
		body any
		code string
	}{
		"no text":              {with(base(), "text", ""), "validation"},
		"only hidden letters":  {with(base(), "text", "\u200f\u200e"), "text_missing"},
		"unknown platform":     {with(base(), "platform", "moon"), "unknown_platform"},
		"script as address":    {with(base(), "url", "javascript:alert(1)"), "bad_url_scheme"},
		"data as address":      {with(base(), "url", "data:text/html,x"), "bad_url_scheme"},
		"from next year":       {with(base(), "published_at", w.now().AddDate(1, 0, 0).Format(time.RFC3339)), "time_in_future"},
		"a time that is none":  {with(base(), "published_at", "yesterday"), "validation"},
		"a field too many":     {with(base(), "client_id", w.sibling.ID), "validation"},
		"a key in two cases":   {`{"text":"the ferry","platform":"x","TEXT":"hacked"}`, "validation"},
		"a key in two cases 2": {`{"TEXT":"hacked","text":"the ferry","platform":"x"}`, "validation"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := w.admin.post("/clients/own/mentions", c.body)
			r.w = &world{T: t}
			r.refused(422, c.code)
		})
	}
	if w.stored() != 0 {
		t.Error("something was stored")
	}
}

func TestMentionListAndCorrection(t *testing.T) {
	w := newWorld(t)
	for i, text := range []string{"the ferry was terrible and late", "wonderful ferry, thank you", "the ferry leaves at nine"} {
		at := w.now().Add(-time.Duration(i) * time.Minute).Format(time.RFC3339)
		w.admin.post("/clients/own/mentions", object{"text": text, "platform": "facebook", "published_at": at}).is(201)
	}
	all := w.admin.get("/mentions").items()
	if len(all) != 3 || all[0]["text"] != "the ferry was terrible and late" || all[0]["sentiment"].(object)["by"] != "machine" {
		t.Fatalf("%v", all)
	}
	if got := w.admin.get("/mentions?q=WONDERFUL").items(); len(got) != 1 {
		t.Errorf("search found %d", len(got))
	}
	if got := w.admin.get("/mentions?q=%25").items(); len(got) != 0 {
		t.Errorf("a per cent sign found %d", len(got))
	}
	id := all[2]["id"].(string)
	m := w.admin.do(http.MethodPut, "/mentions/"+id+"/sentiment", object{"label": "negative"}).is(200)
	if s := m["sentiment"].(object); s["label"] != "negative" || s["by"] != "person" {
		t.Errorf("%v", s)
	}
	if got := w.admin.get("/mentions?sentiment=negative").items(); len(got) < 1 || got[len(got)-1]["id"] != id {
		t.Errorf("negative ones: %v", got)
	}
	var seen []any
	cursor := ""
	for range 5 {
		r := w.admin.get("/mentions?limit=1&order=oldest" + cursor).is(200)
		for _, i := range r["items"].([]any) {
			seen = append(seen, i.(object)["id"])
		}
		next, ok := r["next_cursor"].(string)
		if !ok {
			break
		}
		cursor = "&cursor=" + next
	}
	if len(seen) != 3 || seen[0] != id {
		t.Errorf("page by page: %v", seen)
	}
	for query, code := range map[string]string{"?cursor=nonsense": "bad_cursor", "?order=loudest": "validation", "?limit=0": "validation", "?limit=201": "validation",
		"?sentiment=angry": "validation", "?from=yesterday": "validation", "?colour=red": "validation"} {
		w.admin.get("/mentions"+query).refused(422, code)
	}
	w.admin.get("/mentions?client=nobody").refused(404, "not_found")
	w.admin.get("/mentions?crisis=C-2026-9999").refused(404, "not_found")
	w.admin.get("/mentions/"+store.NewID()).refused(404, "not_found")
	w.admin.get("/mentions/7").refused(404, "not_found")
}
