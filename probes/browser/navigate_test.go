package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

func TestAPageThatDoesNotComeIsAFailureWithItsReason(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	closed.Close()
	checkFailures(t, []failing{
		{"status", "  - goto: ZOO/status/500", probes.Status, []string{"answered 500"}},
		{"status without a body", "  - goto: ZOO/status/503?empty=1", probes.Status, []string{"answered 503"}},
		{"not found", "  - goto: ZOO/nowhere.html", probes.Status, []string{"404"}},
		{"rate limited", "  - goto: ZOO/status/429", probes.RateLimited, []string{"429"}},
		{"no content", "  - goto: ZOO/status/204", probes.Status, []string{"204"}},
		{"unknown host", "  - goto: http://no-such-host.invalid/", probes.DNS, []string{"ERR_NAME_NOT_RESOLVED"}},
		{"nobody listens", "  - goto: " + nobody, probes.Connect, []string{"ERR_CONNECTION_REFUSED"}},
		{"hangs up", "  - goto: ZOO/hangup", probes.Connect, []string{"could not be loaded"}},
		{"reset in the middle", "  - goto: ZOO/reset", probes.Navigation, []string{"broke off in the middle"}},
		{"chunks break off", "  - goto: ZOO/chunked", probes.Navigation, []string{"broke off in the middle"}},
		{"redirect loop", "  - goto: ZOO/loop", probes.Navigation, []string{"ERR_TOO_MANY_REDIRECTS"}},
		{"never answers", "  - goto: ZOO/hang", probes.Timeout, []string{"did not load", "/hang"}},
		{"own picture hangs", "  - goto: ZOO/own-hang", probes.Timeout, []string{"did not load", "still waiting for GET", "/hang"}},
		{"download", "  - goto: ZOO/download", probes.Navigation, []string{"download"}},
		{"nothing to go back to", "  - goto: ZOO/elsewhere.html\n  - back:", probes.Navigation, []string{"no page to go back to"}},
	})
}

func TestOnlyTheWebIsOpened(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/elsewhere.html")
	v.pass()
	for _, url := range []string{"file:///etc/passwd", "chrome://version", "javascript:alert(1)", "data:text/html,x", "about:blank", "ftp://x/", "http://", "x"} {
		err := v.s.tab.goTo(t.Context(), url)
		if f, ok := err.(*probes.Failure); !ok || f.Reason != probes.Config {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

func TestPagesArrive(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	for name, steps := range map[string]string{
		"redirect":        "  - goto: ZOO/redirect\n    expect: url == \"ZOO/elsewhere.html\"",
		"script redirect": "  - goto: ZOO/script-redirect\n    expect: title == \"Elsewhere\"",
		"same document":   "  - goto: ZOO/elsewhere.html\n  - goto: ZOO/elsewhere.html#part\n    expect: url endsWith \"#part\"",
		"reload":          "  - goto: ZOO/click.html\n  - click: Buy\n  - reload:\n    expect: text(\"testid=out\") == \"\"",
		"back":            "  - goto: ZOO/click.html\n  - click: Elsewhere\n  - see: You are elsewhere\n  - back:\n    expect: title == \"Clicks\"",
		"wait for a URL":  "  - goto: ZOO/late.html\n  - wait_for_url: ZOO/late.html?step=*\n    expect: title == \"Later\"",
		"a refusal":       "  - goto: ZOO/links\n  - click: Lost link\n  - see: Status 404",
		"a mad page":      "  - goto: ZOO/flood\n  - click: Calm\n  - see: Calm at last",
		"slow link":       "  - goto: ZOO/links\n  - click: Slow link\n  - see: Slow but there",
		"script link":     "  - goto: ZOO/links\n  - click: Script link\n  - wait_for_url: ZOO/slow\n    expect: title == \"Slow\"",
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); visit(t, z, steps).pass() })
	}
}

func TestAHostOfOthersThatHangsDelaysAPageButDoesNotFailIt(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	begun := time.Now()
	visit(t, z, "  - goto: ZOO/other-hang\n  - see: Goes on").pass()
	if took := time.Since(begun); took < page.QuietTime {
		t.Errorf("it took %v: the load event was not waited for at all", took)
	}
}

func TestAURLThatNeverComesFailsWithTheOneThereIs(t *testing.T) {
	t.Parallel()
	checkFailures(t, []failing{
		{"not found", "  - goto: ZOO/links\n  - click: Lost link\n  - wait_for_url: ZOO/status/404", probes.Status, []string{"answered 404"}},
		{"gone with all else", "  - goto: ZOO/links\n  - click: Lost link\n  - gone: Lost link", probes.Status, []string{"answered 404"}},
		{"other", "  - goto: ZOO/elsewhere.html\n  - wait_for_url: ZOO/thanks", probes.Assertion, []string{"elsewhere.html"}},
	})
}

func TestAPageReachedByAClickThatIsBrokenExplainsTheFailure(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	for name, c := range map[string]struct {
		link   string
		reason probes.Reason
		word   string
	}{
		"status":     {"Broken link", probes.Status, "answered 500"},
		"post":       {"Post it", probes.Status, "answered 503"},
		"hangs up":   {"Dead link", probes.Connect, "could not be loaded"},
		"breaks off": {"Breaks off", probes.Navigation, "broke off in the middle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := visit(t, z, "  - goto: ZOO/links\n  - click: "+c.link+"\n  - see: Thank you")
			f := v.failDiagnosed(c.reason, c.word)
			if f.Expected == "" || f.Got == "" {
				t.Errorf("expected %q, got %q", f.Expected, f.Got)
			}
		})
	}
}

func TestAPageThatIsClosedFailsTheStep(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/elsewhere.html\n  - see: Something else")
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	params := target.CloseTargetParams{TargetID: v.s.tab.TargetID}
	if _, err := cdp.Call(t.Context(), v.s.tab.Lease.Root, target.CloseTarget, params); err != nil {
		t.Fatal(err)
	}
	v.fail(probes.Navigation, "closed its own window")
}

func TestAnOpeningThatIsGivenUpHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	d := driver(t)
	v := visit(t, newZoo(t), "  - goto: ZOO/elsewhere.html\n  - see: You are elsewhere")
	for range 5 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		if s, err := d.Open(ctx, probes.SessionOptions{}); err == nil {
			_ = s.Close(context.Background())
		}
		cancel()
	}
	v.pass()
}

func TestNothingIsSeenOnABrokenPage(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	z.mux.HandleFunc("/form", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
		fmt.Fprint(w, `<title>Form</title><form method=post><button>Send</button></form><p>Fill in your name</p>`)
	})
	for name, c := range map[string]struct {
		steps  string
		reason probes.Reason
	}{
		"seen":     {"  - click: Broken link\n  - see: Status 500", probes.Status},
		"expected": {"  - click: Broken link\n    expect: title == \"Error\"", probes.Status},
		"gone":     {"  - click: Dead link\n  - gone: Slow link", probes.Connect},
		"arrived":  {"  - click: Broken link\n  - wait_for_url: ZOO/status/500", probes.Status},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, "  - goto: ZOO/links\n"+c.steps).fail(c.reason)
		})
	}
	visit(t, z, "  - goto: ZOO/form\n  - click: Send\n  - see: Fill in your name\n    expect: url endsWith \"/form\"").pass()
}
