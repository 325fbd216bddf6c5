package expression

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answer is an environment like that after an HTTP step.
type answer map[string]any

func (a answer) Value(root, member string) (any, bool, error) {
	if root == "vars" {
		v, ok := a["vars."+member]
		return v, ok, nil
	}
	v, ok := a[root]
	return v, ok, nil
}

func example(t testing.TB) answer {
	t.Helper()
	var body any
	d := json.NewDecoder(strings.NewReader(`{
		"total": 12.00, "count": 3, "ok": true, "name": "Ada", "code": "12", "nothing": null, "big": 12345678901234567890,
		"items": [{"name": "pie", "price": 3}, {"name": "tea", "price": -1}], "numbers": [1, 2.5, 3], "empty": [], "a": {"b": {"c": 1}},
		"odd key": 1, "tags": ["a", "b"]}`))
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		t.Fatal(err)
	}
	return answer{
		"status": 200, "json": body, "body": "hello", "headers": http.Header{"Content-Type": {"text/html"}, "Vary": {"a", "b"}},
		"vars.shop": "http://shop", "vars.n": 7,
	}
}

func language() *Language {
	return NewLanguage(Options{
		Roots: []Root{
			{Name: "status", Sample: 0},
			{Name: "json"},
			{Name: "body", Sample: ""},
			{Name: "headers", Sample: map[string]string{}},
			{Name: "vars", Sample: map[string]any{}, Members: true},
		},
		Functions: []Function{
			{Name: "text", Type: (func(string) string)(nil), Call: func(_ context.Context, _ Env, args []any) (any, error) {
				if args[0] == "absent" {
					return nil, &MissingError{What: "absent"}
				}
				return "£12", nil
			}},
		},
		Elsewhere: map[string]string{"title": "there is no page here"},
		NilChecks: true,
	})
}

func known(_, member string) *Mistake {
	if member == "nope" {
		return &Mistake{Message: "unknown variable nope"}
	}
	return nil
}

func check(t testing.TB, source string, env Env) Verdict {
	t.Helper()
	p, err := Compile(source, language(), known)
	if err != nil {
		t.Fatalf("Compile(%q): %v", source, err)
	}
	return p.Check(context.Background(), env)
}

func TestWhatIsThereIsCompared(t *testing.T) {
	env := example(t)
	for _, source := range []string{
		`status == 200`, `status in [200, 201]`, `status not in [500]`, `status < 400 and status >= 200`,
		`json.total == 12`, `json.total == 12.0`, `json.total < 12.5`, `json.count == 3`, `json.ok`, `json.ok == true`,
		`json.name == "Ada"`, `json.name != "Bob"`, `json.name contains "d"`, `json.name matches "^A"`,
		`json.name startsWith "A" && json.name endsWith "a"`, `not (json.name == "Bob")`, `!(json.count > 5)`,
		`json.items[0].name == "pie"`, `json.items[-1].name == "tea"`, `len(json.items) == 2`,
		`json["odd key"] == 1`, `json["a"].b["c"] == 1`, `json.items[json.a.b.c].name == "tea"`,
		`any(json.items, .price < 0)`, `all(json.items, .price < 5)`, `none(json.items, .name == "x")`,
		`count(json.items, .price > 0) == 1`, `sum(json.numbers) == 6.5`, `sum(json.items, .price) == 2`,
		`max(json.numbers) == 3`, `filter(json.items, .price > 0)[0].name == "pie"`, `map(json.items, .name) == ["pie", "tea"]`,
		`"a" in json.tags`, `json.name in ["Ada", "Bob"]`, `"b" in json.a`, `2.5 in json.numbers`,
		`headers["content-type"] == "text/html"`, `headers["Vary"] == "a, b"`, `headers.Vary == "a, b"`,
		`json?.coupon == nil`, `json?.coupon != "X"`, `json?.a?.x?.y == nil`, `(json.coupon ?? "none") == "none"`,
		`(json.coupon.deep.er ?? "none") == "none"`, `(json.items[9].name ?? "none") == "none"`, `json.nothing == nil`,
		`vars.later == nil`, `vars.shop != nil and vars.shop == "http://shop"`, `vars.n + 1 == 8`,
		`json.big > 1`, `string(json.big) == "12345678901234567890"`, `string(json.total) == "12"`,
		`json.count == 3 ? json.ok : json.missing`, `json.count == 3 or json.missing == 1`,
		`not (json.count == 4 and json.missing == 1)`, `let x = json.count; x * 2 == 6`, `json.count / 2 == 1.5`,
		`text("a") == "£12"`, `(text("absent") ?? "") == ""`, `float(replace(text("a"), "£", "")) == 12`,
		`find(json.items, .name == "tea").price == -1`, `(find(json.items, .name == "x") ?? 1) == 1`,
		`findIndex(json.items, .name == "tea") == 1`, `first(json.numbers) == 1`, `json.items[0:1][0].name == "pie"`,
		`split("a,b", ",") == ["a", "b"]`, `join(json.numbers, "-") == "1-2.5-3"`, `toJSON(json.tags) contains "a"`,
		`now() > date("2020-01-01")`, `{"a": json.count}.a == 3`, `json.tags | len() == 2`, `upper(json.name) == "ADA"`,
		`reduce(json.numbers, #acc + #, 0) == 6.5`, `json.total == 12 and (json.count == 3 or false)`,
		`sort(json.numbers)[0] == 1`, `find(json.items, .name == "x")?.price == nil`, `json.a == {"b": {"c": 1}}`,
	} {
		if v := check(t, source, env); !v.Holds {
			t.Errorf("%s does not hold: got %q, err %v", source, v.Got, v.Err)
		}
	}
}

