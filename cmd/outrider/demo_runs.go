package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// runLines shows the monitor's log as a person wants it beside the pages: one short line for each run, and what
// is worse than a warning.
type runLines struct{ c *console }

// Enabled implements slog.Handler.
func (*runLines) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle implements slog.Handler.
func (h *runLines) Handle(_ context.Context, r slog.Record) error {
	attrs := map[string]slog.Value{}
	r.Attrs(func(a slog.Attr) bool { attrs[a.Key] = a.Value; return true })
	text := func(key string) string {
		if v, ok := attrs[key]; ok {
			return v.String()
		}
		return ""
	}
	at := h.c.faint(r.Time.Format(time.TimeOnly))
	if r.Message != "run" {
		if r.Level >= slog.LevelError {
			fmt.Fprintf(h.c.out, "%s %s %s %s\n", at, h.c.red("!"), r.Message, text("error"))
		}
		return nil
	}
	mark, why := h.c.green("✓"), ""
	switch text("outcome") {
	case "degraded":
		mark = h.c.yellow("◷")
	case "failed", "error":
		mark = h.c.red("✗")
	}
	if reason := text("reason"); reason != "" {
		why = fmt.Sprintf("  at %q (%s)", text("step"), reason)
	}
	took, _ := attrs["duration"].Any().(time.Duration)
	fmt.Fprintf(h.c.out, "%s %s %-16s %-8s %6.2f s%s\n", at, mark, text("journey"), text("outcome"), took.Seconds(), why)
	return nil
}

// WithAttrs implements slog.Handler; what is added is not shown.
func (h *runLines) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements slog.Handler.
func (h *runLines) WithGroup(string) slog.Handler { return h }
