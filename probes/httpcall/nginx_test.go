package httpcall_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	shopauthority "github.com/outrider-monitor/outrider/examples/shop/authority"
	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/probes"
)

const nginxConfig = `
daemon off; pid DIR/pid; error_log DIR/error.log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
  gzip on; gzip_min_length 1; gzip_types application/json;
  server {
    listen 127.0.0.1:PLAIN; listen 127.0.0.1:SECURE ssl http2;
    ssl_certificate DIR/cert.pem; ssl_certificate_key DIR/key.pem; ssl_protocols TLSv1.2;
    default_type application/json;
    location / { return 200 '{"proto": "$server_protocol", "agent": "$http_user_agent"}'; }
    location /gone { return 444; }
    location /empty { return 204; }
    location /many { return 300; }
    location /away { return 302 /; }
    location /nothing { return 404 'not here'; }
    location /limit { add_header Retry-After 3 always; return 429; }
    location /long { add_header X-Long "LONG" always; return 200 'ok'; }
  }
}
`

// startNginx starts Debian's nginx with HTTP/2, and gives its plain and its secure port.
func startNginx(t *testing.T) (plain, secure, ca string) {
	t.Helper()
	dir := t.TempDir()
	ca = filepath.Join(dir, "ca.pem")
	pair, err := shopauthority.Issue(ca, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	writeKeyPair(t, dir, pair.Valid)
	plain, secure = loopback.FreePort(t), loopback.FreePort(t)
	config := nginxConfig
	for _, r := range [][2]string{{"DIR", dir}, {"PLAIN", plain}, {"SECURE", secure}, {"LONG", longText()}} {
		config = replaceAll(config, r[0], r[1])
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nginx", "-c", file, "-p", dir, "-e", filepath.Join(dir, "error.log"))
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting nginx (scripts/install test brings it): %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	const patience = 10 * time.Second
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+secure)
		if err == nil {
			conn.Close()
			return plain, secure, ca
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Fatalf("nginx does not answer: %s", log)
		}
	}
}

func TestNginxIsUnderstoodInEveryVersion(t *testing.T) {
	plain, secure, ca := startNginx(t)
	tls := "\n    tls: {ca_file: " + ca + "}\n"
	https := "https://localhost:" + secure
	passes(t, fmt.Sprintf(`
  - get: http://127.0.0.1:%[1]s/
    expect: json.proto == "HTTP/1.1" and json.agent == "Outrider/1.0" and headers["content-encoding"] == "gzip"
  - get: %[2]s/%[3]s    expect: json.proto == "HTTP/2.0" and proto == "HTTP/2.0" and tls.version == "TLS 1.2"
  - get: %[2]s/one%[3]s    http: 1.1
    expect: json.proto == "HTTP/1.1"
  - get: %[2]s/empty%[3]s    expect: status == 204 and size == 0 and body == ""
  - get: %[2]s/many%[3]s    expect: status == 300
  - get: %[2]s/away%[3]s    expect: len(redirects) == 1 and json.proto == "HTTP/2.0"
  - head: %[2]s/%[3]s    expect: status == 200 and size == 0
`, plain, https, tls), nil)
	fails(t, probes.Connect, "  - get: http://127.0.0.1:"+plain+"/gone\n", "closed the connection without an answer")
	fails(t, probes.Status, "  - get: "+https+"/nothing"+tls, fmt.Sprint(http.StatusNotFound))
	fails(t, probes.RateLimited, "  - get: "+https+"/limit"+tls, "Retry-After: 3")
	fails(t, probes.Status, "  - get: http://127.0.0.1:"+secure+"/\n", "400")
	fails(t, probes.TLS, "  - get: https://127.0.0.1:"+plain+"/\n", "plain HTTP")
	fails(t, probes.TLS, "  - get: "+https+"/\n    tls: {ca_file: "+ca+", min_version: TLS13}\n", "refuses the TLS connection")
}
