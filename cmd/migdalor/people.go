package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/config"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/password"
	"github.com/migdalor/migdalor/internal/store"
)

// operator is who acts on the command line: whoever may read the data folder.
var operator = audit.Actor{Type: audit.ActorSystem, ID: "operator", Via: audit.ViaCLI}

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add a person."`
	List    userListCmd    `cmd:"" help:"List people and their roles."`
	Disable userDisableCmd `cmd:"" help:"End a person's access."`
}

type userAddCmd struct {
	config.Common
	Email         string   `arg:"" help:"E-mail address."`
	Name          string   `help:"Name; default: the part of the address before the @."`
	Lang          string   `help:"he or en." enum:"he,en" default:"he"`
	Role          string   `help:"admin, account_manager, analyst, writer, approver or auditor." required:""`
	Client        []string `help:"Short name of a client that the role is for; may be repeated. Without it: the whole agency."`
	PasswordStdin bool     `help:"Read the password from standard input; without it one is made and printed once." name:"password-stdin"`
}

// Run adds the person.
func (c userAddCmd) Run(ctx context.Context, io std) error {
	secret, made := "", false
	if c.PasswordStdin {
		line, err := bufio.NewReader(io.in).ReadString('\n')
		if secret = strings.TrimRight(line, "\r\n"); secret == "" {
			return fault.New(fault.Invalid, "password_missing", "No password came on standard input.").Because(err)
		}
	} else {
		var err error
		if secret, err = password.Generate(rand.Reader); err != nil {
			return err
		}
		made = true
	}
	if err := password.Validate(secret, c.Email, c.Name); err != nil {
		return err
	}
	hash, err := password.New().Hash(ctx, secret)
	if err != nil {
		return err
	}
	return withStore(ctx, c.Common, func(db *store.DB) error {
		if _, err := db.Agency(ctx); err != nil {
			return err
		}
		n := store.NewUser{Email: c.Email, Name: c.Name, Lang: c.Lang, PasswordHash: hash, MustChangePassword: made}
		if n.Name == "" {
			n.Name, _, _ = strings.Cut(c.Email, "@")
		}
		for _, slug := range c.Client {
			client, err := db.Client(ctx, slug)
			if err != nil {
				return err
			}
			n.Grants = append(n.Grants, store.GrantSpec{Role: c.Role, ClientID: client.ID})
		}
		if len(c.Client) == 0 {
			n.Grants = []store.GrantSpec{{Role: c.Role}}
		}
		u, err := db.AddUser(ctx, operator, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s was added with id %s\n", u.Email, u.ID)
		if made {
			fmt.Fprintf(io.out, "password, shown once: %s\n", secret)
		}
		return nil
	})
}

type userListCmd struct{ config.Common }

// Run lists people.
func (c userListCmd) Run(ctx context.Context, io std) error {
	return withStore(ctx, c.Common, func(db *store.DB) error {
		users, err := db.Users(ctx)
		if err != nil {
			return err
		}
		clients, err := db.Clients(ctx, store.ScopeAll())
		if err != nil {
			return err
		}
		slugs := map[string]string{"": "the agency"}
		for _, cl := range clients {
			slugs[cl.ID] = cl.Slug
		}
		w := tabwriter.NewWriter(io.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "E-MAIL\tNAME\tSTATE\tROLES")
		for _, u := range users {
			grants, err := db.GrantsOf(ctx, u.ID)
			if err != nil {
				return err
			}
			var roles []string
			for _, g := range grants {
				roles = append(roles, g.Role+" for "+slugs[g.ClientID()])
			}
			state := "active"
			if !u.DisabledAt.IsZero() {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Name, state, strings.Join(roles, ", "))
		}
		return w.Flush()
	})
}

type userDisableCmd struct {
	config.Common
	Email string `arg:"" help:"E-mail address."`
}

// Run disables the person.
func (c userDisableCmd) Run(ctx context.Context, io std) error {
	return withStore(ctx, c.Common, func(db *store.DB) error {
		u, err := db.UserByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		if err := db.DisableUser(ctx, operator, u.ID); err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s can no longer sign in\n", u.Email)
		return nil
	})
}

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make an API token; it is printed once."`
}

type tokenCreateCmd struct {
	config.Common
	User  string        `help:"E-mail address of the person that the token acts as." required:""`
	Name  string        `help:"What the token is for." default:"command line"`
	Scope []string      `help:"read, or read and write; may be repeated." required:""`
	Life  time.Duration `help:"How long it counts, such as 720h; 0 means for ever." default:"0"`
}

// Run makes the token.
func (c tokenCreateCmd) Run(ctx context.Context, io std) error {
	return withStore(ctx, c.Common, func(db *store.DB) error {
		u, err := db.UserByEmail(ctx, c.User)
		if err != nil {
			return err
		}
		var expires time.Time
		if c.Life > 0 {
			expires = time.Now().Add(c.Life)
		}
		_, secret, err := db.AddToken(ctx, operator, u.ID, c.Name, c.Scope, expires)
		if err != nil {
			return err
		}
		fmt.Fprintln(io.out, secret)
		return nil
	})
}

// withStore opens the database beside whatever is running: SQLite and
// PostgreSQL both take a second process for a short command.
func withStore(ctx context.Context, c config.Common, fn func(*store.DB) error) error {
	if err := c.Settle(""); err != nil {
		return err
	}
	f, err := openFoundation(ctx, c, false, newLogger(c, discard{}))
	if err != nil {
		return err
	}
	err = fn(f.db)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

type migrateCmd struct{ config.Common }

// Run migrates the database and makes missing keys.
func (c migrateCmd) Run(ctx context.Context, io std) error {
	return withStore(ctx, c.Common, func(db *store.DB) error {
		fmt.Fprintf(io.out, "the %s database is up to date\n", db.Dialect())
		return nil
	})
}
