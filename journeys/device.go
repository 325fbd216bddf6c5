package journeys

// Device is a telephone or a tablet that the browser pretends to be: the size of its page, its pixels, its touch
// screen and what it says of itself. The engine stays Chromium's.
type Device struct {
	Name string
	// Width and Height are of the page, the browser's own bars taken off, in CSS pixels; ScreenWidth and ScreenHeight
	// of the whole screen.
	Width, Height             int
	ScreenWidth, ScreenHeight int
	// Scale is the number of the screen's pixels to one CSS pixel.
	Scale float64
	// UserAgent is what the device's own browser says. Empty for Android, whose browser is Chrome: it says Model and
	// Android, its version, in client hints.
	UserAgent      string
	Model, Android string
	// Tablet devices take the desktop's pages.
	Tablet bool
}

const (
	safariPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	// Safari on a tablet says that it is one on a desktop.
	safariTablet = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"
)

// Devices are those that a journey can name.
func Devices() []Device {
	return []Device{
		{Name: "iPhone SE", Width: 375, Height: 548, ScreenWidth: 375, ScreenHeight: 667, Scale: 2, UserAgent: safariPhone},
		{Name: "iPhone 15", Width: 393, Height: 659, ScreenWidth: 393, ScreenHeight: 852, Scale: 3, UserAgent: safariPhone},
		{Name: "iPhone 15 Pro Max", Width: 430, Height: 739, ScreenWidth: 430, ScreenHeight: 932, Scale: 3, UserAgent: safariPhone},
		{Name: "Pixel 7", Width: 412, Height: 839, ScreenWidth: 412, ScreenHeight: 915, Scale: 2.625, Model: "Pixel 7", Android: "14.0.0"},
		{Name: "Galaxy S24", Width: 360, Height: 660, ScreenWidth: 360, ScreenHeight: 780, Scale: 3, Model: "SM-S921B", Android: "14.0.0"},
		{Name: "iPad", Width: 810, Height: 1006, ScreenWidth: 810, ScreenHeight: 1080, Scale: 2, UserAgent: safariTablet, Tablet: true},
		{Name: "iPad Pro 11", Width: 834, Height: 1120, ScreenWidth: 834, ScreenHeight: 1194, Scale: 2, UserAgent: safariTablet, Tablet: true},
		{Name: "Galaxy Tab S9", Width: 753, Height: 1123, ScreenWidth: 753, ScreenHeight: 1205, Scale: 2.125, Model: "SM-X710", Android: "14.0.0", Tablet: true},
	}
}
