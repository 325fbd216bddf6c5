package netcall

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// handshake connects, shakes hands and goes: the certificate is all that it wants.
type handshake struct {
	address, host, family string
	trust                 dial.Trust
}

func prepareHandshake(ctx context.Context, scope *journeys.Scope, a *journeys.Handshake) (job, error) {
	address, err := a.Address.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	host, err := hostOf(address)
	if err != nil {
		return nil, err
	}
	trust, err := dial.TrustOf(ctx, scope, &a.TLS)
	return &handshake{address, host, a.IP, trust}, err
}

func (h *handshake) target() string { return "tls://" + h.address }

func (h *handshake) run(ctx context.Context, c *call) error {
	conn, err := c.connect(ctx, "tcp", h.family, h.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	secure, err := c.shake(ctx, conn, h.host, h.trust)
	if err != nil {
		return err
	}
	return secure.Close()
}
