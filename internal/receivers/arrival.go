package receivers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	netmail "net/mail"
	"net/url"
	"strings"
)

// Arrival is what was sent once: an HTTP request, a mail with those it was for, a program's environment and input.
type Arrival struct {
	Header http.Header
	Body   []byte
}

// Text is all of it but how the sender signs in, and once more everything that is wrapped in it, unwrapped: the parts of a
// mail, the fields of a form, JSON in JSON. What is sought in it is found however deep it lies.
func (a Arrival) Text() []byte {
	var out bytes.Buffer
	for name, values := range a.Header {
		if name != "Authorization" {
			fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(values, ", "))
		}
	}
	unwrap(&out, a.Body, 0)
	return out.Bytes()
}

func unwrap(out *bytes.Buffer, body []byte, depth int) {
	out.Write(body)
	out.WriteByte('\n')
	if depth == 6 {
		return
	}
	var value any
	if json.Unmarshal(body, &value) == nil {
		each(value, func(s string) { unwrap(out, []byte(s), depth+1) })
		return
	}
	if form, err := url.ParseQuery(string(body)); err == nil && form.Has("Action") {
		for name, values := range form {
			fmt.Fprintf(out, "%s: ", name)
			unwrap(out, []byte(strings.Join(values, " ")), depth+1)
		}
		return
	}
	if m, err := netmail.ReadMessage(bytes.NewReader(body)); err == nil && m.Header.Get("MIME-Version") != "" {
		unwrapMail(out, m)
	}
}

// each gives every text of a JSON value, keys too.
func each(value any, f func(string)) {
	switch v := value.(type) {
	case string:
		f(v)
	case []any:
		for _, e := range v {
			each(e, f)
		}
	case map[string]any:
		for key, e := range v {
			f(key)
			each(e, f)
		}
	}
}

func unwrapMail(out *bytes.Buffer, m *netmail.Message) {
	for name, values := range m.Header {
		for _, value := range values {
			if plain, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
				fmt.Fprintf(out, "%s: %s\n", name, plain)
			}
		}
	}
	_, how, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return
	}
	parts := multipart.NewReader(m.Body, how["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return
		}
		var text io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			text = quotedprintable.NewReader(part)
		}
		_, _ = io.Copy(out, text)
		out.WriteByte('\n')
	}
}
