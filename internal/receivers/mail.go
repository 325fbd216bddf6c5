package receivers

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mail is a real SMTP server.
type mail struct {
	*Set
	address string
}

func newMail(t testing.TB, s *Set) *mail {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mail{Set: s, address: l.Addr().String()}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{mail: m}, nil }))
	server.Domain, server.AllowInsecureAuth = "127.0.0.1", true
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-done })
	return m
}

// session is one conversation. Its header says who is to have the message, as it was said to the server.
type session struct {
	*mail
	header http.Header
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "outrider" || password != s.secrets.MailPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.header = http.Header{"From": {from}}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.refuses("email") {
		said := "no such user here"
		if s.echoes() {
			said += " " + s.secrets.MailPassword + " " + base64.StdEncoding.EncodeToString([]byte("\x00outrider\x00"+s.secrets.MailPassword))
		}
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: said}
	}
	s.header.Add("To", to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err == nil {
		s.keep("email", Arrival{Header: s.header, Body: text})
	}
	return err
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
