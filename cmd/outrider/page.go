package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor"
)

// pageCommand is `outrider page`.
type pageCommand struct {
	Test  pageTestCommand  `cmd:"" help:"Send a page to a pager that says that it is only a test."`
	Drill pageDrillCommand `cmd:"" help:"Let the running monitor page a journey's team as if it were broken, and say who heard of it and when."`
}

// pageTestCommand is `outrider page test`.
type pageTestCommand struct {
	Pager  string `arg:"" help:"The pager's name in the configuration."`
	Config string `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
}

// Run sends the test, once, and tells what came of it.
func (k *pageTestCommand) Run(c *console) error {
	config, err := loadConfig(k.Config)
	if err != nil {
		return err
	}
	if _, ok := config.Pagers[k.Pager]; !ok {
		return usage(fmt.Sprintf("there is no pager %q in %s", k.Pager, config.File), document.DidYouMean(k.Pager, config.PagerNames()))
	}
	pager, err := config.MakePager(k.Pager, os.LookupEnv)
	if err != nil {
		return started(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	now := time.Now()
	composer := monitor.NewComposer(config)
	page := composer.Test(k.Pager, strconv.FormatInt(now.UnixNano(), 36), now.UTC())
	if err := pager.Send(ctx, page); err != nil {
		return &failure{code: codeFailed, err: fmt.Errorf("%s did not take the test page: %w", k.Pager, err)}
	}
	fmt.Fprintf(c.out, "%s took the test page in %s\n", k.Pager, time.Since(now).Round(time.Millisecond))
	return nil
}
