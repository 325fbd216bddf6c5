package format

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
)

// schemaID is where the schema is published.
const schemaID = "https://raw.githubusercontent.com/outrider-monitor/outrider/main/journeys/journey.schema.json"

// Schema gives the JSON Schema of a journey file, for editors: the same tables that Parse reads with, so it never
// knows another key. It accepts what Parse accepts; Parse looks deeper.
func Schema() []byte {
	root := schema{"if": schema{"required": []string{"fragment"}}, "then": refSchema("fragment"), "else": refSchema("journey")}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = schemaID
	root["title"] = "Outrider journey"
	root["description"] = "One customer journey: what a customer does, step by step; or a fragment that journeys use."
	root["$defs"] = definitions()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		// The schema is made of texts and numbers alone.
		panic(err)
	}
	return text.Bytes()
}

// definitions are the pieces that the schema refers to; each family keeps its own.
func definitions() map[string]schema {
	secret := object(secretFields())
	secret["oneOf"] = []schema{{"required": []string{"env"}}, {"required": []string{"file"}}, {"required": []string{journeys.SecretsManager}}, {"required": []string{journeys.ParameterStore}}}
	all := map[string]schema{
		"journey":     object(journeyFields(), "journey", "steps"),
		"fragment":    object(fragmentFields(), "fragment", "steps"),
		"step":        stepSchema(),
		"param":       {"oneOf": []schema{enumSchema(paramTypes()...), object(paramFields(), "type")}},
		"defaults":    grammars().defaultsSchema(),
		"retry":       object(retryFields(), "every", "for"),
		"secret":      secret,
		"alert":       object(alertFields()),
		"degraded":    object(degradedFields(), "open_after"),
		"slo":         object(sloFields(), "objective", "window"),
		"budget":      object(budgetFields()),
		"evidence":    object(evidenceFields()),
		"third_party": object(thirdPartyFields()),
	}
	maps.Copy(all, browserDefinitions())
	maps.Copy(all, locatorDefinitions())
	maps.Copy(all, requestDefinitions())
	maps.Copy(all, pointerDefinitions())
	exemplify(all)
	return all
}

// locatorDefinitions are a locator and a list of alternatives.
func locatorDefinitions() map[string]schema {
	locator := object(locatorFields())
	var ways []schema
	for _, e := range journeys.EngineNames() {
		ways = append(ways, schema{"required": []string{e}})
	}
	locator["oneOf"] = ways
	locator["dependentRequired"] = map[string][]string{"name": {string(journeys.ByRole)}}
	return map[string]schema{
		"locator": {
			"description": "what a person sees (a text), engine=value, or a map",
			"oneOf":       []schema{textSchema(), locator},
		},
		"locators": {"oneOf": []schema{refSchema("locator"), {
			"type": "array", "minItems": 1, "items": refSchema("locator"),
			"description": "alternatives: the first that matches wins, a later one is reported as drift",
		}}},
	}
}

// stepSchema wants exactly one verb, and each verb's own keys only with it.
func stepSchema() schema {
	s := object(stepFields())
	properties := s["properties"].(map[string]schema)
	var one []schema
	owners := map[string][]schema{}
	needed := map[string][]string{}
	for _, v := range verbs() {
		properties[v.name] = either(properties[v.name], described(v.schema, v.doc))
		required := schema{"required": []string{v.name}}
		one = append(one, alone(v.name, required))
		for _, k := range v.keys {
			owners[k.name] = append(owners[k.name], required)
			properties[k.name] = either(properties[k.name], described(k.schema, k.doc))
			if k.needed {
				needed[v.name] = append(needed[v.name], k.name)
			}
		}
	}
	dependent := map[string]schema{}
	for key, verbs := range owners {
		if properties[key] != nil && !slices.ContainsFunc(one, func(v schema) bool { return v["not"] != nil && v["required"].([]string)[0] == key }) {
			dependent[key] = schema{"anyOf": verbs}
		}
	}
	s["oneOf"] = one
	s["dependentSchemas"] = dependent
	s["dependentRequired"] = needed
	return s
}

// alone is the choice of a verb. One whose name is a key of others, such as `tls`, is chosen where none of those is.
func alone(name string, required schema) schema {
	var others []schema
	for _, v := range verbs() {
		if v.has(name) {
			others = append(others, schema{"required": []string{v.name}})
		}
	}
	if others == nil {
		return required
	}
	return schema{"required": required["required"], "not": schema{"anyOf": others}}
}

// either is a key that goes with several verbs, and may mean something else with each.
func either(before, s schema) schema {
	if before == nil || same(before, s) {
		return s
	}
	ways, several := before["anyOf"].([]schema)
	if !several {
		ways = []schema{before}
	}
	for _, w := range ways {
		if same(w, s) {
			return before
		}
	}
	docs := []string{}
	ways = append(slices.Clone(ways), s)
	for _, w := range ways {
		docs = append(docs, w["description"].(string))
	}
	return schema{"anyOf": ways, "description": strings.Join(docs, "; ")}
}

func same(a, b schema) bool { return reflect.DeepEqual(a, b) }
