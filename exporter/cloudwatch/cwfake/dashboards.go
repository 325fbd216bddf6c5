package cwfake

import (
	"encoding/json"
	"net/http"

	"github.com/aws/smithy-go/encoding/cbor"
)

// boardPrefix is the ARN of every dashboard's beginning: dashboards have no region.
const boardPrefix = "arn:aws:cloudwatch::123456789012:dashboard/"

// dashboard is one page, with the tags it was made with.
type dashboard struct {
	body string
	tags map[string]string
}

// Dashboard is the body of a dashboard; empty if there is none of that name.
func (s *Server) Dashboard(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dashboards[name].body
}

func (s *Server) putDashboard(in cbor.Map) (cbor.Map, error) {
	name, body := text(in, "DashboardName"), text(in, "DashboardBody")
	if name == "" {
		return nil, missing("DashboardName")
	}
	if !json.Valid([]byte(body)) {
		return nil, &Fault{http.StatusBadRequest, "DashboardInvalidInputError", "The dashboard body is not valid JSON."}
	}
	d, known := s.dashboards[name]
	if !known {
		d.tags = tagsOf(in)
	}
	d.body = body
	s.dashboards[name] = d
	return cbor.Map{"DashboardValidationMessages": cbor.List{}}, nil
}

func (s *Server) getDashboard(in cbor.Map) (cbor.Map, error) {
	name := text(in, "DashboardName")
	d, ok := s.dashboards[name]
	if !ok {
		return nil, &Fault{http.StatusNotFound, "ResourceNotFound", "Dashboard " + name + " does not exist"}
	}
	return cbor.Map{"DashboardName": cbor.String(name), "DashboardBody": cbor.String(d.body), "DashboardArn": cbor.String(boardPrefix + name)}, nil
}

func (s *Server) deleteDashboards(in cbor.Map) (cbor.Map, error) {
	for _, name := range texts(in, "DashboardNames") {
		if _, ok := s.dashboards[name]; !ok {
			return nil, &Fault{http.StatusNotFound, "ResourceNotFound", "Dashboard " + name + " does not exist"}
		}
		delete(s.dashboards, name)
	}
	return cbor.Map{}, nil
}
