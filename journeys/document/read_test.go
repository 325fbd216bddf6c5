package document

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// read gives the problems that a reader of a small schema finds, one a line.
func read(t *testing.T, src string) (*Map, *Reader) {
	t.Helper()
	nodes, problems := Read("x.yaml", []byte(src))
	r := NewReader(problems)
	if len(nodes) == 0 {
		return r.Map(nil), r
	}
	return r.Map(nodes[0]), r
}

func TestScalarsAreWhatTheirAuthorWrote(t *testing.T) {
	m, r := read(t, `
on: on
octal: 010
exponent: 1e3
time: 12:30
null: null
yes: yes
quoted: "no"
long: |
  two
  lines
`)
	for key, want := range map[string]string{
		"on": "on", "octal": "010", "exponent": "1e3", "time": "12:30", "null": "null", "yes": "yes",
		"quoted": "no", "long": "two\nlines\n",
	} {
		if got := m.Text(key); got != want {
			t.Errorf("Text(%q) = %q, want %q", key, got, want)
		}
	}
	if got := m.Int("octal"); got != 10 {
		t.Errorf("Int(010) = %d, want 10", got)
	}
	if got := m.Int("exponent"); got != 1000 {
		t.Errorf("Int(1e3) = %d, want 1000", got)
	}
	if !m.Bool("on") || !m.Bool("yes") {
		t.Error("on and yes are not true where a bool is wanted")
	}
	if err := r.Problems().Err(); err != nil {
		t.Error(err)
	}
}

func TestEveryMistakeIsSaidAtOnce(t *testing.T) {
	m, r := read(t, `name: x
evry: 1m
every: 30
wait: 5 sec
count: "5"
list: 3
name: y
level: hihg
empty:
`)
	m.Text("name")
	m.Duration("every")
	m.Duration("wait")
	m.Int("count")
	m.List("list")
	m.Enum("level", "high", "low")
	m.Text("empty")
	m.Need("absent")
	m.Done()
	want := strings.TrimSpace(`
x.yaml:1:1: the key "absent" is missing
x.yaml:2:1: unknown key "evry" (did you mean "every"?)
x.yaml:3:8: every: want a duration such as 30s, got "30" ("30" has no unit, want a number and a unit: ms, s, m, h, d or w)
x.yaml:4:7: wait: want a duration such as 30s, got "5 sec" (unknown unit " sec", want a number and a unit: ms, s, m, h, d or w)
x.yaml:5:8: count: want a whole number, got the text "5" (leave the quotes out)
x.yaml:6:7: list: want a list, got "3"
x.yaml:7:1: the key "name" is there twice [the first is here: x.yaml:1:1]
x.yaml:8:8: level: want one of high, low, got "hihg" (did you mean "high"?)
x.yaml:9:7: empty: has no value (want text)
`)
	if got := r.Problems().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"250ms": 250 * time.Millisecond, "2s": 2 * time.Second, "1m30s": 90 * time.Second,
		"1.5h": 90 * time.Minute, "28d": 28 * 24 * time.Hour, "4w": 28 * 24 * time.Hour, "0s": 0,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "s", "5x", "1..s", "5s3", "12:30", "-", "99999999999w", "1e3s"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

func TestAliasesAndMergeKeysAreResolved(t *testing.T) {
	m, r := read(t, `base: &base {a: 1, b: 2}
derived: {<<: *base, b: 3}
again: *base
`)
	d := m.Map("derived")
	if d.Int("a") != 1 || d.Int("b") != 3 || m.Map("again").Int("b") != 2 {
		t.Errorf("got %+v", d.entries)
	}
	if err := r.Problems().Err(); err != nil {
		t.Error(err)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i-1, i-1, i-1, i-1, i-1, i-1, i-1, i-1)
	}
	for name, c := range map[string]struct{ src, want string }{
		"alias bomb":    {bomb, "aliases repeat more than 10000 values"},
		"a loop":        {"a: &a [*a]\n", "the alias *a contains itself"},
		"depth":         {strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested more than 64 levels deep"},
		"size":          {strings.Repeat("#", MaxSize+1), "the file has 1048577 bytes"},
		"invalid UTF-8": {"a: b\nc: \xff\n", "x.yaml:2:4: the file is not valid UTF-8"},
		"a tab":         {"a:\n\tb: c\n", "x.yaml:2:1: a tab cannot indent YAML"},
		"a tag":         {"a: !!binary aGk=\n", "the YAML tag !!binary is not supported"},
		"a map as key":  {"? {a: b}\n: c\n", "a key must be text"},
	} {
		_, problems := Read("x.yaml", []byte(c.src))
		if !strings.Contains(problems.Error(), c.want) {
			t.Errorf("%s: got %q, want %q", name, problems.Error(), c.want)
		}
	}
}

func TestAPlaceInsideAScalarIsExact(t *testing.T) {
	m, _ := read(t, "plain: añb cd\nquoted: \"ab cd\"\nescaped: \"a\\tb cd\"\nblock: |\n  x\n  ab cd\nfolded: >\n  ab cd\n")
	for key, want := range map[string]string{
		"plain": "x.yaml:1:12", "quoted": "x.yaml:2:13", "escaped": "x.yaml:3:10", "block": "x.yaml:6:6", "folded": "x.yaml:7:9",
	} {
		n := m.Get(key)
		if got := n.At(strings.Index(n.Value, "c")).String(); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a: 1", "a: &x [*x]", "- !!str 5\n- <<: {a: b}", "\ta: b", "? [a]\n: b", "a: |\n  b\n---\nc: d"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		nodes, problems := Read("x.yaml", src)
		for _, p := range problems {
			if p.Pos.Line < 1 || p.Pos.Column < 1 || p.Message == "" {
				t.Errorf("a problem without a place or a message: %+v", p)
			}
		}
		r := NewReader(nil)
		for _, n := range nodes {
			m := r.Map(n)
			for _, e := range m.Entries() {
				r.Text(e.Value)
				e.Value.At(len(e.Value.Value))
				_ = e.Value.Path()
			}
		}
	})
}
