package httpcall

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// tokens keeps the tokens of all runs until shortly before they expire: a token for each check would be load that no
// customer makes. The zero value is empty.
type tokens struct {
	mu    sync.Mutex
	known map[string]token
}

type token struct {
	text    string
	expires time.Time
}

const (
	// maxTokens bounds what is kept.
	maxTokens = 10_000
	// lateness is how long before its end a token is no longer used: its request is still on the way then.
	lateness = 10 * time.Second
)

func (t *tokens) get(key string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.known[key]
	if ok && !time.Now().Before(found.expires) {
		delete(t.known, key)
		ok = false
	}
	return found.text, ok
}

func (t *tokens) put(key string, fresh token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil || len(t.known) >= maxTokens {
		t.known = map[string]token{}
	}
	t.known[key] = fresh
}

func (t *tokens) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, key)
}

// token gives a token for the step: one that is known, or a new one (RFC 6749, section 4.4). It is a secret of the
// run from then on.
func (x *exchange) token(ctx context.Context, scope *journeys.Scope, a *journeys.OAuth2) (string, error) {
	texts, err := evaluate(ctx, scope, &a.ClientID, &a.ClientSecret, &a.TokenURL)
	if err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(a.Scopes) > 0 {
		form.Set("scope", strings.Join(a.Scopes, " "))
	}
	for i := range a.Params {
		value, err := a.Params[i].Value.Text(ctx, scope)
		if err != nil {
			return "", err
		}
		form.Add(a.Params[i].Name, value)
	}
	target, err := url.Parse(texts[2])
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return "", dial.Misconfigured("auth.oauth2.token_url: not a URL of http or https")
	}
	x.tokenKey = hexSHA256([]byte(strings.Join([]string{texts[2], texts[0], texts[1], form.Encode()}, "\x00")))
	text, ok := x.session.driver.tokens.get(x.tokenKey)
	if !ok {
		fresh, err := x.fetchToken(ctx, target, texts[0], texts[1], form)
		if err != nil {
			return "", err
		}
		if text = fresh.text; time.Now().Before(fresh.expires) {
			x.session.driver.tokens.put(x.tokenKey, fresh)
		}
	}
	x.session.o.Redactor.Add("oauth2", text)
	return text, nil
}

// fetchToken asks the token's server the step's way, but for its own host's address.
func (x *exchange) fetchToken(ctx context.Context, target *url.URL, id, secret string, form url.Values) (token, error) {
	s := x.session
	y := &exchange{
		session: s, step: x.step, action: &journeys.Request{Method: http.MethodPost}, begun: time.Now(), ctx: ctx,
		method: http.MethodPost, url: target, home: target, route: x.route,
	}
	y.route.fixed = ""
	req := newRequest(ctx, http.MethodPost, target, []byte(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", s.o.UserAgent)
	// Both are encoded as in a form before they are joined (RFC 6749, section 2.3.1).
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	s.current = y
	err := y.perform(req, true)
	s.current = x
	if err == nil {
		var fresh token
		if fresh, err = y.readToken(); err == nil {
			return fresh, nil
		}
	}
	if f, ok := err.(*probes.Failure); ok {
		told := *f
		told.Message = "getting a token from " + target.Host + ": " + f.Message
		x.trouble, x.url, x.method = told.Message, target, http.MethodPost
		return token{}, &told
	}
	return token{}, err
}

// readToken reads the answer of a token's server (RFC 6749, sections 5.1 and 5.2).
func (x *exchange) readToken() (token, error) {
	var answer struct {
		Token string      `json:"access_token"`
		Type  string      `json:"token_type"`
		In    json.Number `json:"expires_in"`
		Error string      `json:"error"`
	}
	err := json.Unmarshal(x.body, &answer)
	switch {
	case x.status != http.StatusOK:
		f := &probes.Failure{
			Reason: probes.Status, Expected: "status 200", Got: fmt.Sprintf("status %d", x.status),
			Message: fmt.Sprintf("the server answered %d %s", x.status, http.StatusText(x.status)),
		}
		if err == nil && answer.Error != "" {
			f.Message += ": " + answer.Error
		}
		return token{}, f
	case err != nil || answer.Token == "":
		return token{}, &probes.Failure{
			Reason: probes.Assertion, Message: "the answer holds no access_token", Expected: "an access_token", Got: "none", Err: err,
		}
	case answer.Type != "" && !strings.EqualFold(answer.Type, "bearer"):
		return token{}, &probes.Failure{
			Reason: probes.Assertion, Message: fmt.Sprintf("the token is of the type %q", answer.Type), Expected: "bearer", Got: answer.Type,
		}
	}
	fresh := token{text: answer.Token}
	// A server that does not say how long its token lasts is asked each time.
	if seconds, err := answer.In.Int64(); err == nil && seconds > 0 {
		life := time.Duration(min(seconds, 30*24*60*60)) * time.Second
		fresh.expires = time.Now().Add(life - min(lateness, life/2))
	}
	return fresh, nil
}
