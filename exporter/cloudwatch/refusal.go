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

// Advice says what to look at when CloudWatch does not do what it is asked. What it finds wrong with a request is in the error.
func Advice(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return "outrider alarms policy prints what the credentials must allow; they are found by the AWS SDK's default chain"
	}
	switch code := api.ErrorCode(); {
	case strings.Contains(code, "AccessDenied"):
		return "outrider alarms policy prints what the credentials must allow"
	case strings.Contains(code, "Throttl"):
		return "CloudWatch allows an account a few calls about alarms a second; somebody else is calling too"
	case strings.Contains(code, "Token"), strings.Contains(code, "Signature"):
		return "the credentials are found by the AWS SDK's default chain; aws sts get-caller-identity says whose they are"
	}
	return ""
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
