package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/examples"
)

// demoEnvFile is what a running demo leaves in its folder: NAME=VALUE lines.
const demoEnvFile = "demo.env"

// demoConfig gives the monitor's file: that of the checkout we stand in, or else the bundled one, written to
// the demo's folder.
func demoConfig(data string) (string, error) {
	file := filepath.Join("examples", "outrider.yaml")
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	dir := filepath.Join(data, "examples")
	err := fs.WalkDir(examples.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := examples.Files.ReadFile(path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(path))
		if _, err := os.Stat(to); err == nil {
			return nil // somebody may have tried something out in it
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o644)
	})
	if err != nil {
		return "", fmt.Errorf("writing the examples: %w", err)
	}
	return filepath.Join(dir, "outrider.yaml"), nil
}

// demoSecret gives the key that signs the demo's pages, made at the first start.
func demoSecret(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err == nil && strings.HasPrefix(string(text), "whsec_") {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the demo's secret: %w", err)
	}
	key := make([]byte, 32)
	rand.Read(key)
	secret := "whsec_" + base64.StdEncoding.EncodeToString(key)
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keeping the demo's secret: %w", err)
	}
	return secret, nil
}

// environment looks up variables for `outrider run`: the process's own first, then, while a demo runs in this
// folder, what its journeys need.
func environment() func(string) (string, bool) {
	f, err := os.Open(filepath.Join(".outrider", demoEnvFile))
	if err != nil {
		return os.LookupEnv
	}
	defer f.Close()
	more := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if name, value, ok := strings.Cut(s.Text(), "="); ok {
			more[name] = value
		}
	}
	return func(name string) (string, bool) {
		if value, ok := os.LookupEnv(name); ok {
			return value, true
		}
		value, ok := more[name]
		return value, ok
	}
}
