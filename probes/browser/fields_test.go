package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestFieldsTakeWhatIsTyped(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for name, steps := range map[string]string{
		"replaces":      "fill: Full name\n    with: Ada Byron\n    expect: value(\"css=#name\") == \"Ada Byron\"",
		"by label":      "fill: {label: Post code}\n    with: N19G\n    expect: value(\"css=#postcode\") == \"N19G\"",
		"labelledby":    "fill: label=Card number\n    with: \"4242424242424242\"\n    expect: value(\"testid=card\") == \"4242 4242 4242 4242\"",
		"placeholder":   "fill: {placeholder: Search the shop}\n    with: dal\n    expect: value(\"css=#search\") == \"dal\"",
		"number":        "fill: label=Amount\n    with: \"12.50\"\n    expect: value(\"css=#amount\") == \"12.50\"",
		"date":          "fill: label=Day\n    with: \"2026-11-22\"\n    expect: value(\"css=#day\") == \"2026-11-22\"",
		"lines":         "fill: label=Message\n    with: \"one\\ntwo\"\n    expect: value(\"css=#message\") == \"one\\ntwo\"",
		"rich text":     "fill: label=Rich text\n    with: new words\n    expect: text(\"css=#rich\") == \"new words\"",
		"clear":         "clear: label=Full name\n    expect: value(\"css=#name\") == \"\"",
		"form":          "fill_form: {Full name: Ada, Post code: N1}\n  - press: Enter\n  - see: sent Ada",
		"form by key":   "fill: label=Full name\n    with: Ada\n  - press: Enter\n    on: label=Full name\n  - see: sent Ada",
		"select":        "select: label=Country\n    with: United Kingdom\n    expect: value(\"css=#country\") == \"gb\"",
		"select value":  "select: label=Country\n    with: de\n    expect: value(\"css=#country\") == \"de\"",
		"check":         "check: I accept the terms\n  - check: I accept the terms\n  - see: css=#terms:checked",
		"uncheck":       "check: I accept the terms\n  - uncheck: I accept the terms\n  - see: css=#terms:not(:checked)",
		"radio":         "check: Fast\n  - see: css=input[value=fast]:checked",
		"drawn by hand": "check: Fancy box\n    expect: count(\"css=label:has(:checked)\") > 0",
		"switch":        "check: {role: switch, name: Dark mode}\n  - see: css=[aria-checked=true]",
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); visit(t, z, "  - goto: ZOO/fields.html\n  - "+steps).pass() })
	}
}

func TestFieldsThatDoNotTakeItFail(t *testing.T) {
	t.Parallel()
	on := func(step string) string { return "  - goto: ZOO/fields.html\n  - " + step }
	checkFailures(t, []failing{
		{"too long", on("fill: label=Post code\n    with: N1 9GU"), probes.Locator, []string{"did not take the text", `it holds "N1 9"`}},
		{"letters in digits", on("fill: label=Card number\n    with: abc"), probes.Locator, []string{"did not take the text"}},
		{"read-only", on("fill: label=Read this\n    with: x"), probes.Locator, []string{"read-only"}},
		{"disabled", on("fill: label=Disabled field\n    with: x"), probes.Locator, []string{"disabled"}},
		{"no label", on("fill_form: {Full address: x}"), probes.Locator, []string{`no field labelled "Full address"`, `field labelled "Full name *"`}},
		{"no field", on("fill: Send\n    with: x"), probes.Locator, []string{"not a field"}},
		{"a list", on("fill: label=Country\n    with: Germany"), probes.Locator, []string{"use select"}},
		{"no option", on("select: label=Country\n    with: Spain"), probes.Locator, []string{`no option "Spain"`, "United Kingdom"}},
		{"disabled option", on("select: label=Country\n    with: France"), probes.Locator, []string{"disabled"}},
		{"not a list", on("select: label=Full name\n    with: x"), probes.Locator, []string{"not a list"}},
		{"stubborn", on("check: Stubborn"), probes.Locator, []string{"stays unchecked"}},
		{"uncheck a radio", on("uncheck: Slow"), probes.Locator, []string{"cannot be unchecked"}},
		{"check a field", on("check: label=Full name"), probes.Locator, []string{"cannot be checked"}},
		{"no key", on("press: ${{ \"Entre\" }}"), probes.Config, []string{`"Entre" is no key`}},
	})
}

func TestASecretThatDidNotFitIsNotTold(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/fields.html\n  - fill: label=Post code\n    with: hunter2secret", func(o *probes.SessionOptions) {
		o.Redactor = probes.NewRedactor(map[string]string{"password": "hunter2secret"})
	})
	f := v.fail(probes.Locator, "did not take the text")
	for _, s := range []string{f.Message, f.Got, f.Expected} {
		if containsAny(s, "hunt") {
			t.Errorf("a part of the secret is told: %s", s)
		}
	}
}

func TestKeysAreSentAsAKeyboardSendsThem(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/fields.html
  - press: Control+A
    on: label=Full name
  - press: x
  - press: Shift+b
  - press: Tab
    expect:
      - value("css=#name") == "xB"
      - attr("css=body", "data-keys") startsWith "C-Control C-a "
      - attr("css=body", "data-keys") endsWith "x S-Shift S-B Tab "
`).pass()
}
