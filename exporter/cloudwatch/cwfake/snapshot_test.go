package cwfake

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"
)

// snapshots are what the SDK ships of its own requests: what it sends, field by field.
func snapshots(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/cloudwatch").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)))
}

func TestTheSDKsOwnRequestsAreRead(t *testing.T) {
	dir := snapshots(t)
	s := New(Options{})
	for name := range s.operations() {
		raw, err := os.ReadFile(filepath.Join(dir, "request_snapshot", name+".request.snap"))
		if err != nil {
			t.Fatal(err)
		}
		head, packed, _ := bytes.Cut(raw, []byte("\n\n")) // the request line
		if got := string(head); got != "POST "+prefix+name {
			t.Errorf("the SDK asks for %q", got)
		}
		headers, packed, _ := bytes.Cut(packed, []byte("\n\n"))
		if !bytes.Contains(headers, []byte("Smithy-Protocol: rpc-v2-cbor")) {
			t.Errorf("%s: the SDK speaks another protocol:\n%s", name, headers)
		}
		request, err := http.NewRequest(http.MethodPost, "http://cw"+prefix+name, bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		in, err := body(request)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for field, want := range map[string]string{"PutMetricData": "Namespace", "PutMetricAlarm": "AlarmName", "PutCompositeAlarm": "AlarmRule",
			"SetAlarmState": "StateReason", "TagResource": "ResourceARN", "PutDashboard": "DashboardBody"} {
			if field == name && text(in, want) != "__"+want+"__" {
				t.Errorf("%s: %s is %q", name, want, text(in, want))
			}
		}
	}
}

// What we answer has no field that the SDK's own answer does not have: it would never be read.
func TestAnswersHaveTheFieldsOfTheSDKs(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(snapshots(t), "response_snapshot", "DescribeAlarms.response.snap"))
	if err != nil {
		t.Fatal(err)
	}
	_, packed, _ := bytes.Cut(raw, []byte("\n\n"))
	v, err := cbor.Decode(packed)
	if err != nil {
		t.Fatal(err)
	}
	known := list(v.(cbor.Map), "MetricAlarms")[0]
	s := New(Options{})
	if _, err := s.putMetricAlarm(simpleAlarm("a", "breaching")); err != nil {
		t.Fatal(err)
	}
	out, err := s.describeAlarms(cbor.Map{})
	if err != nil {
		t.Fatal(err)
	}
	for field := range list(out, "MetricAlarms")[0] {
		if known[field] == nil {
			t.Errorf("DescribeAlarms answers with %s, which the SDK does not know", field)
		}
	}
}
