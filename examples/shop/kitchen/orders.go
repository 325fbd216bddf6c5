package kitchen

import (
	"math/rand/v2"
	"sync"
	"time"
)

const maxOrders = 5000

// Foreign is the number of somebody else's order: no order of this kitchen ever has it.
const Foreign = "BB-W8X2YZ"

// The states of an order, as the API spells them. One that was delivered can only be refunded.
const (
	Received  = "received"
	Cooking   = "cooking"
	OnItsWay  = "on_its_way"
	Delivered = "delivered"
	Cancelled = "cancelled"
	Refunded  = "refunded"
)

// An Order is what the API says about one.
type Order struct {
	ID         string    `json:"id"`
	Status     string    `json:"status"`
	ETAMinutes int       `json:"eta_minutes"`
	Name       string    `json:"name"`
	Postcode   string    `json:"postcode"`
	Payment    string    `json:"payment"` // "card ending 4242" or "on delivery"
	PlacedAt   time.Time `json:"placed_at"`
	Bill

	// Session is the customer to whom the order is visible.
	Session string `json:"-"`
	closed  string // [Cancelled] or [Refunded], once it is
}

// A Stage is one of the four steps of a delivery, for people.
type Stage struct {
	Status, Label, Note string
	eta                 int
}

// Stages are the four, in order.
func Stages() []Stage {
	return []Stage{
		{Received, "Received", "We have your order.", 32},
		{Cooking, "Cooking", "The pans are hot.", 24},
		{OnItsWay, "On its way", "Your courier is pedalling.", 9},
		{Delivered, "Delivered", "Enjoy your dinner.", 0},
	}
}

// Label is a status as people read it.
func Label(status string) string {
	for _, s := range Stages() {
		if s.Status == status {
			return s.Label
		}
	}
	return map[string]string{Cancelled: "Cancelled", Refunded: "Refunded"}[status]
}

// Orders holds the orders, each visible to its own session only. The oldest makes room for a new one.
type Orders struct {
	mu    sync.Mutex
	stage time.Duration
	byID  map[string]*Order
	age   []string
}

// NewOrders makes a book without orders; an order stays in each stage but the last for so long.
func NewOrders(stage time.Duration) *Orders {
	return &Orders{stage: stage, byID: map[string]*Order{}}
}

// Place takes an order and gives it its number.
func (o *Orders) Place(next Order) Order {
	o.mu.Lock()
	defer o.mu.Unlock()
	for next.ID == "" || next.ID == Foreign || o.byID[next.ID] != nil {
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

// Get gives a session's order as it stands at a moment; a stuck one stays received.
func (o *Orders) Get(session, id string, now time.Time, stuck bool) (Order, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.byID[id]
	if !ok || session == "" || found.Session != session {
		return Order{}, false
	}
	return o.view(found, now, stuck), true
}

// Of lists a session's orders, the latest first.
func (o *Orders) Of(session string, now time.Time, stuck bool) []Order {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := []Order{}
	for i := len(o.age) - 1; i >= 0; i-- {
		if found := o.byID[o.age[i]]; session != "" && found.Session == session {
			list = append(list, o.view(found, now, stuck))
		}
	}
	return list
}

// Cancel calls an order off, or refunds it when it was delivered. It reports whether this call changed anything.
func (o *Orders) Cancel(session, id string, now time.Time, stuck bool) (_ Order, changed, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.byID[id]
	if !ok || session == "" || found.Session != session {
		return Order{}, false, false
	}
	if found.closed != "" {
		return o.view(found, now, stuck), false, true
	}
	found.closed = Cancelled
	if o.stageAt(found, now, stuck).Status == Delivered {
		found.closed = Refunded
	}
	return o.view(found, now, stuck), true, true
}

func (o *Orders) view(found *Order, now time.Time, stuck bool) Order {
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
func (o *Orders) stageAt(found *Order, now time.Time, stuck bool) Stage {
	if stuck {
		return Stages()[0]
	}
	at := int(now.Sub(found.PlacedAt) / o.stage)
	return Stages()[max(0, min(at, len(Stages())-1))]
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
