package ledger

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
)

// Keys gives the signing key of the log, made at the first call for an origin;
// later calls give the same key whatever the origin.
type Keys interface {
	Ledger(origin string) (secret, public string, err error)
}

// Keeper serves the one log of a deployment.
type Keeper struct {
	db   *store.DB
	keys Keys
	host string
	log  *slog.Logger

	mu     sync.Mutex
	signer *signer
}

// New makes a ledger. host names the log when its key is made; the name in an
// existing key wins, since a log keeps its name when its server moves.
func New(db *store.DB, keys Keys, host string, log *slog.Logger) *Keeper {
	if host == "" {
		host = "localhost"
	}
	return &Keeper{db: db, keys: keys, host: host, log: log}
}

// signer signs for one origin.
type signer struct {
	origin, secret, public string
	verifier               note.Verifier
}

func (s *signer) sign(size int64, root audit.Hash) (string, error) {
	signed, err := audit.Checkpoint{Origin: s.origin, Size: size, Root: root}.Sign(s.secret)
	return string(signed), err
}

// key loads the signer once. Errors: not_set_up before the first run,
// ledger_key_foreign, those of the key file.
func (k *Keeper) key(ctx context.Context) (*signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.signer != nil {
		return k.signer, nil
	}
	agency, err := k.db.Agency(ctx)
	if err != nil {
		return nil, err
	}
	s := &signer{}
	if s.secret, s.public, err = k.keys.Ledger(audit.Origin(k.host, agency.ID)); err != nil {
		return nil, err
	}
	if s.verifier, err = audit.ParseVKey(s.public); err != nil {
		return nil, err
	}
	if s.origin = s.verifier.Name(); !strings.HasSuffix(s.origin, audit.Origin("", agency.ID)) {
		return nil, fault.New(fault.Conflict, "ledger_key_foreign",
			"The ledger's key is that of %s, but this database belongs to the agency %s: give it the keys folder that belongs to it.", s.origin, agency.ID)
	}
	k.signer = s
	return s, nil
}

// Key is the public verifier key, one line; auditors pin it.
func (k *Keeper) Key(ctx context.Context) (string, error) {
	s, err := k.key(ctx)
	if err != nil {
		return "", err
	}
	return s.public + "\n", nil
}

// Sequence places what is waiting and signs; see store.DB.Sequence.
func (k *Keeper) Sequence(ctx context.Context) (int, error) {
	s, err := k.key(ctx)
	if err != nil {
		return 0, err
	}
	return k.db.Sequence(ctx, s.sign)
}

// Status is what the console shows of the log.
type Status struct {
	// Size and Root are those of the last checkpoint; the root is in hex, empty before the first.
	Size int64
	Root string
	At   store.At
	Lag  time.Duration
	// KeyID names the signing key; empty before the first run.
	KeyID string
}

// Status reads the log's state.
func (k *Keeper) Status(ctx context.Context) (Status, error) {
	s, err := k.key(ctx)
	if err != nil {
		return Status{}, err
	}
	last, err := k.db.LastCheckpoint(ctx)
	if err != nil {
		return Status{}, err
	}
	out := Status{Size: last.Size, At: last.At, KeyID: audit.KeyID(s.verifier)}
	if last.Size > 0 {
		cp, _, err := audit.OpenCheckpoint([]byte(last.Note), s.verifier)
		if err != nil {
			return out, err
		}
		out.Root = audit.Hex(cp.Root)
	}
	out.Lag, err = k.db.LedgerLag(ctx)
	return out, err
}

// Checkpoint is the newest signed checkpoint. Errors: not_found before the first.
func (k *Keeper) Checkpoint(ctx context.Context) (string, error) {
	last, err := k.db.LastCheckpoint(ctx)
	if err == nil && last.Size == 0 {
		err = fault.New(fault.NotFound, "not_found", "There is no checkpoint yet.")
	}
	return last.Note, err
}
