package netcall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// announced is what a gRPC server is told of how long the step waits, in whole milliseconds. The zero value told nothing.
type announced struct {
	whole int64
	until time.Time
}

func announce(ctx context.Context) announced {
	end, ok := ctx.Deadline()
	if !ok {
		return announced{}
	}
	now := time.Now()
	whole := max(end.Sub(now).Milliseconds(), 1)
	return announced{whole, now.Add(time.Duration(whole) * time.Millisecond)}
}

func (p announced) tell(header http.Header) {
	if p.whole > 0 {
		header.Set("Grpc-Timeout", strconv.FormatInt(p.whole, 10)+"m")
	}
}

// over tells a stream that the server broke off because its time was over from one that broke: servers do so, some without a
// status, and up to a millisecond before the step itself has noticed.
func (p announced) over(err error) error {
	var known *probes.Failure
	if err == nil || p.whole == 0 || errors.As(err, &known) || time.Now().Before(p.until) || !strings.Contains(err.Error(), "stream error") {
		return err
	}
	return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
}
