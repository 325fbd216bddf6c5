package httpcall

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// maxFile bounds a file that a step sends: it is held in memory, as it may have to be sent again.
const maxFile = 64 << 20

// payload gives the body and its content type; nil without one.
func (x *exchange) payload(ctx context.Context, scope *journeys.Scope) ([]byte, string, error) {
	switch a := x.action; {
	case a.JSON != nil:
		value, err := a.JSON.JSON(ctx, scope)
		if err != nil {
			return nil, "", err
		}
		return jsonPayload("json", value)
	case a.GraphQL != nil:
		return graphQLPayload(ctx, scope, a.GraphQL)
	case a.Form != nil:
		form, err := encodePairs(ctx, scope, a.Form)
		return []byte(form), "application/x-www-form-urlencoded", err
	case a.Multipart != nil:
		return x.multipartPayload(ctx, scope)
	case a.Body != nil:
		text, err := a.Body.Text(ctx, scope)
		return []byte(text), "", err
	case a.File != nil:
		name, err := a.File.Text(ctx, scope)
		if err != nil {
			return nil, "", err
		}
		content, err := x.readFile("file", name)
		return content, typeOf(name), err
	}
	return nil, "", nil
}

func jsonPayload(key string, value any) ([]byte, string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, "", dial.Misconfigured("%s: %w", key, err)
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), "application/json", nil
}

// graphQLPayload is the form that the GraphQL-over-HTTP specification gives a request, section 5.4.1.
func graphQLPayload(ctx context.Context, scope *journeys.Scope, g *journeys.GraphQL) ([]byte, string, error) {
	query, err := g.Query.Text(ctx, scope)
	if err != nil {
		return nil, "", err
	}
	operation, err := g.Operation.Text(ctx, scope)
	if err != nil {
		return nil, "", err
	}
	request := map[string]any{"query": query}
	if operation != "" {
		request["operationName"] = operation
	}
	if g.Variables != nil {
		if request["variables"], err = g.Variables.JSON(ctx, scope); err != nil {
			return nil, "", err
		}
	}
	return jsonPayload("graphql", request)
}

func (x *exchange) multipartPayload(ctx context.Context, scope *journeys.Scope) ([]byte, string, error) {
	var text bytes.Buffer
	form := multipart.NewWriter(&text)
	for i := range x.action.Multipart {
		if err := x.writePart(ctx, scope, form, &x.action.Multipart[i]); err != nil {
			return nil, "", err
		}
	}
	if err := form.Close(); err != nil {
		return nil, "", err
	}
	return text.Bytes(), form.FormDataContentType(), nil
}

func (x *exchange) writePart(ctx context.Context, scope *journeys.Scope, form *multipart.Writer, part *journeys.Part) error {
	var texts [3]string
	for i, t := range [...]*journeys.Template{&part.Text, &part.Filename, &part.ContentType} {
		var err error
		if texts[i], err = t.Text(ctx, scope); err != nil {
			return err
		}
	}
	content, filename, contentType := []byte(texts[0]), texts[1], texts[2]
	if part.File != nil {
		path, err := part.File.Text(ctx, scope)
		if err != nil {
			return err
		}
		if content, err = x.readFile("multipart."+part.Name, path); err != nil {
			return err
		}
		filename, contentType = cmp.Or(filename, filepath.Base(path)), cmp.Or(contentType, typeOf(path))
	}
	if strings.ContainsFunc(contentType, isControl) {
		return dial.Misconfigured("multipart.%s: the content type cannot hold a line break or another control character", part.Name)
	}
	// The quoting that browsers use (WHATWG HTML, multipart form data), so that no name can end its header.
	quote := strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22")
	head := make(textproto.MIMEHeader, 2)
	disposition := `form-data; name="` + quote.Replace(part.Name) + `"`
	if filename != "" {
		disposition += `; filename="` + quote.Replace(filename) + `"`
	}
	head.Set("Content-Disposition", disposition)
	if contentType != "" {
		head.Set("Content-Type", contentType)
	}
	w, err := form.CreatePart(head)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// readFile reads a file beside the journey. That it cannot be read is a fault of the monitor's.
func (x *exchange) readFile(key, name string) ([]byte, error) {
	path := dial.Beside(x.session.o.Journey.Dir, name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, dial.Misconfigured("%s: %w", key, err)
	}
	if !info.Mode().IsRegular() {
		return nil, dial.Misconfigured("%s: %s is not a file", key, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, dial.Misconfigured("%s: %w", key, err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, dial.Misconfigured("%s: %w", key, err)
	}
	if len(content) > maxFile {
		return nil, dial.Misconfigured("%s: %s is larger than %s", key, path, bytesText(maxFile))
	}
	return content, nil
}

// typeOf guesses a content type by a file's name.
func typeOf(name string) string {
	return cmp.Or(mime.TypeByExtension(filepath.Ext(name)), "application/octet-stream")
}
