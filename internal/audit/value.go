package audit

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"golang.org/x/text/unicode/norm"
)

// maxSafeInteger is the largest integer that every JSON reader keeps exactly;
// larger ones are written as strings.
const maxSafeInteger = 1<<53 - 1

// plain turns a value into what the body may hold: nil, string, bool, int64 or a
// list of these.
func (b *builder) plain(field string, v any) any {
	switch t := v.(type) {
	case nil:
		return nil
	case time.Time:
		return t.UTC().Truncate(time.Microsecond).Format(timeLayout)
	case Hash:
		return Hex(t)
	case [32]byte:
		return Hex(t)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return nil
		}
		return b.plain(field, r.Elem().Interface())
	case reflect.String:
		return b.text(field, r.String())
	case reflect.Bool:
		return r.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := r.Int(); n > maxSafeInteger || n < -maxSafeInteger {
			return strconv.FormatInt(n, 10)
		}
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := r.Uint(); n > maxSafeInteger {
			return strconv.FormatUint(n, 10)
		}
		return int64(r.Uint())
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 {
			b.fail(invalid("the field %s holds raw bytes; give their hash", field))
			return nil
		}
		list := make([]any, 0, r.Len())
		for i := range r.Len() {
			list = append(list, b.plain(field, r.Index(i).Interface()))
		}
		return list
	default:
		b.fail(invalid("the field %s holds a %s, which has no single spelling", field, r.Type()))
		return nil
	}
}

// text brings a string to NFC, which RFC 8785 leaves to the writer, and refuses what is not text.
func (b *builder) text(field, s string) string {
	if !utf8.ValidString(s) {
		b.fail(invalid("the field %s is not valid UTF-8", field))
		return ""
	}
	if strings.ContainsRune(s, 0) {
		b.fail(invalid("the field %s holds a NUL character", field))
		return ""
	}
	return norm.NFC.String(s)
}

// spelled is the text that a personal value is committed as: strings as they
// are, everything else in canonical JSON.
func (b *builder) spelled(field string, v any) string {
	p := b.plain(field, v)
	if s, ok := p.(string); ok {
		return s
	}
	raw, err := json.Marshal(p)
	if err == nil {
		raw, err = jcs.Transform(raw)
	}
	if err != nil {
		b.fail(invalid("the field %s has no canonical form", field))
		return ""
	}
	return string(raw)
}
