package httpcall

import (
	"context"
	"net/http"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// signer sends a hop to the step's own host with proof of who asks, where the proof depends on the hop.
type signer interface {
	send(x *exchange, w http.RoundTripper, req *http.Request) (*http.Response, error)
}

// prepareAuth evaluates how the step authenticates. What holds for every hop to the step's own host is put into the
// request's head at once.
func (x *exchange) prepareAuth(ctx context.Context, scope *journeys.Scope, req *http.Request) error {
	switch a := x.action.Auth.(type) {
	case *journeys.BasicAuth:
		texts, err := evaluate(ctx, scope, &a.Username, &a.Password)
		if err != nil {
			return err
		}
		req.SetBasicAuth(texts[0], texts[1])
	case *journeys.DigestAuth:
		texts, err := evaluate(ctx, scope, &a.Username, &a.Password)
		if err != nil {
			return err
		}
		x.signer = &digest{username: texts[0], password: texts[1]}
	case *journeys.BearerAuth:
		token, err := a.Token.Text(ctx, scope)
		if err != nil {
			return err
		}
		return setBearer(req, token)
	case *journeys.OAuth2:
		token, err := x.token(ctx, scope, a)
		if err != nil {
			return err
		}
		return setBearer(req, token)
	case *journeys.SigV4:
		texts, err := evaluate(ctx, scope, &a.Region, &a.Service, &a.AccessKey, &a.SecretKey, &a.SessionToken)
		if err != nil {
			return err
		}
		x.signer = &sigV4{region: texts[0], service: texts[1], accessKey: texts[2], secretKey: texts[3], sessionToken: texts[4]}
	}
	return nil
}

// answersChallenges reports whether the connection is needed for a second request.
func (x *exchange) answersChallenges() bool {
	_, ok := x.signer.(*digest)
	return ok
}

func setBearer(req *http.Request, token string) error {
	if token == "" {
		return dial.Misconfigured("auth.bearer: the token is empty")
	}
	if strings.ContainsFunc(token, isControl) {
		return notInHeader("Authorization")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return nil
}

func evaluate(ctx context.Context, scope *journeys.Scope, templates ...*journeys.Template) ([]string, error) {
	texts := make([]string, len(templates))
	for i, t := range templates {
		var err error
		if texts[i], err = t.Text(ctx, scope); err != nil {
			return nil, err
		}
	}
	return texts, nil
}
