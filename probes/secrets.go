package probes

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
	"github.com/outrider-monitor/outrider/probes/redact"
)

// maxSecret bounds a secret's file.
const maxSecret = 64 << 10

// readSecrets reads the journey's secrets from where its file says they are. They are read at the start
// of each attempt, so that a rotated secret needs no restart.
func readSecrets(j *journeys.Journey, env func(string) (string, bool)) (map[string]string, *Failure) {
	values := make(map[string]string, len(j.Secrets))
	for _, s := range j.Secrets {
		value, err := readSecret(s, j.Dir, env)
		if err != nil {
			return nil, &Failure{
				Reason: Config, Err: err,
				Message:  fmt.Sprintf("secret %q: %s", s.Name, err),
				Expected: "a value", Got: "none",
			}
		}
		values[s.Name] = value
	}
	return values, nil
}

func readSecret(s journeys.Secret, dir string, env func(string) (string, bool)) (string, error) {
	if s.Env != "" {
		value, ok := env(s.Env)
		switch {
		case !ok:
			return "", fmt.Errorf("the environment variable %s is not set", s.Env)
		case value == "":
			return "", fmt.Errorf("the environment variable %s is empty", s.Env)
		}
		return value, nil
	}
	path := s.File
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

// evaluateVars gives the vars their values, in the order of the file.
func (a *attempt) evaluateVars(ctx context.Context) *Failure {
	if len(a.j.Vars)+len(a.r.o.Vars) == 0 {
		return nil
	}
	if !a.plainVars() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.r.o.StepTimeout)
		defer cancel()
	}
	values := make(map[string]any, len(a.j.Vars)+len(a.r.o.Vars))
	for name, value := range a.r.o.Vars {
		values[name] = value
	}
	a.scope.Vars = values
	for i := range a.j.Vars {
		v := &a.j.Vars[i]
		if _, overridden := a.r.o.Vars[v.Name]; overridden {
			continue
		}
		text, err := v.Value.Text(ctx, &a.scope)
		if err != nil {
			return &Failure{Reason: Config, Message: fmt.Sprintf("var %q: %s", v.Name, err), Err: err}
		}
		values[v.Name] = text
	}
	return nil
}

// plainVars reports whether no expression has to be evaluated, so that no deadline is needed for it.
func (a *attempt) plainVars() bool {
	for i := range a.j.Vars {
		if _, plain := a.j.Vars[i].Value.Static(); !plain {
			return false
		}
	}
	return true
}

// warnShort tells once of each secret that is too short to be sought in texts.
func (r *Runner) warnShort(journey string, redactor *Redactor) {
	for _, name := range redactor.TooShort() {
		if _, told := r.warned.LoadOrStore(journey+"\x00"+name, true); !told {
			r.o.Log.Warn("a secret is too short to be sought in evidence; only where it stands alone is it removed",
				"journey", journey, "secret", name, "least", redact.MinSought)
		}
	}
}
