package email

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/paging"
)

// life is one life of the store, the courier and the pager; end leaves nothing in memory to the next. settled hears each outcome.
func life(t *testing.T, dir string, o Options) (s *history.Store, c *paging.Courier, settled chan paging.Outcome, end func()) {
	t.Helper()
	s, err := history.Open(dir, history.Options{Gather: -1})
	if err != nil {
		t.Fatal(err)
	}
	settled = make(chan paging.Outcome, 100)
	c = paging.NewCourier(paging.CourierOptions{Outbox: s, OnSettled: func(_ string, o paging.Outcome) { settled <- o }},
		paging.Directory{Pagers: map[string]paging.Pager{"mail": pager(t, o)}})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = c.Run(ctx) })
	return s, c, settled, sync.OnceFunc(func() { cancel(); wg.Wait(); s.Close() })
}

func until(t *testing.T, settled <-chan paging.Outcome, want paging.Outcome) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case got := <-settled:
			if got == want {
				return
			}
		case <-late:
			t.Fatalf("no page was %s", want)
		}
	}
}

// A server takes a page for one of two recipients, and the monitor is restarted before the other can have it.
func TestWhoHasAPageDoesNotGetItAgainAfterARestart(t *testing.T) {
	certificate, roots := identity(t)
	server, address := serve(t, StartTLS, certificate)
	o := Options{Server: address, Roots: roots}
	dir := t.TempDir()
	heard := func() (all []string) {
		for _, m := range server.got() {
			all = append(all, m.to...)
		}
		return all
	}
	refuse := func(to map[string]error) {
		server.mu.Lock()
		defer server.mu.Unlock()
		server.refuse = to
	}
	refuse(map[string]error{"ada@example.org": &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "greylisted"}})
	store, courier, settled, end := life(t, dir, o)
	defer func() { end() }()
	tell := func(page paging.Page) {
		err := store.Update(context.Background(), "", func(history.Prev) history.Entry {
			return history.Entry{Pages: []paging.Outgoing{{Pager: "mail", Page: page}}}
		})
		if err != nil {
			t.Fatal(err)
		}
		courier.Wake()
	}
	opened, closed := sample("opened"), sample("closed")
	closed.Incident.ID, closed.DedupKey = opened.Incident.ID, opened.DedupKey
	tell(opened)
	until(t, settled, paging.Postponed)
	if got := heard(); !slices.Equal(got, []string{"grace@example.org"}) {
		t.Fatalf("%q have it, want Grace alone", got)
	}

	end()
	store, courier, settled, end = life(t, dir, o)
	until(t, settled, paging.Postponed)
	if got := heard(); len(got) > 0 {
		t.Fatalf("after a restart %q got it again", got)
	}

	end()
	refuse(nil)
	store, courier, settled, end = life(t, dir, o)
	until(t, settled, paging.Accepted)
	if got := heard(); !slices.Equal(got, []string{"ada@example.org"}) {
		t.Errorf("%q got it, want Ada alone", got)
	}
	tell(closed)
	until(t, settled, paging.Accepted)
	if got := heard(); !slices.Equal(got, []string{"ada@example.org", "grace@example.org"}) {
		t.Errorf("%q heard of the end, want both", got)
	}
}
