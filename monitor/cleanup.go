package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// cleanups undo what was done, last in first out, each within its time.
type cleanups struct {
	log  *slog.Logger
	list []cleanup
}

type cleanup struct {
	name   string
	within time.Duration
	undo   func(ctx context.Context) error
}

// Add remembers how to undo something.
func (c *cleanups) Add(name string, within time.Duration, undo func(ctx context.Context) error) {
	c.list = append(c.list, cleanup{name, within, undo})
}

// Run undoes everything. What does not end in its time is left behind, and said.
func (c *cleanups) Run() error {
	var errs []error
	for len(c.list) > 0 {
		last := c.list[len(c.list)-1]
		c.list = c.list[:len(c.list)-1]
		if err := last.run(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", last.name, err))
		}
	}
	return errors.Join(errs...)
}

func (c cleanup) run() error {
	ctx, cancel := context.WithTimeout(context.Background(), c.within)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- c.undo(ctx) }()
	// A moment more than its context has, so that what ends because of it can still say so.
	late := time.NewTimer(c.within + time.Second)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return fmt.Errorf("did not end within %s", c.within)
	}
}
