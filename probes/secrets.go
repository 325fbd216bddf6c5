package probes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/redact"
	"github.com/outrider-monitor/outrider/probes/secrets"
)

// secretTime bounds the reading of all of a journey's secrets. It is our own time: it counts not for the journey.
const secretTime = 10 * time.Second

// readSecrets reads the journey's secrets from where its file says they are. They are read at the start
// of each attempt, so that a rotated secret needs no restart.
func (a *attempt) readSecrets(ctx context.Context) *Failure {
	if len(a.j.Secrets) == 0 {
		return nil
	}
	if vaulted(a.j) {
		begun := time.Now()
		defer func() { a.opening += time.Since(begun) }()
	}
	ctx, cancel := context.WithTimeout(ctx, secretTime)
	defer cancel()
	values := make(map[string]string, len(a.j.Secrets))
	for _, s := range a.j.Secrets {
		value, err := secrets.Read(ctx, s, a.j.Dir, a.r.o.Env, a.r.o.Secrets)
		if err != nil {
			return &Failure{
				Reason: Config, Err: err,
				Message:  fmt.Sprintf("secret %q: %s", s.Name, err),
				Expected: "a value", Got: "none",
			}
		}
		values[s.Name] = value
	}
	a.scope.Secrets = values
	a.redactor = NewRedactor(values)
	for name, value := range values {
		hideParts(a.redactor, name, value)
	}
	a.r.warnShort(a.j.Name, a.redactor)
	return nil
}

// vaulted reports whether a service has to be asked.
func vaulted(j *journeys.Journey) bool {
	return slices.ContainsFunc(j.Secrets, func(s journeys.Secret) bool { return s.Vault != nil })
}

// hideParts hides what a secret that is JSON is made of: an expression may take one value out of it.
func hideParts(r *Redactor, name, value string) {
	if text := strings.TrimSpace(value); text == "" || text[0] != '{' && text[0] != '[' {
		return
	}
	var whole any
	d := json.NewDecoder(strings.NewReader(value))
	d.UseNumber()
	if d.Decode(&whole) == nil {
		hideLeaves(r, name, whole)
	}
}

func hideLeaves(r *Redactor, name string, value any) {
	switch part := value.(type) {
	case string:
		r.Add(name, part)
	case json.Number:
		r.Add(name, part.String())
	case []any:
		for _, item := range part {
			hideLeaves(r, name, item)
		}
	case map[string]any:
		for key, item := range part {
			hideLeaves(r, name+"."+key, item)
		}
	}
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
