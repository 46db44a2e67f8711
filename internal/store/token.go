package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// APIToken lets a program act as a person, within its scopes.
type APIToken struct {
	ID        string `gorm:"primaryKey"`
	UserID    string
	Name      string
	Prefix    string
	TokenHash string
	// Scopes is "read" or "read write".
	Scopes     string
	ExpiresAt  At
	RevokedAt  At
	LastUsedAt At
	CreatedAt  At
}

// TableName names the table.
func (APIToken) TableName() string { return "api_tokens" }

// tokenMark starts every token, so that leak scanners can find one.
const tokenMark = "mgd_"

// AddToken makes a token; the secret is given back once. Errors: token_name, token_scope.
func (d *DB) AddToken(ctx context.Context, by audit.Actor, userID, name string, scopes []string, expires time.Time) (APIToken, string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > 80 {
		return APIToken{}, "", fault.New(fault.Invalid, "token_name", "A token needs a name of at most 80 characters.").
			WithFields(fault.Field{Location: "body.name", Message: "is empty or too long"})
	}
	kept := "read"
	for _, s := range scopes {
		switch s {
		case "read":
		case "write":
			kept = "read write"
		default:
			return APIToken{}, "", fault.New(fault.Invalid, "token_scope", "A token's scopes are read and write.").
				WithFields(fault.Field{Location: "body.scopes", Message: "holds an unknown scope"})
		}
	}
	var raw [32]byte
	if _, err := io.ReadFull(d.rand, raw[:]); err != nil {
		return APIToken{}, "", err
	}
	secret := tokenMark + base64.RawURLEncoding.EncodeToString(raw[:])
	t := APIToken{ID: NewID(), UserID: userID, Name: name, Prefix: secret[:10], TokenHash: hashToken(secret), Scopes: kept, ExpiresAt: AtOf(expires)}
	err := d.Change(ctx, by, func(tx *Tx) error {
		if _, err := tx.user(userID); err != nil {
			return err
		}
		t.CreatedAt = tx.now
		if err := tx.g.Create(&t).Error; err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.TokenCreated, Object: audit.Object{ID: t.ID},
			Changes: []audit.Change{audit.Set("scopes", kept), audit.Set("user", userID)}})
		return nil
	})
	return t, secret, err
}

func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// TokenBySecret finds a token that counts now. Errors: token_unknown.
func (d *DB) TokenBySecret(ctx context.Context, secret string) (APIToken, error) {
	var t APIToken
	if strings.HasPrefix(secret, tokenMark) {
		now := d.Now()
		err := d.read.WithContext(ctx).Where("token_hash = ? AND revoked_at = 0 AND (expires_at = 0 OR expires_at > ?)", hashToken(secret), now).Limit(1).Find(&t).Error
		if err != nil {
			return t, translate(err)
		}
	}
	if t.ID == "" {
		return t, fault.New(fault.Unauthenticated, "token_unknown", "The token is not known, was revoked or has expired.")
	}
	return t, nil
}

// Tokens lists a person's tokens that were not revoked.
func (d *DB) Tokens(ctx context.Context, userID string) ([]APIToken, error) {
	var out []APIToken
	err := d.read.WithContext(ctx).Where("user_id = ? AND revoked_at = 0", userID).Order("created_at DESC, id DESC").Find(&out).Error
	return out, translate(err)
}

// RevokeToken ends one of a person's tokens.
func (d *DB) RevokeToken(ctx context.Context, by audit.Actor, userID, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		res := tx.g.Exec("UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND user_id = ? AND revoked_at = 0", tx.now, id, userID)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return notFound("token")
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.TokenRevoked, Object: audit.Object{ID: id}})
		return nil
	})
}
