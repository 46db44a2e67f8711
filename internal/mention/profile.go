package mention

import (
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Profile says how a file of mentions is written. The zero value is UTF-8, the
// delimiter found from the header, names of columns as listed in header.go, and
// times in RFC 3339 with a zone.
type Profile struct {
	Name string
	// Encoding is "" or "utf-8", "utf-16", "windows-1255", "iso-8859-8" or "windows-1252".
	Encoding string
	// Delimiter is ',' ';' or tab; 0 means that it is found from the header.
	Delimiter rune
	// Columns maps further column names to the fields of Input (external_id, text …).
	Columns map[string]string
	// Platform and Kind are used for rows that name none.
	Platform, Kind string
	// Layouts are tried, in Zone, for times that are not RFC 3339; both must be set.
	Layouts []string
	Zone    *time.Location
}

// israeli are the ways in which times are written in Israel and by spreadsheets there.
var israeli = []string{
	"02.01.2006 15:04:05", "02.01.2006 15:04", "2.1.2006 15:04", "02/01/2006 15:04:05", "02/01/2006 15:04", "2/1/2006 15:04",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05",
}

// ProfileNamed gives a profile that comes with the product; zone is the client's,
// for profiles whose times name none. Names: "" or "generic"; "israel" (UTF-8,
// day before month); "israel-1255" (the same in windows-1255, as older
// spreadsheets save it); "spreadsheet" (UTF-16 with tabs, "Unicode text").
// Another name is refused with unknown_profile.
func ProfileNamed(name string, zone *time.Location) (Profile, error) {
	switch name {
	case "", "generic":
		return Profile{Name: "generic"}, nil
	case "israel":
		return Profile{Name: name, Layouts: israeli, Zone: zone}, nil
	case "israel-1255":
		return Profile{Name: name, Encoding: "windows-1255", Layouts: israeli, Zone: zone}, nil
	case "spreadsheet":
		return Profile{Name: name, Encoding: "utf-16", Delimiter: '\t', Layouts: israeli, Zone: zone}, nil
	}
	return Profile{}, fault.New(fault.Invalid, "unknown_profile",
		"There is no import profile %.40q; use generic, israel, israel-1255 or spreadsheet.", name)
}
