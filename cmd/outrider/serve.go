package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/monitor"
)

// serveCommand is `outrider serve`.
type serveCommand struct {
	Config      string        `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
	Environment string        `name:"env" placeholder:"NAME" help:"The environment whose variables the journeys have."`
	Drain       time.Duration `default:"20s" help:"How long running journeys may go on after SIGTERM."`
	Watch       bool          `default:"true" negatable:"" help:"Reload when a file of the configuration changes."`
	LogFormat   string        `enum:"text,json" default:"text" help:"text or json."`
	LogLevel    slog.Level    `default:"INFO" help:"DEBUG, INFO, WARN or ERROR."`
}

// Run runs the monitor until SIGTERM or SIGINT; SIGHUP reloads.
func (k *serveCommand) Run(c *console) error {
	file := k.Config
	if file == "" {
		var err error
		if file, err = defaultConfig(); err != nil {
			return err
		}
	}
	monitor.Tune(os.LookupEnv)
	v, revision := buildVersion()
	m, err := monitor.New(monitor.Options{
		ConfigFile: file, Environment: k.Environment, Log: slog.New(logHandler(c.err, k.LogFormat, k.LogLevel)),
		Version: v, Revision: revision, Drain: k.Drain, Watch: k.Watch,
	})
	if err != nil {
		return started(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	defer reloadOnHangUp(m)()
	if err := m.Run(ctx); err != nil {
		return &failure{code: codeUnjudged, err: err}
	}
	return nil
}

func logHandler(w io.Writer, format string, level slog.Level) slog.Handler {
	o := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.NewJSONHandler(w, o)
	}
	return slog.NewTextHandler(w, o)
}

// reloadOnHangUp reloads at each SIGHUP until the function that it gives is called.
func reloadOnHangUp(m *monitor.Monitor) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangups:
				m.Reload() // says by itself what it did
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(done)
	}
}

// started gives an error of the start its exit code and its hint.
func started(err error) error {
	f := &failure{code: codeUsage, err: err}
	var start *monitor.StartError
	var open *history.OpenError
	switch {
	case errors.As(err, &start):
		f.hint = start.Hint
	case errors.As(err, &open):
		f.hint = open.Hint()
	case errors.Is(err, os.ErrNotExist):
		f.err, f.hint = fmt.Errorf("%s", pathOf(err)), "name the monitor's file with -c FILE"
	}
	return f
}
