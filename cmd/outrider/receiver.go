package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/outrider-monitor/outrider/paging"
)

// receiver is the demo's far end: it takes pages as a team's tool would, checks who signed them with a library
// that nobody here wrote, shows them and keeps them.
type receiver struct {
	c        *console
	listener net.Listener
	verify   *standardwebhooks.Webhook
	// notices takes what SNS posts; nil without CloudWatch.
	notices http.Handler

	mu   sync.Mutex
	log  *os.File
	seen map[string]bool
}

// received is one line of received.jsonl.
type received struct {
	At       time.Time   `json:"at"`
	ID       string      `json:"webhook_id"`
	Verified bool        `json:"verified"`
	Again    bool        `json:"again,omitempty"`
	Page     paging.Page `json:"page"`
}

// newReceiver takes the port, and remembers which pages came before.
func newReceiver(c *console, address, secret, file string) (*receiver, error) {
	verify, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, usage("the demo's secret is no signing key: "+err.Error(), "remove it; a new one will be made")
	}
	r := &receiver{c: c, verify: verify, seen: map[string]bool{}}
	if r.listener, err = net.Listen("tcp", address); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%s is used by another program (perhaps another demo)", address)
		}
		return nil, usage(fmt.Sprintf("the receiver of pages: %s", err), "choose another address with --receiver")
	}
	if r.log, err = os.OpenFile(file, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600); err != nil {
		r.listener.Close()
		return nil, fmt.Errorf("opening the list of received pages: %w", err)
	}
	for dec := json.NewDecoder(r.log); ; {
		var before received
		if dec.Decode(&before) != nil {
			break
		}
		r.seen[before.ID] = true
	}
	return r, nil
}

func (r *receiver) close() {
	r.listener.Close()
	r.log.Close()
}

// run takes pages until ctx ends.
func (r *receiver) run(ctx context.Context) error {
	server := &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		server.Shutdown(last)
	})()
	if err := server.Serve(r.listener); !errors.Is(err, http.ErrServerClosed) && ctx.Err() == nil {
		return fmt.Errorf("receiving pages: %w", err)
	}
	return nil
}

// ServeHTTP accepts a page that is signed by us, once it is written down.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == noticePath && r.notices != nil {
		r.notices.ServeHTTP(w, req)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	if err != nil || req.Method != http.MethodPost {
		http.Error(w, "want a page", http.StatusBadRequest)
		return
	}
	if err := r.verify.Verify(body, req.Header); err != nil {
		http.Error(w, "the signature does not fit", http.StatusUnauthorized)
		r.mu.Lock()
		defer r.mu.Unlock()
		fmt.Fprintf(r.c.out, "%s a page was refused: %v\n", r.c.red("!"), err)
		return
	}
	line := received{At: time.Now().UTC(), ID: req.Header.Get("webhook-id"), Verified: true}
	if err := json.Unmarshal(body, &line.Page); err != nil {
		http.Error(w, "the page is no JSON", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	line.Again = r.seen[line.ID]
	text, err := json.Marshal(line)
	if err == nil {
		_, err = r.log.Write(append(text, '\n'))
	}
	if err != nil {
		http.Error(w, "the page could not be kept", http.StatusInsufficientStorage)
		return
	}
	r.seen[line.ID] = true
	w.WriteHeader(http.StatusNoContent)
	r.show(&line)
}

// show prints a page as a person would want it at three in the morning.
func (r *receiver) show(l *received) {
	c, p := r.c, &l.Page
	paint := c.red
	switch {
	case p.Event == "closed":
		paint = c.green
	case p.Event == "reminded":
		paint = c.yellow
	}
	head := fmt.Sprintf(" PAGE %s · %s ", p.Event, p.Incident.Severity)
	if l.Again {
		head = fmt.Sprintf(" PAGE %s, sent again with the same id · %s ", p.Event, p.Incident.Severity)
	}
	fmt.Fprintf(c.out, "\n%s\n", paint("──"+head+strings.Repeat("─", max(2, 74-len([]rune(head))))))
	for _, line := range wrap(printable(p.Summary), 74) {
		fmt.Fprintf(c.out, "  %s\n", c.bold(line))
	}
	fmt.Fprintln(c.out)
	row := func(label, value string) {
		if value != "" {
			fmt.Fprintf(c.out, "  %s %s\n", c.faint(pad(label, 11)), printable(value))
		}
	}
	if p.Journey != nil {
		row("journey", p.Journey.Name+" · "+p.Journey.Title)
		row("team", p.Journey.Team)
	}
	row("step", p.Incident.Step)
	row("expected", p.Incident.Expected)
	row("got", p.Incident.Got)
	reason := p.Incident.Reason
	if p.Incident.Expected == "" || p.Incident.Got == "" { // else the message says the same once more
		reason = strings.Join(nonEmpty(reason, p.Incident.Message), ": ")
	}
	row("reason", reason)
	row("since", since(&p.Incident))
	row("last good", clock(p.Incident.LastPassedAt))
	row("mended", clock(p.Incident.ClosedAt))
	row("screenshot", p.Evidence.ScreenshotURL)
	for _, link := range p.Links {
		if link.URL != p.Evidence.ScreenshotURL {
			row(strings.ToLower(link.Title), link.URL)
		}
	}
	row("reproduce", strings.Replace(p.Reproduce, "outrider", program(), 1))
	row("signed", "by the Standard Webhooks scheme, verified · key "+p.DedupKey)
	fmt.Fprintln(c.out, paint(strings.Repeat("─", 76)))
	fmt.Fprintln(c.out)
}

func since(i *paging.Incident) string {
	text := clock(&i.Since)
	if i.FailedRuns > 0 {
		text += ", " + plural(i.FailedRuns, "failed run")
	}
	if len(i.Locations) > 0 {
		text += ", seen from " + strings.Join(i.Locations, ", ")
	}
	return text
}

// clock is a time of day here, with the date if it is not today's.
func clock(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	here := t.Local()
	if here.Format(time.DateOnly) != time.Now().Format(time.DateOnly) {
		return here.Format(time.DateTime)
	}
	return here.Format(time.TimeOnly)
}

// wrap breaks a text into lines between words.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

func nonEmpty(texts ...string) []string {
	var some []string
	for _, t := range texts {
		if t != "" {
			some = append(some, t)
		}
	}
	return some
}
