package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// defaultControl is where the demo's shop is broken and mended.
const defaultControl = "http://127.0.0.1:8082"

// demoControl says where the running demo's shop is controlled.
type demoControl struct {
	Control string `default:"${control}" help:"Where the shop is controlled."`
}

// demoBreakCommand is `outrider demo break`.
type demoBreakCommand struct {
	demoControl
	Name string `arg:"" help:"What to break; outrider demo list shows the names."`
}

// demoMendCommand is `outrider demo mend`.
type demoMendCommand struct {
	demoControl
	Name string `arg:"" optional:"" help:"What to mend; everything if left out."`
}

// demoListCommand is `outrider demo list`.
type demoListCommand struct{ demoControl }

// Run breaks one thing.
func (k *demoBreakCommand) Run(c *console) error {
	known, err := k.faults()
	if err != nil {
		return err
	}
	fault, err := find(known, k.Name)
	if err != nil {
		return err
	}
	if _, err := k.call(http.MethodPost, "/break/"+url.PathEscape(k.Name)); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "broken: %s: %s\n", fault.Name, fault.Effect)
	return nil
}

// Run mends one thing or everything.
func (k *demoMendCommand) Run(c *console) error {
	known, err := k.faults()
	if err != nil {
		return err
	}
	path := "/mend"
	if k.Name != "" {
		if _, err := find(known, k.Name); err != nil {
			return err
		}
		path += "/" + url.PathEscape(k.Name)
	}
	if _, err := k.call(http.MethodPost, path); err != nil {
		return err
	}
	mended := 0
	for _, f := range known {
		if f.Active && (k.Name == "" || f.Name == k.Name) {
			fmt.Fprintf(c.out, "mended: %s\n", f.Name)
			mended++
		}
	}
	if mended == 0 {
		fmt.Fprintln(c.out, "nothing was broken")
	}
	return nil
}

// Run lists what can be broken, and what is.
func (k *demoListCommand) Run(c *console) error {
	known, err := k.faults()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	for _, f := range known {
		state := ""
		if f.Active {
			state = "broken"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, f.Kind, state, f.Effect)
	}
	return w.Flush()
}

func find(known []shop.Defect, name string) (shop.Defect, error) {
	var names []string
	for _, f := range known {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return shop.Defect{}, usage(fmt.Sprintf("the shop has no fault %q", name), first(document.DidYouMean(name, names), "outrider demo list shows the names"))
}

func (k *demoControl) faults() ([]shop.Defect, error) {
	body, err := k.call(http.MethodGet, "/defects")
	if err != nil {
		return nil, err
	}
	var known []shop.Defect
	if err := json.Unmarshal(body, &known); err != nil {
		return nil, usage(fmt.Sprintf("what answers at %s is not the demo's shop", k.Control), "outrider demo starts it")
	}
	return known, nil
}

func (k *demoControl) call(method, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, k.Control+path, nil)
	if err != nil {
		return nil, usage(err.Error(), "")
	}
	resp, err := http.DefaultClient.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, usage("no demo is running at "+k.Control, "outrider demo starts it, in another terminal")
	}
	if err != nil {
		return nil, usage(err.Error(), "")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode >= 300 {
		err = usage(fmt.Sprintf("%s answered %s: %s", k.Control+path, resp.Status, body), "")
	}
	return body, err
}
