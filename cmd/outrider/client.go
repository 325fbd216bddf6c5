package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// remote says which running monitor a command speaks to.
type remote struct {
	URL    string `placeholder:"URL" env:"OUTRIDER_URL" help:"The monitor's address, with user:password@ if it wants them; where the configuration listens."`
	Config string `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
}

// address is where the monitor answers.
func (r *remote) address() (*url.URL, error) {
	text := r.URL
	if text == "" {
		config, err := loadConfig(r.Config)
		if err != nil {
			return nil, err
		}
		text = config.Address()
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usage("the address of the monitor is no http or https URL", "such as http://127.0.0.1:9480")
	}
	return u, nil
}

// call asks the monitor for something and reads its answer.
func (r *remote) call(ctx context.Context, method, path string, body, answer any) error {
	u, err := r.address()
	if err != nil {
		return err
	}
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, u.JoinPath(path).String(), bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		var wrong *url.Error
		if errors.As(err, &wrong) {
			err = wrong.Err // the URL may hold a password
		}
		return &failure{code: codeUnjudged, err: fmt.Errorf("the monitor at %s cannot be asked: %w", u.Host, err), hint: "is it running? outrider serve; or name its address with --url"}
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return &failure{code: codeUnjudged, err: fmt.Errorf("reading the monitor's answer: %w", err)}
	}
	if resp.StatusCode/100 != 2 {
		return refused(resp.StatusCode, said)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(said, answer); err != nil {
		return &failure{code: codeUnjudged, err: fmt.Errorf("the monitor's answer is not understood: %w", err)}
	}
	return nil
}

// refused gives an answer other than 2xx its words.
func refused(status int, said []byte) error {
	var told struct {
		Error string `json:"error"`
	}
	words := strings.TrimSpace(string(said))
	if json.Unmarshal(said, &told) == nil && told.Error != "" {
		words = told.Error
	}
	f := &failure{code: codeUnjudged, err: errors.New(words)}
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict:
		f.code = codeUsage
	case http.StatusUnauthorized:
		f.err, f.hint = errors.New("the monitor wants a user and a password"), "put them into OUTRIDER_URL: https://user:password@outrider.example"
	}
	return f
}

// somebody is who asks, for the record.
func somebody(name string) string {
	if name == "" {
		name = os.Getenv("USER")
	}
	return name
}
