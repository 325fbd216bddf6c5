package main

import "github.com/outrider-monitor/outrider/journeys/format"

// schemaCommand is `outrider schema`.
type schemaCommand struct{}

// Run prints the JSON Schema of journey files.
func (*schemaCommand) Run(c *console) error {
	_, err := c.out.Write(format.Schema())
	return err
}
