package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// maxUpload bounds a file that is uploaded.
const maxUpload = 64 << 20

// files are the paths of the step's files. That one cannot be read is a fault of the monitor's.
func (s *session) files(ctx context.Context, scope *journeys.Scope, names []journeys.Template) ([]string, error) {
	var files []string
	for _, name := range names {
		path, err := name.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.options.Journey.Dir, path)
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("upload: %v", err), Err: err}
		case !info.Mode().IsRegular():
			return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("upload: %s is not a file", path)}
		case info.Size() > maxUpload:
			return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("upload: %s is larger than %d MB", path, maxUpload>>20)}
		}
		files = append(files, path)
	}
	return files, nil
}
