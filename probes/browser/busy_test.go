package browser

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// TestAPageThatIsBusyAtTheEndStillSaysWhatStoodInTheWay has the page's script run over the end of the step's time, as on a
// machine that is short of CPU.
func TestAPageThatIsBusyAtTheEndStillSaysWhatStoodInTheWay(t *testing.T) {
	z := newZoo(t)
	z.mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>Busy</title><button onclick="setTimeout(() => {
const end = performance.now() + 500;
while (performance.now() < end);
}, 400)">Begin</button><button disabled>Pay</button>`)
	})
	v := visit(t, z, "  - goto: ZOO/busy\n  - click: Begin\n  - click: Pay")
	for range 2 {
		if err := v.step(secondsFive); err != nil {
			t.Fatal(err)
		}
	}
	f := &probes.Failure{}
	if err := v.step(700 * time.Millisecond); !errors.As(err, &f) || f.Reason != probes.Locator || !strings.Contains(f.Message, "disabled") {
		t.Errorf("got %v, want what stood in the way", err)
	}
}
