package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// site is a shop and a receiver of pages on one server.
type site struct {
	*httptest.Server
	state   atomic.Value
	verify  *standardwebhooks.Webhook
	monitor *process

	mu       sync.Mutex
	received []string
	requests []string
}

func newSite(secret string) *site {
	s := &site{}
	s.state.Store("fine")
	var err error
	if s.verify, err = standardwebhooks.NewWebhook(secret); err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hook", s.takePage)
	mux.HandleFunc("POST /aws/", keepSecrets)
	mux.HandleFunc("/", s.answer)
	s.Server = httptest.NewServer(mux)
	return s
}

// keepSecrets is AWS Secrets Manager with one secret.
func keepSecrets(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || string(body) != `{"SecretId":"shop/login"}` {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type": "ResourceNotFoundException", "Message": "none"}`)
		return
	}
	io.WriteString(w, `{"Name": "shop/login", "SecretString": "{\"password\": \"hunter-two\"}"}`)
}

func (s *site) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	s.mu.Unlock()
	if r.Method != http.MethodGet {
		return
	}
	switch s.state.Load() {
	case "broken":
		http.Error(w, "out of dough", http.StatusInternalServerError)
	case "slow":
		select {
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	default:
		fmt.Fprintln(w, "fine")
	}
}

// takePage keeps pages whose signature fits.
func (s *site) takePage(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = s.verify.Verify(body, r.Header)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, string(body))
}

func (s *site) pages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

func (s *site) wasAsked(what string) bool { return strings.Contains(s.asked(), what) }

func (s *site) asked() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.requests, "\n")
}