func TestWhatIsMissingIsNeverEqualNorUnequal(t *testing.T) {
	env := example(t)
	for source, what := range map[string]string{
		`json.coupon == 1`:                           "json.coupon",
		`json.coupon != 1`:                           "json.coupon",
		`json.coupon == nil`:                         "json.coupon",
		`json.coupon != nil`:                         "json.coupon",
		`1 != json.coupon`:                           "json.coupon",
		`json.coupon < 1`:                            "json.coupon",
		`json.coupon >= 1`:                           "json.coupon",
		`json.coupon in [1, 2]`:                      "json.coupon",
		`json.coupon not in [1, 2]`:                  "json.coupon",
		`1 in json.coupon`:                           "json.coupon",
		`not json.coupon`:                            "json.coupon",
		`!json.coupon`:                               "json.coupon",
		`json.coupon`:                                "json.coupon",
		`json.ok and json.coupon`:                    "json.coupon",
		`json.coupon or json.ok`:                     "json.coupon",
		`json.coupon ? true : true`:                  "json.coupon",
		`json.coupon contains "x"`:                   "json.coupon",
		`not (json.coupon contains "x")`:             "json.coupon",
		`not (json.coupon matches "x")`:              "json.coupon",
		`not (json.coupon startsWith "x")`:           "json.coupon",
		`json.coupon + 1 == 1`:                       "json.coupon",
		`-json.coupon == 0`:                          "json.coupon",
		`len(json.coupon) == 0`:                      "json.coupon",
		`all(json.coupon, true)`:                     "json.coupon",
		`none(json.items, .coupon == 1)`:             ".coupon",
		`count(json.items, .coupon != 1) == 0`:       ".coupon",
		`sum(json.items, .coupon) == 0`:              ".coupon",
		`json.a.x.y == 1`:                            "json.a.x",
		`json?.x.y == 1`:                             "json?.x.y",
		`json.nothing.x == 1`:                        "json.nothing.x",
		`json.items[2].name == "x"`:                  "json.items[2]",
		`json.items[-3].name == "x"`:                 "json.items[-3]",
		`json["odd"] != 1`:                           `json.odd`,
		`json["no key"] != 1`:                        `json["no key"]`,
		`json.items[json.count] != 1`:                "json.items[json.count] (with the key 3)",
		`headers["x-none"] != "a"`:                   `headers["x-none"]`,
		`vars.later == "x"`:                          "vars.later",
		`vars.later in ["x"]`:                        "vars.later",
		`text("absent") != "x"`:                      "absent",
		`first(json.empty) != 1`:                     "first(json.empty)",
		`max(json.empty) != 1`:                       "max(json.empty)",
		`find(json.items, .price == 100) != nil`:     `find(json.items, .price == 100)`,
		`findIndex(json.items, .price == 100) != 1`:  `findIndex(json.items, .price == 100)`,
		`string(json.coupon) != ""`:                  "json.coupon",
		`(json.ok ? json.coupon : 1) != 1`:           "json.coupon",
		`let x = json.coupon; x != 1`:                "json.coupon",
		`[json.coupon] != [1]`:                       "json.coupon",
		`{"a": json.coupon}.a != 1`:                  "json.coupon",
		`json.items[0:json.coupon] != []`:            "json.coupon",
		`(json.coupon ?? json.other) != 1`:           "json.other",
		`json.tags[0] == "a" and json.tags[5] != ""`: "json.tags[5]",
	} {
		v := check(t, source, env)
		missing := new(MissingError)
		if v.Holds || !errors.As(v.Err, &missing) || missing.What != what {
			t.Errorf("%s: holds %v, err %v, want %s to be missing", source, v.Holds, v.Err, what)
		}
		if v.Got == "" {
			t.Errorf("%s: got is empty", source)
		}
	}
}

