package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func downloadSchema() schema {
	return schema{"oneOf": []schema{textSchema(), object(downloadFields())}}
}

func downloadFields() []field[journeys.Download] {
	return []field[journeys.Download]{
		{"name", "name of the file, * standing for anything", textSchema(), func(p *parser, n *document.Node, d *journeys.Download) { d.Name = p.required(n) }},
		{"max", "size above which the step fails; 50MB if not given", sizeSchema(), func(p *parser, n *document.Node, d *journeys.Download) {
			var ok bool
			if d.Max, ok = p.r.Bytes(n); ok && d.Max <= 0 {
				p.r.Problem(n, "must be more than 0", "")
			}
		}},
	}
}

// download reads true, the name of a file, or a map.
func (p *parser) download(n *document.Node) *journeys.Download {
	d := &journeys.Download{}
	switch {
	case n.Kind == document.Mapping:
		readFields(p, n, downloadFields(), d)
	case n.Value == "true" && !n.Quoted:
	default:
		d.Name = p.required(n)
	}
	return d
}
