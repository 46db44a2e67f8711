package source

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/migdalor/migdalor/internal/fault"
)

const (
	// Tolerance is how far the time stamp of a call may be from our clock, either way.
	Tolerance = 5 * time.Minute

	secretPrefix = "whsec_"
	// Secret lengths in bytes, as the Standard Webhooks specification bounds them.
	secretBytes, minSecret, maxSecret = 32, 24, 64
	// maxSignatures bounds the work one forged header can cause.
	maxSignatures = 8
)

// NewSecret makes a signing secret of 256 bits from random, in the form whsec_….
func NewSecret(random io.Reader) (string, error) {
	key := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, key); err != nil {
		return "", fmt.Errorf("making a webhook secret: %w", err)
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(key), nil
}

// Verify checks the Standard Webhooks signature over the raw bytes of a body. Any
// of the secrets may have signed, so that a new one can be rolled out while the
// old one still works. The answer is nil or a fault of kind Unauthenticated:
// webhook_unsigned (headers missing, or no secret set), webhook_stale (time
// stamp more than Tolerance from now) or webhook_tampered (no signature fits). A
// secret that is not a secret is our own fault, bad_webhook_secret.
func Verify(secrets []string, header http.Header, body []byte, now time.Time) error {
	signatures := header.Get(standardwebhooks.HeaderWebhookSignature)
	stamp := header.Get(standardwebhooks.HeaderWebhookTimestamp)
	if len(secrets) == 0 || signatures == "" || stamp == "" || header.Get(standardwebhooks.HeaderWebhookID) == "" {
		return fault.New(fault.Unauthenticated, "webhook_unsigned",
			"The call is not signed. Send the headers webhook-id, webhook-timestamp and webhook-signature.")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || strings.Count(signatures, " ") >= maxSignatures {
		return tampered()
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > Tolerance || off < -Tolerance {
		return fault.New(fault.Unauthenticated, "webhook_stale",
			"The call's time stamp is more than %d minutes from our clock. Check the sender's clock, or sign again.", int(Tolerance.Minutes()))
	}
	// Every secret is tried, so that the time taken does not tell which one fits.
	fits := false
	for _, secret := range secrets {
		hook, err := open(secret)
		if err != nil {
			return err
		}
		// The library compares in constant time but asks its own clock, so the time was checked above.
		if hook.VerifyIgnoringTimestamp(body, header) == nil {
			fits = true
		}
	}
	if !fits {
		return tampered()
	}
	return nil
}

func tampered() error {
	return fault.New(fault.Unauthenticated, "webhook_tampered",
		"The signature does not fit the body. Check the secret, and that the body is sent exactly as it was signed.")
}

// Sign sets the three headers on header, as a sender does. id names the message
// and stays the same when it is sent again.
func Sign(secret, id string, now time.Time, body []byte, header http.Header) error {
	hook, err := open(secret)
	if err != nil {
		return err
	}
	signature, err := hook.Sign(id, now, body)
	if err != nil {
		return fmt.Errorf("signing a webhook: %w", err)
	}
	header.Set(standardwebhooks.HeaderWebhookID, id)
	header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// open refuses secrets that are empty or too short: an empty one would let anybody sign.
func open(secret string) (*standardwebhooks.Webhook, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) < minSecret || len(key) > maxSecret {
		return nil, fault.New(fault.Internal, "bad_webhook_secret", "The source's signing secret is not usable. Make a new one.").Because(err)
	}
	hook, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return nil, fault.New(fault.Internal, "bad_webhook_secret", "The source's signing secret is not usable. Make a new one.").Because(err)
	}
	return hook, nil
}
