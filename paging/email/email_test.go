package email

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/paging"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// server is a real SMTP server, which refuses whom it is told to refuse.
type server struct {
	mu       sync.Mutex
	refuse   map[string]error
	dataErr  error
	messages []received
	user     string
}

type received struct {
	from string
	to   []string
	text []byte
	tls  bool
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secured := c.TLSConnectionState()
	return &session{server: s, m: received{tls: secured}}, nil
}

type session struct {
	*server
	m received
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ada" || password != "hunter2" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "not with hunter3"}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.m.from = from; return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuse[to]; err != nil {
		return err
	}
	s.m.to = append(s.m.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		return err
	}
	if s.dataErr != nil {
		return s.dataErr
	}
	s.m.text = text
	s.messages = append(s.messages, s.m)
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }

// got gives what was received since the last call.
func (s *server) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.messages
	s.messages = nil
	return all
}

// identity is a certificate for 127.0.0.1, and who vouches for it.
func identity(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.TLS.Certificates[0], roots
}

// serve runs a server; how is StartTLS, TLS or None.
func serve(t *testing.T, how string, certificate tls.Certificate) (*server, string) {
	t.Helper()
	b := &server{refuse: map[string]error{}}
	s := smtp.NewServer(b)
	s.Domain, s.AllowInsecureAuth = "127.0.0.1", how == None
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	switch how {
	case StartTLS:
		s.TLSConfig = config
	case TLS:
		l = tls.NewListener(l, config)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close(); <-done })
	return b, l.Addr().String()
}

