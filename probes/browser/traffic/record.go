package traffic

import (
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/har"
)

const (
	// maxRaw bounds the events that are kept for the recording, maxHAR the recording itself.
	maxRaw = 2 << 20
	maxHAR = 512 << 10
)

// recording reports whether the requests are recorded.
func (l *Log) recording() bool {
	e := l.journey.Evidence
	return !e.NoHAR && e.Wanted(true)
}

// keepRaw keeps an event of a request as it came: decoding is left to the run that needs it. Of what is too much the
// oldest is forgotten.
func (l *Log) keepRaw(place *jsonv2.Value, params jsonv2.Value) {
	if !l.recording() {
		return
	}
	*place = params
	for l.raw += len(params); l.raw > maxRaw; {
		forgot := false
		for _, r := range l.history {
			if n := len(r.sent) + len(r.received); n > 0 {
				r.sent, r.received, forgot = nil, nil, true
				l.raw -= n
				break
			}
		}
		if !forgot {
			l.raw = 0
		}
	}
}

// Record writes exchanges as a HAR file, oldest first; nil if there are none. It takes its time: no lock is to be held.
func Record(f har.File, name string) *probes.Artifact {
	slices.SortStableFunc(f.Exchanges, func(a, b har.Exchange) int { return a.Began.Compare(b.Began) })
	if len(f.Exchanges) == 0 {
		return nil
	}
	data, _ := f.Encode(maxHAR)
	if data == nil {
		return nil
	}
	return &probes.Artifact{Name: name + ".har", MIME: "application/json", Data: data}
}

// Exchanges are the requests of the page, as far as their events are kept.
func (l *Log) Exchanges() []har.Exchange {
	var all []har.Exchange
	for _, r := range l.history {
		if len(r.sent) > 0 {
			all = append(all, har.Exchange{
				Sent: r.sent, Received: r.received, Began: l.wall(r.Begun), Took: r.Took, Status: r.Status, Bytes: r.bytes,
				Type: r.Kind, Error: r.Err,
			})
		}
	}
	return all
}

// wall is a moment of the attempt by the clock on the wall.
func (l *Log) wall(at time.Time) time.Time {
	began := l.began
	return began.Round(0).Add(at.Sub(began))
}
