package imports

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// recording is what Chrome's DevTools Recorder exports as JSON: the UserFlow of @puppeteer/replay.
type recording struct {
	Title             string         `json:"title"`
	Timeout           float64        `json:"timeout"`
	SelectorAttribute string         `json:"selectorAttribute"`
	Steps             []recordedStep `json:"steps"`
}

type recordedStep struct {
	Type           string            `json:"type"`
	Timeout        float64           `json:"timeout"`
	AssertedEvents []assertedEvent   `json:"assertedEvents"`
	Target         string            `json:"target"`
	Frame          []int             `json:"frame"`
	Selectors      []selectorChain   `json:"selectors"`
	URL            string            `json:"url"`
	Value          string            `json:"value"`
	Key            string            `json:"key"`
	Button         string            `json:"button"`
	DeviceType     string            `json:"deviceType"`
	Duration       float64           `json:"duration"`
	Width          float64           `json:"width"`
	Height         float64           `json:"height"`
	IsMobile       bool              `json:"isMobile"`
	X              float64           `json:"x"`
	Y              float64           `json:"y"`
	Expression     string            `json:"expression"`
	Operator       string            `json:"operator"`
	Count          *float64          `json:"count"`
	Visible        *bool             `json:"visible"`
	Attributes     map[string]string `json:"attributes"`
	Properties     map[string]any    `json:"properties"`
	Name           string            `json:"name"`
}

