package shop_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/examples/shop/kitchen"
)

const stage = 20 * time.Millisecond

// effects tells for each fault whether a customer meets it right now.
func effects() map[string]func(*customer) bool {
	onCheckout := func(mark string) func(*customer) bool {
		return func(c *customer) bool {
			c.fillBasket()
			return strings.Contains(c.page("/checkout"), mark)
		}
	}
	onMenu := func(mark string) func(*customer) bool {
		return func(c *customer) bool { return strings.Contains(c.page("/menu"), mark) }
	}
	return map[string]func(*customer) bool{
		"order-api-500": func(c *customer) bool {
			status, _ := c.api("POST", "/api/orders", cashOrder())
			return status == http.StatusInternalServerError
		},
		"order-api-200-error": func(c *customer) bool {
			status, a := c.api("POST", "/api/orders", cashOrder())
			return status == http.StatusOK && a.ID == "" && a.Error != ""
		},
		"price-off-by-a-penny": func(c *customer) bool {
			return strings.Contains(c.page("/menu"), "£11.51") && strings.Contains(c.page("/dishes/margherita"), "£11.51")
		},
		"basket-stays-empty": func(c *customer) bool { return c.fillBasket().Count == 0 },
		"button-covered":     onCheckout(`data-testid="chat"`),
		"button-disabled":    onCheckout(` disabled data-place-order`),
		"button-missing": func(c *customer) bool {
			c.fillBasket()
			return !strings.Contains(c.page("/checkout"), "Place order")
		},
		"payment-frame-down": func(c *customer) bool {
			_, _, err := c.do("GET", c.shop.PayURL()+"/frame?parent=http://localhost", nil)
			return err != nil
		},
		"script-error": onCheckout(`data-voucher="null"`),
		"page-slow":    func(c *customer) bool { return hangs(c, c.shop.URL()+"/menu") },
		"connection-reset": func(c *customer) bool {
			_, body, err := c.do("GET", c.shop.URL()+"/menu", nil)
			return errors.Is(err, syscall.ECONNRESET) && len(body) > 0
		},
		"redirect-loop": func(c *customer) bool {
			_, _, err := c.do("GET", c.shop.URL()+"/orders/"+c.orderCash().ID+"/tracking", nil)
			return err != nil && strings.Contains(err.Error(), "redirects")
		},
		"order-stuck": func(c *customer) bool { return !arrives(c, c.orderCash().ID) },
		"wrong-order-tracked": func(c *customer) bool {
			id := c.orderCash().ID
			page := c.page("/orders/" + id + "/tracking")
			return strings.Contains(page, kitchen.Foreign) && !strings.Contains(page, ">"+id+"<")
		},
		"alert-blocks":     onCheckout("data-notice="),
		"maintenance-page": onMenu("closed for maintenance"),
		"certificate-expired": func(c *customer) bool {
			_, _, err := c.do("GET", c.shop.APIURL()+"/api/menu", nil)
			var invalid x509.CertificateInvalidError
			return errors.As(err, &invalid) && invalid.Reason == x509.Expired
		},
		"favicon-404": func(c *customer) bool {
			status, _, err := c.do("GET", c.shop.URL()+"/favicon.ico", nil)
			return err == nil && status == http.StatusNotFound
		},
		"analytics-hangs": func(c *customer) bool {
			_, after, found := strings.Cut(c.page("/menu"), `<script async src="`)
			script, _, _ := strings.Cut(after, `"`)
			return found && hangs(c, script)
		},
		"console-warnings": onMenu("data-chatty"),
		"layout-shift":     onMenu("data-shifty"),
		"animated-button":  onMenu("s-lively"),
		"cookie-banner":    onMenu("Accept cookies"),
		"other-markup":     onMenu(`role="heading" aria-level="1"`),
	}
}

// hangs reports whether a URL says nothing for a while.
func hangs(c *customer, url string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := c.client.Do(r)
	if err == nil {
		response.Body.Close()
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// arrives reports whether an order is delivered long after it should have been.
func arrives(c *customer, id string) bool {
	for range 60 {
		if _, seen := c.api("GET", "/api/orders/"+id, nil); seen.Status == "delivered" {
			return true
		}
		time.Sleep(stage / 4)
	}
	return false
}

func TestEveryFaultHasItsEffectWhileItIsActiveAndOnlyThen(t *testing.T) {
	t.Parallel()
	known := effects()
	for _, d := range open(t, shop.Options{}).Defects() {
		if d.Name == "three-times-slower" {
			continue // its effect is time: see TestThreeTimesSlowerIsThreeTimesTheLatency
		}
		met, ok := known[d.Name]
		if !ok {
			t.Errorf("nothing tests the fault %q", d.Name)
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			s := open(t, shop.Options{StageDuration: stage})
			meets := func(want bool, when string) {
				t.Helper()
				if met(visit(t, s)) != want {
					t.Errorf("%s: a customer meets it: %v, want %v", when, !want, want)
				}
			}
			meets(false, "before it is broken")
			if err := s.Break(d.Name); err != nil {
				t.Fatal(err)
			}
			meets(true, "while it is broken")
			if d.Kind == shop.KindNoise {
				if err := visit(t, s).buyDinner(); err != nil {
					t.Errorf("noise spoils dinner: %v", err)
				}
			}
			if err := s.Mend(d.Name); err != nil {
				t.Fatal(err)
			}
			meets(false, "after it is mended")
		})
	}
}

func TestAWholeShopSellsDinner(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{StageDuration: stage})
	if err := visit(t, s).buyDinner(); err != nil {
		t.Error(err)
	}
}

func TestAllNoiseTogetherStillSellsDinner(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{StageDuration: stage, Latency: time.Millisecond})
	for _, d := range s.Defects() {
		if d.Kind == shop.KindNoise {
			if err := s.Break(d.Name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := visit(t, s).buyDinner(); err != nil {
		t.Error(err)
	}
}

func TestAPennyOnTheMenuDoesNotReachTheBill(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	if err := s.Break("price-off-by-a-penny"); err != nil {
		t.Fatal(err)
	}
	c := visit(t, s)
	if basket := c.fillBasket(); basket.Subtotal != "11.50" || basket.Total != "14.00" {
		t.Errorf("the basket asks %+v", basket)
	}
	if _, body, err := c.do("GET", s.URL()+"/api/menu", nil); err != nil || !strings.Contains(string(body), `"price":11.50`) {
		t.Errorf("the price list says %s (error %v)", body, err)
	}
}

func TestMaintenanceLeavesTheAPIOpenAndClosesEveryPage(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	if err := s.Break("maintenance-page"); err != nil {
		t.Fatal(err)
	}
	c := visit(t, s)
	id := c.orderCash().ID
	for _, path := range []string{"/menu", "/dishes/margherita", "/basket", "/checkout", "/orders/" + id, "/orders/" + id + "/tracking"} {
		if page := c.page(path); !strings.Contains(page, "closed for maintenance") || strings.Contains(page, id) {
			t.Errorf("%s is open", path)
		}
	}
}

func TestTheCookieBannerStaysAwayOnceItWasAccepted(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	if err := s.Break("cookie-banner"); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("GET", s.URL()+"/menu", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "cookies_accepted", Value: "1"})
	c := visit(t, s)
	response, err := c.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body := new(strings.Builder)
	if err := response.Write(body); err != nil || strings.Contains(body.String(), "Accept cookies") {
		t.Errorf("the banner is back (error %v)", err)
	}
}
