package cloudwatch

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// attempts is how often the SDK tries a request: what still fails waits on disk, and is tried again later.
const attempts = 2

// NewClient makes a client of a region, with the SDK's default chain of credentials. It asks AWS nothing: missing
// credentials show at the first call. AWS_ENDPOINT_URL_CLOUDWATCH points it elsewhere.
func NewClient(ctx context.Context, region string) (*cloudwatch.Client, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(region),
		// The SDK has no bound of its own: a connection that answers nothing would hold a request for ever.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(callTimeout)),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, 2*time.Second })
		}))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration of AWS: %w", err)
	}
	return cloudwatch.NewFromConfig(c), nil
}
