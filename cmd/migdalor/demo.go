package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/demo"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/intake"
	"github.com/migdalor/migdalor/internal/mention"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
)

const (
	demoSource = "demonstration"
	demoLoaded = "demonstration-loaded"
	demoBatch  = 500
)

var demonstrator = audit.Actor{Type: audit.ActorSystem, ID: "demonstration", Via: audit.ViaCLI}

// loadDemo brings in the demonstration agency once. A load that was cut off goes
// on where it was: each step looks at what is there.
func (p *process) loadDemo(ctx context.Context, seed uint64, out std) error {
	db := p.base.db
	done, err := db.Marked(ctx, demoLoaded)
	if err != nil || done {
		return err
	}
	if err := p.demoPeople(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out.out, "loading the demonstration: two brands with four weeks of history")
	for _, c := range demo.Clients() {
		if err := p.demoClient(ctx, c); err != nil {
			return err
		}
	}
	if err := p.demoHistory(ctx, seed); err != nil {
		return err
	}
	return db.Mark(ctx, demoLoaded)
}

func (p *process) demoPeople(ctx context.Context) error {
	db := p.base.db
	hash, err := password.New().Hash(ctx, demo.Password)
	if err != nil {
		return err
	}
	person := func(d demo.Person) store.NewUser {
		return store.NewUser{Email: d.Email, Name: d.Name, Lang: "he", PasswordHash: hash}
	}
	people := demo.People()
	admin := person(people[0])
	admin.Grants = []store.GrantSpec{{Role: people[0].Role}}
	if _, _, err := db.SetUp(ctx, store.Setup{AgencyName: demo.AgencyName, Demo: true, Admin: admin}); err != nil && !fault.Is(err, "setup_done") {
		return err
	}
	agency, err := db.Agency(ctx)
	if err != nil {
		return err
	}
	if !agency.Demo {
		return fault.New(fault.Conflict, "not_a_demonstration", "This data folder belongs to a real agency: start without --demo, or name another folder with --data.")
	}
	for _, d := range people[1:] {
		if _, err := db.AddUser(ctx, demonstrator, person(d)); err != nil && !fault.Is(err, "user_exists") {
			return err
		}
	}
	return nil
}

// demoClient adds one brand with its contacts and accounts, and the roles for it.
func (p *process) demoClient(ctx context.Context, d demo.Client) error {
	db := p.base.db
	client, err := db.AddClient(ctx, demonstrator, store.NewClient{Slug: d.Slug, Name: d.Name, Zone: d.Zone, Lang: d.Language, Demo: true})
	if fault.Is(err, "client_exists") {
		client, err = db.Client(ctx, d.Slug)
	}
	if err != nil {
		return err
	}
	contacts, err := db.Contacts(ctx, client.ID)
	if err != nil {
		return err
	}
	for _, c := range d.Contacts[min(len(contacts), len(d.Contacts)):] {
		party := "client"
		if c.Legal {
			party = "legal"
		}
		if _, err := db.PutContact(ctx, demonstrator, store.Contact{ClientID: client.ID, Name: c.Name, Email: c.Email, Title: c.Title, Party: party, Lang: d.Language}); err != nil {
			return err
		}
	}
	targets, err := db.Targets(ctx, client.ID)
	if err != nil {
		return err
	}
	for _, t := range d.Targets[min(len(targets), len(d.Targets)):] {
		if _, err := db.PutTarget(ctx, demonstrator, store.Target{ClientID: client.ID, Platform: string(t.Platform), Kind: store.TargetByHand, Account: t.Account, URL: t.URL}, ""); err != nil {
			return err
		}
	}
	return p.demoGrants(ctx)
}

// demoGrants gives everybody the roles for the brands that are there by now.
func (p *process) demoGrants(ctx context.Context) error {
	db := p.base.db
	for _, d := range demo.People()[1:] {
		u, err := db.UserByEmail(ctx, d.Email)
		if err != nil {
			return err
		}
		var grants []store.GrantSpec
		for _, slug := range d.Clients {
			client, err := db.Client(ctx, slug)
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			grants = append(grants, store.GrantSpec{Role: d.Role, ClientID: client.ID})
		}
		if len(d.Clients) == 0 {
			grants = []store.GrantSpec{{Role: d.Role}}
		}
		if err := db.SetGrants(ctx, demonstrator, u.ID, grants); err != nil {
			return err
		}
	}
	return nil
}

// demoHistory takes the four weeks in, by the way that every mention takes.
func (p *process) demoHistory(ctx context.Context, seed uint64) error {
	waiting := map[string][]mention.Input{}
	flush := func(brand string) error {
		inputs := waiting[brand]
		waiting[brand] = nil
		return p.demoTake(ctx, brand, inputs)
	}
	for item := range demo.History(seed, p.base.db.Now().Time) {
		waiting[item.Brand] = append(waiting[item.Brand], item.Input)
		if len(waiting[item.Brand]) == demoBatch {
			if err := flush(item.Brand); err != nil {
				return err
			}
		}
	}
	for brand := range waiting {
		if err := flush(brand); err != nil {
			return err
		}
	}
	return nil
}

func (p *process) demoTake(ctx context.Context, brand string, inputs []mention.Input) error {
	client, err := p.base.db.Client(ctx, brand)
	if err != nil {
		return err
	}
	source, err := p.base.db.SourceOf(ctx, demonstrator, client.ID, store.SourceDemo, demoSource)
	if err != nil {
		return err
	}
	result, err := p.intake.Take(ctx, intake.Batch{Source: source, Inputs: inputs, Action: audit.MentionsIngested, Demo: true,
		By: audit.Actor{Type: audit.ActorSource, ID: source.ID, Via: audit.ViaCLI}})
	if err == nil && len(result.Rejected) > 0 {
		err = fmt.Errorf("the demonstration holds a mention that is refused: %w", result.Rejected[0].Err)
	}
	return err
}

// playDemo hands the stream in as it is due. While the brand has an alert or a
// crisis open, the stream keeps to ordinary talk, so that a restart does not
// start the same crisis again.
func (p *process) playDemo(seed uint64, speed float64) func(context.Context) error {
	return func(ctx context.Context) error {
		calm, err := p.demoBusy(ctx)
		if err != nil {
			return err
		}
		start := p.base.db.Now().Time
		for _, item := range demo.Stream(seed, start, speed) {
			if calm && item.Crisis {
				continue
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Until(start.Add(item.At))):
			}
			if err := p.demoTake(ctx, item.Brand, []mention.Input{item.Input}); err != nil && ctx.Err() == nil {
				p.log.Warn("a mention of the demonstration was not taken", "error", err)
			}
		}
		return nil
	}
}

func (p *process) demoBusy(ctx context.Context) (bool, error) {
	client, err := p.base.db.Client(ctx, demo.Dairy)
	if err != nil {
		return false, err
	}
	return p.base.db.Busy(ctx, client.ID)
}

// printDemoAccounts shows a newcomer how to get in.
func printDemoAccounts(w io.Writer) {
	fmt.Fprintf(w, "\nThe demonstration's people; everybody's password is %s\n", demo.Password)
	for _, d := range demo.People() {
		fmt.Fprintf(w, "  %-16s %s\n", d.Role, d.Email)
	}
	fmt.Fprintf(w, "\nMentions come in at once; the crisis begins after about a minute.\n\n")
}
