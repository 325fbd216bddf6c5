package imports

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// archive is a HAR file (version 1.2), as browsers and proxies save it.
type archive struct {
	Log struct {
		Pages   []struct{ Title string } `json:"pages"`
		Entries []exchange               `json:"entries"`
	} `json:"log"`
}

type exchange struct {
	Request struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Headers  []harPair `json:"headers"`
		PostData *struct {
			MimeType string    `json:"mimeType"`
			Text     string    `json:"text"`
			Params   []harPair `json:"params"`
			Encoding string    `json:"encoding"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  float64   `json:"status"`
		Headers []harPair `json:"headers"`
		Content struct {
			MimeType string `json:"mimeType"`
		} `json:"content"`
		RedirectURL string `json:"redirectURL"`
	} `json:"response"`
	// ResourceType is what Chrome calls the kind of the request.
	ResourceType string `json:"_resourceType"`
}

type harPair struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	FileName string `json:"fileName"`
}

// HAR turns the requests of a HAR file into a journey of HTTP steps: those of the site that it begins at which made or
// changed something for the customer. Pictures, styles, scripts and other sites' requests are noise and are counted in a
// note. Cookies are left out, because a journey gets its own.
func HAR(src []byte, o Options) (Result, error) {
	if err := tooBig(src); err != nil {
		return Result{}, err
	}
	var a archive
	if err := json.Unmarshal(src, &a); err != nil {
		return Result{}, fmt.Errorf("reading the HAR file: %w", err)
	}
	h := &har{noise: map[string]int{}, replaced: map[string]string{}}
	title := ""
	if len(a.Log.Pages) > 0 {
		title = a.Log.Pages[0].Title
	}
	for i := range a.Log.Entries {
		if h.site = siteOf(&a.Log.Entries[i]); h.site != nil {
			break
		}
	}
	if h.site == nil {
		return Result{}, fmt.Errorf("the file holds no request for a page or an API")
	}
	h.draft = newDraft(h.site.Hostname(), title, o)
	h.head = []string{"Made of a HAR file: requests of " + label(h.site.Host, 100) + " without pictures, styles and scripts.",
		"What one answer gives and a later request needs wants a save."}
	if o.Team == "" {
		h.head = append(h.head, "Add team: who is paged when it breaks.")
	}
	h.variable("site", literal(h.site.Scheme+"://"+h.site.Host))
	for i := range a.Log.Entries {
		h.exchange(i, &a.Log.Entries[i])
	}
	h.tellNoise()
	if len(h.steps) == 0 {
		return Result{}, fmt.Errorf("none of the %d requests could be carried over", len(a.Log.Entries))
	}
	return finish([]*draft{h.draft})
}

// har turns exchanges into steps, one after another.
type har struct {
	*draft
	site  *url.URL
	noise map[string]int
	// redirected is where the last answer sent the browser: the step follows by itself.
	redirected string
	// replaced are texts that must not be written down, with the use of the secret in their place.
	replaced map[string]string
}

// mostRequests is how many steps a HAR file makes at most.
const mostRequests = 200

func (h *har) exchange(i int, e *exchange) {
	place := fmt.Sprintf("entries[%d]", i)
	u, err := url.Parse(e.Request.URL)
	method := strings.ToLower(e.Request.Method)
	redirected := h.redirected
	h.redirected = ""
	switch {
	case err != nil || u.Host == "":
		h.noise["addresses that are none"]++
		return
	case u.Scheme == "ws" || u.Scheme == "wss":
		h.note(place, "the WebSocket %s is not carried over", label(u.Host+u.Path, 100))
		return
	case u.Scheme != "http" && u.Scheme != "https":
		h.noise["requests that never left the browser"]++
		return
	case !sameSite(u, h.site):
		h.noise["requests to other sites"]++
		return
	case method == "options":
		h.noise["questions whether a request is allowed"]++
		return
	case isNoise(e):
		h.noise["pictures, styles, scripts and fonts"]++
		return
	case !slices.Contains([]string{"get", "head", "post", "put", "patch", "delete"}, method):
		h.note(place, "the method %s is not carried over", label(e.Request.Method, 20))
		return
	case len(h.steps) >= mostRequests:
		h.noise[fmt.Sprintf("requests after the first %d", mostRequests)]++
		return
	}
	h.follows(e, u)
	if redirected != "" && redirected == u.String() && method == "get" {
		return // the step before follows it
	}
	h.request(place, method, u, e)
}

// follows notes where an answer sends the browser next.
func (h *har) follows(e *exchange, u *url.URL) {
	if e.Response.Status < 300 || e.Response.Status > 399 || e.Response.RedirectURL == "" {
		return
	}
	if next, err := u.Parse(e.Response.RedirectURL); err == nil {
		h.redirected = next.String()
	}
}

func (h *har) request(place, method string, u *url.URL, e *exchange) {
	pairs := []any{method, word(h.address(place, u))}
	if headers := h.headers(place, e); headers != nil {
		pairs = append(pairs, "headers", headers)
	}
	key, body := h.body(place, e)
	if body != nil {
		pairs = append(pairs, key, body)
	}
	h.add(place, append(pairs, "expect", h.expected(place, e))...)
}

// address is the URL without what looks like a secret.
func (h *har) address(place string, u *url.URL) string {
	path := u.EscapedPath()
	base := "${{ vars.site }}"
	if u.Scheme != h.site.Scheme || u.Host != h.site.Host {
		base = escape(u.Scheme + "://" + u.Host)
	}
	if u.User != nil {
		h.note(place, "the password in the address is left out")
	}
	text := base + h.hide(path)
	if u.RawQuery == "" {
		return text
	}
	var query []string
	for _, part := range strings.Split(u.RawQuery, "&") {
		name, value, has := strings.Cut(part, "=")
		switch {
		case !has:
			query = append(query, h.hide(name))
		case isSecretive(name) && value != "":
			query = append(query, escape(name)+"="+h.keep(place, name, value))
		default:
			query = append(query, escape(name)+"="+h.hide(value))
		}
	}
	return text + "?" + strings.Join(query, "&")
}

// keep makes a secret of a value and remembers it, so that it is replaced wherever it stands.
func (h *har) keep(place, name, value string) string {
	told := h.known["secrets."+variableName(name)]
	use := h.secret(name)
	if len(value) >= 6 {
		h.replaced[value] = use
	}
	if told {
		return use
	}
	h.note(place, "the value of %q is not kept: set the environment variable %s", label(name, 60), strings.ToUpper(variableName(name)))
	return use
}

// hide replaces what was found to be a secret.
func (h *har) hide(text string) string {
	text = escape(text)
	for _, value := range slices.SortedFunc(mapKeys(h.replaced), func(a, b string) int { return len(b) - len(a) }) {
		text = strings.ReplaceAll(text, escape(value), h.replaced[value])
	}
	return text
}

func (h *har) tellNoise() {
	for _, what := range slices.Sorted(mapKeys(h.noise)) {
		h.note("", "left out: %d %s", h.noise[what], what)
	}
}

// siteOf is the site of a page or an API; nil where the request is none.
func siteOf(e *exchange) *url.URL {
	u, err := url.Parse(e.Request.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || isNoise(e) || strings.EqualFold(e.Request.Method, "OPTIONS") {
		return nil
	}
	return u
}

// sameSite reports whether two addresses are of one site: the same name, or names below the same one, such as
// www.shop.example and api.shop.example.
func sameSite(a, b *url.URL) bool {
	return a.Hostname() == b.Hostname() || registrable(a.Hostname()) == registrable(b.Hostname())
}

var address = regexp.MustCompile(`^[0-9.]+$|:`)

func registrable(host string) string {
	labels := strings.Split(host, ".")
	if len(labels) < 3 || address.MatchString(host) {
		return host
	}
	n := 2
	if len(labels[len(labels)-1]) == 2 && len(labels[len(labels)-2]) <= 3 {
		n = 3 // shop.co.uk
	}
	return strings.Join(labels[len(labels)-min(n, len(labels)):], ".")
}

// isNoise reports whether the request is part of how a page looks, and not of what the customer does.
func isNoise(e *exchange) bool {
	switch e.ResourceType {
	case "document", "xhr", "fetch":
		return false
	case "":
	default:
		return true
	}
	kind, _, _ := strings.Cut(strings.ToLower(e.Response.Content.MimeType), ";")
	switch {
	case strings.HasPrefix(kind, "image/"), strings.HasPrefix(kind, "font/"), strings.HasPrefix(kind, "video/"), strings.HasPrefix(kind, "audio/"):
		return true
	case kind == "text/css", strings.HasSuffix(kind, "javascript"), strings.Contains(kind, "font"):
		return true
	}
	path, _, _ := strings.Cut(e.Request.URL, "?")
	return asset.MatchString(path)
}

var asset = regexp.MustCompile(`(?i)\.(png|jpe?g|gif|svg|webp|avif|ico|css|m?js|map|woff2?|ttf|otf|eot|mp4|webm|mp3)$`)
