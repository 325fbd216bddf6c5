package format

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files for %s: %v", pattern, err)
	}
	return files
}

func readFile(t testing.TB, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// reading is a loader that reads fragments wherever they are.
func reading() *Loader { return &Loader{Read: os.ReadFile} }

func TestGoodFilesAreAccepted(t *testing.T) {
	for _, pattern := range []string{"testdata/ok/*.yaml", "../../examples/journeys/*.yaml"} {
		accepted(t, glob(t, pattern))
	}
}

// accepted wants files without a problem, each alone and all together.
func accepted(t *testing.T, files []string) {
	t.Helper()
	var all []journeys.Journey
	for _, file := range files {
		js, err := reading().Parse(file, readFile(t, file))
		if err != nil {
			t.Error(err)
		}
		for _, j := range js {
			for _, s := range append(j.Steps, j.Finally...) {
				if s.Name == "" || s.Action == nil || s.Pos.Line == 0 {
					t.Errorf("%s: an incomplete step: %+v", file, s)
				}
				if v := grammars().index[s.Action.Verb()]; v == nil || v.place.hasPage() != journeys.IsBrowser(s.Action) {
					t.Errorf("%s: whether %s needs a browser, its table and the model do not agree", file, s.Action.Verb())
				}
			}
		}
		all = append(all, js...)
	}
	if problems := CheckSet(all); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestBadFilesAreRefusedWithTheseMessages(t *testing.T) {
	for _, file := range glob(t, "testdata/bad/*.yaml") {
		loader := &Loader{Read: func(path string) ([]byte, error) { return os.ReadFile(filepath.Join("testdata/bad", path)) }}
		_, err := loader.Parse(filepath.Base(file), readFile(t, file))
		if err == nil {
			t.Errorf("%s was accepted", file)
			continue
		}
		golden.File(t, strings.TrimSuffix(file, ".yaml")+".out", err.Error()+"\n")
	}
}

func TestDoubtfulFilesAreAcceptedWithTheseWarnings(t *testing.T) {
	for _, file := range glob(t, "testdata/doubtful/*.yaml") {
		loader := reading()
		if _, err := loader.Parse(file, readFile(t, file)); err != nil {
			t.Error(err)
		}
		golden.File(t, strings.TrimSuffix(file, ".yaml")+".out", loader.Warnings().Error()+"\n")
	}
}

func TestTheSchemaInTheRepositoryIsTheOneWeHave(t *testing.T) {
	golden.File(t, "../journey.schema.json", string(Schema()))
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSchemaAcceptsEveryGoodFile(t *testing.T) {
	s := compileSchema(t)
	for _, file := range slices.Concat(glob(t, "testdata/ok/*.yaml"), glob(t, "testdata/ok/fragments/*.yaml"), glob(t, "testdata/doubtful/*.yaml"), glob(t, "../../examples/journeys/*.yaml")) {
		nodes, problems := document.Read(file, readFile(t, file))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		for _, n := range nodes {
			if err := s.Validate(plainValue(n)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// The validator knows nothing of us: what an editor offers must be what it accepts.
func TestEveryExampleOfTheSchemaIsAcceptedByIt(t *testing.T) {
	var root struct {
		Defs map[string]struct {
			Properties map[string]struct{ Examples []any }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for name, def := range root.Defs {
		for key, p := range def.Properties {
			if len(p.Examples) == 0 {
				continue
			}
			s, err := c.Compile(schemaID + "#/$defs/" + name + "/properties/" + key)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Examples {
				if seen++; s.Validate(e) != nil {
					t.Errorf("%s.%s does not accept its example %v: %v", name, key, e, s.Validate(e))
				}
			}
		}
	}
	for path := range schemaExamples() {
		name, key, _ := strings.Cut(path, ".")
		if _, ok := root.Defs[name].Properties[key]; !ok {
			t.Errorf("there is an example of %s, but no such key", path)
		}
	}
	if seen < 80 {
		t.Errorf("found only %d examples", seen)
	}
}

func TestTheSchemaRefusesWhatParseRefusesForItsShape(t *testing.T) {
	s := compileSchema(t)
	for _, name := range []string{"five-mistakes", "units", "types", "steps", "not-a-map", "fragments/mistakes"} {
		nodes, _ := document.Read(name, readFile(t, "testdata/bad/"+name+".yaml"))
		for _, n := range nodes {
			if s.Validate(plainValue(n)) == nil {
				t.Errorf("the schema accepts %s", name)
			}
		}
	}
}

func TestTheSchemaIsValidJSONWithADescriptionForEveryKey(t *testing.T) {
	var root struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	if len(root.Defs["journey"].Properties) == 0 {
		t.Error("a journey has no keys")
	}
	for name, def := range root.Defs {
		for key, p := range def.Properties {
			if p.Description == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
	}
}
