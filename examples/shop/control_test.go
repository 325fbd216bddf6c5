package shop_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
)

func active(s *shop.Shop) (names []string) {
	for _, d := range s.Defects() {
		if d.Active {
			names = append(names, d.Name)
		}
	}
	return names
}

func TestTheControlListenerBreaksAndMendsByName(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	c := visit(t, s)
	for _, step := range []struct {
		path string
		want string
	}{
		{"/break/order-api-500", "order-api-500"},
		{"/break/other-markup", "order-api-500 other-markup"},
		{"/break/other-markup", "order-api-500 other-markup"},
		{"/mend/order-api-500", "other-markup"},
		{"/mend", ""},
	} {
		status, body, err := c.do("POST", s.ControlURL()+step.path, nil)
		if err != nil || status != http.StatusOK {
			t.Fatalf("POST %s: status %d, error %v, %s", step.path, status, err, body)
		}
		if got := strings.Join(active(s), " "); got != step.want {
			t.Errorf("after POST %s active is %q, want %q", step.path, got, step.want)
		}
	}
}

func TestAMisspeltFaultIsRefusedWithTheNameThatWasMeant(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	status, body, err := visit(t, s).do("POST", s.ControlURL()+"/break/orders-api-500", nil)
	if err != nil || status != http.StatusNotFound || !strings.Contains(string(body), "order-api-500") {
		t.Errorf("status %d, body %s, error %v", status, body, err)
	}
	var unknown *shop.UnknownFaultError
	if err := s.Mend("nonsense"); !errors.As(err, &unknown) {
		t.Errorf("Mend gives %v, want an UnknownFaultError", err)
	}
}

func TestTheListOfDefectsSaysWhatEachDoes(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	if err := s.Break("page-slow"); err != nil {
		t.Fatal(err)
	}
	c := visit(t, s)
	_, body, err := c.do("GET", s.ControlURL()+"/defects", nil)
	var list []shop.Defect
	if err := errors.Join(err, json.Unmarshal(body, &list)); err != nil {
		t.Fatal(err)
	}
	seen := map[shop.Kind]int{}
	for _, d := range list {
		seen[d.Kind]++
		if d.Effect == "" || d.Active != (d.Name == "page-slow") {
			t.Errorf("%+v", d)
		}
	}
	if seen[shop.KindDefect] != 17 || seen[shop.KindNoise] != 8 {
		t.Errorf("%v, want 17 defects and 8 kinds of noise", seen)
	}
	_, page, err := c.do("GET", s.ControlURL()+"/", nil)
	for _, d := range list {
		if err != nil || !bytes.Contains(page, []byte("/"+d.Name+`"`)) {
			t.Errorf("the page has no switch for %s (error %v)", d.Name, err)
		}
	}
}

func TestAnotherWebsiteCannotBreakTheShop(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	r, err := http.NewRequest("POST", s.ControlURL()+"/break/page-slow", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://evil.example")
	response, err := visit(t, s).client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden || len(active(s)) != 0 {
		t.Errorf("status %d, active %q", response.StatusCode, active(s))
	}
}

func TestAShopThatWasKilledComesBackAsBrokenAsItWas(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "deep", "state.json")
	first, err := shop.New(shop.Options{StateFile: state})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close() // never run, never told to stop: as good as killed
	for _, name := range []string{"order-stuck", "other-markup"} {
		if err := first.Break(name); err != nil {
			t.Fatal(err)
		}
	}
	second := open(t, shop.Options{StateFile: state})
	if got := strings.Join(active(second), " "); got != "order-stuck other-markup" {
		t.Errorf("active is %q", got)
	}
}

func TestAStateThatCannotBeReadIsSaidAndNotForgotten(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"{", `["no-such-fault"]`} {
		state := filepath.Join(t.TempDir(), "state.json")
		if err := os.WriteFile(state, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := shop.New(shop.Options{StateFile: state}); err == nil || !strings.Contains(err.Error(), state) {
			t.Errorf("%s: error %v, want one that names the file", content, err)
		}
	}
}

func TestAFaultThatCannotBeRememberedIsNotBroken(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := open(t, shop.Options{StateFile: filepath.Join(folder, "state.json")})
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	if err := s.Break("page-slow"); err == nil || len(active(s)) != 0 {
		t.Errorf("error %v, active %q", err, active(s))
	}
}

func TestAPortInUseIsNamedWithTheOptionThatChangesIt(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = shop.New(shop.Options{PaymentPort: taken.Addr().(*net.TCPAddr).Port})
	var port *shop.PortError
	if !errors.As(err, &port) || port.Listener != "payment" || !strings.Contains(err.Error(), "set PaymentPort") ||
		!strings.Contains(err.Error(), "another program is using it") {
		t.Errorf("error %v", err)
	}
}

// lines is a journal in memory.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func TestTheJournalTellsOrdersAndFaultsAndWhoIsSynthetic(t *testing.T) {
	t.Parallel()
	journal := &lines{}
	s := open(t, shop.Options{Journal: journal})
	c := visit(t, s)
	id := c.orderCash().ID
	r, err := http.NewRequest("DELETE", s.URL()+"/api/orders/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Outrider-Run", "run-7")
	for range 2 { // the second time changes nothing and is not written
		response, err := c.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if err := errors.Join(s.Break("page-slow"), s.Break("page-slow"), s.Mend()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for scanner := bufio.NewScanner(&journal.b); scanner.Scan(); {
		var e shop.Entry
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil || e.Time.IsZero() {
			t.Fatalf("line %q: %v", scanner.Text(), err)
		}
		got = append(got, strings.TrimSpace(e.Event+" "+e.Order+e.Fault+" "+e.Run))
	}
	want := "placed " + id + ", cancelled " + id + " run-7, broken page-slow, mended page-slow"
	if strings.Join(got, ", ") != want {
		t.Errorf("the journal says %q, want %q", got, want)
	}
	if traffic := s.Traffic(); traffic.Synthetic != 2 || traffic.Customers != 1 || traffic.LastRun != "run-7" {
		t.Errorf("traffic %+v", traffic)
	}
}

func TestAShopClosesAtOnceWhileAPageHangs(t *testing.T) {
	t.Parallel()
	s, err := shop.New(shop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Break("page-slow"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		if response, err := http.Get(s.URL() + "/menu"); err == nil {
			response.Body.Close()
		}
	}()
	for s.Traffic().Customers == 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still open after 5s")
	}
	<-asked
	s.Close() // twice is no harm
	http.DefaultClient.CloseIdleConnections()
}
