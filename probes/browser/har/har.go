// Package har writes what went over the network as a HAR file, version 1.2, from the browser's own events.
//
// The events are kept as they came and decoded here, so that a run that leaves no evidence pays nothing for it. Bodies
// are not part of the file: what a customer sends is nobody's business. Its one rule: nothing that is a key to
// something leaves by its name (cookies, tokens, authorization); the secrets that a journey knows are removed by
// the runner, as from every text.
package har

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/har"

	"github.com/outrider-monitor/outrider/probes/redact"
)

// Exchange is one request as the browser told of it. Sent is Network.requestWillBeSent; Received is
// Network.responseReceived, or empty.
type Exchange struct {
	Sent, Received jsonv2.Value
	Began          time.Time
	Took           time.Duration
	// Status is that of a redirect, which has no response of its own.
	Status int
	Bytes  int64
	// Type is the kind of resource, Error what the network said.
	Type, Error string
}

// File is a recording.
type File struct {
	// Creator and Browser are names with a version, such as Outrider/1.0.
	Creator, Browser string
	PageTitle        string
	Exchanges        []Exchange
}

// entry adds what other programs add, under names that begin with an underscore, as the format wants it.
type entry struct {
	*har.Entry
	Type  string `json:"_resourceType,omitempty"`
	Error string `json:"_error,omitempty"`
}

// Encode writes at most limit bytes of JSON: the latest exchanges, oldest first. It reports how many were left out.
func (f *File) Encode(limit int) (data []byte, left int) {
	log := har.Log{Version: "1.2", Creator: program(f.Creator), Browser: program(f.Browser)}
	if len(f.Exchanges) > 0 {
		log.Pages = []*har.Page{{ID: "page", Title: f.PageTitle, StartedDateTime: stamp(f.Exchanges[0].Began), PageTimings: &har.PageTimings{}}}
	}
	room := limit - 2048
	var entries []json.RawMessage
	for _, x := range slices.Backward(f.Exchanges) {
		text, err := json.Marshal(x.entry())
		if err != nil {
			left++
			continue
		}
		if room -= len(text) + 1; room < 0 {
			left = len(f.Exchanges) - len(entries)
			break
		}
		entries = append(entries, text)
	}
	slices.Reverse(entries)
	if entries == nil {
		entries = []json.RawMessage{}
	}
	whole := struct {
		Log struct {
			har.Log
			Entries []json.RawMessage `json:"entries"`
		} `json:"log"`
	}{}
	whole.Log.Log, whole.Log.Entries = log, entries
	data, err := json.Marshal(whole)
	if err != nil || len(data) > limit {
		return nil, len(f.Exchanges)
	}
	return data, left
}

func program(product string) *har.Creator {
	name, version, _ := strings.Cut(product, "/")
	return &har.Creator{Name: name, Version: version}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// sent and received are the parts of the events that are used.
type (
	sent struct {
		Request struct {
			Method, URL string
			Headers     map[string]string
		}
	}
	received struct {
		Response struct {
			Status     int64
			StatusText string
			MimeType   string
			Protocol   string
			Remote     string            `json:"remoteIPAddress"`
			Headers    map[string]string `json:"headers"`
			Timing     *timing
		}
	}
	// timing is in milliseconds since the request was made; -1 for what did not take place.
	timing struct {
		DNSStart, DNSEnd, ConnectStart, ConnectEnd float64
		SSLStart, SSLEnd, SendStart, SendEnd       float64
		ReceiveHeadersEnd                          float64
	}
)

func (x *Exchange) entry() entry {
	var s sent
	var r received
	_ = json.Unmarshal(x.Sent, &s)
	if len(x.Received) > 0 {
		_ = json.Unmarshal(x.Received, &r)
	}
	res := &r.Response
	if res.Status == 0 {
		res.Status = int64(x.Status)
	}
	took := float64(x.Took) / float64(time.Millisecond)
	e := &har.Entry{
		Pageref: "page", StartedDateTime: stamp(x.Began), Time: took, Cache: &har.Cache{}, ServerIPAddress: res.Remote,
		Request: &har.Request{
			Method: s.Request.Method, URL: redact.URL(s.Request.URL), HTTPVersion: res.Protocol, Cookies: []*har.Cookie{},
			Headers: headers(s.Request.Headers), QueryString: query(s.Request.URL), HeadersSize: -1, BodySize: -1,
		},
		Response: &har.Response{
			Status: res.Status, StatusText: res.StatusText, HTTPVersion: res.Protocol, Cookies: []*har.Cookie{},
			Headers: headers(res.Headers), Content: &har.Content{Size: x.Bytes, MimeType: res.MimeType},
			RedirectURL: redact.URL(location(res.Headers)), HeadersSize: -1, BodySize: x.Bytes,
		},
		Timings: phases(res.Timing, took),
	}
	return entry{Entry: e, Type: strings.ToLower(x.Type), Error: x.Error}
}

func headers(all map[string]string) []*har.NameValuePair {
	list := make([]*har.NameValuePair, 0, len(all))
	for name, value := range all {
		switch {
		case redact.Name(name):
			value = redact.Hidden
		case strings.EqualFold(name, "referer") || strings.EqualFold(name, "location"):
			value = redact.URL(value)
		}
		list = append(list, &har.NameValuePair{Name: name, Value: value})
	}
	slices.SortFunc(list, func(a, b *har.NameValuePair) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func query(raw string) []*har.NameValuePair {
	list := []*har.NameValuePair{}
	u, err := url.Parse(raw)
	if err != nil {
		return list
	}
	for _, p := range strings.Split(u.RawQuery, "&") {
		name, value, _ := strings.Cut(p, "=")
		if name == "" {
			continue
		}
		plain, err := url.QueryUnescape(name)
		if err != nil || redact.Name(plain) {
			value = redact.Hidden
		} else if text, err := url.QueryUnescape(value); err == nil {
			value = text
		}
		list = append(list, &har.NameValuePair{Name: plain, Value: value})
	}
	return list
}

func location(headers map[string]string) string {
	for name, value := range headers {
		if strings.EqualFold(name, "location") {
			return value
		}
	}
	return ""
}

// phases divides the time of a request. Without the browser's timing all of it is waiting.
func phases(t *timing, took float64) *har.Timings {
	if t == nil {
		return &har.Timings{Wait: took}
	}
	span := func(from, to float64) *float64 {
		d := -1.0
		if from >= 0 && to >= from {
			d = to - from
		}
		return &d
	}
	wait := max(0, t.ReceiveHeadersEnd-t.SendEnd)
	return &har.Timings{
		DNS: span(t.DNSStart, t.DNSEnd), Connect: span(t.ConnectStart, t.ConnectEnd), Ssl: span(t.SSLStart, t.SSLEnd),
		Send: max(0, t.SendEnd-t.SendStart), Wait: wait, Receive: max(0, took-t.ReceiveHeadersEnd),
	}
}
