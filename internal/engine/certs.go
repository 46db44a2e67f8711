package engine

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// certLife is longer than any process runs; the authority dies with it.
const certLife = 5 * 365 * 24 * time.Hour

// Names of the client's files under TLSFiles, in tlsDir of the engine's folder.
const (
	tlsDir      = "tls"
	caFile      = "ca.pem"
	certFile    = "client.pem"
	certKeyFile = "client-key.pem"
)

// bundle is one authority's worth of mutual TLS: whoever holds the leaf may
// talk to any of the server's ports, nobody else may.
type bundle struct {
	ca, cert, key []byte // PEM
	server        *tls.Config
	client        *tls.Config
}

// newBundle makes an authority and one leaf; the authority's key is forgotten at once.
func newBundle(now time.Time) (*bundle, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	authority := template("Migdalor engine authority", now)
	authority.IsCA, authority.BasicConstraintsValid = true, true
	authority.KeyUsage = x509.KeyUsageCertSign
	caDER, err := x509.CreateCertificate(rand.Reader, authority, authority, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := template("Migdalor engine", now)
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	leaf.DNSNames, leaf.IPAddresses = []string{"localhost"}, []net.IP{net.ParseIP(loopback)}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, leafKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		return nil, err
	}
	b := &bundle{
		ca:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}),
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}
	return b, b.configure()
}

func template(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(certLife),
	}
}

func (b *bundle) configure() error {
	pair, err := tls.X509KeyPair(b.cert, b.key)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(b.ca) {
		return fmt.Errorf("no certificate in the authority's PEM")
	}
	b.server = &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{pair},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    roots,
	}
	b.client = &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{pair},
		RootCAs:      roots,
		ServerName:   loopback,
	}
	return nil
}

// write leaves the client's part in the folder for other processes of this user.
func (b *bundle) write(dir string) error {
	target := filepath.Join(dir, tlsDir)
	if err := os.MkdirAll(target, 0o700); err != nil {
		return err
	}
	for name, content := range map[string][]byte{caFile: b.ca, certFile: b.cert, certKeyFile: b.key} {
		path := filepath.Join(target, name)
		if err := os.WriteFile(path+".new", content, 0o600); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	return nil
}

// EngineTLS reads what a server started with TLSFiles left in its folder.
func EngineTLS(dir string) (*tls.Config, error) {
	at := func(name string) string { return filepath.Join(dir, tlsDir, name) }
	return LoadTLS(at(caFile), at(certFile), at(certKeyFile), loopback)
}

// LoadTLS makes a client's TLS from PEM files: the authority (empty for the
// system's), and a certificate with its key (both empty for none). serverName
// overrides the name in the address. It fails with fault "temporal_tls_invalid".
func LoadTLS(ca, cert, key, serverName string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: serverName}
	if ca != "" {
		raw, err := os.ReadFile(ca)
		if err != nil {
			return nil, invalidTLS(ca).Because(err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(raw) {
			return nil, invalidTLS(ca)
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, invalidTLS(cert).Because(err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func invalidTLS(path string) *fault.Error {
	return fault.New(fault.Invalid, "temporal_tls_invalid",
		"The TLS file %q for Temporal cannot be used: it must be PEM, and a certificate needs its key.", path)
}
