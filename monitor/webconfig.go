package monitor

import (
	"fmt"
	"net"
	"os"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// checkWebConfig refuses a web configuration that would only fail when somebody connects.
func checkWebConfig(file string) error {
	if file == "" {
		return nil
	}
	if err := toolkit.Validate(file); err != nil {
		return &StartError{Err: fmt.Errorf("web_config: %w", err), Hint: "the format is that of Prometheus' exporter-toolkit: tls_server_config, basic_auth_users"}
	}
	return nil
}

// Address is where the monitor of this configuration answers, on this machine.
func (c *Config) Address() string {
	host, port, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return scheme(c.WebConfig) + "://" + net.JoinHostPort("localhost", port)
	}
	return scheme(c.WebConfig) + "://" + c.Listen
}

// scheme is http, or https where the web configuration asks for TLS.
func scheme(webConfig string) string {
	src, err := os.ReadFile(webConfig)
	if err != nil {
		return "http"
	}
	nodes, _ := document.Read(webConfig, src)
	for _, n := range nodes {
		for _, e := range n.Entries {
			if e.Key == "tls_server_config" {
				return "https"
			}
		}
	}
	return "http"
}
