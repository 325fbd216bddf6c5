package secrets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
)

// maxSecret bounds a secret's file; it is what AWS keeps at most.
const maxSecret = 64 << 10

// Read gives the value of a secret of a journey whose files start at dir. lookup finds environment variables; keeper may be
// nil where no service can be asked. An error says what is missing and holds no value.
func Read(ctx context.Context, s journeys.Secret, dir string, lookup func(string) (string, bool), keeper *Keeper) (string, error) {
	switch {
	case s.Env != "":
		return fromEnvironment(s.Env, lookup)
	case s.Vault == nil:
		return fromFile(s.File, dir)
	case keeper == nil:
		return "", fmt.Errorf("nothing here can ask for %s", s.Vault)
	}
	text, err := keeper.Read(ctx, *s.Vault)
	if err != nil {
		return "", err
	}
	if s.Key != "" {
		if text, err = pick(text, s.Key); err != nil {
			return "", fmt.Errorf("%s %w", s.Vault, err)
		}
	}
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		return "", fmt.Errorf("%s is empty", s.Vault)
	}
	return text, nil
}

func fromEnvironment(name string, lookup func(string) (string, bool)) (string, error) {
	value, ok := lookup(name)
	switch {
	case !ok:
		return "", fmt.Errorf("the environment variable %s is not set", name)
	case value == "":
		return "", fmt.Errorf("the environment variable %s is empty", name)
	}
	return value, nil
}

func fromFile(path, dir string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	value, err := readFile(path)
	if err != nil {
		return "", err
	}
	if value = strings.TrimRight(value, "\r\n"); value == "" {
		return "", fmt.Errorf("the file %s is empty", path)
	}
	return value, nil
}

func readFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		var perr *fs.PathError
		if errors.As(err, &perr) {
			err = perr.Err
		}
		return "", fmt.Errorf("opening %s: %w", path, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	if len(text) > maxSecret {
		return "", fmt.Errorf("the file %s is larger than %d bytes", path, maxSecret)
	}
	return string(text), nil
}
