package chrome

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
)

func TestScratch(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<title>%s</title><a id=a href="/b" style="position:absolute;left:10px;top:10px">link</a><form action=/f method=post style="position:absolute;left:10px;top:50px"><button>Go</button></form><button style="position:absolute;left:10px;top:100px" onclick="setTimeout(()=>location='/js',0)">js</button><button style="position:absolute;left:10px;top:150px" onclick="history.pushState({},'','/pushed')">push</button>`, r.URL.Path)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	ctx := context.Background()
	t0 := time.Now()
	p, err := Start(ctx, Options{ExecPath: os.Getenv("EXE")})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("started", time.Since(t0), p.Version, p.UserAgent)
	defer func() { p.Kill(fmt.Errorf("end")); p.Wait(ctx) }()
	fmt.Println(usersOf(p.profile.home()))
	bc, err := cdp.Call(ctx, p.Root, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		t.Fatal(err)
	}
	ct, err := cdp.Call(ctx, p.Root, target.CreateTarget, target.CreateTargetParams{URL: "about:blank", BrowserContextID: bc.BrowserContextID})
	if err != nil {
		t.Fatal(err)
	}
	at, err := cdp.Call(ctx, p.Root, target.AttachToTarget, target.AttachToTargetParams{TargetID: ct.TargetID, Flatten: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	s := p.Attach(at.SessionID, func(s *Session, m string, v jsonv2.Value) {
		x := string(v)
		if len(x) > 230 {
			x = x[:230]
		}
		fmt.Println("   ", time.Since(t0), m, x)
	})
	for _, m := range []string{"Page.enable", "Network.enable", "Runtime.enable", "Inspector.enable"} {
		if err := s.Call(ctx, m, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	var res jsonv2.Value
	fmt.Println("NAV")
	fmt.Println(s.Call(ctx, "Page.navigate", map[string]any{"url": srv.URL + "/"}, &res), string(res), time.Since(t0))
	time.Sleep(200 * time.Millisecond)
	for _, y := range []int{15, 60, 110, 160} {
		fmt.Println("CLICK", y)
		for _, typ := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
			fmt.Println(s.Call(ctx, "Input.dispatchMouseEvent", map[string]any{"type": typ, "x": 20, "y": y, "button": "left", "clickCount": 1}, nil), time.Since(t0))
		}
		fmt.Println(s.Call(ctx, "Runtime.evaluate", map[string]any{"expression": "1"}, &res), string(res), time.Since(t0))
		time.Sleep(200 * time.Millisecond)
	}
}
