package email

import (
	"encoding/json"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/paging"
)

// TestMessagesAreAsTheyWereReadLast holds what people get against what somebody has looked at, but for the date and the border
// between the parts.
func TestMessagesAreAsTheyWereReadLast(t *testing.T) {
	p := pager(t, Options{Server: "127.0.0.1:25", TLS: None})
	for _, name := range []string{"opened", "reminded", "escalated", "closed", "monitor-opened", "test"} {
		text, err := os.ReadFile(filepath.Join("..", "testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var page paging.Page
		if err := json.Unmarshal(text, &page); err != nil {
			t.Fatal(err)
		}
		message, err := p.message(page)
		if err != nil {
			t.Fatal(err)
		}
		h, parts := read(t, message)
		got := headers(h) + "\n" + parts["text/plain"] + "\n" + parts["text/html"]
		got = strings.ReplaceAll(got, "\r\n", "\n")
		golden.Check(t, name+".txt", got)
	}
}

func headers(h mail.Header) string {
	var b strings.Builder
	for _, name := range []string{"From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Importance", "Auto-Submitted", "X-Outrider-Dedup-Key"} {
		value, err := new(mime.WordDecoder).DecodeHeader(h.Get(name))
		if err != nil {
			value = err.Error()
		}
		if value != "" {
			b.WriteString(name + ": " + value + "\n")
		}
	}
	return b.String()
}
