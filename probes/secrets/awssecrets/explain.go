package awssecrets

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/secrets"
)

// explain says in words what AWS answered.
func explain(v journeys.Vaulted, err error) error {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return fmt.Errorf("asking for %s: %w", v, last(err))
	}
	switch code := answer.ErrorCode(); code {
	case "ResourceNotFoundException", "ParameterNotFound":
		return secrets.Refusal(fmt.Sprintf("%s does not exist", named(v)))
	case "ParameterVersionNotFound":
		return secrets.Refusal(fmt.Sprintf("%s has no version %s", v, v.Version))
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation":
		return secrets.Refusal(fmt.Sprintf("AWS does not let the monitor read %s: %s", v, answer.ErrorMessage()))
	case "DecryptionFailure", "InvalidKeyId":
		return secrets.Refusal(fmt.Sprintf("AWS cannot decrypt %s for the monitor: %s", v, answer.ErrorMessage()))
	case "InvalidRequestException", "InvalidParameterException", "ValidationException":
		return secrets.Refusal(fmt.Sprintf("AWS does not give %s: %s", v, answer.ErrorMessage()))
	case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "ExpiredToken", "InvalidClientTokenId", "IncompleteSignature":
		return fmt.Errorf("AWS does not take the monitor's credentials: %s", answer.ErrorMessage())
	default:
		return fmt.Errorf("asking for %s: AWS answered %s: %s", v, code, answer.ErrorMessage())
	}
}

// named says which version is wanted too, since that may be what is not there.
func named(v journeys.Vaulted) string {
	switch {
	case v.Stage != "":
		return fmt.Sprintf("stage %s of %s", v.Stage, v)
	case v.Version != "":
		return fmt.Sprintf("version %s of %s", v.Version, v)
	}
	return v.String()
}

// last is the innermost error: the SDK wraps it in the names of its own layers.
func last(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
