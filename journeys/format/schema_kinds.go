package format

import "maps"

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
