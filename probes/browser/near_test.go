package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// till has what a person would read there, and most of it in elements without a role.
const till = `<!doctype html><title>Till</title><h1>Till</h1>
<div>Total <span class=sum>$25.00</span></div><div>Mail <span data-testid=mail>ada@shop.example</span></div>
<form action=/thanks><label>Postcode <input name=pc required></label><button>Send</button></form>
<button onclick="said.textContent = 'Choose a colour first'; this.remove()">Pay</button><button disabled>Wrap</button>
<p id=said role=alert></p>`

func TestWhatIsThereInsteadIsNamed(t *testing.T) {
	z := newZoo(t)
	z.mux.HandleFunc("/till", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, till) })
	paid := "  - goto: ZOO/till\n  - click: Pay\n  - "
	for _, c := range []struct {
		name, steps string
		words       []string
		not         string
	}{
		{"a price in an element without a role", "  - goto: ZOO/till\n  - see: text=$20.00", []string{`there is a text "$25.00"`}, ""},
		{"the page's own message", paid + "click: {role: button, name: Pay}", []string{`no button named "Pay"`, `the page says "Choose a colour first"`}, ""},
		{"the browser's own message", "  - goto: ZOO/till\n  - click: Send\n  - see: Thanks", []string{`the page says "Postcode: `}, ""},
		{"a message about what is disabled", paid + "click: Wrap", []string{`disabled; the page says "Choose a colour first"`}, ""},
		{"not what is masked", "  - goto: ZOO/till\n  - see: ada@home.example", []string{`no "ada@home.example"`}, "shop.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := visit(t, z, "mask: testid=mail\nsteps:\n"+c.steps)
			reason := probes.Assertion
			if strings.Contains(c.steps, "click: {") || strings.HasSuffix(c.steps, "Wrap") {
				reason = probes.Locator
			}
			f := v.fail(reason, c.words...)
			if c.not != "" && strings.Contains(f.Message, c.not) {
				t.Errorf("it tells of %q: %s", c.not, f.Message)
			}
		})
	}
}

func TestAnExpectationThatSawNothingSaysWhatIsThere(t *testing.T) {
	z := newZoo(t)
	z.mux.HandleFunc("/till", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, till) })
	for expect, want := range map[string]string{
		`visible("text=$20.00")`:                                     `visible("text=$20.00") is false (no text "$20.00"; there is a text "$25.00"`,
		`count("role=button[name=\"Wrapped\"]") == 1`:                `is 0 (no button named "Wrapped"; there is a button "Wrap"`,
		`not visible("text=Gone") and url == "x"`:                    "",
		`visible({css: "h1"}) and count("css=i") == 0 and url == ""`: "",
	} {
		t.Run(expect, func(t *testing.T) {
			t.Parallel()
			j := parse(t, z, "steps:\n  - goto: ZOO/till\n    timeout: 2s\n    expect: "+fmt.Sprintf("%q", expect))
			m := ""
			for range 3 { // what is there is looked for for a second only: a machine short of CPU may have to be asked again
				res := probes.NewRunner(probes.Options{Drivers: []probes.Driver{driver(t)}}).Run(t.Context(), &j, probes.Request{})
				if m = res.Failure.Message; want == "" || strings.Contains(m, want) {
					break
				}
			}
			if want != "" && !strings.Contains(m, want) || want == "" && strings.Contains(m, "(no ") {
				t.Errorf("it says %s, want %s", m, want)
			}
		})
	}
}
