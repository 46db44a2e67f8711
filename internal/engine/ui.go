package engine

import (
	"context"
	"encoding/base64"
	"net"
	"strconv"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// webUI is Temporal's own pages, for operators who look for a stuck workflow.
type webUI struct {
	server *uiserver.Server
	ended  chan struct{}
}

// uiSettings hands the configuration over; the UI server reads it again now and then.
type uiSettings struct{ config *uiconfig.Config }

// GetConfig gives the configuration.
func (s uiSettings) GetConfig() (*uiconfig.Config, error) { return s.config, nil }

// startUI serves the pages on addr, read-only and without a look at the
// maker's news. The UI server ends the process when it cannot listen: the
// caller has checked that addr is free.
func startUI(addr, frontend, namespace string, certificates *bundle) (*webUI, error) {
	host, portText, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, err
	}
	settings := &uiconfig.Config{
		TemporalGRPCAddress: frontend,
		Host:                host,
		Port:                port,
		EnableUI:            true,
		DefaultNamespace:    namespace,
		DisableWriteActions: true,
		DisableNewsFetch:    true,
		HideLogs:            true,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // plain HTTP on loopback
	}
	if certificates != nil {
		settings.TLS = uiconfig.TLS{
			CaData:                 base64.StdEncoding.EncodeToString(certificates.ca),
			CertData:               base64.StdEncoding.EncodeToString(certificates.cert),
			KeyData:                base64.StdEncoding.EncodeToString(certificates.key),
			EnableHostVerification: true,
			ServerName:             loopback,
		}
	}
	ui := &webUI{
		server: uiserver.NewServer(uioptions.WithConfigProvider(uiSettings{settings})),
		ended:  make(chan struct{}),
	}
	go func() {
		defer close(ui.ended)
		_ = ui.server.Start() // ends with Stop
	}()
	return ui, ui.awaitListening(addr)
}

// awaitListening returns when the pages can be fetched: a Stop before that
// would not be seen by the UI server.
func (u *webUI) awaitListening(addr string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		pause := time.NewTimer(10 * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
}

func (u *webUI) stop() {
	u.server.Stop()
	<-u.ended
}
