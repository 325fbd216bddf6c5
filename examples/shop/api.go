package shop

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/kitchen"
)

const maxBody = 64 << 10

// apiError is the body of every answer that is not what was asked for.
type apiError struct {
	Error string `json:"error"`
}

// apiRoutes is the JSON API as the HTTPS listener serves it.
func (s *Shop) apiRoutes() http.Handler {
	mux := http.NewServeMux()
	s.handleAPI(mux)
	return s.traffic.count(s.usual(mux))
}

func (s *Shop) handleAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/menu", s.getMenu)
	mux.HandleFunc("GET /api/basket", s.getBasket)
	mux.HandleFunc("POST /api/basket", s.postBasket)
	mux.HandleFunc("DELETE /api/basket/{dish}", s.deleteFromBasket)
	mux.HandleFunc("POST /api/orders", s.orderAPI(s.postOrder))
	mux.HandleFunc("GET /api/orders", s.orderAPI(s.getOrders))
	mux.HandleFunc("GET /api/orders/{id}", s.orderAPI(s.getOrder))
	mux.HandleFunc("DELETE /api/orders/{id}", s.orderAPI(s.deleteOrder))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNotFound, apiError{"There is nothing here."})
	})
}

// orderAPI lets the order API fail in the ways that it can be broken.
func (s *Shop) orderAPI(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.faults.is(orderAPI500):
			answer(w, http.StatusInternalServerError, apiError{"connection pool exhausted"})
		case s.faults.is(orderAPI200Error):
			answer(w, http.StatusOK, apiError{"order service unavailable"})
		default:
			next(w, r)
		}
	}
}

func (s *Shop) getMenu(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"currency": "GBP", "delivery": kitchen.DeliveryFee, "dishes": kitchen.Catalogue()})
}

func (s *Shop) getBasket(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, s.sessions.bill(s.sessions.of(r)))
}

// postBasket adds to the basket. Under basket-stays-empty it answers as ever, and adds nothing.
func (s *Shop) postBasket(w http.ResponseWriter, r *http.Request) {
	want := struct {
		Dish     string `json:"dish"`
		Quantity int    `json:"quantity"`
	}{Quantity: 1}
	if !read(w, r, &want) {
		return
	}
	if _, ok := kitchen.Find(want.Dish); !ok || want.Quantity < 1 || want.Quantity > maxQuantity {
		answer(w, http.StatusUnprocessableEntity, apiError{"We do not have that many of that dish."})
		return
	}
	session := s.sessions.ensure(w, r)
	if !s.faults.is(basketStaysEmpty) {
		s.sessions.put(session, want.Dish, func(n int) int { return n + want.Quantity })
	}
	answer(w, http.StatusOK, s.sessions.bill(session))
}

func (s *Shop) deleteFromBasket(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.of(r)
	s.sessions.put(session, r.PathValue("dish"), func(int) int { return 0 })
	answer(w, http.StatusOK, s.sessions.bill(session))
}

// postOrder orders what is in the basket, or the items given, which need no basket. It pays by a card's token or on
// delivery.
func (s *Shop) postOrder(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Name     string `json:"name"`
		Address  string `json:"address"`
		Postcode string `json:"postcode"`
		Payment  string `json:"payment"` // a token, or "on_delivery"
		Items    []struct {
			Dish     string `json:"dish"`
			Quantity int    `json:"quantity"`
		} `json:"items"`
	}
	if !read(w, r, &want) {
		return
	}
	if strings.TrimSpace(want.Name) == "" || strings.TrimSpace(want.Postcode) == "" {
		answer(w, http.StatusUnprocessableEntity, apiError{"Please give a name and a postcode."})
		return
	}
	session := s.sessions.ensure(w, r)
	basket := s.sessions.bill(session)
	if want.Items != nil {
		quantities := map[string]int{}
		for _, item := range want.Items {
			quantities[item.Dish] = min(item.Quantity, maxQuantity)
		}
		basket = kitchen.BillFor(quantities)
	}
	if basket.Count == 0 {
		answer(w, http.StatusUnprocessableEntity, apiError{"The basket is empty."})
		return
	}
	payment := "on delivery"
	if want.Payment != "on_delivery" {
		last4, ok := s.vault.redeem(want.Payment)
		if !ok {
			answer(w, http.StatusPaymentRequired, apiError{"The payment was not accepted."})
			return
		}
		payment = "card ending " + last4
	}
	placed := s.orders.Place(kitchen.Order{
		Name: clip(want.Name), Postcode: clip(want.Postcode), Payment: payment,
		PlacedAt: time.Now().UTC(), Bill: basket, Session: session,
	})
	if want.Items == nil {
		s.sessions.empty(session)
	}
	s.journal.order("placed", placed.ID, r)
	answer(w, http.StatusOK, placed)
}

func (s *Shop) getOrders(w http.ResponseWriter, r *http.Request) {
	list := s.orders.Of(s.sessions.of(r), time.Now(), s.faults.is(orderStuck))
	answer(w, http.StatusOK, map[string]any{"orders": list})
}

func (s *Shop) getOrder(w http.ResponseWriter, r *http.Request) {
	found, ok := s.order(r)
	if !ok {
		answer(w, http.StatusNotFound, apiError{"We do not know this order."})
		return
	}
	answer(w, http.StatusOK, found)
}

// deleteOrder cancels an order. A second time it says the same again.
func (s *Shop) deleteOrder(w http.ResponseWriter, r *http.Request) {
	found, changed, ok := s.orders.Cancel(s.sessions.of(r), r.PathValue("id"), time.Now(), s.faults.is(orderStuck))
	if !ok {
		answer(w, http.StatusNotFound, apiError{"We do not know this order."})
		return
	}
	if changed {
		s.journal.order(found.Status, found.ID, r)
	}
	answer(w, http.StatusOK, found)
}

// order gives the order in the path, if it belongs to the request's session.
func (s *Shop) order(r *http.Request) (kitchen.Order, bool) {
	return s.orders.Get(s.sessions.of(r), r.PathValue("id"), time.Now(), s.faults.is(orderStuck))
}

// read decodes a JSON body, or answers what is wrong with it.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	err := decoder.Decode(into)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		answer(w, http.StatusRequestEntityTooLarge, apiError{"That is too much."})
	case err != nil:
		answer(w, http.StatusBadRequest, apiError{"This is not the JSON that we expect."})
	}
	return err == nil
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // a client that left needs no answer
}

// clip keeps what a stranger wrote short enough to hold in memory.
func clip(text string) string {
	runes := []rune(strings.TrimSpace(text))
	return string(runes[:min(len(runes), 100)])
}
