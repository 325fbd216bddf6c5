package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/monitor"
)

// demoCommand is `outrider demo` with what can be done while it runs.
type demoCommand struct {
	Start demoStartCommand `cmd:"" default:"withargs" help:"Start the demo (what demo alone does)."`
	Break demoBreakCommand `cmd:"" help:"Break the demo's shop."`
	Mend  demoMendCommand  `cmd:"" help:"Mend the demo's shop."`
	List  demoListCommand  `cmd:"" help:"List what can be broken."`
}

// demoStartCommand is `outrider demo`.
type demoStartCommand struct {
	Data        string `default:".outrider" help:"Where everything is kept."`
	Listen      string `default:"${demo_listen}" help:"Address of the monitor."`
	Receiver    string `default:"${demo_receiver}" help:"Address of the receiver of pages."`
	ShopPort    int    `default:"8080" help:"Port of the shop."`
	PaymentPort int    `default:"8081" help:"Port of the shop's payment frame."`
	ControlPort int    `default:"8082" help:"Port of the page that breaks the shop."`
	APIPort     int    `name:"api-port" default:"8443" help:"Port of the shop's HTTPS API."`
	CloudWatch  bool   `name:"cloudwatch" help:"Show the way of an alarm too, with a stand-in for CloudWatch: nothing goes to AWS."`
	Faster      int    `default:"6" help:"With --cloudwatch, how many times faster than in earnest journeys run and CloudWatch judges."`
}

// The addresses of the demo, as in examples/outrider.yaml.
const (
	demoListen   = "127.0.0.1:9480"
	demoReceiver = "127.0.0.1:9490"
	demoCard     = "4242 4242 4242 4242"
)

// Run starts shop, receiver and monitor, and runs them until Ctrl-C.
func (k *demoStartCommand) Run(c *console) error {
	if err := findBrowser(""); err != nil {
		return err
	}
	d, err := k.open(c)
	if err != nil {
		return err
	}
	defer d.close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop()
		fmt.Fprintln(c.out, "\nStopping; journeys on their way cancel their orders first.")
	})
	d.welcome(c)
	return d.run(ctx)
}

// demo is everything that runs in it.
type demo struct {
	k        *demoStartCommand
	config   string
	shop     *shop.Shop
	receiver *receiver
	monitor  *monitor.Monitor
	// cloud is nil without --cloudwatch.
	cloud *demoCloud
	undo  []func()
}

func (d *demo) close() {
	for i := len(d.undo) - 1; i >= 0; i-- {
		d.undo[i]()
	}
}

// open makes all parts. What was made is unmade when one of them fails.
func (k *demoStartCommand) open(c *console) (*demo, error) {
	d := &demo{k: k}
	if err := d.make(c); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *demo) make(c *console) (err error) {
	k := d.k
	if err := os.MkdirAll(k.Data, 0o700); err != nil {
		return usage("making the demo's folder: "+pathOf(err), "name a folder that you may write to with --data")
	}
	if d.config, err = demoConfig(k.Data); err != nil {
		return err
	}
	secret, err := demoSecret(filepath.Join(k.Data, "demo-secret"))
	if err != nil {
		return err
	}
	if err := d.openShop(); err != nil {
		return err
	}
	if d.receiver, err = newReceiver(c, k.Receiver, secret, filepath.Join(k.Data, "received.jsonl")); err != nil {
		return err
	}
	d.undo = append(d.undo, d.receiver.close)
	if k.CloudWatch {
		if d.cloud, err = newDemoCloud(c, d.config, k.Faster, d.receiver); err != nil {
			return err
		}
		d.undo = append(d.undo, d.cloud.close)
	}
	env := map[string]string{
		"HOOK_SECRET": secret, "TEST_CARD": demoCard,
		"SHOP_URL": d.shop.URL(), "SHOP_API_URL": d.shop.APIURL(), "SHOP_CA": d.shop.CAFile(),
	}
	if err := d.leaveEnv(env); err != nil {
		return err
	}
	return d.openMonitor(c, env)
}

func (d *demo) openShop() (err error) {
	o := shop.Defaults()
	o.ShopPort, o.PaymentPort, o.ControlPort, o.APIPort = d.k.ShopPort, d.k.PaymentPort, d.k.ControlPort, d.k.APIPort
	// Journeys read a relative path from their own folder.
	if o.CAFile, err = filepath.Abs(filepath.Join(d.k.Data, "shop-ca.pem")); err != nil {
		return fmt.Errorf("finding the demo's folder: %w", err)
	}
	o.StateFile = filepath.Join(d.k.Data, "shop.json")
	journal, err := os.OpenFile(filepath.Join(d.k.Data, "shop.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the shop's journal: %w", err)
	}
	d.undo = append(d.undo, func() { journal.Close() })
	o.Journal = journal
	d.shop, err = shop.New(o)
	var port *shop.PortError
	if errors.As(err, &port) {
		flag := map[string]string{"ShopPort": "shop-port", "PaymentPort": "payment-port", "ControlPort": "control-port", "APIPort": "api-port"}[port.Option]
		return usage(fmt.Sprintf("port %d for the shop is used by another program (perhaps another demo)", port.Port), "choose another with --"+flag)
	}
	if err != nil {
		return err
	}
	d.undo = append(d.undo, d.shop.Close)
	return nil
}

