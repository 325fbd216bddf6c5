package awssecrets

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/secrets"
)

const (
	// attempts and callTimeout stay within what a reader of secrets waits for.
	attempts    = 2
	callTimeout = 3 * time.Second
	mostBackoff = 500 * time.Millisecond
)

// Vaults is AWS as a [secrets.Store], with the SDK's default chain of credentials. AWS_ENDPOINT_URL_SECRETS_MANAGER and
// AWS_ENDPOINT_URL_SSM point it elsewhere. It may be used from any goroutine.
type Vaults struct {
	region string

	mu sync.Mutex
	// configs are kept by region: with them go the credentials, which are got once.
	configs map[string]aws.Config
}

// New reads nothing yet. region is for secrets that name none; empty: the region of AWS's own environment.
func New(region string) *Vaults { return &Vaults{region: region, configs: map[string]aws.Config{}} }

// Fetch implements [secrets.Store].
func (a *Vaults) Fetch(ctx context.Context, v journeys.Vaulted) (string, error) {
	c, err := a.config(ctx, a.regionOf(v))
	if err != nil {
		return "", fmt.Errorf("reading the configuration of AWS: %w", err)
	}
	if c.Region == "" {
		return "", secrets.Refusal(fmt.Sprintf("where %s is, nobody says: write region: eu-west-1, or set AWS_REGION", v))
	}
	if c.Credentials == nil {
		return "", errors.New("there are no credentials for AWS")
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return "", fmt.Errorf("there are no credentials for AWS: %w", last(err))
	}
	if v.Vault == journeys.ParameterStore {
		return parameter(ctx, c, v)
	}
	return secret(ctx, c, v)
}

// regionOf is where a secret is: an ARN knows it.
func (a *Vaults) regionOf(v journeys.Vaulted) string {
	if v.Region != "" {
		return v.Region
	}
	if parts := strings.SplitN(v.ID, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[3]
	}
	return a.region
}

func (a *Vaults) config(ctx context.Context, region string) (aws.Config, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.configs[region]; ok {
		return c, nil
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion(region),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(callTimeout)),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = attempts, mostBackoff })
		}))
	if err == nil {
		a.configs[region] = c
	}
	return c, err
}

// secret asks Secrets Manager.
func secret(ctx context.Context, c aws.Config, v journeys.Vaulted) (string, error) {
	in := &secretsmanager.GetSecretValueInput{SecretId: &v.ID}
	if v.Version != "" {
		in.VersionId = &v.Version
	}
	if v.Stage != "" {
		in.VersionStage = &v.Stage
	}
	out, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, in)
	if err != nil {
		return "", explain(v, err)
	}
	if out.SecretString == nil {
		if !utf8.Valid(out.SecretBinary) {
			return "", secrets.Refusal(fmt.Sprintf("%s is binary, and a journey's secret is text", v))
		}
		return string(out.SecretBinary), nil
	}
	return *out.SecretString, nil
}

// parameter asks the Parameter Store.
func parameter(ctx context.Context, c aws.Config, v journeys.Vaulted) (string, error) {
	name := v.ID
	if v.Version != "" {
		name += ":" + v.Version
	}
	out, err := ssm.NewFromConfig(c).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", explain(v, err)
	}
	if out.Parameter == nil {
		return "", nil
	}
	return aws.ToString(out.Parameter.Value), nil
}
