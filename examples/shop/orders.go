package shop

import (
	"math/rand/v2"
	"sync"
	"time"
)

const (
	maxOrders    = 5000
	foreignOrder = "BB-W8X2YZ" // whose delivery a customer sees under wrong-order-tracked
)

// The states of an order, as the API spells them. An order that was delivered can only be refunded.
const (
	received  = "received"
	cooking   = "cooking"
	onItsWay  = "on_its_way"
	delivered = "delivered"
	cancelled = "cancelled"
	refunded  = "refunded"
)

// An order is what the API says about one.
type order struct {
	ID         string    `json:"id"`
	Status     string    `json:"status"`
	ETAMinutes int       `json:"eta_minutes"`
	Name       string    `json:"name"`
	Postcode   string    `json:"postcode"`
	Payment    string    `json:"payment"` // "card ending 4242" or "on delivery"
	PlacedAt   time.Time `json:"placed_at"`
	bill

	session string
	closed  string // cancelled or refunded, once it is
}

// A stage is one of the four steps of a delivery, for people.
type stage struct {
	Status, Label, Note string
	eta                 int
}

func stages() []stage {
	return []stage{
		{received, "Received", "We have your order.", 32},
		{cooking, "Cooking", "The pans are hot.", 24},
		{onItsWay, "On its way", "Your courier is pedalling.", 9},
		{delivered, "Delivered", "Enjoy your dinner.", 0},
	}
}

func labelOf(status string) string {
	for _, s := range stages() {
		if s.Status == status {
			return s.Label
		}
	}
	return map[string]string{cancelled: "Cancelled", refunded: "Refunded"}[status]
}

// orders holds the orders, each visible to its own session only. The oldest makes room for a new one.
type orders struct {
	mu    sync.Mutex
	stage time.Duration
	byID  map[string]*order
	age   []string
}

func newOrders(stage time.Duration) *orders {
	return &orders{stage: stage, byID: map[string]*order{}}
}

// place takes an order and gives it its number.
func (o *orders) place(next order) order {
	o.mu.Lock()
	defer o.mu.Unlock()
	for next.ID == "" || next.ID == foreignOrder || o.byID[next.ID] != nil {
		next.ID = orderNumber()
	}
	if len(o.age) >= maxOrders {
		delete(o.byID, o.age[0])
		o.age = o.age[1:]
	}
	o.byID[next.ID] = &next
	o.age = append(o.age, next.ID)
	return o.view(&next, next.PlacedAt, false)
}

// get gives a session's order as it stands at a moment; a stuck one stays received.
func (o *orders) get(session, id string, now time.Time, stuck bool) (order, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.byID[id]
	if !ok || session == "" || found.session != session {
		return order{}, false
	}
	return o.view(found, now, stuck), true
}

// of lists a session's orders, the latest first.
func (o *orders) of(session string, now time.Time, stuck bool) []order {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := []order{}
	for i := len(o.age) - 1; i >= 0; i-- {
		if found := o.byID[o.age[i]]; session != "" && found.session == session {
			list = append(list, o.view(found, now, stuck))
		}
	}
	return list
}

// cancel calls an order off, or refunds it when it was delivered. It reports whether this call changed anything.
func (o *orders) cancel(session, id string, now time.Time, stuck bool) (_ order, changed, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.byID[id]
	if !ok || session == "" || found.session != session {
		return order{}, false, false
	}
	if found.closed != "" {
		return o.view(found, now, stuck), false, true
	}
	found.closed = cancelled
	if o.stageAt(found, now, stuck).Status == delivered {
		found.closed = refunded
	}
	return o.view(found, now, stuck), true, true
}

func (o *orders) view(found *order, now time.Time, stuck bool) order {
	v := *found
	if v.closed != "" {
		v.Status, v.ETAMinutes = v.closed, 0
		return v
	}
	at := o.stageAt(found, now, stuck)
	v.Status, v.ETAMinutes = at.Status, at.eta
	return v
}

// stageAt works out where an order is from how long ago it was placed.
func (o *orders) stageAt(found *order, now time.Time, stuck bool) stage {
	if stuck {
		return stages()[0]
	}
	return stages()[min(int(now.Sub(found.PlacedAt)/o.stage), len(stages())-1)]
}

// orderNumber gives a number that can be read out on the telephone.
func orderNumber() string {
	const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	id := []byte("BB-")
	for range 6 {
		id = append(id, alphabet[rand.IntN(len(alphabet))])
	}
	return string(id)
}
