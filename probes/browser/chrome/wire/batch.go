package wire

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp/jsonv2"
)

// Command is a command of the protocol that is to be sent: what to say is decided in one place and sent in another.
type Command struct {
	Method string
	Params any
}

// Say makes a command; nil parameters are none.
func Say(method string, params any) Command { return Command{Method: method, Params: params} }

// CallAll sends commands together and waits for their answers, which costs one round trip. A refusal is no error where
// forgive says that a page may go without the command.
func (s *Session) CallAll(ctx context.Context, all []Command, forgive func(method string) bool) error {
	replies := make([]*Reply, len(all))
	for i, c := range all {
		var err error
		if replies[i], err = s.Send(ctx, c.Method, c.Params); err != nil {
			return err
		}
	}
	for i, r := range replies {
		if err := r.Wait(ctx, nil); err != nil && !forgive(all[i].Method) {
			return fmt.Errorf("%s: %w", all[i].Method, err)
		}
	}
	return nil
}

// Decode reads an event's parameters. What an event holds beside E's fields is passed over, which is a good part of what
// makes a run cheap; false means that it could not be read.
func Decode[E any](params jsonv2.Value) (E, bool) {
	var e E
	err := jsonv2.Unmarshal(params, &e)
	return e, err == nil
}
