// Command shopd runs the example shop alone, for whoever wants to point another monitor at it, or break it
// by hand.
//
// It watches nothing and pages nobody. Its one rule: Ctrl-C ends it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/outrider-monitor/outrider/examples/shop"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "shopd: error:", err)
		var port *shop.PortError
		if errors.As(err, &port) {
			fmt.Fprintf(os.Stderr, "shopd: hint: -%s=0 takes any free port\n", port.Listener)
		}
		os.Exit(1)
	}
}

func run() error {
	o := shop.Defaults()
	flag.IntVar(&o.ShopPort, "shop", o.ShopPort, "`port` of the shop")
	flag.IntVar(&o.PaymentPort, "payment", o.PaymentPort, "`port` of the payment frame")
	flag.IntVar(&o.ControlPort, "control", o.ControlPort, "`port` of the page that breaks the shop")
	flag.IntVar(&o.APIPort, "api", o.APIPort, "`port` of the HTTPS API")
	flag.DurationVar(&o.StageDuration, "stage", o.StageDuration, "how long each stage of a delivery takes")
	flag.StringVar(&o.CAFile, "ca", "examples/shop/ca.pem", "where to write the certificate that signs the API's")
	flag.StringVar(&o.StateFile, "state", "", "where to remember what is broken; nowhere if empty")
	journal := flag.String("journal", "", "where to append what happened, as JSON lines; nowhere if empty")
	flag.Parse()

	if *journal != "" {
		f, err := os.OpenFile(*journal, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("opening the journal: %w", err)
		}
		defer f.Close()
		o.Journal = f
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := shop.New(o)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Printf("the shop:      %s\nbreak it:      %s\nthe API:       %s/api/menu (trust %s)\n",
		s.URL(), s.ControlURL(), s.APIURL(), o.CAFile)
	return s.Run(ctx)
}
