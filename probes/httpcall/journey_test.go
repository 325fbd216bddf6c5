package httpcall_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// kitchen is a shop's API: log in, order, follow the order, cancel it.
type kitchen struct {
	asked     atomic.Int32
	cancelled atomic.Int32
	broken    atomic.Bool
}

func (k *kitchen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, pass, _ := r.BasicAuth(); name == "ada" && pass == "pa/ss&word" && r.URL.Path == "/login" {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s1", Path: "/", HttpOnly: true})
		fmt.Fprintf(w, `{"hello": %q}`, pass)
		return
	}
	if c, err := r.Cookie("sid"); err != nil || c.Value != "s1" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch r.Method {
	case http.MethodPost:
		var order struct{ Dish string }
		_ = json.NewDecoder(r.Body).Decode(&order)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id": 12345678, "dish": %q}`, order.Dish)
	case http.MethodDelete:
		k.cancelled.Add(1)
		w.WriteHeader(http.StatusNoContent)
	default:
		state := "received"
		if k.asked.Add(1) >= 3 {
			state = "cooking"
		}
		if k.broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprintf(w, `{"path": %q, "status": %q, "note": %q}`, r.URL.Path, state, r.Header.Get("X-Note"))
	}
}

const orderJourney = `
journey: order
team: kitchen
secrets:
  pass: {env: PASS}
vars: {shop: "${{ env.SHOP }}"}
steps:
  - name: log in
    post: ${{ vars.shop }}/login
    auth: {basic: {username: ada, password: "${{ secrets.pass }}"}}
    expect: status == 200
  - name: order
    post: ${{ vars.shop }}/orders
    json: {dish: Margherita}
    expect: [status == 201, json.dish == "Margherita"]
    save: {order: json.id}
  - name: follow
    get: ${{ vars.shop }}/orders/${{ vars.order }}
    headers: {X-Note: "${{ secrets.pass }}"}
    retry: {every: 1ms, for: 2s}
    expect: [json.status == "cooking", json.path == "/orders/12345678", timing.total < 5]
finally:
  - name: cancel
    delete: ${{ vars.shop }}/orders/${{ vars.order }}
    if: vars.order != nil
publish: {order: vars.order}
`

func TestAWholeJourneyOverHTTP(t *testing.T) {
	k := &kitchen{}
	srv := serve(t, k.ServeHTTP)
	list, err := format.Parse("order.yaml", []byte(orderJourney))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"SHOP": srv.URL, "PASS": "pa/ss&word"}
	runner := probes.NewRunner(probes.Options{
		Drivers: []probes.Driver{httpcall.New()},
		Env:     func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	res := runner.Run(t.Context(), &list[0], probes.Request{})
	if res.Outcome != probes.Passed || k.cancelled.Load() != 1 || res.Last().Steps[2].Tries != 3 {
		t.Fatalf("%s: %v, cancelled %d, %+v", res.Outcome, res.Failure, k.cancelled.Load(), res.Last().Steps)
	}
	if got := fmt.Sprint(res.Published["order"]); got != "12345678" {
		t.Errorf("published %s", got)
	}

	k.broken.Store(true)
	res = runner.Run(t.Context(), &list[0], probes.Request{})
	if res.Outcome != probes.Failed || res.Failure.Reason != probes.Status || res.Step != "follow" || k.cancelled.Load() != 2 {
		t.Fatalf("%s: %v, cancelled %d", res.Outcome, res.Failure, k.cancelled.Load())
	}
	text, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"ss&word", `ss\u0026word`, "ss%26word", "cGEvc3Mmd29yZ", "s1"} {
		if strings.Contains(string(text), part) {
			t.Errorf("%q is left in %s", part, text)
		}
	}
	if e := res.Last().Evidence; !strings.Contains(e.BodyExcerpt, "«secret pass»") ||
		!strings.HasPrefix(e.ResponseHead, "HTTP/1.1 500") || e.Requests[0].Status != 500 {
		t.Errorf("%+v", e)
	}
}
