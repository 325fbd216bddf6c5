package spans

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
)

// ID is a span's. The zero ID is none.
type ID [8]byte

// TraceID is a trace's. The zero one is none.
type TraceID [16]byte

// NewID draws a span's id. It need not be secret, only unlike the others.
func NewID() (id ID) {
	for id == (ID{}) {
		binary.BigEndian.PutUint64(id[:], rand.Uint64())
	}
	return id
}

// String is the id in hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// String is the id in hexadecimal digits.
func (id TraceID) String() string { return hex.EncodeToString(id[:]) }

// ParseTraceID reads what String wrote.
func ParseTraceID(text string) (id TraceID, ok bool) {
	n, err := hex.Decode(id[:], []byte(text))
	return id, len(text) == 2*len(id) && err == nil && n == len(id) && id != TraceID{}
}

// Options say which runs are traced, and who is told. A nil *Options traces none.
type Options struct {
	// Ratio of the runs is sampled, from 0 to 1: their requests ask the target to record its part too.
	Ratio float64
	// Hosts are those that get a traceparent, of the journey's own hosts; each is a host, or a domain with all below it.
	// Empty: all of the journey's own.
	Hosts []string
}

// Trace is the trace of one attempt. It never changes. Nil: the attempt is not traced.
type Trace struct {
	ID TraceID
	// Sampled says that the run is recorded whatever comes of it.
	Sampled bool
	hosts   []string
	// head is what all values of the header begin with: the version and the trace's id.
	head [36]byte
}

// Begin draws the trace of a run. All of its bits are random, as samplers further on rely on that.
func (o *Options) Begin() *Trace {
	if o == nil {
		return nil
	}
	t := &Trace{hosts: o.Hosts}
	for t.ID == (TraceID{}) {
		binary.BigEndian.PutUint64(t.ID[:8], rand.Uint64())
		binary.BigEndian.PutUint64(t.ID[8:], rand.Uint64())
	}
	copy(t.head[:], "00-")
	hex.Encode(t.head[3:35], t.ID[:])
	t.head[35] = '-'
	// As OpenTelemetry's ratio sampler decides: by the 56 bits that W3C promises to be random.
	t.Sampled = float64(binary.BigEndian.Uint64(t.ID[8:])&(1<<56-1)) < o.Ratio*(1<<56)
	return t
}

// Of is the trace as an attempt sees it. One that repeats an attempt that failed is sampled always: it is the one that somebody
// will look into.
func (t *Trace) Of(attempt int) *Trace {
	if t == nil || t.Sampled || attempt < 2 {
		return t
	}
	sure := *t
	sure.Sampled = true
	return &sure
}

// Header is the name of the header that Parent writes.
const Header = "Traceparent"

// Goes reports whether a host, of those that are the journey's own, is to be told.
func (t *Trace) Goes(host string) bool {
	return t != nil && (len(t.hosts) == 0 || journeys.HostIn(strings.ToLower(host), t.hosts))
}

// Parent is the header's value for a request: who answers it writes its spans below this one (W3C Trace Context, version 00).
func (t *Trace) Parent(of ID) string {
	var b [55]byte
	copy(b[:], t.head[:])
	hex.Encode(b[36:52], of[:])
	b[52], b[53], b[54] = '-', '0', '0'
	if t.Sampled {
		b[54] = '1'
	}
	return string(b[:])
}

// ParseParent reads a header's value, as others write it too; it reports false for what is none.
func ParseParent(text string) (trace TraceID, span ID, ok bool) {
	if len(text) < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-' || text[:2] == "ff" || len(text) > 55 && (text[:2] == "00" || text[55] != '-') {
		return trace, span, false
	}
	if strings.ToLower(text) != text {
		return trace, span, false // the standard wants small letters
	}
	_, bad := hex.Decode(trace[:], []byte(text[3:35]))
	_, worse := hex.Decode(span[:], []byte(text[36:52]))
	return trace, span, bad == nil && worse == nil && trace != TraceID{} && span != ID{}
}