func (d *demo) openMonitor(c *console, env map[string]string) error {
	log, err := os.OpenFile(filepath.Join(d.k.Data, "demo.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	d.undo = append(d.undo, func() { log.Close() })
	v, revision := buildVersion()
	d.monitor, err = monitor.New(monitor.Options{
		ConfigFile: d.config, Version: v, Revision: revision, Watch: true, Drain: 10 * time.Second,
		Log: slog.New(slog.NewMultiHandler(slog.NewTextHandler(log, nil), &runLines{c: c})),
		Env: func(name string) (string, bool) {
			if value, ok := env[name]; ok {
				return value, true
			}
			return os.LookupEnv(name)
		},
		Adjust: func(config *monitor.Config) {
			config.Data = filepath.Join(d.k.Data, "data")
			if d.k.Listen != config.Listen {
				config.Listen, config.ExternalURL = d.k.Listen, "http://"+d.k.Listen
			}
			config.Redirect("demo-receiver", "http://"+d.receiver.listener.Addr().String()+"/")
			if d.cloud != nil {
				d.cloud.adjust(config)
			}
		},
	})
	if err != nil {
		return demoHint(started(err))
	}
	return nil
}

// demoHint turns hints about the configuration into hints about flags.
func demoHint(err error) error {
	var f *failure
	if errors.As(err, &f) && strings.Contains(f.Error(), "listening on") {
		f.hint = "choose another address with --listen, or stop the other program (another Outrider, perhaps)"
	}
	return err
}

// run runs all parts until ctx ends; the monitor ends first, so that its last pages still arrive and its last
// orders can be cancelled.
func (d *demo) run(ctx context.Context) error {
	later, end := context.WithCancel(context.Background())
	parts := []func(context.Context) error{d.receiver.run, d.shop.Run}
	if d.cloud != nil {
		parts = append(parts, d.cloud.run)
	}
	over := make(chan error, len(parts))
	for _, run := range parts {
		go func() { over <- run(later) }()
	}
	monitored, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- d.monitor.Run(monitored) }()
	var err error
	ended := 0
	select {
	case err = <-done:
	case err = <-over:
		ended++
		stop()
		err = errors.Join(err, <-done)
	}
	stop()
	end()
	for ; ended < cap(over); ended++ {
		err = errors.Join(err, <-over)
	}
	if err != nil {
		return &failure{code: codeUnjudged, err: err}
	}
	return nil
}

// leaveEnv writes down what the journeys need from the environment, for `outrider run` beside the demo.
func (d *demo) leaveEnv(env map[string]string) error {
	file := filepath.Join(d.k.Data, demoEnvFile)
	var b strings.Builder
	for _, name := range []string{"SHOP_URL", "SHOP_API_URL", "SHOP_CA", "TEST_CARD"} {
		fmt.Fprintf(&b, "%s=%s\n", name, env[name])
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("writing the demo's environment: %w", err)
	}
	d.undo = append(d.undo, func() { os.Remove(file) })
	return nil
}

// welcome says what there is, and what to try.
func (d *demo) welcome(c *console) {
	me := program()
	file := filepath.Join(filepath.Dir(d.config), "journeys", "checkout.yaml")
	fmt.Fprintf(c.out, "\n  Open    %s\n\n", c.bold(d.monitor.URL()))
	fmt.Fprintf(c.out, "  Try     %s demo break order-api-500%s\n", me, d.controlFlag())
	fmt.Fprintf(c.out, "          %s demo mend%s\n", me, d.controlFlag())
	fmt.Fprintf(c.out, "          %s run %s\n\n", me, relativeTo(file))
	fmt.Fprintf(c.out, "  The shop is at %s, everything that can break in it at %s.\n", d.shop.URL(), d.shop.ControlURL())
	if d.cloud != nil {
		d.cloud.welcome(c)
	}
	fmt.Fprintf(c.out, "  Pages are shown here. Ctrl-C stops.\n\n")
}

func (d *demo) controlFlag() string {
	if d.shop.ControlURL() == defaultControl {
		return ""
	}
	return " --control " + d.shop.ControlURL()
}

// program is how this command was called, so that lines can be copied.
func program() string {
	name := os.Args[0]
	if filepath.IsAbs(name) {
		name = relativeTo(name)
	}
	return name
}

// relativeTo gives the shorter of a path and the same path from the present folder.
func relativeTo(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
