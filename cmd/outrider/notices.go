package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// noticePath is where the demo's receiver takes what SNS posts.
const noticePath = "/sns"

// notices takes alarms as SNS posts them to an HTTPS subscription, shows them and keeps them.
type notices struct {
	c        *console
	receiver *receiver
	file     string
}

// envelope is what SNS posts; alarmNotice is the text in it, as CloudWatch writes it.
type envelope struct {
	Type, TopicArn, Subject, Message string
	Timestamp                        time.Time
}

type alarmNotice struct {
	AlarmName, AlarmDescription, NewStateValue, OldStateValue, NewStateReason string
	StateChangeTime                                                           time.Time
}

// ServeHTTP accepts a notification once it is written down.
func (n *notices) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	var e envelope
	var a alarmNotice
	if err != nil || json.Unmarshal(body, &e) != nil || e.Type != "Notification" || json.Unmarshal([]byte(e.Message), &a) != nil {
		http.Error(w, "want a notification of SNS about an alarm", http.StatusBadRequest)
		return
	}
	n.receiver.mu.Lock()
	defer n.receiver.mu.Unlock()
	if err := n.keep(body); err != nil {
		http.Error(w, "the notification could not be kept", http.StatusInsufficientStorage)
		return
	}
	n.show(&e, &a)
}

func (n *notices) keep(body []byte) error {
	f, err := os.OpenFile(n.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(append(body, '\n'))
	return err
}

// show prints an alarm as a page. That a new alarm is all right is a line: nobody need be told.
func (n *notices) show(e *envelope, a *alarmNotice) {
	c, at := n.c, a.StateChangeTime.Local().Format(time.TimeOnly)
	if a.OldStateValue == "INSUFFICIENT_DATA" && a.NewStateValue == "OK" {
		fmt.Fprintf(c.out, "%s %s %s is OK: its first judgement\n", c.faint(at), c.green("✓"), printable(a.AlarmName))
		return
	}
	paint := c.red
	if a.NewStateValue == "OK" {
		paint = c.green
	}
	head := fmt.Sprintf(" CLOUDWATCH %s · by SNS ", printable(a.NewStateValue))
	fmt.Fprintf(c.out, "\n%s\n  %s\n", paint("──"+head+strings.Repeat("─", max(2, 74-len([]rune(head))))), c.bold(printable(e.Subject)))
	for _, line := range wrap(printable(a.AlarmDescription), 74) {
		fmt.Fprintf(c.out, "  %s\n", line)
	}
	fmt.Fprintln(c.out)
	for _, row := range [][2]string{
		{"state", a.NewStateValue + ", was " + a.OldStateValue}, {"since", at}, {"reason", a.NewStateReason}, {"topic", e.TopicArn},
	} {
		fmt.Fprintf(c.out, "  %s %s\n", c.faint(pad(row[0], 11)), printable(row[1]))
	}
	fmt.Fprintf(c.out, "%s\n\n", paint(strings.Repeat("─", 76)))
}
