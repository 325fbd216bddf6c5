package email

import (
	"encoding/json"
	"flag"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/outrider-monitor/outrider/paging"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

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
		file := filepath.Join("testdata", name+".txt")
		if *rewrite {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got); -rewrite writes it anew:\n%s", file, diff)
		}
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
