package cwfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Notification is one message of an alarm to one of its actions.
type Notification struct {
	// Topic is the action's ARN; Message is what SNS would carry.
	Topic   string
	Message Message
}

// Message is the body of an alarm's notification, as far as people and programs read it.
type Message struct {
	AlarmName        string
	AlarmDescription string
	NewStateValue    string
	OldStateValue    string
	NewStateReason   string
	StateChangeTime  time.Time
	AlarmArn         string
}

// envelope is how SNS posts to an HTTPS subscription.
type envelope struct {
	Type      string
	MessageID string `json:"MessageId"`
	TopicArn  string
	Subject   string
	Message   string
	Timestamp time.Time
}

// Notifications gives every message that alarms have sent, in order.
func (s *Server) Notifications() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Notification(nil), s.sent...)
}

// notify sends to the actions of the alarm's state. s.mu is held: what is posted is posted by another goroutine.
func (s *Server) notify(a *alarm, before string) {
	key := map[string]string{OK: "OKActions", InAlarm: "AlarmActions", InsufficientData: "InsufficientDataActions"}[a.state]
	for _, topic := range texts(a.in, key) {
		n := Notification{topic, Message{a.name, text(a.in, "AlarmDescription"), a.state, before, a.reason, a.since, arnPrefix + a.name}}
		s.sent = append(s.sent, n)
		if url := s.o.Topics[topic]; url != "" {
			go post(url, n, len(s.sent))
		}
	}
}

func post(url string, n Notification, number int) {
	message, err := json.Marshal(n.Message)
	if err != nil {
		return
	}
	body, err := json.Marshal(envelope{"Notification", fmt.Sprintf("cwfake-%d", number), n.Topic,
		fmt.Sprintf("%s: %q", n.Message.NewStateValue, n.Message.AlarmName), string(message), n.Message.StateChangeTime})
	if err != nil {
		return
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	request.Header.Set("X-Amz-Sns-Message-Type", "Notification")
	request.Header.Set("X-Amz-Sns-Topic-Arn", n.Topic)
	client := &http.Client{Timeout: 10 * time.Second}
	if answer, err := client.Do(request); err == nil {
		answer.Body.Close()
	}
}
