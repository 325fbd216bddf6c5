package pager

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/sns"
)

// SNS sends pages to an Amazon SNS topic, with the credentials that the AWS SDK finds.
type SNS struct {
	TopicARN, Endpoint string
	pos                document.Pos
}

func readSNS(r secret.Reader, m *document.Map) Spec {
	m.Need("topic_arn")
	s := &SNS{TopicARN: m.Text("topic_arn"), Endpoint: m.Text("endpoint_url")}
	if n := m.Get("topic_arn"); n != nil && n.Kind == document.Text {
		s.pos = n.Pos
		if err := sns.CheckTopic(n.Value); err != nil {
			r.Problem(n, err.Error(), "")
		}
	}
	r.CheckURL(m.Get("endpoint_url"))
	m.Done()
	return s
}

// Make implements [Spec].
func (s *SNS) Make(v *secret.Values) (paging.Pager, error) {
	p, err := sns.New(context.Background(), sns.Options{TopicARN: s.TopicARN, Endpoint: s.Endpoint})
	if err != nil {
		v.Wrong(secret.Plain("", s.pos), err)
		return nil, v.Err()
	}
	return p, nil
}
