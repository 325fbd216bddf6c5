package awssecrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/secrets"
)

// fake speaks AWS's JSON 1.1: a POST to / whose X-Amz-Target names the operation, signed for the service and the region.
type fake struct {
	secrets    map[string]map[string]any
	parameters map[string]string
	// fault is answered instead, with its status: {"__type": ...}.
	fault  map[string]any
	status int
	calls  atomic.Int32
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.calls.Add(1)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	status, answer := f.answer(r)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(answer)
}

func (f *fake) answer(r *http.Request) (int, any) {
	var in struct {
		SecretID, VersionID, VersionStage, Name string
		WithDecryption                          bool
	}
	service, region := "secretsmanager", "eu-west-1"
	target := r.Header.Get("X-Amz-Target")
	if target == "AmazonSSM.GetParameter" {
		service = "ssm"
	}
	scope := "/" + region + "/" + service + "/aws4_request"
	body, _ := io.ReadAll(r.Body)
	switch {
	case f.fault != nil:
		return f.status, f.fault
	case r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || json.Unmarshal(body, &in) != nil:
		return 400, map[string]any{"__type": "SerializationException"}
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") || !strings.Contains(r.Header.Get("Authorization"), scope):
		return 400, map[string]any{"__type": "InvalidSignatureException", "message": "signed for another: " + r.Header.Get("Authorization")}
	case target == "secretsmanager.GetSecretValue":
		s := f.secrets[in.SecretID+"|"+in.VersionID+in.VersionStage]
		if s == nil {
			return 400, map[string]any{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}
		}
		return 200, s
	case target == "AmazonSSM.GetParameter":
		value, ok := f.parameters[in.Name]
		_, other := f.parameters[strings.Split(in.Name, ":")[0]]
		switch {
		case ok && in.WithDecryption:
			return 200, map[string]any{"Parameter": map[string]any{"Name": in.Name, "Type": "SecureString", "Value": value, "Version": 3, "LastModifiedDate": 1.7e9}}
		case other:
			return 400, map[string]any{"__type": "com.amazonaws.ssm#ParameterVersionNotFound"}
		}
		return 400, map[string]any{"__type": "ParameterNotFound"}
	}
	return 400, map[string]any{"__type": "UnknownOperationException"}
}

// serve starts the fake and points the SDK to it.
func serve(t *testing.T, h http.Handler) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL, "AWS_ENDPOINT_URL_SSM": server.URL, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "AWS_REGION": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none"),
	} {
		t.Setenv(name, value)
	}
}

const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/card-AbCdEf"

func TestAWSIsAskedInItsOwnProtocol(t *testing.T) {
	serve(t, &fake{
		secrets: map[string]map[string]any{
			"shop/card|":            {"Name": "shop/card", "SecretString": "4242", "CreatedDate": 1.7e9, "VersionStages": []string{"AWSCURRENT"}},
			"shop/card|AWSPREVIOUS": {"SecretString": "1111"},
			"shop/card|v1":          {"SecretString": "0000"},
			arn + "|":               {"SecretBinary": "dGV4dA=="},
			"shop/binary|":          {"SecretBinary": "//79"},
			"shop/empty|":           {"SecretString": ""},
		},
		parameters: map[string]string{"/shop/pin": "77", "/shop/pin:2": "66", "/shop/pin:live": "55"},
	})
	sm := journeys.Vaulted{Vault: journeys.SecretsManager, ID: "shop/card"}
	ps := journeys.Vaulted{Vault: journeys.ParameterStore, ID: "/shop/pin"}
	with := func(v journeys.Vaulted, change func(*journeys.Vaulted)) journeys.Vaulted { change(&v); return v }
	for _, c := range []struct {
		v       journeys.Vaulted
		region  string
		value   string
		refusal string
	}{
		{v: sm, region: "eu-west-1", value: "4242"},
		{v: with(sm, func(v *journeys.Vaulted) { v.Region = "eu-west-1" }), region: "us-east-1", value: "4242"},
		{v: with(sm, func(v *journeys.Vaulted) { v.Stage = "AWSPREVIOUS" }), region: "eu-west-1", value: "1111"},
		{v: with(sm, func(v *journeys.Vaulted) { v.Version = "v1" }), region: "eu-west-1", value: "0000"},
		{v: with(sm, func(v *journeys.Vaulted) { v.ID = arn }), region: "us-east-1", value: "text"},
		{v: with(sm, func(v *journeys.Vaulted) { v.ID = "shop/binary" }), region: "eu-west-1",
			refusal: "the secret shop/binary in AWS Secrets Manager is binary, and a journey's secret is text"},
		{v: with(sm, func(v *journeys.Vaulted) { v.ID = "shop/none"; v.Region = "eu-west-1" }),
			refusal: "the secret shop/none in AWS Secrets Manager (eu-west-1) does not exist"},
		{v: with(sm, func(v *journeys.Vaulted) { v.Stage = "LIVE" }), region: "eu-west-1", refusal: "stage LIVE of the secret shop/card in AWS Secrets Manager does not exist"},
		{v: sm, refusal: "where the secret shop/card in AWS Secrets Manager is, nobody says: write region: eu-west-1, or set AWS_REGION"},
		{v: ps, region: "eu-west-1", value: "77"},
		{v: with(ps, func(v *journeys.Vaulted) { v.Version = "2" }), region: "eu-west-1", value: "66"},
		{v: with(ps, func(v *journeys.Vaulted) { v.Version = "live" }), region: "eu-west-1", value: "55"},
		{v: with(ps, func(v *journeys.Vaulted) { v.Version = "9" }), region: "eu-west-1", refusal: "the parameter /shop/pin in AWS SSM Parameter Store has no version 9"},
		{v: with(ps, func(v *journeys.Vaulted) { v.ID = "/none" }), region: "eu-west-1", refusal: "the parameter /none in AWS SSM Parameter Store does not exist"},
	} {
		value, err := New(c.region).Fetch(t.Context(), c.v)
		var refusal secrets.Refusal
		if errors.As(err, &refusal); value != c.value || string(refusal) != c.refusal || err != nil && c.refusal == "" {
			t.Errorf("%+v: got %q, %v; want %q, %q", c.v, value, err, c.value, c.refusal)
		}
	}
}

