package shop

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

const maxTokens = 1000

// vault is the payment provider's: it swaps card numbers for tokens that work once. It keeps the last four digits and
// nothing else of a card.
type vault struct {
	mu     sync.Mutex
	last4  map[string]string
	tokens []string
}

func newVault() *vault { return &vault{last4: map[string]string{}} }

func (v *vault) tokenise(card string) string {
	token := "tok_" + rand.Text()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.tokens) >= maxTokens {
		delete(v.last4, v.tokens[0])
		v.tokens = v.tokens[1:]
	}
	v.tokens = append(v.tokens, token)
	v.last4[token] = card[len(card)-4:]
	return token
}

// redeem gives the last four digits of the card behind a token, once.
func (v *vault) redeem(token string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	last4, ok := v.last4[token]
	delete(v.last4, token)
	return last4, ok
}

// paymentRoutes is the payment provider: a frame with the card fields, and the endpoint that it posts them to.
func (s *Shop) paymentRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /frame", s.paymentFrame)
	mux.HandleFunc("POST /tokens", s.postToken)
	mux.HandleFunc("GET /favicon.ico", s.favicon)
	mux.Handle("GET /static/", s.static())
	return s.traffic.count(mux)
}

// paymentFrame serves the card fields to a parent on this machine, and to no other: the parent is named in the query,
// and the frame talks to that origin only.
func (s *Shop) paymentFrame(w http.ResponseWriter, r *http.Request) {
	if s.faults.is(paymentFrameDown) {
		hangUp(w)
		return
	}
	parent, err := url.Parse(r.URL.Query().Get("parent"))
	if err != nil || parent.Scheme != "http" || parent.Hostname() != "localhost" && parent.Hostname() != "127.0.0.1" {
		http.Error(w, "the parent of this frame must be the shop", http.StatusBadRequest)
		return
	}
	s.render(w, r, http.StatusOK, "frame", view{Title: "Card payment", Body: parent.Scheme + "://" + parent.Host})
}

// postToken checks a card as a payment provider would before it asks a bank, and answers with a token for it.
func (s *Shop) postToken(w http.ResponseWriter, r *http.Request) {
	var card struct{ Number, Expiry, CVC string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&card); err != nil {
		answer(w, http.StatusBadRequest, apiError{"This is not a card."})
		return
	}
	number := strings.ReplaceAll(card.Number, " ", "")
	switch {
	case !luhn(number):
		answer(w, http.StatusUnprocessableEntity, apiError{"Please check the card number."})
	case len(card.Expiry) < 4:
		answer(w, http.StatusUnprocessableEntity, apiError{"Please check the expiry date."})
	case len(card.CVC) < 3:
		answer(w, http.StatusUnprocessableEntity, apiError{"Please check the security code."})
	default:
		answer(w, http.StatusOK, map[string]string{"token": s.vault.tokenise(number)})
	}
}

// luhn reports whether digits are a card number by the check digit of ISO/IEC 7812-1.
func luhn(digits string) bool {
	if len(digits) < 12 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			d *= 2
			if d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