func TestValuesOfDifferentTypesAreAnErrorAndNeverUnequal(t *testing.T) {
	env := example(t)
	for source, want := range map[string]string{
		`json.code == 12`:                                   `json.code is the text "12", which cannot be compared with the number 12`,
		`json.code != 12`:                                   `json.code is the text "12", which cannot be compared with the number 12`,
		`json.code != vars.n`:                               `json.code is the text "12" and vars.n is the number 7, which cannot be compared`,
		`json.code > 5`:                                     `json.code is the text "12", which cannot be compared with the number 5`,
		`json.code in [11, 12]`:                             `json.code is the text "12", and no element of [11, 12] is of that type`,
		`json.code not in [11, 13]`:                         `json.code is the text "12", and no element of [11, 13] is of that type`,
		`json.code in json.numbers`:                         `json.code is the text "12", and no element of json.numbers is of that type: [1, 2.5, 3]`,
		`json.ok != "true"`:                                 `json.ok is true, which cannot be compared with the text "true"`,
		`json.nothing != "x"`:                               `json.nothing is null, which cannot be compared with the text "x"`,
		`json.nothing in ["x"]`:                             `json.nothing is null, and no element of ["x"] is of that type`,
		`json.tags != ["a", 1]`:                             `json.tags cannot be compared with ["a", 1]: [1] is "b", not 1`,
		`json.items != [{"name": "pie", "price": "3"}, {}]`: `json.items cannot be compared with [{name: "pie", price: "3"}, {}]: [0].price is 3, not "3"`,
		`json.tags == "a"`:                                  `json.tags is a list, which cannot be compared with the text "a"`,
		`json.count contains "3"`:                           `json.count is the number 3, and contains wants a text`,
		`"x" in json.count`:                                 `json.count is the number 3, not a list`,
		`json.name`:                                         `json.name is the text "Ada", neither true nor false`,
		`json.count and json.ok`:                            `json.count is the number 3, neither true nor false`,
		`not json.count`:                                    `json.count is the number 3, neither true nor false`,
		`json.count ? true : true`:                          `json.count is the number 3, neither true nor false`,
		`any(json.items, .name)`:                            `.name is the text "pie", neither true nor false`,
		`json.name + json.count == "Ada3"`:                  `json.name is the text "Ada" and json.count is the number 3: there is no + for them`,
		`json.name * 2 == 1`:                                `json.name is the text "Ada" and 2 is the number 2: there is no * for them`,
		`json.count / 0 > 1`:                                `0 is 0: division by zero`,
		`json.count % 0 > 1`:                                `0 is 0: division by zero`,
		`json.count.x == 1`:                                 `json.count is the number 3, which has no x`,
		`json.a[0] == 1`:                                    `json.a is a map, not a list`,
		`json.big + 1 > 1`:                                  `json.big is 12345678901234567890, too large a number to calculate with`,
		`all(json.a, true)`:                                 `json.a is a map, not a list`,
		`all(json.name, true)`:                              `json.name is the text "Ada", not a list`,
		`trim(json.count) == "3"`:                           `trim(json.count) == "3": a function wants a value of type string, got one of type int`,
	} {
		v := check(t, source, env)
		if v.Holds || v.Err == nil || v.Err.Error() != want {
			t.Errorf("%s: holds %v, err %v, want %s", source, v.Holds, v.Err, want)
		}
	}
}

