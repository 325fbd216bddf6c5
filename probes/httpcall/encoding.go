package httpcall

import (
	"bufio"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/outrider-monitor/outrider/probes"
)

// maxWindow is the memory that a zstd body may make us look back at: what RFC 8878, section 3.1.1.1.2, asks decoders
// to support at least, and browsers at most.
const maxWindow = 8 << 20

// acceptEncoding says which encodings the step wants. As net/http does, nothing is said where there is no body to
// encode or only a piece of it.
func (x *exchange) acceptEncoding(req *http.Request) {
	if _, own := req.Header["Accept-Encoding"]; own || req.Method == http.MethodHead {
		return
	}
	if _, piece := req.Header["Range"]; piece {
		return
	}
	switch want := x.action.Compression; want {
	case "":
		req.Header["Accept-Encoding"] = gzipOnly[:]
	case "none":
		req.Header["Accept-Encoding"] = identityOnly[:]
	default:
		req.Header["Accept-Encoding"] = []string{want}
	}
}

// These are shared by all requests; net/http does not write into them.
var (
	gzipOnly     = [1]string{"gzip"}
	identityOnly = [1]string{"identity"}
)

// source is a body as it comes, counted. It remembers an error of the connection: any other is the encoding's.
type source struct {
	body io.Reader
	n    *int64
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	*s.n += int64(n)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// decoded gives a body as it was before its server compressed it; done frees what that takes. An answer without a
// Content-Encoding is read as it is.
func (x *exchange) decoded(resp *http.Response) (body io.Reader, done func(), err error) {
	encoding := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	done = func() {}
	if encoding == "" || encoding == "identity" || resp.Request.Method == http.MethodHead {
		return resp.Body, done, nil
	}
	from := &source{body: resp.Body, n: &x.wireSize}
	raw := bufio.NewReader(from)
	if _, err := raw.Peek(1); err != nil {
		// No body at all is none in every encoding; what broke it off is told when it is read.
		return raw, done, nil
	}
	switch encoding {
	case "gzip", "x-gzip":
		body, err = gzip.NewReader(raw)
	case "deflate":
		body, err = zlib.NewReader(raw)
	case "br":
		body = brotli.NewReader(raw)
	case "zstd":
		var z *zstd.Decoder
		z, err = zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if z != nil {
			body, done = z, z.Close
		}
	default:
		return nil, done, &probes.Failure{
			Reason: probes.Assertion, Message: fmt.Sprintf("the body is in the encoding %q, which was not asked for", encoding),
			Expected: strings.Join(resp.Request.Header["Accept-Encoding"], ", "), Got: encoding,
		}
	}
	if err != nil {
		return nil, done, from.blame(encoding, err)
	}
	return undamaged{body, encoding, from}, done, nil
}

// undamaged tells damage within an encoding from a connection that broke.
type undamaged struct {
	io.Reader
	encoding string
	from     *source
}

func (u undamaged) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = u.from.blame(u.encoding, err)
	}
	return n, err
}

func (s *source) blame(encoding string, err error) error {
	if s.err != nil {
		return s.err
	}
	return &probes.Failure{
		Reason: probes.Assertion, Message: fmt.Sprintf("the body is not the %s that its Content-Encoding says: %s", encoding, err),
		Expected: encoding, Got: err.Error(), Err: err,
	}
}
