// Package extract finds values in a body: CSS selectors and XPath in HTML and XML, JSONPath and JSON Schema in JSON.
//
// It knows nothing of journeys and reads no network. Its one rule: what a server sends cannot make it work without end:
// documents are bounded before they are searched.
package extract
