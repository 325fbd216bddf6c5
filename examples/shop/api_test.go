package shop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
)

func TestTheAPIRefusesWhatNoShopWouldTake(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	c := visit(t, s)
	c.fillBasket()
	for _, test := range []struct {
		name, method, path string
		body               any
		want               int
	}{
		{"an unknown dish", "POST", "/api/basket", object{"dish": "gruel"}, 422},
		{"too much of a dish", "POST", "/api/basket", object{"dish": "margherita", "quantity": 1000}, 422},
		{"something else than JSON's object", "POST", "/api/basket", "margherita", 400},
		{"an order of nobody", "POST", "/api/orders", object{"postcode": "N1", "payment": "on_delivery"}, 422},
		{"an order of nothing", "POST", "/api/orders", object{"name": "A", "postcode": "N1", "payment": "on_delivery", "items": []object{}}, 422},
		{"a token that nobody gave", "POST", "/api/orders", object{"name": "A", "postcode": "N1", "payment": "tok_1"}, 402},
		{"an order that is not there", "GET", "/api/orders/BB-000000", nil, 404},
		{"cancelling what is not there", "DELETE", "/api/orders/BB-000000", nil, 404},
		{"a path that is not there", "GET", "/api/nothing", nil, 404},
		{"a body without end", "POST", "/api/orders", object{"name": strings.Repeat("x", 1<<20)}, 413},
	} {
		if status, a := c.api(test.method, test.path, test.body); status != test.want || a.Error == "" {
			t.Errorf("%s: status %d with error %q, want %d", test.name, status, a.Error, test.want)
		}
	}
}

func TestAPaymentTokenWorksOnceAndNeedsAProperCard(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	c := visit(t, s)
	if status, a := c.token("4242 4242 4242 4241"); status != http.StatusUnprocessableEntity || a.Error == "" {
		t.Errorf("a wrong card: status %d, %+v", status, a)
	}
	_, card := c.token("4242424242424242")
	order := object{"name": "A", "postcode": "N1", "payment": card.Token, "items": []object{{"dish": "lemon-tart", "quantity": 2}}}
	if status, placed := c.api("POST", "/api/orders", order); status != 200 || placed.Total != "14.10" {
		t.Errorf("status %d, %+v", status, placed)
	}
	if status, _ := c.api("POST", "/api/orders", order); status != http.StatusPaymentRequired {
		t.Errorf("the same token again: status %d, want 402", status)
	}
}

func TestAnOrderIsVisibleToItsCustomerOnly(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	id := visit(t, s).orderCash().ID
	stranger := visit(t, s)
	stranger.orderCash()
	if status, _ := stranger.api("GET", "/api/orders/"+id, nil); status != http.StatusNotFound {
		t.Errorf("the API shows it to a stranger: status %d", status)
	}
	if status, _ := stranger.api("DELETE", "/api/orders/"+id, nil); status != http.StatusNotFound {
		t.Errorf("a stranger can cancel it: status %d", status)
	}
	if status, _, err := stranger.do("GET", s.URL()+"/orders/"+id+"/tracking", nil); err != nil || status != http.StatusNotFound {
		t.Errorf("the page shows it to a stranger: status %d, error %v", status, err)
	}
}

func TestAnOrderAdvancesByItselfAndCanBeCancelledOnce(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{StageDuration: stage})
	c := visit(t, s)
	placed := c.orderCash()
	if placed.Status != "received" || placed.ETA == 0 || placed.Total != "14.00" {
		t.Errorf("placed %+v", placed)
	}
	if !arrives(c, placed.ID) {
		t.Fatal("it never arrives")
	}
	for range 2 {
		if status, gone := c.api("DELETE", "/api/orders/"+placed.ID, nil); status != 200 || gone.Status != "refunded" {
			t.Errorf("status %d, %+v, want refunded", status, gone)
		}
	}
	slow := open(t, shop.Options{StageDuration: time.Hour})
	c = visit(t, slow)
	if _, gone := c.api("DELETE", "/api/orders/"+c.orderCash().ID, nil); gone.Status != "cancelled" {
		t.Errorf("%+v, want cancelled", gone)
	}
}

func TestOrderingEmptiesTheBasketUnlessItNamesItsItems(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	c := visit(t, s)
	c.fillBasket()
	c.orderCash()
	if _, basket := c.api("GET", "/api/basket", nil); basket.Count != 1 {
		t.Errorf("an order with its own items left %d in the basket, want 1", basket.Count)
	}
	c.api("POST", "/api/orders", object{"name": "A", "postcode": "N1", "payment": "on_delivery"})
	if _, basket := c.api("GET", "/api/basket", nil); basket.Count != 0 || basket.Total != "0.00" {
		t.Errorf("the basket still holds %+v", basket)
	}
	c.fillBasket()
	if _, basket := c.api("DELETE", "/api/basket/margherita", nil); basket.Count != 0 {
		t.Errorf("removing leaves %+v", basket)
	}
}

func TestTheCardFrameOpensForTheShopOnly(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	for _, parent := range []string{"", "https://evil.example", "http://evil.example", "javascript:alert(1)"} {
		if status, _, err := visit(t, s).do("GET", s.PayURL()+"/frame?parent="+parent, nil); err != nil || status != http.StatusBadRequest {
			t.Errorf("parent %q: status %d, error %v, want 400", parent, status, err)
		}
	}
}

func TestThePaymentFrameIsOfAnotherSite(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	if !strings.HasPrefix(s.URL(), "http://localhost:") || !strings.HasPrefix(s.PayURL(), "http://127.0.0.1:") {
		t.Errorf("the shop is %s and its frame %s", s.URL(), s.PayURL())
	}
}
