package netcall

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAStreamThatEndsWithItsTimeIsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond+500*time.Microsecond)
		defer cancel()
		// As net/http tells what gRPC's own server does when the time that it was told of is over.
		reset := errors.New("stream error: stream ID 1; CANCEL; received from peer")
		told := announce(ctx)
		time.Sleep(199 * time.Millisecond)
		if got := told.over(reset); got != reset {
			t.Errorf("before its time: got %v", got)
		}
		time.Sleep(time.Millisecond)
		if got := told.over(reset); ctx.Err() != nil || !errors.Is(got, context.DeadlineExceeded) || !errors.Is(got, reset) {
			t.Errorf("with its time over, and the step's not (%v): got %v", ctx.Err(), got)
		}
		other := errors.New("connection refused")
		if got := told.over(other); got != other || told.over(nil) != nil {
			t.Errorf("what is no stream's end: got %v", got)
		}
		if got := announce(t.Context()).over(reset); got != reset {
			t.Errorf("without a deadline: got %v", got)
		}
	})
}
