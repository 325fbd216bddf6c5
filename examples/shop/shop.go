// Package shop is Basil & Bike, a small honest web shop that can be broken on purpose. It is what the three example
// journeys of Outrider watch in the demo, and what the accuracy table is measured against.
//
// It behaves like the real thing: server-rendered pages, a basket in a cookie session, card fields in a frame of
// another site, an order that advances by itself, and the same as a JSON API over HTTP and HTTPS. It is not a load
// target and not a template for a shop: everything is kept in memory, and everything there is bounded.
//
// Its one rule: a fault has exactly the effect that [Defect.Effect] claims, from the next request on, and none when it
// is mended. Nothing here knows about Outrider except the header X-Outrider-Run, which is counted and journalled.
package shop

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/authority"
	"github.com/outrider-monitor/outrider/examples/shop/kitchen"
)

// The ports of [Defaults].
const (
	DefaultShopPort    = 8080
	DefaultPaymentPort = 8081
	DefaultControlPort = 8082
	DefaultAPIPort     = 8443
)

// Options says where a [Shop] listens, how fast it works and what it writes down. The zero value is a shop for tests:
// any free ports, no delay, nothing written.
type Options struct {
	// Ports, all on 127.0.0.1; 0 takes any free one.
	ShopPort, PaymentPort, ControlPort, APIPort int
	// StageDuration is how long an order stays received, cooking and on its way; 2s when zero.
	StageDuration time.Duration
	// Latency is how long a page or an API answer usually takes.
	Latency time.Duration
	// CAFile is where the certificate goes that signs the HTTPS API's; its key goes beside it, so that a shop that is
	// started again is still trusted. Neither is written when it is empty.
	CAFile string
	// StateFile remembers the active faults, so that a shop that was killed comes back as broken as it was.
	StateFile string
	// Journal gets one JSON line for each order placed or cancelled and each fault broken or mended: the truth to
	// which a test compares what the monitor said. Nil writes none.
	Journal io.Writer
	// Log gets what an operator wants to know; nil is silent.
	Log *slog.Logger
}

// Defaults are the options of the demo: fixed ports and the pace of a shop nearby.
func Defaults() Options {
	return Options{
		ShopPort:      DefaultShopPort,
		PaymentPort:   DefaultPaymentPort,
		ControlPort:   DefaultControlPort,
		APIPort:       DefaultAPIPort,
		StageDuration: 2 * time.Second,
		Latency:       25 * time.Millisecond,
	}
}

// A PortError says that one of the shop's ports could not be had, which one, and by which option to choose another.
type PortError struct {
	Listener string // "shop", "payment", "control" or "api"
	Option   string // the field of Options
	Port     int
	Err      error
}

// Error implements error.
func (e *PortError) Error() string {
	why := e.Err.Error()
	if errors.Is(e.Err, syscall.EADDRINUSE) {
		why = "another program is using it"
	}
	return fmt.Sprintf("port %d for the %s listener: %s (set %s to a free port, or to 0 for any)", e.Port, e.Listener, why, e.Option)
}

// Unwrap gives the error of the operating system.
func (e *PortError) Unwrap() error { return e.Err }

// A Shop is one shop with its five listeners. Make it with [New]; its methods may be called from any goroutine.
type Shop struct {
	opts     Options
	faults   *faults
	sessions *sessions
	orders   *kitchen.Orders
	vault    *vault
	journal  *journal
	traffic  traffic
	pages    *pages
	certs    authority.Certificates

	shop, payment, control, api, analytics net.Listener

	closing sync.Once
}

