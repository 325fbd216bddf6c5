package browser

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
)

// cookie is a cookie as the protocol has it. For a cookie without subdomains the domain has no leading dot.
type cookie struct {
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	Domain   string  `json:"domain,omitzero"`
	URL      string  `json:"url,omitzero"`
	Path     string  `json:"path"`
	Expires  float64 `json:"expires,omitzero"`
	HTTPOnly bool    `json:"httpOnly"`
	Secure   bool    `json:"secure"`
	SameSite string  `json:"sameSite,omitzero"`
}

// Cookies gives the cookies of the session's context.
func (s *session) Cookies(ctx context.Context) ([]probes.Cookie, error) {
	var res struct {
		Cookies []cookie `json:"cookies"`
	}
	t := s.tab
	err := t.Lease.Root.Call(ctx, "Storage.getCookies", contextParams(t.window.contextID, nil), &res)
	if err != nil {
		return nil, s.failure(ctx, err)
	}
	list := make([]probes.Cookie, 0, len(res.Cookies))
	for _, c := range res.Cookies {
		p := probes.Cookie{
			Name: c.Name, Value: c.Value, Domain: strings.TrimPrefix(c.Domain, "."), Path: c.Path,
			HostOnly: !strings.HasPrefix(c.Domain, "."), Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		}
		if c.Expires > 0 {
			whole, part := math.Modf(c.Expires)
			p.Expires = time.Unix(int64(whole), int64(part*1e9)).UTC()
		}
		list = append(list, p)
	}
	return list, nil
}

// SetCookies makes the context's cookies exactly these.
func (s *session) SetCookies(ctx context.Context, cookies []probes.Cookie) error {
	t := s.tab
	if err := t.Lease.Root.Call(ctx, "Storage.clearCookies", contextParams(t.window.contextID, nil), nil); err != nil {
		return s.failure(ctx, err)
	}
	if len(cookies) == 0 {
		return nil
	}
	list := make([]cookie, 0, len(cookies))
	for _, p := range cookies {
		c := cookie{
			Name: p.Name, Value: p.Value, Path: p.Path, HTTPOnly: p.HTTPOnly, Secure: p.Secure, SameSite: sameSite(p.SameSite),
		}
		if c.Path == "" {
			c.Path = "/"
		}
		if p.HostOnly {
			// Only a URL says that a cookie is the host's alone.
			scheme := "http"
			if p.Secure {
				scheme = "https"
			}
			c.URL = scheme + "://" + p.Domain + c.Path
		} else {
			c.Domain = "." + strings.TrimPrefix(p.Domain, ".")
		}
		if !p.Expires.IsZero() {
			c.Expires = float64(p.Expires.UnixNano()) / 1e9
		}
		list = append(list, c)
	}
	err := t.Lease.Root.Call(ctx, "Storage.setCookies", contextParams(t.window.contextID, list), nil)
	return s.failure(ctx, err)
}

func sameSite(s string) string {
	switch strings.ToLower(s) {
	case "strict":
		return "Strict"
	case "lax":
		return "Lax"
	case "none":
		return "None"
	}
	return ""
}

type storageParams struct {
	ContextID cdp.BrowserContextID `json:"browserContextId"`
	Cookies   []cookie             `json:"cookies,omitzero"`
}

func contextParams(id cdp.BrowserContextID, cookies []cookie) storageParams {
	return storageParams{id, cookies}
}
