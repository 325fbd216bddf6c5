package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/outrider-monitor/outrider/monitor"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/secrets"
	"github.com/outrider-monitor/outrider/probes/secrets/awssecrets"
)

// newDrivers makes the drivers for one command. close ends the browser, if a step has started one.
func newDrivers(config *monitor.Config, headed bool, log *slog.Logger) (drivers []probes.Driver, closeAll func(), err error) {
	set, err := monitor.Drivers(monitor.DriverOptions{Browser: config.Browser, Headed: headed, Log: log})
	if err != nil {
		return nil, nil, err
	}
	return set.All, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := set.Close(ctx); err != nil {
			log.Error("ending the browser", "error", err)
		}
	}, nil
}

// newKeeper asks AWS for the secrets that it keeps, when a journey needs one.
func newKeeper(config *monitor.Config) *secrets.Keeper {
	return secrets.NewKeeper(awssecrets.New(config.CloudWatch.Region), nil)
}
