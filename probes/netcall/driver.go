package netcall

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Driver opens sessions. It is safe for use by several runs at once.
type Driver struct{}

// New makes a driver. It needs no closing.
func New() *Driver { return &Driver{} }

// Handles reports whether the driver does this action.
func (*Driver) Handles(a journeys.Action) bool {
	switch a.(type) {
	case *journeys.DNS, *journeys.TCP, *journeys.Handshake, *journeys.WebSocket, *journeys.GRPC, *journeys.Ping:
		return true
	}
	return false
}

// Open starts a session. It connects to nothing.
func (*Driver) Open(_ context.Context, o probes.SessionOptions) (probes.Session, error) {
	return &Session{o: o}, nil
}
