package traces

import (
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// exportMethod is the one method of OTLP's service for traces.
const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// The codes of gRPC after which the same may be sent again, by the specification of OTLP/gRPC; ResourceExhausted is
// among them only if the collector says when.
const (
	grpcCancelled         = 1
	grpcDeadlineExceeded  = 4
	grpcResourceExhausted = 8
	grpcAborted           = 10
	grpcOutOfRange        = 11
	grpcUnavailable       = 14
	grpcDataLoss          = 15
)

// call sends over gRPC: one message each way, over HTTP/2.
func (s *sender) call(ctx context.Context, body []byte) (partly, error) {
	target, err := url.Parse(s.target.URL)
	if err != nil {
		return partly{}, &refusal{err}
	}
	target.Path = exportMethod
	frame := make([]byte, 5, 5+len(body))
	if s.target.Gzip {
		body, frame[0] = packed(body), 1
	}
	binary.BigEndian.PutUint32(frame[1:], uint32(len(body)))
	req, err := s.request(ctx, target.String(), append(frame, body...), "application/grpc")
	if err != nil {
		return partly{}, err
	}
	req.Header.Set("Te", "trailers")
	if s.target.Gzip {
		req.Header.Set("Grpc-Encoding", "gzip")
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return partly{}, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return partly{}, err
	}
	return judge(resp, answer)
}

// judge reads gRPC's status: a trailer, or a header where there is no message.
func judge(resp *http.Response, answer []byte) (partly, error) {
	status, message := resp.Trailer.Get("Grpc-Status"), resp.Trailer.Get("Grpc-Message")
	if status == "" {
		status, message = resp.Header.Get("Grpc-Status"), resp.Header.Get("Grpc-Message")
	}
	code, err := strconv.Atoi(status)
	if err != nil {
		err = fmt.Errorf("it does not speak gRPC: it answers %s", resp.Status)
		switch resp.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return partly{}, err
		}
		return partly{}, &refusal{err}
	}
	if text, err := url.PathUnescape(message); err == nil {
		message = text
	}
	switch code {
	case 0:
		return partialFrame(resp.Header.Get("Grpc-Encoding"), answer), nil
	case grpcCancelled, grpcDeadlineExceeded, grpcResourceExhausted, grpcAborted, grpcOutOfRange, grpcUnavailable, grpcDataLoss:
		return partly{}, fmt.Errorf("gRPC status %d: %s", code, message)
	}
	return partly{}, &refusal{fmt.Errorf("gRPC status %d: %s", code, message)}
}

// partialFrame reads the answer in its frame.
func partialFrame(encoding string, answer []byte) partly {
	if len(answer) < 5 || uint64(binary.BigEndian.Uint32(answer[1:])) > uint64(len(answer)-5) {
		return partly{}
	}
	message := answer[5 : 5+binary.BigEndian.Uint32(answer[1:])]
	if answer[0] == 1 {
		plain, err := unpacked(encoding, message)
		if err != nil {
			return partly{}
		}
		message = plain
	}
	return partial(message)
}

func unpacked(encoding string, message []byte) ([]byte, error) {
	if encoding != "gzip" {
		return nil, errors.New("not an encoding that was offered")
	}
	r, err := gzip.NewReader(strings.NewReader(string(message)))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxAnswer))
}
