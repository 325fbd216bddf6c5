package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Dashboard is one dashboard, in the form that Grafana imports.
type Dashboard struct {
	UID           string     `json:"uid"`
	Title         string     `json:"title"`
	Description   string     `json:"description"`
	Tags          []string   `json:"tags"`
	Editable      bool       `json:"editable"`
	GraphTooltip  int        `json:"graphTooltip"`
	Refresh       string     `json:"refresh"`
	SchemaVersion int        `json:"schemaVersion"`
	Time          period     `json:"time"`
	Timezone      string     `json:"timezone"`
	Templating    templating `json:"templating"`
	Links         []link     `json:"links"`
	Panels        []panel    `json:"panels"`
}

type period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type templating struct {
	List []variable `json:"list"`
}

type variable struct {
	Name       string      `json:"name"`
	Label      string      `json:"label"`
	Type       string      `json:"type"`
	Query      any         `json:"query"`
	Datasource *datasource `json:"datasource,omitempty"`
	Refresh    int         `json:"refresh,omitempty"`
	Sort       int         `json:"sort,omitempty"`
	Multi      bool        `json:"multi,omitempty"`
	IncludeAll bool        `json:"includeAll,omitempty"`
	AllValue   string      `json:"allValue,omitempty"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type link struct {
	Title       string   `json:"title"`
	Type        string   `json:"type,omitempty"`
	URL         string   `json:"url,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	AsDropdown  bool     `json:"asDropdown,omitempty"`
	IncludeVars bool     `json:"includeVars,omitempty"`
	KeepTime    bool     `json:"keepTime,omitempty"`
}

type panel struct {
	ID              int              `json:"id"`
	Type            string           `json:"type"`
	Title           string           `json:"title"`
	Description     string           `json:"description,omitempty"`
	Datasource      *datasource      `json:"datasource,omitempty"`
	Grid            grid             `json:"gridPos"`
	Targets         []target         `json:"targets,omitempty"`
	Config          fieldConfig      `json:"fieldConfig"`
	Options         map[string]any   `json:"options,omitempty"`
	Transformations []map[string]any `json:"transformations,omitempty"`
}

// grid is a place on a grid of 24 columns.
type grid struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

type target struct {
	RefID   string `json:"refId"`
	Expr    string `json:"expr"`
	Legend  string `json:"legendFormat,omitempty"`
	Instant bool   `json:"instant,omitempty"`
	Range   bool   `json:"range,omitempty"`
	Format  string `json:"format,omitempty"`
}

type fieldConfig struct {
	Defaults  map[string]any `json:"defaults"`
	Overrides []override     `json:"overrides"`
}

type override struct {
	Matcher    matcher    `json:"matcher"`
	Properties []property `json:"properties"`
}

type matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

type property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

// Names are the dashboards that New makes.
func Names() []string { return []string{"overview", "journey", "monitor"} }

// New makes the dashboard of a name in Names. externalURL is where people find Outrider's own pages, without a slash at
// its end; empty leaves out the links to them.
func New(name, externalURL string) (Dashboard, error) {
	switch name {
	case "overview":
		return overview(externalURL), nil
	case "journey":
		return journey(externalURL), nil
	case "monitor":
		return monitor(externalURL), nil
	}
	return Dashboard{}, fmt.Errorf("there is no dashboard %q", name)
}

// JSON is what Grafana imports.
func (d Dashboard) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return nil, fmt.Errorf("writing dashboard %q: %w", d.Title, err)
	}
	return text.Bytes(), nil
}

const tag = "outrider"

func source() *datasource { return &datasource{Type: "prometheus", UID: "${datasource}"} }

// dashboard places its panels from left to right, and from top to bottom.
func dashboard(uid, title, description, externalURL string, vars []variable, panels []panel) Dashboard {
	d := Dashboard{
		UID: uid, Title: title, Description: description, Tags: []string{tag}, Editable: true, GraphTooltip: 1, Refresh: "1m",
		SchemaVersion: 39, Time: period{"now-6h", "now"}, Timezone: "browser",
		Templating: templating{append([]variable{{Name: "datasource", Label: "Prometheus", Type: "datasource", Query: "prometheus"}}, vars...)},
		Links:      []link{{Title: "Outrider", Type: "dashboards", Tags: []string{tag}, AsDropdown: true, KeepTime: true}},
	}
	if externalURL != "" {
		d.Links = append(d.Links, link{Title: "Runs and evidence", Type: "link", URL: externalURL})
	}
	x, y, row := 0, 0, 0
	for i, p := range panels {
		if x+p.Grid.W > 24 {
			x, y, row = 0, y+row, 0
		}
		p.ID, p.Grid.X, p.Grid.Y = i+1, x, y
		x += p.Grid.W
		row = max(row, p.Grid.H)
		if p.Type != "row" {
			p.Datasource = source()
		}
		if p.Config.Defaults == nil {
			p.Config.Defaults = map[string]any{}
		}
		if p.Config.Overrides == nil {
			p.Config.Overrides = []override{}
		}
		d.Panels = append(d.Panels, p)
	}
	return d
}

// labelValues is a variable that offers the values of a label.
func labelValues(name, label, query string, all bool) variable {
	v := variable{Name: name, Label: label, Type: "query", Datasource: source(), Refresh: 2, Sort: 1,
		Query: map[string]string{"query": query, "refId": name}}
	if all {
		v.Multi, v.IncludeAll, v.AllValue = true, true, ".*"
	}
	return v
}
