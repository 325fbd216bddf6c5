package format

import (
	"maps"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// schemaExamples are what an editor offers and shows for a key, as YAML: the definition's and the key's name, and an
// example on each line.
func schemaExamples() map[string]string {
	all := stepExamples()
	maps.Copy(all, journeyExamples())
	return all
}

func stepExamples() map[string]string {
	return map[string]string{
		"step.name":         "The kitchen knows about it",
		"step.if":           "vars.order != nil\ncount(\"testid=banner\") > 0",
		"step.expect":       "[status == 200, json.total == 14.00]\ntitle == \"Menu\"",
		"step.save":         "{order: json.id}\n{total: 'text(\"testid=total\")'}",
		"step.retry":        "{every: 1s, for: 15s}",
		"step.get":          "${{ vars.shop }}/api/orders/${{ vars.order }}",
		"step.post":         "${{ vars.shop }}/api/orders",
		"step.json":         "{items: [{dish: margherita, quantity: 1}]}",
		"step.form":         "{name: Ada Byron}",
		"step.headers":      "{Accept: application/json}",
		"step.query":        "{source: outrider}",
		"step.auth":         "{basic: {username: outrider, password: '${{ secrets.password }}'}}\n{bearer: '${{ secrets.token }}'}",
		"step.tls":          "{ca_file: ca.pem, server_name: shop.example}",
		"step.goto":         "${{ vars.shop }}/menu",
		"step.click":        "Add to basket\n{role: button, name: Place order}\n[testid=buy, {role: button, name: Buy}]",
		"step.fill":         "{label: Card number}",
		"step.fill_form":    "{Full name: Ada Byron, Postcode: N1 9GU}",
		"step.select":       "{label: Quantity}",
		"step.check":        "{label: I am hungry}",
		"step.press":        "Enter\nControl+A",
		"step.see":          "Order confirmed\n{testid: order-number}",
		"step.gone":         "testid=spinner",
		"step.wait_for_url": `"*/orders/*"`,
		"step.eval":         `document.querySelectorAll("img").length`,
		"step.screenshot":   "the-menu",
		"step.group":        "Sign in",
		"step.use":          "fragments/sign-in.yaml",
		"step.dns":          "shop.example",
		"step.tcp":          "mail.shop.example:25",
		"step.websocket":    "wss://shop.example/live",
		"step.grpc":         "shop.example:443",
		"step.ping":         "shop.example",
		"step.graphql":      `"{ orders { id } }"`,
		"step.redirects":    "0",
		"step.max_body":     "2MB",
		"step.sensitive":    "true",
		"step.cookies":      "{language: en}",
		"step.with":         "Ada Byron",
		"step.on":           "{label: Promo code}",
		"step.hover":        "css=.menu",
		"step.scroll_to":    "testid=footer",
		"step.switch_tab":   "new",
		"step.delete":       "${{ vars.shop }}/api/orders/${{ vars.order }}",
		"step.put":          "${{ vars.shop }}/api/orders/${{ vars.order }}",
		"step.patch":        "${{ vars.shop }}/api/orders/${{ vars.order }}",
		"step.timeout":      "20s",
		"step.clear":        "{label: Promo code}",
		"step.dblclick":     "testid=photo",
		"step.uncheck":      "{label: Send me letters}",
		"step.steps":        "[{click: Accept}]",
		"step.defaults":     "{timeout: 5s}",
		"step.query_type":   "MX",
	}
}

func journeyExamples() map[string]string {
	return map[string]string{
		"journey.journey": "checkout", "journey.title": "A customer buys dinner", "journey.team": "payments", "journey.tags": "[core]",
		"journey.runbook": "https://runbooks.example/checkout", "journey.cron": `"*/5 7-23 * * *"`, "journey.timezone": "Europe/London",
		"journey.vars": `{shop: '${{ env.SHOP_URL ?? "http://localhost:8080" }}'}`, "journey.environments": "{staging: {shop: https://staging.shop.example}}",
		"journey.secrets":  "{card: {env: TEST_CARD}}\n{token: {file: /run/secrets/token}}\n{password: {secretsmanager: shop/login, key: password}}\n{pin: {ssm: /shop/pin}}",
		"journey.defaults": "{timeout: 5s, headers: {Accept: application/json}}", "journey.publish": "{order: vars.order}",
		"journey.steps":         "[{goto: '${{ vars.shop }}/menu'}, {see: Margherita}]",
		"journey.finally":       "[{delete: '${{ vars.shop }}/api/orders/${{ vars.order }}', if: vars.order != nil}]",
		"journey.alert":         "{open_after: 2, close_after: 2, severity: critical}",
		"journey.slo":           "{objective: 99.9, window: 28d}",
		"fragment.fragment":     "sign-in",
		"fragment.params":       "{email: text, password: secret, tries: {type: number, default: 2}}",
		"retry.every":           "1s",
		"alert.depends_on":      "[browse]",
		"slo.objective":         "99.9",
		"browser.viewport":      "1280x800",
		"browser.locale":        "en-GB",
		"browser.block":         `["*://*.analytics.example/*"]`,
		"basic.password":        "${{ secrets.password }}",
		"secret.env":            "TEST_CARD",
		"secret.file":           "/run/secrets/token",
		"secret.secretsmanager": "shop/login",
		"secret.ssm":            "/shop/pin",
		"secret.key":            "password",
		"secret.region":         "eu-west-1",
		"secret.version":        "3",
		"secret.stage":          "AWSPREVIOUS",
		"tls.server_name":       "shop.example",
		"defaults.headers":      "{Accept: application/json}",
		"defaults.retry":        "{every: 1s, for: 5s}",
		"journey.browser":       "{viewport: 1280x800, locale: en-GB}",
		"journey.every":         "1m",
		"journey.timeout":       "45s",
		"fragment.title":        "Sign in",
		"fragment.publish":      "{customer: vars.name}",
		"fragment.vars":         "{page: '${{ params.shop }}/sign-in'}",
		"fragment.steps":        "[{goto: '${{ params.shop }}/sign-in'}]",
		"defaults.timeout":      "5s",
		"defaults.redirects":    "0",
	}
}

// exemplify adds the examples to the definitions.
func exemplify(definitions map[string]schema) {
	for path, text := range schemaExamples() {
		name, key, _ := strings.Cut(path, ".")
		properties, _ := definitions[name]["properties"].(map[string]schema)
		property := properties[key]
		if property == nil || text == "" {
			continue
		}
		var examples []any
		for _, line := range strings.Split(text, "\n") {
			nodes, _ := document.Read("example", []byte(line))
			for _, n := range nodes {
				examples = append(examples, plainValue(n))
			}
		}
		property["examples"] = examples
	}
}

// plainValue is a node as JSON has it.
func plainValue(n *document.Node) any {
	switch n.Kind {
	case document.Null:
		return nil
	case document.List:
		items := make([]any, len(n.Items))
		for i, item := range n.Items {
			items[i] = plainValue(item)
		}
		return items
	case document.Mapping:
		entries := map[string]any{}
		for _, e := range n.Entries {
			entries[e.Key] = plainValue(e.Value)
		}
		return entries
	}
	if !n.Quoted {
		if v, ok := jsonScalar(n.Value); ok {
			return v
		}
	}
	return n.Value
}
