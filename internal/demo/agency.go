package demo

import "github.com/migdalor/migdalor/internal/mention"

// AgencyName is the demonstration agency, in Hebrew and English.
const (
	AgencyName        = "סוכנות אורסף (הדגמה)"
	AgencyNameEnglish = "Orsaf Agency (demonstration)"
)

// Password signs in every demonstration person. It is public, so an agency that
// is not a demonstration must never have it.
const Password = "demo-lighthouse-on-the-hill"

// The two brands' short names.
const (
	// Dairy is the brand that the crisis is about, Mobile the one that stays calm.
	Dairy  = "galdon-demo"
	Mobile = "kavlin-demo"
)

// Person is somebody of the agency, with an account.
type Person struct {
	Name, NameEnglish, Email string
	// Role is one of admin, account_manager, analyst, writer, approver, auditor.
	Role string
	// Clients are the short names of the brands the role is for; empty means the whole agency.
	Clients []string
}

// People lists the agency's staff, the administrator first.
func People() []Person {
	both := []string{Dairy, Mobile}
	return []Person{
		{Name: "יעל אדמון", NameEnglish: "Yael Admon", Email: "yael@agency.example.test", Role: "admin"},
		{Name: "נועם שקדי", NameEnglish: "Noam Shkedi", Email: "noam@agency.example.test", Role: "account_manager", Clients: both},
		{Name: "מאיה ברקן", NameEnglish: "Maya Barkan", Email: "maya@agency.example.test", Role: "account_manager", Clients: []string{Mobile}},
		{Name: "דנה רוזנר", NameEnglish: "Dana Rosner", Email: "dana@agency.example.test", Role: "analyst", Clients: both},
		{Name: "איתי לבנון", NameEnglish: "Itay Levanon", Email: "itay@agency.example.test", Role: "writer", Clients: both},
		{Name: "עו״ד רונית גלאי", NameEnglish: "Ronit Galai, Adv.", Email: "ronit@agency.example.test", Role: "approver", Clients: both},
		{Name: "אורי נבות", NameEnglish: "Uri Navot", Email: "uri@agency.example.test", Role: "auditor"},
	}
}

// Contact is somebody at a client who approves by link and has no account.
type Contact struct {
	Name, NameEnglish, Email, Title string
	// Legal is true for the client's lawyer.
	Legal bool
}

// Target is an account of the client's that is published to by hand.
type Target struct {
	Platform mention.Platform
	Account  string
	URL      string
}

// Client is one demonstration brand.
type Client struct {
	Slug, Name, NameEnglish, Industry string
	// Language is that of the client's public, Zone its time zone.
	Language, Zone string
	Contacts       []Contact
	Targets        []Target
}

// Clients lists the two brands, the one with the crisis first.
func Clients() []Client {
	return []Client{
		{
			Slug: Dairy, Name: "מחלבות גלדון (הדגמה)", NameEnglish: "Galdon Dairies (demonstration)", Industry: "food", Language: "he", Zone: "Asia/Jerusalem",
			Contacts: []Contact{
				{Name: "תמר אלרואי", NameEnglish: "Tamar Elroi", Email: "tamar@galdon.example.test", Title: "סמנכ״לית שיווק"},
				{Name: "גדי פלדון", NameEnglish: "Gadi Feldon", Email: "gadi@galdon.example.test", Title: "מנכ״ל"},
				{Name: "עו״ד שירה מעוז", NameEnglish: "Shira Maoz, Adv.", Email: "shira@galdon.example.test", Title: "יועצת משפטית", Legal: true},
			},
			Targets: targets("galdon"),
		},
		{
			Slug: Mobile, Name: "קוולין סלולר (הדגמה)", NameEnglish: "Kavlin Mobile (demonstration)", Industry: "telecom", Language: "he", Zone: "Asia/Jerusalem",
			Contacts: []Contact{
				{Name: "אלון כרמון", NameEnglish: "Alon Carmon", Email: "alon@kavlin.example.test", Title: "מנהל תקשורת"},
			},
			Targets: targets("kavlin"),
		},
	}
}

func targets(brand string) []Target {
	var out []Target
	for _, p := range []mention.Platform{mention.Facebook, mention.Instagram, mention.X} {
		out = append(out, Target{Platform: p, Account: "demo_" + brand, URL: "https://" + string(p) + ".example.test/demo_" + brand})
	}
	return out
}
