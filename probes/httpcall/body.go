package httpcall

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/outrider-monitor/outrider/probes"
)

const (
	// defaultMaxBody is the size of a body that is read unless the step says otherwise.
	defaultMaxBody = 10 << 20
	// maxKept is how much of a body is kept when no expectation needs it: enough for evidence and diagnosis.
	maxKept = 32 << 10
	// firstGrasp bounds what is allocated on a server's mere word about its body's length.
	firstGrasp = 64 << 10
)

var scratch = sync.Pool{New: func() any { return new([16 << 10]byte) }}

// read reads the body: all of it counts, but it is kept only if whole, up to the step's limit.
func (x *exchange) read(resp *http.Response, whole bool) error {
	limit := cmp.Or(x.action.MaxBody, defaultMaxBody)
	body, done, err := x.decoded(resp)
	defer done()
	if err != nil {
		return err
	}
	if resp.ContentLength > limit && resp.Request.Method != http.MethodHead {
		return tooLarge(limit, fmt.Sprintf("%d bytes", resp.ContentLength))
	}
	if resp.ContentLength > 0 {
		x.body = make([]byte, 0, min(resp.ContentLength, firstGrasp))
	}
	buffer := scratch.Get().(*[16 << 10]byte)
	defer scratch.Put(buffer)
	for {
		n, err := body.Read(buffer[:])
		x.size += int64(n)
		if x.size > limit {
			return tooLarge(limit, "more")
		}
		if whole {
			x.body = append(x.body, buffer[:n]...)
		} else if room := maxKept - len(x.body); room > 0 {
			x.body = append(x.body, buffer[:min(n, room)]...)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func tooLarge(limit int64, got string) *probes.Failure {
	return &probes.Failure{
		Reason:   probes.Assertion,
		Message:  fmt.Sprintf("the body is larger than the %s that the step reads (max_body)", bytesText(limit)),
		Expected: "at most " + bytesText(limit), Got: got,
	}
}

// bytesText writes a size for people.
func bytesText(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
