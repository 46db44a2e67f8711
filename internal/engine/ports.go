package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"

	"github.com/migdalor/migdalor/internal/fault"
)

// loopback is the only address the embedded server listens on.
const loopback = "127.0.0.1"

// Free ports are sought below the range from which the kernel takes ports for
// outgoing connections (32768 on Linux), so that none is taken by chance
// between our look and the server's listen.
const (
	lowestFree  = 20000
	highestFree = 32000
)

// choosePorts gives count ports on which nobody listens. The first is fixed
// when it is not zero, and fault "port_in_use" says that it is taken.
func choosePorts(ctx context.Context, fixed, count int) ([]int, error) {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			_ = l.Close()
		}
	}()
	ports := make([]int, 0, count)
	if fixed != 0 {
		listener, err := listen(ctx, hostPort(fixed))
		if err != nil {
			return nil, portInUse(hostPort(fixed)).Because(err)
		}
		held, ports = append(held, listener), append(ports, fixed)
	}
	for tries := 0; len(ports) < count; tries++ {
		if tries > 1000 {
			return nil, errors.New("no free port found on the loopback address")
		}
		port := lowestFree + rand.IntN(highestFree-lowestFree)
		if listener, err := listen(ctx, hostPort(port)); err == nil {
			held, ports = append(held, listener), append(ports, port)
		}
	}
	return ports, nil
}

// checkFree fails with fault "port_in_use" when addr is taken.
func checkFree(ctx context.Context, addr string) error {
	listener, err := listen(ctx, addr)
	if err != nil {
		return portInUse(addr).Because(err)
	}
	return listener.Close()
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}

func portInUse(addr string) *fault.Error {
	return fault.New(fault.Conflict, "port_in_use",
		"Another program listens on %s already: stop it, or choose another port.", addr)
}
