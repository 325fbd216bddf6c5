package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/internal/turns"
)

const hookSecret = "whsec_c2lnbmVkIGJ5IG91dHJpZGVyLCB2ZXJpZmllZCBieSBvdGhlcnM="

// inTurn takes the turn for the tests, not for the commands that they run: those are this program too.
type inTurn struct{ *testing.M }

func (m inTurn) Run() int {
	turns.Take()
	return m.M.Run()
}

func TestMain(m *testing.M) {
	testscript.Main(inTurn{m}, map[string]func(){"outrider": main})
}

// TestScripts runs the commands as people do: each testdata/*.txtar says what is typed and what must come of it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:      "testdata",
		Deadline: time.Now().Add(3 * time.Minute),
		Setup: func(e *testscript.Env) error {
			site := newSite(hookSecret)
			e.Defer(site.Close)
			e.Values[siteKey{}] = site
			e.Setenv("SHOP_URL", site.URL)
			e.Setenv("HOOK_URL", site.URL+"/hook")
			e.Setenv("HOOK_SECRET", hookSecret)
			e.Setenv("PORT", loopback.FreePort(t))
			for name, value := range map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": site.URL + "/aws/", "AWS_EC2_METADATA_DISABLED": "true",
				"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"} {
				e.Setenv(name, value)
			}
			e.Setenv("HOME", e.WorkDir)
			// The browser runs as another user when we are root, and must be able to pass through to its profile.
			tmp, err := os.MkdirTemp("", "outrider-script-")
			if err == nil {
				err = os.Chmod(tmp, 0o711)
			}
			if err != nil {
				return err
			}
			e.Defer(func() { os.RemoveAll(tmp) })
			e.Setenv("TMPDIR", tmp)
			for _, name := range []string{"RECEIVER_PORT", "SHOP_PORT", "PAYMENT_PORT", "CONTROL_PORT", "API_PORT"} {
				e.Setenv(name, loopback.FreePort(t))
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "shop": shopIs, "expand": expand, "monitor": monitorCommand, "page": pageArrives, "requested": requested, "fetch": fetch,
			"received": demoReceived, "notified": demoNotified, "profiles-gone": profilesGone, "cloudwatch": cloudWatch,
		},
	})
}

type (
	siteKey struct{}
)

func siteOf(ts *testscript.TestScript) *site { return ts.Value(siteKey{}).(*site) }

// exits CODE PROGRAM ARGS...: the program ends with the code; stdout and stderr are kept.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got, err = exit.ExitCode(), nil
	}
	ts.Check(err)
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// shop STATE: what the shop answers from now on: fine, broken, slow.
func shopIs(ts *testscript.TestScript, _ bool, args []string) { siteOf(ts).state.Store(args[0]) }

// expand FILE...: replaces ${NAME} in files by the environment's.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), func(name string) string {
			if value := ts.Getenv(name); value != "" {
				return value
			}
			return "${" + name + "}"
		})
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o644))
	}
}

// process is a monitor in the background.
type process struct {
	cmd *exec.Cmd
	log bytes.Buffer
}

// monitor start [ARGS...]: starts `outrider serve` and waits until it is ready.
// monitor SIGNAL [CODE]: sends TERM, INT, HUP or KILL; all but HUP wait for the end and compare the exit code.
// Its log is serve.log afterwards.
func monitorCommand(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "start" {
		p := &process{}
		binary := filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], "outrider")
		p.cmd = exec.Command(binary, append([]string{"serve"}, args[1:]...)...)
		p.cmd.Dir = ts.MkAbs(".")
		for _, name := range []string{"PATH", "HOME", "TMPDIR", "SHOP_URL", "HOOK_URL", "HOOK_SECRET", "PORT",
			"AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_EC2_METADATA_DISABLED", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
			p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
		}
		p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
		ts.Check(p.cmd.Start())
		ts.Defer(func() {
			if p.cmd.ProcessState == nil {
				p.cmd.Process.Kill()
				p.cmd.Wait()
				ts.Logf("the monitor's log:\n%s", p.log.String())
			}
		})
		siteOf(ts).monitor = p
		if !until(func() bool { code, _ := get(http.MethodGet, ts, "/-/ready"); return code == http.StatusOK }) {
			ts.Fatalf("the monitor did not become ready:\n%s", p.log.String())
		}
		return
	}
	p := siteOf(ts).monitor
	ts.Check(p.cmd.Process.Signal(map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}[args[0]]))
	if args[0] == "HUP" {
		return
	}
	want := "0"
	if len(args) > 1 {
		want = args[1]
	}
	p.cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("serve.log"), p.log.Bytes(), 0o644))
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != want {
		ts.Fatalf("the monitor ended with %s, want %s:\n%s", got, want, p.log.String())
	}
}