func addresses(t *testing.T, list string) []*mail.Address {
	t.Helper()
	all, err := mail.ParseAddressList(list)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func pager(t *testing.T, o Options) *Pager {
	t.Helper()
	o.From = addresses(t, "Outrider <outrider@example.org>")[0]
	if o.To == nil {
		o.To = addresses(t, "ada@example.org, Grace <grace@example.org>")
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sample(event string) paging.Page {
	for _, s := range paging.Samples() {
		if s.Page.Event == event {
			return s.Page
		}
	}
	panic("there is no sample " + event)
}

func send(t *testing.T, p *Pager, page paging.Page) error {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return p.Send(ctx, page)
}

func TestMailGoesOutUnderVerifiedTLS(t *testing.T) {
	certificate, roots := identity(t)
	for _, how := range []string{StartTLS, TLS, None} {
		s, address := serve(t, how, certificate)
		o := Options{Server: address, TLS: how, Roots: roots, Username: "ada", Password: "hunter2"}
		if err := send(t, pager(t, o), sample("opened")); err != nil {
			t.Errorf("%s: %v", how, err)
			continue
		}
		got := s.got()
		if len(got) != 1 || got[0].tls != (how == StartTLS) && how != TLS || s.user != "ada" || got[0].from != "outrider@example.org" ||
			!slices.Equal(got[0].to, []string{"ada@example.org", "grace@example.org"}) {
			t.Errorf("%s: signed in as %q, got %+v", how, s.user, got)
		}
		wrong := o
		wrong.Password = "hunter3"
		if err := send(t, pager(t, wrong), sample("opened")); !paging.Permanent(err) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s, a wrong password: %v, want a permanent refusal without it", how, err)
		}
		if how == None {
			o.TLS = StartTLS // what was asked for is not given up because somebody on the way leaves it out
		}
		o.Roots = nil
		if err := send(t, pager(t, o), sample("opened")); err == nil || paging.Permanent(err) || len(s.got()) > 0 {
			t.Errorf("%s, a server nobody vouches for: %v", how, err)
		}
	}
}

func TestRefusalsAreOfTheRecipientThatTheyAreOf(t *testing.T) {
	certificate, roots := identity(t)
	s, address := serve(t, StartTLS, certificate)
	p := pager(t, Options{Server: address, Roots: roots})
	later := &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "greylisted"}
	never := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	step := func(what string, refuse map[string]error, dataErr error, want string, permanent bool, to ...string) {
		t.Helper()
		s.mu.Lock()
		s.refuse, s.dataErr = refuse, dataErr
		s.mu.Unlock()
		err := send(t, p, sample("opened"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || paging.Permanent(err) != permanent {
			t.Errorf("%s: %v, want %q, permanent %v", what, err, want, permanent)
		}
		var how *paging.SendError
		if some := strings.Contains(want, "the other recipients") || len(to) > 0; err != nil && (!errors.As(err, &how) || how.Reached != some) {
			t.Errorf("%s: %+v, want that other pages need not wait: %v", what, how, some)
		}
		var heard []string
		for _, m := range s.got() {
			heard = append(heard, m.to...)
		}
		if !slices.Equal(heard, to) {
			t.Errorf("%s: %q have it, want %q", what, heard, to)
		}
	}
	step("the message is refused for now", nil, later, "greylisted", false)
	step("the message is refused for good", nil, never, "no such user", true)
	step("all are refused for now", map[string]error{"ada@example.org": later, "grace@example.org": later}, nil, "greylisted", false)
	step("one for now", map[string]error{"ada@example.org": later}, nil, "ada@example.org: 450", false, "grace@example.org")
	step("the same again", map[string]error{"ada@example.org": later}, nil, "the other recipients have it", false)
	step("only that one then", nil, nil, "", false, "ada@example.org")
	step("one for good", map[string]error{"ada@example.org": never}, nil, "no such user", true, "grace@example.org")
}

func TestAServerThatHangsOrLeavesIsTriedAgain(t *testing.T) {
	for name, say := range map[string]string{"hangs": "", "is full": "421 too many\r\n", "is no SMTP server": "HTTP/1.1 400 Bad Request\r\n\r\n"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if conn, err := l.Accept(); err == nil {
				io.WriteString(conn, say)
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		err = pager(t, Options{Server: l.Addr().String(), TLS: None}).Send(ctx, sample("opened"))
		if err == nil || paging.Permanent(err) {
			t.Errorf("%s: %v, want a temporary error", name, err)
		}
		cancel()
		l.Close()
		<-done
	}
}

// read takes a message apart.
func read(t *testing.T, text []byte) (h mail.Header, parts map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	media, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("the type is %q, %v", media, err)
	}
	parts = map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err != nil {
			return m.Header, parts
		}
		body, _ := io.ReadAll(quotedprintable.NewReader(part))
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		parts[kind] = string(body)
	}
}

func TestWhatAPageQuotesIsNeverAHeaderNorATag(t *testing.T) {
	certificate, roots := identity(t)
	s, address := serve(t, TLS, certificate)
	p := pager(t, Options{Server: address, TLS: TLS, Roots: roots})
	page := sample("opened")
	bomb := "x\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>\r\n.\r\nQUIT\r\n"
	page.Summary, page.DedupKey, page.ID, page.Incident.ID, page.Deployment = bomb, bomb, bomb, bomb, bomb
	page.Incident.Step, page.Incident.Got, page.Journey.Title = bomb, bomb, bomb
	page.Links = []paging.Link{{Title: bomb, URL: "javascript:alert(1)"}, {Title: "x", URL: "https://x/\"><script>"}}
	if err := send(t, p, page); err != nil {
		t.Fatal(err)
	}
	got := s.got()
	if len(got) != 1 || len(got[0].to) != 2 {
		t.Fatalf("got %+v", got)
	}
	h, parts := read(t, got[0].text)
	for _, name := range []string{"Bcc", "Cc"} {
		if h.Get(name) != "" {
			t.Errorf("a page made the header %s: %q", name, h.Get(name))
		}
	}
	html := parts["text/html"]
	if strings.Contains(html, "<script") || strings.Contains(html, `href="javascript:`) || !strings.Contains(html, "&lt;script&gt;") {
		t.Errorf("a page made a tag:\n%s", html)
	}
	if !strings.Contains(parts["text/plain"], "QUIT") {
		t.Errorf("the text was cut:\n%s", parts["text/plain"])
	}
}

func TestMessagesOfAnIncidentStayTogether(t *testing.T) {
	certificate, roots := identity(t)
	s, address := serve(t, StartTLS, certificate)
	p := pager(t, Options{Server: address, Roots: roots})
	opened, closed := sample("opened"), sample("closed")
	for _, page := range []paging.Page{opened, opened, closed} {
		if err := send(t, p, page); err != nil {
			t.Fatal(err)
		}
	}
	var h []mail.Header
	for _, m := range s.got() {
		header, parts := read(t, m.text)
		h = append(h, header)
		if parts["text/plain"] == "" || parts["text/html"] == "" || header.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("incomplete: %v\n%q", header, parts)
		}
	}
	root := h[0].Get("Message-ID")
	if root != "<incident.inc_sample@example.org>" || h[1].Get("Message-ID") != root || h[0].Get("In-Reply-To") != "" {
		t.Errorf("the first message is %q, and again %q, in reply to %q", root, h[1].Get("Message-ID"), h[0].Get("In-Reply-To"))
	}
	if h[2].Get("In-Reply-To") != root || h[2].Get("References") != root || h[2].Get("Message-ID") == root {
		t.Errorf("the end is %q in reply to %q of %q", h[2].Get("Message-ID"), h[2].Get("In-Reply-To"), h[2].Get("References"))
	}
	dec := new(mime.WordDecoder)
	for n, want := range map[int]string{0: "[critical] Checkout is broken", 2: "[ended] Checkout works again"} {
		if got, err := dec.DecodeHeader(h[n].Get("Subject")); err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("subject %q, want %q; %v", got, want, err)
		}
	}
	if h[0].Get("Importance") != "high" || h[2].Get("Importance") != "" {
		t.Errorf("importance %q and %q", h[0].Get("Importance"), h[2].Get("Importance"))
	}
}
