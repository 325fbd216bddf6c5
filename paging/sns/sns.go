// Package sns sends pages to an Amazon SNS topic.
//
// It is apart from the other pagers because it needs the AWS SDK: where credentials come from (a role, SSO, the instance,
// the environment) is not to be written again. What SNS does with a message, it does later and elsewhere: an accepted
// page is at SNS, and no further.
package sns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"

	"github.com/outrider-monitor/outrider/paging"
)

// callTimeout bounds one call, credentials included.
const callTimeout = 12 * time.Second

// Options say which topic.
type Options struct {
	// TopicARN says the region too. A topic whose name ends in .fifo keeps the order of each incident's pages.
	TopicARN string
	// Endpoint is another endpoint than AWS' own, for a private link or a test. May be empty.
	Endpoint string
}

// CheckTopic refuses what is no topic.
func CheckTopic(text string) error {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "sns" || a.Region == "" || a.Resource == "" || strings.Contains(a.Resource, ":") {
		return errors.New("want the ARN of a topic, such as arn:aws:sns:eu-west-1:123456789012:pages")
	}
	return nil
}

// Pager publishes each page to a topic.
type Pager struct {
	o      Options
	client *sns.Client
}

// New makes an SNS pager. Credentials are looked for when they are needed.
func New(ctx context.Context, o Options) (*Pager, error) {
	if err := CheckTopic(o.TopicARN); err != nil {
		return nil, fmt.Errorf("sns: topic_arn: %w", err)
	}
	topic, _ := arn.Parse(o.TopicARN)
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(topic.Region),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(callTimeout)),
		// The courier tries again.
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }))
	if err != nil {
		return nil, fmt.Errorf("sns: AWS' configuration: %w", err)
	}
	return &Pager{o: o, client: sns.NewFromConfig(c, func(so *sns.Options) {
		if o.Endpoint != "" {
			so.BaseEndpoint = aws.String(o.Endpoint)
		}
	})}, nil
}

// Send implements [paging.Pager].
func (p *Pager) Send(ctx context.Context, page paging.Page) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	message, err := inputFor(page, p.o.TopicARN)
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("encoding the page: %w", err)}
	}
	if _, err := p.client.Publish(ctx, message); err != nil {
		return verdict(err)
	}
	return nil
}

// verdict says whether trying again can help. Without credentials there was no call: it can.
func verdict(err error) error {
	e := &paging.SendError{Err: errors.New(paging.Cut(paging.OneLine(err.Error()), 500))}
	var answer *awshttp.ResponseError
	var api smithy.APIError
	if !errors.As(err, &answer) || !errors.As(err, &api) {
		return e
	}
	e.Err = fmt.Errorf("SNS says %s: %s", api.ErrorCode(), paging.Cut(paging.OneLine(api.ErrorMessage()), 300))
	status := answer.HTTPStatusCode()
	e.Permanent = status/100 == 4 && status != 408 && status != 429 && !slices.ContainsFunc(passing(), func(code string) bool {
		return strings.HasPrefix(api.ErrorCode(), code)
	})
	return e
}

// passing are the beginnings of the codes of refusals that pass, though their status is 4xx: throttling, and credentials
// that are renewed.
func passing() []string {
	return []string{"Throttl", "KMSThrottling", "RequestThrottled", "TooManyRequests", "RequestLimitExceeded", "ExpiredToken", "RequestExpired"}
}
