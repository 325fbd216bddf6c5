// Package kitchen is what the example shop sells and what became of it: dishes, bills and orders.
//
// It knows money and time, and nothing of the web. Its one rule: it holds a bounded number of orders, and the
// oldest makes room.
package kitchen

import "fmt"

// Pence is an amount of money: £11.50 for people, 11.50 in JSON.
type Pence int

// DeliveryFee is what a delivery costs, wherever it goes.
const DeliveryFee Pence = 250

// String gives the price as a customer reads it.
func (p Pence) String() string { return fmt.Sprintf("£%d.%02d", p/100, p%100) }

// MarshalJSON gives a number with two decimals.
func (p Pence) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%d.%02d", p/100, p%100), nil }

// A Dish is one thing to eat, as the price list has it.
type Dish struct {
	Slug      string   `json:"slug"`
	Name      string   `json:"name"`
	Price     Pence    `json:"price"`
	Summary   string   `json:"summary"`
	Story     string   `json:"-"`
	Photo     string   `json:"-"` // what the picture shows, for those who do not see it
	Label     string   `json:"label,omitempty"`
	Allergens []string `json:"allergens"`
}

// Catalogue is the price list. The journeys know the Margherita and its price.
func Catalogue() []Dish {
	return []Dish{
		{"margherita", "Margherita", 1150, "Tomato, fior di latte, basil from the window.",
			"Two days of slow dough, ninety seconds at 430 degrees, and then straight onto the bike. It arrives with its crust still singing.",
			"A pizza with tomato, mozzarella and basil leaves", "Vegetarian", []string{"gluten", "milk"}},
		{"green-curry", "Green curry", 1280, "Coconut, aubergine, Thai basil, jasmine rice.",
			"We pound the paste every morning: green chillies, lemongrass, galangal and more coriander roots than seems wise.",
			"A bowl of green curry with aubergine and basil beside white rice", "Vegan", []string{"soy"}},
		{"shakshuka", "Shakshuka", 1040, "Eggs in peppers and tomato, feta, warm bread.",
			"Cooked in the pan it travels in, with the eggs left a little soft, because the road will finish them.",
			"A black pan of eggs in red tomato sauce", "Vegetarian", []string{"egg", "milk", "gluten"}},
		{"salmon-bowl", "Salmon bowl", 1460, "Cured salmon, avocado, edamame, sesame rice.",
			"Cured overnight in citrus and salt. The rice is warm, everything else is cold, and that is the whole point.",
			"A bowl with slices of salmon, avocado and edamame", "", []string{"fish", "soy", "sesame"}},
		{"mushroom-ravioli", "Mushroom ravioli", 1320, "Wild mushrooms, brown butter, sage.",
			"Folded by hand at noon. Ask for extra sage leaves: nobody has regretted it yet.",
			"A plate of ravioli with sage leaves", "Vegetarian", []string{"gluten", "egg", "milk"}},
		{"lentil-dal", "Lentil dal", 990, "Yellow lentils, cumin, ginger, a wheel of naan.",
			"Simmered since the morning, tempered at the last minute. The cheapest dish here and the one the couriers eat.",
			"A bowl of yellow dal with coriander beside a naan bread", "Vegan on request", []string{"gluten"}},
		{"fig-salad", "Fig & rocket salad", 920, "Figs, goat's cheese, walnuts, honey.",
			"When figs are out of season it becomes a pear salad, and the menu will say so.",
			"A salad of figs, rocket, cheese and walnuts", "Vegetarian", []string{"milk", "nuts"}},
		{"lemon-tart", "Lemon tart", 580, "Sharp lemon, short crust, burnt top.",
			"Five lemons to a tart. Best eaten before the dinner, while it is still cold.",
			"A lemon tart with slices of lemon on top", "Vegetarian", []string{"gluten", "egg", "milk"}},
	}
}

// Find gives the dish of a slug.
func Find(slug string) (Dish, bool) {
	for _, d := range Catalogue() {
		if d.Slug == slug {
			return d, true
		}
	}
	return Dish{}, false
}
