package extract

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
)

const (
	// maxNodes bounds a document that is searched.
	maxNodes = 500_000
	// maxDepth bounds its nesting: what walks through it does so by recursion. HTML's own parser stops there too.
	maxDepth = 512
)

// Markup is an HTML or XML document, parsed once for all that is sought in it.
type Markup struct {
	root *html.Node
	// lower is the same with names in lower case, which selectors of CSS want; for HTML it is root.
	lower *html.Node
}

// ParseMarkup reads XML where the text begins as XML does, and HTML otherwise. Namespaces of XML are left out: names are
// those after the colon.
func ParseMarkup(text string) (*Markup, error) {
	start := strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	if start == "" {
		return nil, errors.New("the body is empty")
	}
	if isXML(start) {
		root, err := parseXML(start, false)
		if err != nil {
			return nil, err
		}
		lower, err := parseXML(start, true)
		return &Markup{root: root, lower: lower}, err
	}
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("the body cannot be read as HTML: %w", err)
	}
	if err := bounded(root); err != nil {
		return nil, err
	}
	return &Markup{root: root, lower: root}, nil
}

// isXML tells XML from HTML: by its declaration, or by a first tag that is none of a page. XHTML is read as HTML.
func isXML(start string) bool {
	const most = 512
	head := strings.ToLower(start[:min(len(start), most)])
	if strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") {
		return false
	}
	if strings.HasPrefix(head, "<?xml") {
		return true
	}
	if !strings.HasPrefix(head, "<") {
		return false
	}
	name := strings.FieldsFunc(head[1:], func(r rune) bool { return strings.ContainsRune(" \t\r\n/>", r) })
	if len(name) == 0 {
		return false
	}
	switch _, local, prefixed := strings.Cut(name[0], ":"); {
	case prefixed && local != "":
		return true
	}
	switch name[0] {
	case "rss", "feed", "urlset", "sitemapindex", "envelope", "soap":
		return true
	}
	return strings.Contains(head, "xmlns=")
}

// parseXML makes a tree as HTML's parser does, so that both are searched alike. Entities are the five of XML: a
// document that declares its own is refused where it uses them.
func parseXML(text string, lower bool) (*html.Node, error) {
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	root := &html.Node{Type: html.DocumentNode}
	at, depth, count := root, 0, 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			if root.FirstChild == nil {
				return nil, errors.New("the body holds no XML element")
			}
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the body cannot be read as XML: %w", err)
		}
		if count++; count > maxNodes {
			return nil, errTooLarge
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, errTooDeep
			}
			node := element(token, lower)
			at.AppendChild(node)
			at = node
		case xml.EndElement:
			at = at.Parent
			depth--
		case xml.CharData:
			if at != root {
				at.AppendChild(&html.Node{Type: html.TextNode, Data: string(token)})
			}
		}
	}
}

func element(token xml.StartElement, lower bool) *html.Node {
	name := func(n string) string {
		if lower {
			return strings.ToLower(n)
		}
		return n
	}
	node := &html.Node{Type: html.ElementNode, Data: name(token.Name.Local)}
	for _, a := range token.Attr {
		node.Attr = append(node.Attr, html.Attribute{Key: name(a.Name.Local), Val: a.Value})
	}
	return node
}

var (
	errTooLarge = fmt.Errorf("the body has more than %d nodes", maxNodes)
	errTooDeep  = fmt.Errorf("the body is nested deeper than %d", maxDepth)
)

func bounded(root *html.Node) error {
	count, depth := 0, 0
	for n := root; n != nil; {
		if count++; count > maxNodes {
			return errTooLarge
		}
		if depth > maxDepth+8 {
			return errTooDeep
		}
		if n.FirstChild != nil {
			n = n.FirstChild
			depth++
			continue
		}
		for n != nil && n.NextSibling == nil {
			n = n.Parent
			depth--
		}
		if n != nil {
			n = n.NextSibling
		}
	}
	return nil
}

// textOf is what stands in a node, blanks run together: as a person reads it.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
