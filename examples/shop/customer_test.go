package shop_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/outrider-monitor/outrider/examples/shop"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open runs a shop for the length of a test.
func open(t *testing.T, o shop.Options) *shop.Shop {
	t.Helper()
	if o.CAFile == "" {
		o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	}
	s, err := shop.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
	return s
}

// A customer has a browser's cookies and trust, and nothing else of one.
type customer struct {
	t      *testing.T
	shop   *shop.Shop
	client *http.Client
}

func visit(t *testing.T, s *shop.Shop) *customer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", s.CAFile())
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots}}
	return &customer{t, s, &http.Client{Jar: jar, Transport: transport, Timeout: 10 * time.Second}}
}

func (c *customer) do(method, url string, body any) (int, []byte, error) {
	c.t.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequest(method, url, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := c.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, data, err
}

// page gets a page of the shop, which must answer 200.
func (c *customer) page(path string) string {
	c.t.Helper()
	status, body, err := c.do("GET", c.shop.URL()+path, nil)
	if err != nil || status != http.StatusOK {
		c.t.Fatalf("GET %s: status %d, error %v", path, status, err)
	}
	return string(body)
}

// answer is what the tests read of the API's answers.
type answer struct {
	ID       string      `json:"id"`
	Status   string      `json:"status"`
	Count    int         `json:"count"`
	Subtotal json.Number `json:"subtotal"`
	Total    json.Number `json:"total"`
	ETA      int         `json:"eta_minutes"`
	Payment  string      `json:"payment"`
	Token    string      `json:"token"`
	Error    string      `json:"error"`
}

func (c *customer) api(method, path string, body any) (int, answer) {
	c.t.Helper()
	return c.json(method, c.shop.URL()+path, body)
}

func (c *customer) json(method, url string, body any) (int, answer) {
	c.t.Helper()
	status, data, err := c.do(method, url, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, url, err)
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		c.t.Fatalf("%s %s answered %q: %v", method, url, data, err)
	}
	return status, a
}

type object map[string]any

func cashOrder() object {
	return object{"name": "Ada Byron", "postcode": "N1 9GU", "payment": "on_delivery",
		"items": []object{{"dish": "margherita", "quantity": 1}}}
}

// orderCash places an order that is paid on delivery, and needs no basket.
func (c *customer) orderCash() answer {
	c.t.Helper()
	status, placed := c.api("POST", "/api/orders", cashOrder())
	if status != http.StatusOK || placed.ID == "" {
		c.t.Fatalf("ordering: status %d, answer %+v", status, placed)
	}
	return placed
}

// fillBasket puts one Margherita in the basket.
func (c *customer) fillBasket() answer {
	c.t.Helper()
	_, basket := c.api("POST", "/api/basket", object{"dish": "margherita"})
	return basket
}

// token gives a card to the payment provider.
func (c *customer) token(number string) (int, answer) {
	c.t.Helper()
	return c.json("POST", c.shop.PayURL()+"/tokens", object{"number": number, "expiry": "12/39", "cvc": "123"})
}

// buyDinner is the happy path: from the menu to a tracked order paid by card, over HTTP and HTTPS.
func (c *customer) buyDinner() error {
	c.t.Helper()
	for path, want := range map[string]string{"/menu": "Margherita", "/dishes/margherita": "£11.50"} {
		if page := c.page(path); !strings.Contains(page, want) {
			return fmt.Errorf("no %q in %s", want, path)
		}
	}
	if basket := c.fillBasket(); basket.Count != 1 || basket.Total != "14.00" {
		return fmt.Errorf("basket %+v", basket)
	}
	if page := c.page("/checkout"); !strings.Contains(page, "£14.00") || !strings.Contains(page, "Place order") {
		return fmt.Errorf("the checkout has no total or no button: %s", page)
	}
	frame := c.shop.PayURL() + "/frame?parent=" + url.QueryEscape(c.shop.URL())
	if status, body, err := c.do("GET", frame, nil); err != nil || status != 200 || !bytes.Contains(body, []byte("Card number")) {
		return fmt.Errorf("payment frame: status %d, error %v", status, err)
	}
	_, card := c.token("4242 4242 4242 4242")
	status, placed := c.api("POST", "/api/orders", object{"name": "Ada", "postcode": "N1", "payment": card.Token})
	if status != 200 || placed.Status != "received" || placed.Payment != "card ending 4242" {
		return fmt.Errorf("order: status %d, %+v", status, placed)
	}
	if page := c.page("/orders/" + placed.ID); !strings.Contains(page, "Order confirmed") || !strings.Contains(page, placed.ID) {
		return fmt.Errorf("order page: %s", page)
	}
	if page := c.page("/orders/" + placed.ID + "/tracking"); !strings.Contains(page, placed.ID) {
		return fmt.Errorf("tracking page: %s", page)
	}
	if _, seen := c.json("GET", c.shop.APIURL()+"/api/orders/"+placed.ID, nil); seen.ID != placed.ID {
		return fmt.Errorf("over HTTPS: %+v", seen)
	}
	return nil
}
