package cwfake

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// prefix is where the operations are, by their names.
const prefix = "/service/GraniteServiceVersion20100801/operation/"

// mostBody is what CloudWatch takes at most as a request, unpacked.
const mostBody = 1 << 20

// Options set up a Server.
type Options struct {
	// Now is the time. Nil: time.Now.
	Now func() time.Time
	// Faster makes alarms' periods so many times shorter than they say, for those who cannot wait. Zero: once.
	Faster int
	// Topics are URLs by topic ARN: what an alarm's action is posted to. An action without one is kept in
	// [Server.Notifications] only.
	Topics map[string]string
	// Trouble, if not nil, is asked before each operation; what is not nil is answered instead.
	Trouble func(operation string) *Fault
}

// Fault is an error as CloudWatch answers it.
type Fault struct {
	// Status is the HTTP status; Code the error's name, such as ThrottlingException.
	Status  int
	Code    string
	Message string
}

// Error implements error.
func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Server is a CloudWatch. All methods may be called from any goroutine.
type Server struct {
	o Options

	mu         sync.Mutex
	metrics    map[string]*metric
	alarms     map[string]*alarm
	dashboards map[string]dashboard
	mutes      map[string]*muteRule
	calls      map[string]int
	sent       []Notification
}

// New makes a server without metrics and alarms. It is an http.Handler; alarms are evaluated by [Server.Evaluate].
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Faster = max(1, o.Faster)
	return &Server{o: o, metrics: map[string]*metric{}, alarms: map[string]*alarm{}, dashboards: map[string]dashboard{}, mutes: map[string]*muteRule{}, calls: map[string]int{}}
}

// operations are what the server can do.
func (s *Server) operations() map[string]func(cbor.Map) (cbor.Map, error) {
	return map[string]func(cbor.Map) (cbor.Map, error){
		"PutMetricData":       s.putMetricData,
		"PutMetricAlarm":      s.putMetricAlarm,
		"PutCompositeAlarm":   s.putCompositeAlarm,
		"DescribeAlarms":      s.describeAlarms,
		"DeleteAlarms":        s.deleteAlarms,
		"SetAlarmState":       s.setAlarmState,
		"TagResource":         s.tagResource,
		"ListTagsForResource": s.listTags,
		"PutAlarmMuteRule":    s.putMuteRule,
		"GetAlarmMuteRule":    s.getMuteRule,
		"ListAlarmMuteRules":  s.listMuteRules,
		"DeleteAlarmMuteRule": s.deleteMuteRule,
		"PutDashboard":        s.putDashboard,
		"GetDashboard":        s.getDashboard,
		"DeleteDashboards":    s.deleteDashboards,
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, prefix)
	if !ok || r.Method != http.MethodPost || r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" {
		http.Error(w, "want a POST of Smithy RPC v2 CBOR to "+prefix+"NAME", http.StatusNotFound)
		return
	}
	out, err := s.call(name, r)
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	if err != nil {
		answerFault(w, err)
		return
	}
	w.Write(cbor.Encode(out))
}

func (s *Server) call(name string, r *http.Request) (cbor.Map, error) {
	s.mu.Lock()
	s.calls[name]++
	s.mu.Unlock()
	if s.o.Trouble != nil {
		if f := s.o.Trouble(name); f != nil {
			return nil, f
		}
	}
	do := s.operations()[name]
	if do == nil {
		return nil, &Fault{http.StatusNotFound, "UnknownOperationException", "cwfake cannot do " + name}
	}
	if r.Header.Get("Authorization") == "" {
		return nil, &Fault{http.StatusForbidden, "MissingAuthenticationToken", "Missing Authentication Token"}
	}
	in, err := body(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return do(in)
}

// body reads a request, packed or not.
func body(r *http.Request) (cbor.Map, error) {
	reader := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		packed, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, &Fault{http.StatusBadRequest, "SerializationException", err.Error()}
		}
		reader = packed
	}
	raw, err := io.ReadAll(io.LimitReader(reader, mostBody+1))
	if err != nil {
		return nil, &Fault{http.StatusBadRequest, "SerializationException", err.Error()}
	}
	if len(raw) > mostBody {
		return nil, &Fault{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request size exceeds 1048576 bytes"}
	}
	if len(raw) == 0 {
		return cbor.Map{}, nil
	}
	v, err := cbor.Decode(raw)
	in, ok := v.(cbor.Map)
	if err != nil || !ok {
		return nil, &Fault{http.StatusBadRequest, "SerializationException", fmt.Sprintf("want a map, got %T (%v)", v, err)}
	}
	return in, nil
}

func answerFault(w http.ResponseWriter, err error) {
	f, ok := err.(*Fault)
	if !ok {
		f = &Fault{http.StatusInternalServerError, "InternalServiceFault", err.Error()}
	}
	// X-Amzn-Query-Error is how the service names errors by the names of its older protocol.
	w.Header().Set("X-Amzn-Query-Error", f.Code+";Sender")
	w.WriteHeader(f.Status)
	w.Write(cbor.Encode(cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#" + f.Code), "message": cbor.String(f.Message)}))
}

// Calls is how often an operation was asked for.
func (s *Server) Calls(operation string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[operation]
}

func invalid(format string, args ...any) error {
	return &Fault{http.StatusBadRequest, "InvalidParameterValue", fmt.Sprintf(format, args...)}
}
