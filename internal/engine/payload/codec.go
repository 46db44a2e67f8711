package payload

import (
	"crypto/cipher"
	"fmt"
	"io"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"github.com/migdalor/migdalor/internal/fault"
)

// Metadata of an encrypted payload. They stay clear: without the key id nobody
// could rotate keys.
const (
	encoding     = "binary/encrypted"
	metaEncoding = converter.MetadataEncoding
	metaKeyID    = "encryption-key-id"
	metaCipher   = "encryption-cipher"
	cipherName   = "AES-256-GCM"
)

// Codes of the faults of Decode.
const (
	codeKeyUnknown = "payload_key_unknown"
	codeTampered   = "payload_tampered"
)

// Codec encrypts each payload with AES-256-GCM, a random nonce and the ring's
// active key, and decrypts with whichever key wrote it.
type Codec struct {
	ring   *KeyRing
	random io.Reader
}

var _ converter.PayloadCodec = (*Codec)(nil)

// NewCodec makes a codec; random gives nonces (crypto/rand.Reader).
func NewCodec(ring *KeyRing, random io.Reader) *Codec {
	return &Codec{ring: ring, random: random}
}

// DataConverter is the SDK's default converter behind the codec. In workflow
// code a payload that cannot be decrypted halts the workflow and does not end it.
func (c *Codec) DataConverter() converter.DataConverter {
	return guarded{converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), c)}
}

// FailureConverter encrypts the text and stack of errors too: they quote data.
func (c *Codec) FailureConverter() converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter:          c.DataConverter(),
		EncodeCommonAttributes: true,
	})
}

// Encode encrypts payloads; the originals are left alone.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("marshal a payload: %w", err)
		}
		id := c.ring.active
		data, err := seal(c.ring.aeads[id], c.random, plain, bound(id))
		if err != nil {
			return nil, err
		}
		sealed[i] = &commonpb.Payload{
			Metadata: map[string][]byte{
				metaEncoding: []byte(encoding),
				metaKeyID:    []byte(id),
				metaCipher:   []byte(cipherName),
			},
			Data: data,
		}
	}
	return sealed, nil
}

// Decode decrypts payloads and passes on those that were never encrypted. It
// fails with fault "payload_key_unknown" when the ring lacks the key, and
// "payload_tampered" when the bytes are not those that were written.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[metaEncoding]) != encoding {
			opened[i] = p
			continue
		}
		id := string(p.GetMetadata()[metaKeyID])
		aead, ok := c.ring.aeads[id]
		if !ok {
			return nil, fault.New(fault.Internal, codeKeyUnknown,
				"A payload was encrypted with key %q, which is not in the key ring: put the old key back.", id)
		}
		plain, err := open(aead, p.GetData(), bound(id))
		if err != nil {
			return nil, fault.New(fault.Internal, codeTampered,
				"A payload encrypted with key %q is damaged or was altered.", id).Because(err)
		}
		opened[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, opened[i]); err != nil {
			return nil, fmt.Errorf("unmarshal a payload: %w", err)
		}
	}
	return opened, nil
}

// bound is authenticated beside the ciphertext, so that a payload cannot be
// relabelled. It names nothing of the workflow: the SDK moves payloads between
// workflow and activity contexts.
func bound(keyID string) []byte { return []byte("migdalor/payload/v1/" + keyID) }

func seal(aead cipher.AEAD, random io.Reader, plain, additional []byte) ([]byte, error) {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	return aead.Seal(nonce, nonce, plain, additional), nil
}

func open(aead cipher.AEAD, data, additional []byte) ([]byte, error) {
	if len(data) < aead.NonceSize() {
		return nil, io.ErrUnexpectedEOF
	}
	return aead.Open(nil, data[:aead.NonceSize()], data[aead.NonceSize():], additional)
}
