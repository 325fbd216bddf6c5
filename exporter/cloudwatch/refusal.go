package cloudwatch

import (
	"errors"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/outrider-monitor/outrider/probes"
)

// Blame says what is wrong when CloudWatch takes nothing: what we are allowed to, or the way there.
func Blame(err error) probes.Reason {
	var api smithy.APIError
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.HTTPStatusCode() >= 500 || !errors.As(err, &api) {
		return probes.Offline
	}
	return probes.Config
}

// refused reports whether CloudWatch will never take the request as it is. Credentials that are missing, wrong or expired
// are not among it: somebody will mend them, and what was seen until then is worth keeping.
func refused(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch code := api.ErrorCode(); {
	case strings.Contains(code, "InvalidParameter"), strings.Contains(code, "MissingParameter"), strings.Contains(code, "MissingRequiredParameter"),
		strings.Contains(code, "ValidationError"), strings.Contains(code, "ValidationException"), strings.Contains(code, "InvalidFormat"):
		return true
	}
	var answer *smithyhttp.ResponseError
	return errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusRequestEntityTooLarge
}