// New binds all listeners, so that the URLs are known, and reads back the state; [Shop.Run] then serves. The errors are
// a [*PortError], a state file that cannot be read, or a CA file that cannot be written.
func New(opts Options) (*Shop, error) {
	if opts.StageDuration == 0 {
		opts.StageDuration = 2 * time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Shop{
		opts:     opts,
		sessions: newSessions(),
		vault:    newVault(),
		journal:  newJournal(opts.Journal),
	}
	s.orders = kitchen.NewOrders(opts.StageDuration)
	var err error
	if s.faults, err = loadFaults(opts.StateFile); err != nil {
		return nil, fmt.Errorf("shop: %w", err)
	}
	if s.certs, err = authority.Issue(opts.CAFile, time.Now()); err != nil {
		return nil, fmt.Errorf("shop: %w", err)
	}
	if s.pages, err = newPages(); err != nil {
		return nil, fmt.Errorf("shop: %w", err)
	}
	if err := s.listen(); err != nil {
		s.Close()
		return nil, fmt.Errorf("shop: %w", err)
	}
	return s, nil
}

func (s *Shop) listen() error {
	for _, l := range []struct {
		name, option string
		port         int
		to           *net.Listener
	}{
		{"shop", "ShopPort", s.opts.ShopPort, &s.shop},
		{"payment", "PaymentPort", s.opts.PaymentPort, &s.payment},
		{"control", "ControlPort", s.opts.ControlPort, &s.control},
		{"api", "APIPort", s.opts.APIPort, &s.api},
		{"analytics", "", 0, &s.analytics},
	} {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.port)))
		if err != nil {
			var sys *os.SyscallError
			if errors.As(err, &sys) {
				err = sys.Err
			}
			return &PortError{Listener: l.name, Option: l.option, Port: l.port, Err: err}
		}
		*l.to = listener
	}
	return nil
}

// Run serves until ctx is done, then ends what is in flight and gives nil; it gives an error when a listener dies
// before that. It may be called once.
func (s *Shop) Run(ctx context.Context) error {
	defer s.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	servers := []*http.Server{
		s.server(ctx, s.shopRoutes()),
		s.server(ctx, s.paymentRoutes()),
		s.server(ctx, s.controlRoutes()),
		s.server(ctx, s.apiRoutes()),
	}
	servers[3].TLSConfig = s.tlsConfig()
	servers[3].SetKeepAlivesEnabled(false) // an expired certificate must be seen by the next request, not the next connection

	ended := make(chan error, 5)
	go func() { ended <- servers[0].Serve(s.shop) }()
	go func() { ended <- servers[1].Serve(s.payment) }()
	go func() { ended <- servers[2].Serve(s.control) }()
	go func() { ended <- servers[3].ServeTLS(s.api, "", "") }()
	go func() { ended <- hang(ctx, s.analytics) }()
	s.opts.Log.Info("shop open", "url", s.URL(), "api", s.APIURL(), "control", s.ControlURL())

	left := cap(ended)
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-ended:
		left--
	}
	stop()
	s.shutdown(servers)
	for range left {
		<-ended
	}
	return failure
}

func (s *Shop) server(ctx context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
}

// tlsConfig shows the certificate that fits the moment. Tickets are off: a resumed session would not show any.
func (s *Shop) tlsConfig() *tls.Config {
	return &tls.Config{
		SessionTicketsDisabled: true,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if s.faults.is(certExpired) {
				return s.certs.Expired, nil
			}
			return s.certs.Valid, nil
		},
	}
}

// shutdown gives answers in flight a moment (their context has ended already), then cuts them off.
func (s *Shop) shutdown(servers []*http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range servers {
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
	}
	s.Close()
}

// Close gives the ports back. It is for a shop that was made but never run, and may be called twice.
func (s *Shop) Close() {
	s.closing.Do(func() {
		for _, l := range []net.Listener{s.shop, s.payment, s.control, s.api, s.analytics} {
			if l != nil {
				l.Close()
			}
		}
	})
}

// URL is where customers shop: http://localhost:PORT.
func (s *Shop) URL() string { return "http://localhost:" + port(s.shop) }

// PayURL is where the card fields live. Its host is not the shop's, so that a browser gives the frame its own process.
func (s *Shop) PayURL() string { return "http://127.0.0.1:" + port(s.payment) }

// ControlURL is where the shop is broken and mended.
func (s *Shop) ControlURL() string { return "http://127.0.0.1:" + port(s.control) }

// APIURL is the JSON API over TLS: https://localhost:PORT.
func (s *Shop) APIURL() string { return "https://localhost:" + port(s.api) }

// CAFile is the file with the certificate that signs the API's, as given in the options.
func (s *Shop) CAFile() string { return s.opts.CAFile }

func port(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }
