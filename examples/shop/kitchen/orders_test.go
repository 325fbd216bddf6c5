package kitchen_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/kitchen"
)

func TestAnOrderPassesThroughAllStagesAndStaysDelivered(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	book := kitchen.NewOrders(2 * time.Second)
	id := book.Place(kitchen.Order{Session: "ada", PlacedAt: start}).ID
	if !regexp.MustCompile(`^BB-[0-9A-Z]{6}$`).MatchString(id) {
		t.Errorf("the number is %q", id)
	}
	for _, test := range []struct {
		after time.Duration
		stuck bool
		want  string
	}{
		{-time.Hour, false, kitchen.Received}, // a clock that was set back
		{0, false, kitchen.Received},
		{1999 * time.Millisecond, false, kitchen.Received},
		{2 * time.Second, false, kitchen.Cooking},
		{4 * time.Second, false, kitchen.OnItsWay},
		{6 * time.Second, false, kitchen.Delivered},
		{24 * time.Hour, false, kitchen.Delivered},
		{24 * time.Hour, true, kitchen.Received},
	} {
		got, ok := book.Get("ada", id, start.Add(test.after), test.stuck)
		if !ok || got.Status != test.want {
			t.Errorf("after %v (stuck %v): %q, want %q", test.after, test.stuck, got.Status, test.want)
		}
	}
}

func TestTheOldestOrderMakesRoom(t *testing.T) {
	now := time.Now()
	book := kitchen.NewOrders(time.Second)
	first := book.Place(kitchen.Order{Session: "ada", PlacedAt: now}).ID
	for range 5000 {
		book.Place(kitchen.Order{Session: "bob", PlacedAt: now})
	}
	if _, ok := book.Get("ada", first, now, false); ok {
		t.Error("the first of 5001 orders is still there")
	}
	if n := len(book.Of("bob", now, false)); n != 5000 {
		t.Errorf("%d orders, want 5000", n)
	}
}

func TestABillAddsUp(t *testing.T) {
	b := kitchen.BillFor(map[string]int{"margherita": 2, "lemon-tart": 1, "gruel": 3, "green-curry": -1})
	if b.Count != 3 || b.Subtotal != 2880 || b.Total.String() != "£31.30" || len(b.Items) != 2 {
		t.Errorf("%+v", b)
	}
	if empty := kitchen.BillFor(nil); empty.Total != 0 || empty.Delivery != 0 {
		t.Errorf("nothing costs %+v", empty)
	}
}