// What AWS refuses is final; what it cannot do now, or not for these credentials, leaves the last value in use.
func TestOnlyWhatAWSRefusesIsARefusal(t *testing.T) {
	f := &fake{}
	serve(t, f)
	v := journeys.Vaulted{Vault: journeys.SecretsManager, ID: "shop/card", Region: "eu-west-1"}
	const who = "User: arn:aws:sts::123456789012:assumed-role/monitor/i-1 is not authorized to perform: secretsmanager:GetSecretValue"
	for _, c := range []struct {
		status  int
		kind    string
		says    string
		message string
		refused bool
		calls   int32
	}{
		{400, "AccessDeniedException", who, "AWS does not let the monitor read the secret shop/card in AWS Secrets Manager (eu-west-1): " + who, true, 1},
		{400, "DecryptionFailure", "no access to the key", "AWS cannot decrypt the secret shop/card in AWS Secrets Manager (eu-west-1) for the monitor: no access to the key", true, 1},
		{400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.",
			"AWS does not give the secret shop/card in AWS Secrets Manager (eu-west-1): You can't perform this operation on the secret because it was marked for deletion.", true, 1},
		{400, "UnrecognizedClientException", "The security token included in the request is invalid.", "AWS does not take the monitor's credentials: The security token included in the request is invalid.", false, 1},
		{400, "ThrottlingException", "Rate exceeded", "asking for the secret shop/card in AWS Secrets Manager (eu-west-1): AWS answered ThrottlingException: Rate exceeded", false, 2},
		{500, "InternalServiceError", "sorry", "asking for the secret shop/card in AWS Secrets Manager (eu-west-1): AWS answered InternalServiceError: sorry", false, 2},
	} {
		f.status, f.fault = c.status, map[string]any{"__type": c.kind, "message": c.says}
		f.calls.Store(0)
		_, err := New("").Fetch(t.Context(), v)
		var refusal secrets.Refusal
		if err == nil || err.Error() != c.message || errors.As(err, &refusal) != c.refused || f.calls.Load() != c.calls {
			t.Errorf("%s: after %d calls: %v", c.kind, f.calls.Load(), err)
		}
	}
}

func TestWithoutCredentialsAWSIsNotAsked(t *testing.T) {
	f := &fake{}
	serve(t, f)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		os.Unsetenv(name)
	}
	_, err := New("eu-west-1").Fetch(t.Context(), journeys.Vaulted{Vault: journeys.ParameterStore, ID: "/shop/pin"})
	var refusal secrets.Refusal
	if err == nil || !strings.HasPrefix(err.Error(), "there are no credentials for AWS") || errors.As(err, &refusal) || f.calls.Load() > 0 {
		t.Error(err)
	}
}

// The SDK ships answers in the wire's own form, written by those who write the protocol.
func TestTheSDKsOwnAnswersAreRead(t *testing.T) {
	for _, c := range []struct{ service, file, vault, want string }{
		{"secretsmanager", "GetSecretValue.response", journeys.SecretsManager, "__SecretString__"},
		{"secretsmanager", "ResourceNotFoundException.error", journeys.SecretsManager, "does not exist"},
		{"ssm", "GetParameter.response", journeys.ParameterStore, "__Value__"},
		{"ssm", "ParameterNotFound.error", journeys.ParameterStore, "does not exist"},
	} {
		serve(t, recorded(t, c.service, c.file))
		value, err := New("eu-west-1").Fetch(t.Context(), journeys.Vaulted{Vault: c.vault, ID: "x"})
		if got := fmt.Sprint(value, err); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s", c.file, got)
		}
	}
}

// recorded answers what the SDK's snapshot says: a status, headers, and after an empty line the body.
func recorded(t *testing.T, service, file string) http.Handler {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+service).Output()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "response_snapshot", file+".snap"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(raw), "\n\n")
	status, err := strconv.Atoi(strings.SplitN(head, "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		io.WriteString(w, body)
	})
}