func TestWhatIsNotANumberIsNeitherLessNorUnequal(t *testing.T) {
	env := example(t)
	env["status"] = math.NaN()
	for _, source := range []string{
		"status < 60", "status > 60", "status != 5", "status == 5", "not (status > 5)", "status in [1, 2]", "status not in [1, 2]",
		"status + 1 < 60", "status == status",
	} {
		if v := check(t, source, env); v.Holds || v.Err == nil || !strings.Contains(v.Err.Error(), "not a number") {
			t.Errorf("%s: %+v", source, v)
		}
	}
}

func TestAFailedExpectationShowsItsParts(t *testing.T) {
	env := example(t)
	for source, want := range map[string]string{
		`json.total == 11.99`:                             `json.total is 12.00`,
		`status == 201`:                                   `status is 200`,
		`json.name in ["Bob", "Eve"]`:                     `json.name is "Ada"`,
		`json.total == 12 and json.count == 4`:            `json.count is 3`,
		`json.total == 13 and json.count == 4`:            `json.total is 12.00`,
		`json.total == 13 or json.count == 4`:             `json.total is 12.00, json.count is 3`,
		`not (json.total == 12 or json.count == 4)`:       `json.total is 12.00`,
		`not (json.total == 12 and json.count == 3)`:      `json.total is 12.00, json.count is 3`,
		`not json.ok`:                                     `json.ok is true`,
		`json.ok and not json.ok`:                         `json.ok is true`,
		`json.count > vars.n`:                             `json.count is 3, vars.n is 7`,
		`len(json.items) > 3`:                             `len(json.items) is 2`,
		`json.count * 2 == 7`:                             `json.count * 2 is 6`,
		`all(json.items, .price > 0)`:                     `.price is -1`,
		`any(json.items, .price > 5)`:                     `any(json.items, .price > 5) is false`,
		`(json.coupon ?? "none") == "x"`:                  `json.coupon ?? "none" is "none"`,
		`json?.coupon == "x"`:                             `json?.coupon is null`,
		`text("a") == "£11"`:                              `text("a") is "£12"`,
		`headers["content-type"] == "a"`:                  `headers["content-type"] is "text/html"`,
		`json.ok ? json.count == 4 : json.count == 5`:     `json.ok is true, json.count is 3`,
		`let x = json.count; x == 4`:                      `x is 3`,
		`false`:                                           `false`,
		`json.tags == ["a"]`:                              `json.tags is ["a", "b"], it has 2 elements, not 1`,
		`json.tags == ["a", "c"]`:                         `json.tags is ["a", "b"], [1] is "b", not "c"`,
		`json.tags != ["a", "b"]`:                         `json.tags is ["a", "b"]`,
		`json.a == {"b": {"c": 2}}`:                       `json.a is {"b": {"c": 1}}, .b.c is 1, not 2`,
		`json.a == {"b": {"c": 1, "d": 2}}`:               `json.a is {"b": {"c": 1}}, .b.d is missing`,
		`json.a.b == {}`:                                  `json.a.b is {"c": 1}, .c is not wanted`,
		`map(json.items, .price) == [3, 1]`:               `map(json.items, .price) is [3, -1], [1] is -1, not 1`,
		`json.count in [1] or json.name startsWith "B"`:   `json.count is 3, json.name is "Ada"`,
		`(json.count == 3 and json.ok == false) or false`: `json.ok is true`,
	} {
		v := check(t, source, env)
		if v.Holds || v.Err != nil || v.Got != want {
			t.Errorf("%s: got %q, err %v, want %q", source, v.Got, v.Err, want)
		}
	}
}