type assertedEvent struct {
	Type  string `json:"type"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

// selectorChain is one selector, or several from the outermost shadow host to the element.
type selectorChain []string

// UnmarshalJSON takes a text for a chain of one.
func (c *selectorChain) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*c = selectorChain{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(c))
}

// Recorder turns a recording of Chrome's DevTools into a journey.
func Recorder(src []byte, o Options) (Result, error) {
	if err := tooBig(src); err != nil {
		return Result{}, err
	}
	var rec recording
	if err := json.Unmarshal(src, &rec); err != nil {
		return Result{}, fmt.Errorf("reading the recording: %w", err)
	}
	if len(rec.Steps) == 0 {
		return Result{}, fmt.Errorf("the file holds no steps: export the recording as JSON")
	}
	r := &recorder{draft: newDraft(rec.Title, rec.Title, o), rec: &rec}
	r.head = []string{"Made of a recording of Chrome's DevTools. Read it before you trust it:",
		"what matters to the customer at the end of each page wants a see."}
	if o.Team == "" {
		r.head = append(r.head, "Add team: who is paged when it breaks.")
	}
	if rec.SelectorAttribute != "" && rec.SelectorAttribute != "data-testid" {
		r.set("browser", flow("test_id_attribute", word(rec.SelectorAttribute)))
	}
	if rec.Timeout > 0 && rec.Timeout <= 3_600_000 {
		r.set("defaults", flow("timeout", plain(milliseconds(rec.Timeout))))
	}
	for i := range rec.Steps {
		r.step(i, &rec.Steps[i])
	}
	r.end()
	return finish([]*draft{r.draft})
}

// recorder turns steps into steps, one after another.
type recorder struct {
	*draft
	rec *recording
	// origin is the site that the recording begins at, kept in vars.site.
	origin string
	// held are the modifier keys that are down; used says that a key was pressed with them.
	held []string
	used bool
	// tab is the one that the last step happened in; empty: the first.
	tab string
}

func (r *recorder) step(i int, s *recordedStep) {
	place := fmt.Sprintf("steps[%d] %s", i, s.Type)
	switch s.Type {
	case "click", "doubleClick", "hover", "change", "keyDown", "scroll", "navigate", "waitForElement", "waitForExpression":
		r.turn(place, s.Target)
	}
	if !r.act(place, s) {
		return
	}
	if s.Timeout > 0 && s.Timeout <= 3_600_000 {
		r.extend("timeout", plain(milliseconds(s.Timeout)))
	}
	r.asserted(place, s)
}

// turn goes to the tab that the step happens in.
func (r *recorder) turn(place, target string) {
	if target == "" {
		target = "main"
	}
	if target == r.tab || target == "main" && r.tab == "" {
		return
	}
	tab := word("new")
	switch {
	case target == "main":
		tab = plain("0")
	case r.known["tab "+target]:
		tab = flow("url", literal(target))
	}
	r.known["tab "+target], r.tab = true, target
	r.add(place, "switch_tab", tab)
}

// act adds the step, and reports whether it did.
func (r *recorder) act(place string, s *recordedStep) bool {
	switch s.Type {
	case "navigate":
		return r.navigate(place, s)
	case "setViewport":
		r.viewport(place, s)
	case "click", "doubleClick", "hover":
		return r.pointer(place, s)
	case "change":
		return r.change(place, s)
	case "keyDown", "keyUp":
		return r.key(place, s)
	case "scroll":
		if len(s.Selectors) > 0 {
			return r.onElement(place, "scroll_to", s)
		}
		r.note(place, "scrolling the page is left out: each step brings what it needs into view")
	case "waitForElement":
		return r.waitForElement(place, s)
	case "waitForExpression":
		return r.add(place, "eval", literal("Boolean("+s.Expression+")"), "expect", word("result == true"),
			"retry", flow("every", plain("500ms"), "for", plain("5s")))
	case "emulateNetworkConditions":
		r.note(place, "the speed of the network is left out: a journey meets the one that there is")
	case "close":
		r.note(place, "closing the window is left out: every attempt ends with that")
	case "customStep":
		r.note(place, "the custom step %q is not known here", s.Name)
	default:
		r.note(place, "steps of the type %q are not known here", s.Type)
	}
	return false
}

func (r *recorder) navigate(place string, s *recordedStep) bool {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.note(place, "the address %q cannot be opened by a journey", label(s.URL, 100))
		return false
	}
	if u.User != nil {
		u.User = nil
		r.note(place, "the password in the address is left out")
	}
	if r.origin == "" {
		r.origin = u.Scheme + "://" + u.Host
		r.variable("site", literal(r.origin))
	}
	if names := withoutSecrets(u); len(names) > 0 {
		r.note(place, "%s in the address is left out: it looks like a secret", strings.Join(names, ", "))
	}
	return r.add(place, "goto", word(r.address(u.String())))
}

// withoutSecrets takes the parameters out of a URL that look like secrets, and names them.
func withoutSecrets(u *url.URL) (names []string) {
	query := u.Query()
	for name := range query {
		if isSecretive(name) {
			names = append(names, label(name, 40))
			query.Del(name)
		}
	}
	if len(names) > 0 {
		u.RawQuery = query.Encode()
	}
	slices.Sort(names)
	return names
}

// address is a URL with vars.site in the place of the site.
func (r *recorder) address(whole string) string {
	if rest, ok := strings.CutPrefix(whole, r.origin); ok && r.origin != "" && (rest == "" || strings.ContainsAny(rest[:1], "/?#")) {
		return "${{ vars.site }}" + escape(rest)
	}
	return escape(whole)
}

func (r *recorder) viewport(place string, s *recordedStep) {
	if s.IsMobile {
		r.note(place, "the recording was made as a phone; the journey has its size only")
	}
	if r.known["viewport"] {
		r.note(place, "the size of the window changes to %.0fx%.0f; a journey has one", s.Width, s.Height)
		return
	}
	r.known["viewport"] = true
	size := fmt.Sprintf("%.0fx%.0f", s.Width, s.Height)
	if s.Width < 100 || s.Height < 100 || s.Width > 10_000 || s.Height > 10_000 {
		r.note(place, "no journey has a window of %s", size)
		return
	}
	for i := 0; i+1 < len(r.keys); i += 2 {
		if r.keys[i].Value == "browser" {
			r.keys[i+1].Content = append(r.keys[i+1].Content, word("viewport"), plain(size))
			return
		}
	}
	r.set("browser", flow("viewport", plain(size)))
}

func (r *recorder) pointer(place string, s *recordedStep) bool {
	button, known := map[string]string{"": "", "primary": "", "secondary": "right", "auxiliary": "middle"}[s.Button]
	if !known {
		r.note(place, "a click with the %s button is not carried over", label(s.Button, 20))
		return false
	}
	if s.DeviceType != "" && s.DeviceType != "mouse" {
		r.note(place, "what was done by %s is done by a mouse", label(s.DeviceType, 20))
	}
	if s.Duration > 500 {
		r.note(place, "the button was held for %.0f ms; the journey clicks", s.Duration)
	}
	if !r.onElement(place, map[string]string{"click": "click", "doubleClick": "dblclick", "hover": "hover"}[s.Type], s) {
		return false
	}
	if button != "" {
		r.extend("button", word(button))
	}
	return true
}

func (r *recorder) onElement(place, verb string, s *recordedStep) bool {
	found := r.locators(place, s, false)
	return found != nil && r.add(place, verb, found)
}

// change fills a field. What looks like a password is not written down.
func (r *recorder) change(place string, s *recordedStep) bool {
	found := r.locators(place, s, true)
	if found == nil {
		return false
	}
	verb, with := "fill", literal(s.Value)
	if isSelect(s.Selectors) {
		verb = "select"
	}
	if name := secretField(s.Selectors); name != "" {
		with = word(r.secret(name))
		r.note(place, "what was typed into %q is not kept: set the environment variable %s", label(name, 60), strings.ToUpper(variableName(name)))
	}
	return r.add(place, verb, found, "with", with)
}

// key makes keys that go down and up again into one press, with the modifiers that are held.
func (r *recorder) key(place string, s *recordedStep) bool {
	modifier := slices.Contains([]string{"Control", "Shift", "Alt", "Meta"}, s.Key)
	if s.Type == "keyUp" {
		if at := slices.Index(r.held, s.Key); at >= 0 {
			r.held = slices.Delete(r.held, at, at+1)
			if len(r.held) == 0 && !r.used {
				r.note(place, "%s alone is not carried over", s.Key)
			}
		}
		return false
	}
	if modifier {
		if !slices.Contains(r.held, s.Key) {
			r.held, r.used = append(r.held, s.Key), false
		}
		return false
	}
	r.used = true
	return r.add(place, "press", literal(strings.Join(append(slices.Clone(r.held), s.Key), "+")))
}

// asserted are the events that the recording expects after the step.
func (r *recorder) asserted(place string, s *recordedStep) {
	for _, e := range s.AssertedEvents {
		if e.Type != "navigation" {
			r.note(place, "the event %q is not known here", label(e.Type, 40))
			continue
		}
		if e.URL != "" && (s.Type != "navigate" || e.URL != s.URL) {
			r.add(place, "wait_for_url", word(r.address(e.URL)))
		}
		if e.Title != "" {
			r.extend("expect", word("title == "+quoted(e.Title)))
		}
	}
}

// end makes sure that the journey can fail.
func (r *recorder) end() {
	if len(r.held) > 0 {
		r.note("", "%s is still held at the end", strings.Join(r.held, " and "))
	}
	if r.judged {
		return
	}
	r.note("", "the recording expects nothing: say with see what the customer sees at the end")
	if len(r.steps) == 0 || !r.extend("expect", word(`url startsWith "http"`)) {
		r.add("", "see", word("css=body"))
	}
}

func milliseconds(ms float64) string {
	if ms >= 1000 && ms == float64(int(ms/1000))*1000 {
		return fmt.Sprintf("%ds", int(ms/1000))
	}
	return fmt.Sprintf("%dms", max(1, int(ms)))
}
