package httpcall

import (
	"context"
	"net/url"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// route is the way of one hop. Hops of equal routes share their connections. The zero route is everybody's.
type route struct {
	secure bool
	trust  dial.Trust
	proxy  string
	// family is 4, 6 or empty; version 1.1, 2, 3 or empty.
	family, version string
	// fixed is the address that is connected to whatever the URL's host resolves to.
	fixed string
}

// prepareRoute evaluates the step's way. Settings of TLS mean nothing over http, but a secret missing there is missing.
func (x *exchange) prepareRoute(ctx context.Context, scope *journeys.Scope, family string) error {
	want := x.action.Route
	if want.Everyones() {
		return nil
	}
	var err error
	if x.route.trust, err = dial.TrustOf(ctx, scope, &want.TLS); err != nil {
		return err
	}
	if x.route.proxy, err = want.Proxy.Text(ctx, scope); err != nil {
		return err
	}
	if x.route.fixed, err = want.Resolve.Text(ctx, scope); err != nil {
		return err
	}
	x.route.family, x.route.version = family, want.HTTP
	return nil
}

// routeOf gives the way of a hop. What the step says of its own host does not hold for others: another host is not
// shown the client's certificate, nor reached at this one's address.
func (x *exchange) routeOf(u *url.URL) route {
	r := x.route
	r.secure = u.Scheme == "https"
	if !r.secure {
		r.trust = dial.Trust{}
	}
	if u.Host != x.home.Host {
		r.fixed, r.trust.CertFile, r.trust.KeyFile, r.trust.ServerName = "", "", "", ""
	}
	return r
}