func TestNothingIsProvedByAnEmptyList(t *testing.T) {
	env := example(t)
	const proves = "%s is an empty list: %s() proves nothing about it; where it may be empty, write %s ?? %s"
	for source, want := range map[string]string{
		`all(json.empty, .price > 2)`:             fmt.Sprintf(proves, "json.empty", "all", "all(json.empty, .price > 2)", "true"),
		`none(json.empty, .price > 2)`:            fmt.Sprintf(proves, "json.empty", "none", "none(json.empty, .price > 2)", "true"),
		`sum(json.empty) == 0`:                    fmt.Sprintf(proves, "json.empty", "sum", "sum(json.empty)", "0"),
		`not any(json.empty, .bad)`:               fmt.Sprintf(proves, "json.empty", "any", "any(json.empty, .bad)", "false"),
		`!one(json.empty, .bad)`:                  fmt.Sprintf(proves, "json.empty", "one", "one(json.empty, .bad)", "false"),
		`not (json.ok and any(json.empty, .bad))`: fmt.Sprintf(proves, "json.empty", "any", "any(json.empty, .bad)", "false"),
		`all(filter(json.items, .price > 9), .name == "x")`: fmt.Sprintf(proves, "filter(json.items, .price > 9)", "all",
			`all(filter(json.items, .price > 9), .name == "x")`, "true"),
		`all(json.numbers, sum(json.empty) < #)`: fmt.Sprintf(proves, "json.empty", "sum", "sum(json.empty)", "0"),
		`sum(json.empty, .price) < 1`:            fmt.Sprintf(proves, "json.empty", "sum", "sum(json.empty, .price)", "0"),
	} {
		v := check(t, source, env)
		if missing := new(MissingError); v.Holds || !errors.As(v.Err, &missing) || v.Err.Error() != want {
			t.Errorf("%s: holds %v, err %v, want %s", source, v.Holds, v.Err, want)
		}
	}
	for _, source := range []string{
		`all(json.empty, .price > 2) ?? true`, `none(json.empty, .price > 2) ?? true`, `(sum(json.empty) ?? 0) == 0`,
		`len(json.empty) == 0 or all(json.empty, .price > 2)`, `not (any(json.empty, .bad) ?? false)`,
		`all(json.items, .price > -2) ?? false`, `len(json.empty) == 0`, `count(json.empty, .bad) == 0`, `not not all(json.items, .price > -2)`,
		`reduce(json.empty, #acc + #, 0) == 0`, `not any(json.items, .price > 5)`,
	} {
		if v := check(t, source, env); !v.Holds {
			t.Errorf("%s does not hold: %q, %v", source, v.Got, v.Err)
		}
	}
	for _, source := range []string{`any(json.empty, .bad)`, `not not any(json.empty, .bad)`, `one(json.empty, .bad)`} {
		if v := check(t, source, env); v.Holds || v.Err != nil {
			t.Errorf("%s: holds %v, err %v", source, v.Holds, v.Err)
		}
	}
}

