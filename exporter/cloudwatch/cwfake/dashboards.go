package cwfake

import (
	"encoding/json"
	"net/http"

	"github.com/aws/smithy-go/encoding/cbor"
)

func (s *Server) putDashboard(in cbor.Map) (cbor.Map, error) {
	name, body := text(in, "DashboardName"), text(in, "DashboardBody")
	if name == "" {
		return nil, missing("DashboardName")
	}
	if !json.Valid([]byte(body)) {
		return nil, &Fault{http.StatusBadRequest, "DashboardInvalidInputError", "The dashboard body is not valid JSON."}
	}
	s.dashboards[name] = body
	return cbor.Map{"DashboardValidationMessages": cbor.List{}}, nil
}

func (s *Server) getDashboard(in cbor.Map) (cbor.Map, error) {
	name := text(in, "DashboardName")
	body, ok := s.dashboards[name]
	if !ok {
		return nil, &Fault{http.StatusNotFound, "ResourceNotFound", "Dashboard " + name + " does not exist"}
	}
	return cbor.Map{"DashboardName": cbor.String(name), "DashboardBody": cbor.String(body)}, nil
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
