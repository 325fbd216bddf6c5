package journeys

import (
	"bytes"
	"encoding/json"
	"maps"
)

// schema is a piece of a JSON Schema (draft 2020-12).
type schema map[string]any

// textSchema takes every scalar: 12/39, 010 and on are texts in a journey, whatever YAML calls them.
func textSchema() schema { return schema{"type": []string{"string", "number", "boolean"}} }

func textsSchema() schema {
	return schema{"oneOf": []schema{textSchema(), {"type": "array", "items": textSchema()}}}
}

func nameSchema() schema {
	return schema{"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"}
}

func durationSchema() schema {
	return schema{"type": "string", "pattern": `^([0-9.]+(ms|s|m|h|d|w))+$`, "examples": []string{"30s", "1m30s"}}
}

func sizeSchema() schema {
	return schema{"type": "string", "pattern": `(?i)^[0-9.]+ *(b|kb|mb|gb|kib|mib|gib)$`, "examples": []string{"2MB"}}
}

func remindSchema() schema {
	return schema{"oneOf": []schema{durationSchema(), {"const": "never"}}}
}

func viewportSchema() schema { return schema{"type": "string", "pattern": "^[0-9]+x[0-9]+$"} }

func boolSchema() schema { return schema{"type": "boolean"} }

func intSchema() schema { return schema{"type": "integer"} }

func numberSchema() schema {
	return schema{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}
}

func countSchema(least int) schema { return schema{"type": "integer", "minimum": least} }

func enumSchema(values ...string) schema { return schema{"enum": values} }

func nothingSchema() schema { return schema{"enum": []any{nil, true}} }

func mapSchema(values schema) schema {
	return schema{"type": "object", "additionalProperties": values}
}

func stepsSchema() schema {
	return schema{"type": "array", "minItems": 1, "items": refSchema("step")}
}

func expectSchema() schema {
	return schema{"oneOf": []schema{textSchema(), {"type": "array", "minItems": 1, "items": textSchema()}}}
}

func refSchema(name string) schema { return schema{"$ref": "#/$defs/" + name} }

// schemaID is where the schema is published.
const schemaID = "https://raw.githubusercontent.com/outrider-monitor/outrider/main/journeys/journey.schema.json"

// Schema gives the JSON Schema of a journey file, for editors: the same tables that Parse reads with, so it never
// knows another key. It accepts what Parse accepts; Parse looks deeper.
func Schema() []byte {
	root := object(journeyFields(), "journey", "steps")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = schemaID
	root["title"] = "Outrider journey"
	root["description"] = "One customer journey: what a customer does, step by step."
	secret := object(secretFields())
	secret["minProperties"], secret["maxProperties"] = 1, 1
	locator := object(locatorFields())
	var ways []schema
	for _, e := range engineNames() {
		ways = append(ways, schema{"required": []string{e}})
	}
	locator["oneOf"] = ways
	locator["dependentRequired"] = map[string][]string{"name": {string(ByRole)}}
	one := schema{
		"description": "what a person sees (a text), engine=value, or a map",
		"oneOf":       []schema{textSchema(), locator},
	}
	root["$defs"] = map[string]schema{
		"step": stepSchema(), "secret": secret, "locator": one,
		"locators": {"oneOf": []schema{refSchema("locator"), {
			"type": "array", "minItems": 1, "items": refSchema("locator"),
			"description": "alternatives: the first that matches wins, a later one is reported as drift",
		}}},
		"browser": object(browserFields()),
		"alert":   object(alertFields()),
		"slo":     object(sloFields(), "objective", "window"),
		"retry":   object(retryFields(), "every", "for"),
		"auth":    object(authFields(), "basic"),
		"basic":   object(basicFields(), "username", "password"),
		"tls":     object(tlsFields()),
	}
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

// object is the schema of a map that is read with a table of fields.
func object[T any](fields []field[T], required ...string) schema {
	properties := map[string]schema{}
	for _, f := range fields {
		properties[f.key] = described(f.schema, f.doc)
	}
	s := schema{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func described(s schema, doc string) schema {
	copied := maps.Clone(s)
	copied["description"] = doc
	return copied
}

// stepSchema wants exactly one verb, and each verb's own keys only with it.
func stepSchema() schema {
	s := object(stepFields())
	properties := s["properties"].(map[string]schema)
	for _, f := range requestFields() {
		properties[f.key] = described(f.schema, f.doc)
	}
	properties["with"] = described(textSchema(), "the text for fill, the option for select")
	properties["on"] = described(refSchema("locators"), "the element that the key is pressed on")
	var one []schema
	owners := map[string][]schema{}
	for _, v := range verbs() {
		properties[v.name] = described(v.schema, v.doc)
		required := schema{"required": []string{v.name}}
		one = append(one, required)
		for _, key := range v.keys {
			owners[key] = append(owners[key], required)
		}
	}
	dependent := map[string]schema{}
	for key, verbs := range owners {
		dependent[key] = schema{"anyOf": verbs}
	}
	s["oneOf"] = one
	s["dependentSchemas"] = dependent
	s["dependentRequired"] = map[string][]string{"fill": {"with"}, "select": {"with"}}
	return s
}
