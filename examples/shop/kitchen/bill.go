package kitchen

// A Line is one dish in a basket or on a bill.
type Line struct {
	Dish     string `json:"dish"`
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
	Sum      Pence  `json:"sum"`
}

// A Bill is what a basket or an order costs. Count is the number of dishes, not of lines.
type Bill struct {
	Items    []Line `json:"items"`
	Count    int    `json:"count"`
	Subtotal Pence  `json:"subtotal"`
	Delivery Pence  `json:"delivery"`
	Total    Pence  `json:"total"`
}

// BillFor adds up quantities by slug, in the order of the price list; nothing ordered costs nothing, not a delivery.
func BillFor(quantities map[string]int) Bill {
	b := Bill{Items: []Line{}}
	for _, d := range Catalogue() {
		n := quantities[d.Slug]
		if n <= 0 {
			continue
		}
		sum := d.Price * Pence(n)
		b.Items = append(b.Items, Line{Dish: d.Slug, Name: d.Name, Quantity: n, Sum: sum})
		b.Count += n
		b.Subtotal += sum
	}
	if b.Count > 0 {
		b.Delivery = DeliveryFee
	}
	b.Total = b.Subtotal + b.Delivery
	return b
}
