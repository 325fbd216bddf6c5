package httpcall_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// childEnv makes the test binary a server, so that a server's CPU is not measured with the client's. Its value is the
// folder with the server's certificate.
const childEnv = "OUTRIDER_BENCHMARK_SERVER"

// serveForBenchmark serves plainly and in TLS, and says where.
func serveForBenchmark() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	dir := os.Getenv(childEnv)
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem"))
	must(err)
	secure, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	must(err)
	fmt.Println(plain.Addr(), secure.Addr())
	go func() {
		// The parent's end closes our input.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	go func() { panic(http.Serve(secure, benchmarkShop())) }()
	panic(http.Serve(plain, benchmarkShop()))
}

// benchmarkShop is a login, an order and its state.
func benchmarkShop() http.Handler {
	mux := http.NewServeMux()
	state := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		say(w, `{"status": "received", "eta_minutes": 20}`)
	}
	mux.HandleFunc("/", state)
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", Path: "/"})
	})
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var order struct{ Dish string }
		if c, err := r.Cookie("session"); err != nil || c.Value != "s1" || json.NewDecoder(r.Body).Decode(&order) != nil || order.Dish == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		say(w, `{"id": 7}`)
	})
	return mux
}

// benchmarkServer is the child, and the authority that vouches for it.
type benchmarkServer struct{ plain, secure, ca string }

func startServer(b testing.TB) benchmarkServer {
	b.Helper()
	dir := b.TempDir()
	ca := newAuthority(b)
	der, key := sign(b, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "shop"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
	}, ca)
	encoded, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		b.Fatal(err)
	}
	writePEM(b, filepath.Join(dir, "server.pem"), "CERTIFICATE", der)
	writePEM(b, filepath.Join(dir, "server-key.pem"), "EC PRIVATE KEY", encoded)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir, "GOMAXPROCS=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	plain, secure, _ := strings.Cut(strings.TrimSpace(line), " ")
	return benchmarkServer{"http://" + plain + "/", "https://" + secure + "/", ca.file}
}