func TestWhatOthersNeedIsNotNull(t *testing.T) {
	env := example(t)
	for source, want := range map[string]string{
		`json.nothing`: "json.nothing is null", `json.coupon`: "json.coupon is missing", `json.ok ? json.nothing : 1`: "json.ok ? json.nothing : 1 is null",
		`json?.nothing`: "", `json?.coupon`: "", `json.coupon ?? nil`: "", `json.name`: "", `json.empty`: "",
	} {
		p, err := Compile(source, language(), known)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = p.Need(t.Context(), env); fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}

func TestMistakesAreFoundWhenCompiling(t *testing.T) {
	for source, want := range map[string]string{
		``:                       `0: the expression is empty`,
		`status = 200`:           `7: unexpected token Operator("=") (write == to compare)`,
		`status == "200"`:        `7: invalid operation: == (mismatched types int and string) (only values of one type can be compared; int(), float() and string() convert)`,
		`statsu == 200`:          `0: unknown name statsu (did you mean "status"?)`,
		`vars.nope == 1`:         `5: unknown variable nope`,
		`vars == 1`:              `0: vars needs a name (write vars.name)`,
		`vars[body] == 1`:        `5: the name after vars must be written out`,
		`status == 1 and (`:      `16: unexpected token EOF`,
		`title == "x"`:           `0: title cannot be used here (there is no page here)`,
		`lenn(body) == 1`:        `0: unknown function lenn (did you mean "len"?)`,
		`uniq(json) == 1`:        `0: unknown function uniq`,
		`groupBy(json, .a)`:      `0: unknown function groupBy`,
		`get(json, "a") == 1`:    `0: unknown function get`,
		`body.upper() == "A"`:    `5: values have no methods (write function(value))`,
		`$env.status == 1`:       `0: unknown name $env`,
		`body matches "("`:       "5: error parsing regexp: missing closing ): `(`",
		`len == 1`:               `0: len is a function (write len())`,
		`text(1) == ""`:          `5: cannot use int as argument (type string) to call text`,
		`"é" == body and x == 1`: `17: unknown name x`,
		`let status = 1; status`: `4: cannot redeclare status`,
	} {
		_, err := Compile(source, language(), known)
		var ms Mistakes
		if !errors.As(err, &ms) {
			t.Errorf("%s: no mistake found: %v", source, err)
			continue
		}
		if got := fmt.Sprintf("%d: %s", ms[0].Offset, ms[0].Error()); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

func TestAnEvaluationIsBounded(t *testing.T) {
	env := example(t)
	env["body"] = strings.Repeat("x", 1<<20)
	lets := "let a0 = [body, body]; "
	text := "let b0 = body; "
	for i := 1; i < 40; i++ {
		lets += fmt.Sprintf("let a%d = [a%d, a%d]; ", i, i-1, i-1)
		text += fmt.Sprintf("let b%d = b%d + b%d; ", i, i-1, i-1)
	}
	for _, source := range []string{
		`let r = 1..400000; count(r, count(r, # > 0) > 0) == 0`,
		`let r = 1..400000; all(r, any(r, false) or true)`,
		`len(1..9223372036854775807) == 0`,
		lets + "a39 == a39", lets + "toJSON(a39) == body", lets + "string(a39) == body",
		lets + "a39 in a39", text + "b39 == body", `len(map(1..400000, upper(body))) == 1`,
		`len(replace(body, "", body)) == 1`, `len(map(1..400000, body + string(#))) == 1`,
		`len(reduce(1..100, #acc + #acc, body)) == 1`, `reduce(1..100, [#acc, #acc], body) == reduce(1..100, [#acc, #acc], body)`,
	} {
		began := time.Now()
		v := check(t, source, env)
		if v.Holds || v.Err == nil {
			t.Errorf("%.60s: holds %v, err %v, want an error", source, v.Holds, v.Err)
		}
		t.Logf("%.60s: %v %v", source, v.Err, time.Since(began)) // without a bound it would not come here
	}
	p, err := Compile(lets+"a39", language(), known)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Eval(context.Background(), env); !errors.Is(err, ErrTooMuch) {
		t.Errorf("a value that grows without end: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	q, err := Compile(`all(1..400000, # > 0)`, language(), known)
	if err != nil {
		t.Fatal(err)
	}
	if v := q.Check(ctx, env); !errors.Is(v.Err, context.Canceled) {
		t.Errorf("a cancelled evaluation: %v", v.Err)
	}
}

func BenchmarkCheck(b *testing.B) {
	env := example(b)
	for name, source := range map[string]string{
		"status": `status == 200`, "json": `json.total == 12 and json.name in ["Ada", "Bob"]`,
	} {
		p, err := Compile(source, language(), known)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := p.Check(context.Background(), env); !v.Holds {
					b.Fatal(v)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	l := language()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(`json.total == 12 and json.name in ["Ada", "Bob"]`, l, known); err != nil {
			b.Fatal(err)
		}
	}
}