// page EVENT [TEXT...]: waits for a signed page of the event whose JSON holds the texts. `! page EVENT` says that none came.
func pageArrives(ts *testscript.TestScript, neg bool, args []string) {
	has := func() bool {
		for _, page := range siteOf(ts).pages() {
			if strings.Contains(page, `"event":"`+args[0]+`"`) && containsAll(page, args[1:]) {
				return true
			}
		}
		return false
	}
	if neg {
		if has() {
			ts.Fatalf("a page came that should not:\n%s", strings.Join(siteOf(ts).pages(), "\n"))
		}
		return
	}
	if !until(has) {
		ts.Fatalf("no page %q came; there are:\n%s", args, strings.Join(siteOf(ts).pages(), "\n"))
	}
}

// requested METHOD PATH: waits until the shop was asked for it.
func requested(ts *testscript.TestScript, neg bool, args []string) {
	has := func() bool { return siteOf(ts).wasAsked(args[0] + " " + args[1]) }
	if neg == has() && neg || !neg && !until(has) {
		ts.Fatalf("requests of the shop: %s", siteOf(ts).asked())
	}
}

// fetch METHOD PATH CODE [TEXT...]: the monitor answers so, within a while, and the body holds the texts.
func fetch(ts *testscript.TestScript, _ bool, args []string) {
	var code int
	var body string
	if !until(func() bool {
		code, body = get(args[0], ts, args[1])
		return strconv.Itoa(code) == args[2] && containsAll(body, args[3:])
	}) {
		ts.Fatalf("%s %s: %d\n%s", args[0], args[1], code, body)
	}
}

// demoReceived EVENT JOURNEY COUNT: waits until the demo's receiver has so many different pages of the kind.
func demoReceived(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	var all []string
	count := func() int {
		text, _ := os.ReadFile(ts.MkAbs(".outrider/received.jsonl"))
		all = strings.Split(string(text), "\n")
		ids := map[string]bool{}
		for _, line := range all {
			var r received
			if json.Unmarshal([]byte(line), &r) == nil && r.Page.Event == args[0] && r.Page.DedupKey == "outrider/demo/"+args[1] {
				ids[r.ID] = true
			}
		}
		return len(ids)
	}
	if !until(func() bool { return count() >= want }) || count() != want {
		ts.Fatalf("%d pages %q of %q, want %d:\n%s", count(), args[0], args[1], want, strings.Join(all, "\n"))
	}
}

// demoNotified waits until the demo's terminal was told by SNS, the last time, that an alarm is in a state.
func demoNotified(ts *testscript.TestScript, _ bool, args []string) {
	var text []byte
	last := func() (state string) {
		text, _ = os.ReadFile(ts.MkAbs(".outrider/notified.jsonl"))
		for line := range strings.Lines(string(text)) {
			var e envelope
			var a alarmNotice
			if json.Unmarshal([]byte(line), &e) == nil && json.Unmarshal([]byte(e.Message), &a) == nil && a.AlarmName == args[1] {
				state = a.NewStateValue
			}
		}
		return state
	}
	if !until(func() bool { return last() == args[0] }) {
		ts.Fatalf("%s is not told to be in %s:\n%s", args[1], args[0], text)
	}
}

// profilesGone: no browser profile of a process that this script started is left.
func profilesGone(ts *testscript.TestScript, _ bool, _ []string) {
	left := func() []string {
		found, err := filepath.Glob(filepath.Join(ts.Getenv("TMPDIR"), "outrider-chrome-*"))
		ts.Check(err)
		return found
	}
	if !until(func() bool { return len(left()) == 0 }) {
		ts.Fatalf("profile folders left behind: %s", left())
	}
}

func get(method string, ts *testscript.TestScript, path string) (int, string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1:"+ts.Getenv("PORT")+path, nil)
	ts.Check(err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// until asks again and again, for as long as a slow machine may need.
func until(f func() bool) bool {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if f() {
			return true
		}
	}
	return false
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
