package browser

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys"
)

// downloaded waits for the file that the step must bring about, for expressions to see.
func (s *session) downloaded(ctx context.Context, scope *journeys.Scope, want *journeys.Download) error {
	s.file = nil
	if want == nil {
		return nil
	}
	pattern, err := want.Name.Text(ctx, scope)
	if err != nil {
		return err
	}
	s.file, err = s.tab.window.downloads.Await(ctx, pattern, s.begun, s.tab.Until)
	return err
}
