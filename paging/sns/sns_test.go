package sns

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/paging"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// topic is a fake of the API, from its reference (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html): AWS' Query
// protocol, which is a form in and XML out. It answers with a status and an error's code.
func topic(t *testing.T, arn string, status int, code string) (p *Pager, form func() url.Values) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": ""} {
		t.Setenv(name, value)
	}
	var got url.Values
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, _ = url.ParseQuery(string(body))
		if calls++; calls > 1 {
			t.Error("the pager tried again by itself")
		}
		if auth := r.Header.Get("Authorization"); !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") || !strings.Contains(auth, "/eu-west-1/sns/aws4_request,") {
			t.Errorf("signed %q", auth)
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		if status == http.StatusOK {
			io.WriteString(w, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>2</RequestId></ResponseMetadata></PublishResponse>`)
			return
		}
		fmt.Fprintf(w, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>%s</Code><Message>why</Message></Error><RequestId>2</RequestId></ErrorResponse>`, code)
	}))
	t.Cleanup(server.Close)
	p, err := New(t.Context(), Options{TopicARN: arn, Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return p, func() url.Values { return got }
}

const standard = "arn:aws:sns:eu-west-1:123456789012:pages"

func TestATopicGetsThePageForProgramsAndForPeople(t *testing.T) {
	for _, arn := range []string{standard, standard + ".fifo"} {
		p, form := topic(t, arn, 200, "")
		page := paging.Samples()[0].Page
		page.Summary = "Größe\nis broken " + strings.Repeat("x", 300)
		if err := p.Send(t.Context(), page); err != nil {
			t.Fatal(err)
		}
		got := form()
		for key, want := range map[string]string{"Action": "Publish", "Version": "2010-03-31", "TopicArn": arn, "MessageStructure": "json"} {
			if got.Get(key) != want {
				t.Errorf("%s is %q, want %q", key, got.Get(key), want)
			}
		}
		if s := got.Get("Subject"); len(s) > 100 || !strings.HasPrefix(s, "[critical] Gr??e is broken") {
			t.Errorf("subject %q", s)
		}
		var message map[string]string
		var sent paging.Page
		if json.Unmarshal([]byte(got.Get("Message")), &message) != nil || json.Unmarshal([]byte(message["default"]), &sent) != nil || sent.ID != page.ID {
			t.Errorf("message %q", got.Get("Message"))
		}
		if len([]rune(message["sms"])) > 140 || !strings.Contains(message["email"], "Runbook: https://runbooks.example/checkout") {
			t.Errorf("for people: %q, %q", message["sms"], message["email"])
		}
		attributes := map[string]string{}
		for n := 1; got.Has(fmt.Sprintf("MessageAttributes.entry.%d.Name", n)); n++ {
			attributes[got.Get(fmt.Sprintf("MessageAttributes.entry.%d.Name", n))] = got.Get(fmt.Sprintf("MessageAttributes.entry.%d.Value.StringValue", n))
		}
		if attributes["event"] != "opened" || attributes["severity"] != "critical" || attributes["team"] != "payments" || attributes["dedup_key"] != page.DedupKey {
			t.Errorf("attributes %v", attributes)
		}
		group, id := "", ""
		if arn != standard {
			group, id = page.DedupKey, page.ID
		}
		if got.Get("MessageGroupId") != group || got.Get("MessageDeduplicationId") != id {
			t.Errorf("%s: group %q, id %q", arn, got.Get("MessageGroupId"), got.Get("MessageDeduplicationId"))
		}
	}
}

func TestRefusalsThatPassAreTriedAgain(t *testing.T) {
	for _, c := range []struct {
		status    int
		code      string
		permanent bool
	}{
		{404, "NotFound", true}, {403, "AuthorizationError", true}, {400, "InvalidParameter", true}, {403, "InvalidClientTokenId", true},
		{400, "Throttling", false}, {429, "Throttled", false}, {403, "ExpiredToken", false}, {500, "InternalError", false}, {503, "ServiceUnavailable", false},
	} {
		p, _ := topic(t, standard, c.status, c.code)
		err := p.Send(t.Context(), paging.Samples()[0].Page)
		if err == nil || paging.Permanent(err) != c.permanent || !strings.Contains(err.Error(), c.code) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%d %s: %v, want permanent %v", c.status, c.code, err, c.permanent)
		}
	}
	topic(t, standard, 200, "") // for the environment
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	p, err := New(t.Context(), Options{TopicARN: standard, Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := p.Send(ctx, paging.Samples()[0].Page); err == nil || paging.Permanent(err) {
		t.Errorf("without credentials: %v, want a temporary error", err)
	}
}

func TestWhatIsNoTopicIsRefused(t *testing.T) {
	for _, text := range []string{"", "pages", "arn:aws:sqs:eu-west-1:123456789012:pages", "arn:aws:sns::123456789012:pages", standard + ":0123-subscription"} {
		if _, err := New(t.Context(), Options{TopicARN: text}); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestNamesOfFIFOTopicsAreDistinctAndAllowed(t *testing.T) {
	seen := map[string]bool{}
	for _, text := range []string{"outrider/production/checkout", "outrider/x/größe", "outrider/x/grosse", strings.Repeat("a", 129), strings.Repeat("a", 130), "a b"} {
		n := name(text)
		if seen[n] || len(n) > 128 || !plain.MatchString(n) {
			t.Errorf("%q became %q", text, n)
		}
		seen[n] = true
	}
}
