package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/outrider-monitor/outrider/internal/worktree"
)

func TestTheRulesBesideComposeAreThoseOfItsJourneys(t *testing.T) {
	file := worktree.Path("examples/compose/outrider.rules.yml")
	config := worktree.Path("examples/compose/outrider.yaml")
	var rules, tests bytes.Buffer
	if err := run(&console{out: &rules, err: os.Stderr}, []string{"rules", "-c", config}); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, rules.Bytes()) {
		t.Error("examples/compose/outrider.rules.yml is not what `outrider rules -c examples/compose/outrider.yaml` prints; make it again")
	}
	if err := run(&console{out: &tests, err: os.Stderr}, []string{"rules", "-c", config, "--tests", "outrider.rules.yml"}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(tests.Bytes(), []byte("rule_files:\n  - outrider.rules.yml\n")) {
		t.Errorf("the tests are not for the named rules:\n%.300s", tests.String())
	}
}
