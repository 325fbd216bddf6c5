package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// Download is a file that a step must bring about; its expressions see it as `download`.
type Download struct {
	// Name is a pattern for the file's name, empty for any.
	Name Template
	// Max is the size in bytes above which it is broken off, and the step fails. Zero: 50 MB.
	Max int64
}

func downloadSchema() schema {
	return schema{"oneOf": []schema{textSchema(), object(downloadFields())}}
}

func downloadFields() []field[Download] {
	return []field[Download]{
		{"name", "name of the file, * standing for anything", textSchema(), func(p *parser, n *document.Node, d *Download) { d.Name = p.required(n) }},
		{"max", "size above which the step fails; 50MB if not given", sizeSchema(), func(p *parser, n *document.Node, d *Download) {
			var ok bool
			if d.Max, ok = p.r.Bytes(n); ok && d.Max <= 0 {
				p.r.Problem(n, "must be more than 0", "")
			}
		}},
	}
}

// download reads true, the name of a file, or a map.
func (p *parser) download(n *document.Node) *Download {
	d := &Download{}
	switch {
	case n.Kind == document.Mapping:
		readFields(p, n, downloadFields(), d)
	case n.Value == "true" && !n.Quoted:
	default:
		d.Name = p.required(n)
	}
	return d
}

// Downloads reports whether some step of the journey brings about a download: only then may pages download.
func (j *Journey) Downloads() bool {
	for s := range j.AllSteps() {
		if s.Download != nil {
			return true
		}
	}
	return false
}
