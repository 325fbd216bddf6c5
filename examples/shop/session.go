package shop

import (
	"crypto/rand"
	"net/http"
	"sync"

	"github.com/outrider-monitor/outrider/examples/shop/kitchen"
)

const (
	sessionCookie = "basil_session"
	maxSessions   = 5000
	maxQuantity   = 20
)

// sessions holds the baskets, by the random name in the customer's cookie. The oldest session makes room for a new one.
type sessions struct {
	mu      sync.Mutex
	baskets map[string]map[string]int
	age     []string
}

func newSessions() *sessions { return &sessions{baskets: map[string]map[string]int{}} }

// of gives the name of the request's session, or "" when it has none or one that is forgotten.
func (s *sessions) of(r *http.Request) string {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.baskets[cookie.Value]; !ok {
		return ""
	}
	return cookie.Value
}

// ensure gives the request's session, or begins one and sets its cookie. The cookie has no Secure mark: the shop is the
// same one over HTTP and HTTPS.
func (s *sessions) ensure(w http.ResponseWriter, r *http.Request) string {
	if name := s.of(r); name != "" {
		return name
	}
	name := rand.Text()
	s.mu.Lock()
	if len(s.age) >= maxSessions {
		delete(s.baskets, s.age[0])
		s.age = s.age[1:]
	}
	s.baskets[name] = map[string]int{}
	s.age = append(s.age, name)
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return name
}

// bill gives what is in a session's basket; an unknown session has an empty one.
func (s *sessions) bill(name string) kitchen.Bill {
	s.mu.Lock()
	defer s.mu.Unlock()
	return kitchen.BillFor(s.baskets[name])
}

// put changes how many of a dish are in the basket, within 0 and maxQuantity.
func (s *sessions) put(name, slug string, change func(int) int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	basket, ok := s.baskets[name]
	if !ok {
		return
	}
	n := min(change(basket[slug]), maxQuantity)
	if n <= 0 {
		delete(basket, slug)
		return
	}
	basket[slug] = n
}

// empty takes everything out of a basket, once it is ordered.
func (s *sessions) empty(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.baskets[name])
}
