package format

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// secretFields are the places that a secret comes from, and what is said of one that a service keeps.
func secretFields() []field[journeys.Secret] {
	return []field[journeys.Secret]{
		{"env", "environment variable that holds it", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			s.Env, _ = p.r.Text(n)
		}},
		{"file", "file that holds it", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			s.File, _ = p.r.Text(n)
		}},
		{journeys.SecretsManager, "name or ARN of a secret in AWS Secrets Manager", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			p.vaulted(n, s, journeys.SecretsManager)
		}},
		{journeys.ParameterStore, "name of a parameter in AWS Systems Manager's Parameter Store", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			p.vaulted(n, s, journeys.ParameterStore)
		}},
		{"key", "the one value that is wanted of the JSON object that AWS keeps", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			s.Key, _ = p.r.Text(n)
		}},
		{"region", "where AWS keeps it; the region of the monitor's environment if not given", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			p.inVault(s, func(v *journeys.Vaulted) { v.Region = p.region(n) })
		}},
		{"version", "its version: an id in Secrets Manager, a number or a label in Parameter Store; the current one if not given", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			p.inVault(s, func(v *journeys.Vaulted) { v.Version, _ = p.r.Text(n) })
		}},
		{"stage", "staging label of its version in Secrets Manager", textSchema(), func(p *parser, n *document.Node, s *journeys.Secret) {
			p.inVault(s, func(v *journeys.Vaulted) { v.Stage, _ = p.r.Text(n) })
		}},
	}
}

// vaulted reads the name that a secret has in a service.
func (p *parser) vaulted(n *document.Node, s *journeys.Secret, vault string) {
	id, ok := p.r.Text(n)
	if !ok {
		return
	}
	if s.Vault == nil {
		s.Vault = &journeys.Vaulted{Vault: vault}
	}
	s.Vault.ID = id
	switch {
	case strings.HasPrefix(id, "arn:"):
		if parts := strings.SplitN(id, ":", 6); len(parts) < 6 || parts[2] != vault {
			p.r.Problem(n, fmt.Sprintf("want an ARN of %s, got %q", vault, id), "such as arn:aws:"+vault+":eu-west-1:123456789012:"+arnTail(vault))
		}
	case vault == journeys.ParameterStore && strings.Contains(id, ":"):
		before, version, _ := strings.Cut(id, ":")
		p.r.Problem(n, fmt.Sprintf("%q is no name of a parameter", id), fmt.Sprintf("write {ssm: %s, version: %s}", before, version))
	case id == "" || strings.ContainsFunc(id, notInNames):
		p.r.Problem(n, fmt.Sprintf("%q cannot be the name of a secret in AWS", id), "want letters, digits and / _ + = . @ -; what the secret is does not stand in the file")
	}
}

// notInNames reports what no name of a secret or of a parameter holds.
func notInNames(r rune) bool {
	return !strings.ContainsRune("/_+=.@-", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func arnTail(vault string) string {
	if vault == journeys.ParameterStore {
		return "parameter/shop/token"
	}
	return "secret:shop/card-AbCdEf"
}

// inVault gives a key to the service that keeps the secret. Without one, checkSecret says so.
func (p *parser) inVault(s *journeys.Secret, set func(*journeys.Vaulted)) {
	if s.Vault != nil {
		set(s.Vault)
	}
}

func (p *parser) region(n *document.Node) string {
	name, ok := p.r.Text(n)
	if ok && !regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`).MatchString(name) {
		p.r.Problem(n, fmt.Sprintf("want a region such as eu-west-1, got %q", name), "")
	}
	return name
}

func readSecrets(p *parser, n *document.Node, j *journeys.Journey) {
	for _, e := range p.r.Map(n).Entries() {
		s := journeys.Secret{Name: p.identifier(e), Pos: e.KeyPos}
		// The secret is known even if its source is wrong: that is one mistake, not one for each use.
		j.Secrets = append(j.Secrets, s)
		if e.Value.Kind == document.Text {
			p.r.Problem(e.Value, "a secret does not stand in the file", "write {env: VARIABLE}, {file: PATH}, {secretsmanager: NAME} or {ssm: NAME}")
			continue
		}
		before := p.r.Count()
		m := readFields(p, e.Value, secretFields(), &s)
		if p.r.Count() == before {
			p.checkSecret(e.Value, m, &s)
		}
		j.Secrets[len(j.Secrets)-1] = s
	}
}

// checkSecret finds what is wrong between the keys of a secret.
func (p *parser) checkSecret(n *document.Node, m *document.Map, s *journeys.Secret) {
	sources := 0
	for _, key := range []string{"env", "file", journeys.SecretsManager, journeys.ParameterStore} {
		if m.Has(key) {
			sources++
		}
	}
	switch {
	case sources != 1 || s.Env == "" && s.File == "" && s.Vault == nil:
		p.r.Problem(n, "want exactly one of env, file, secretsmanager and ssm", "")
		return
	case m.Has("stage") && s.Vault != nil && s.Vault.Vault == journeys.ParameterStore:
		p.r.ProblemAt(m.KeyPos("stage"), n.Path(), "a parameter has no stages", "version takes its labels too")
	case m.Has("stage") && m.Has("version"):
		p.r.ProblemAt(m.KeyPos("stage"), n.Path(), "version and stage both choose a version", "want one of them")
	}
	for _, key := range []string{"key", "region", "version", "stage"} {
		if s.Vault == nil && m.Has(key) {
			p.r.ProblemAt(m.KeyPos(key), n.Path(), key+" goes with secretsmanager and ssm alone", "")
		}
	}
	if s.Vault != nil && s.Vault.Region != "" && strings.HasPrefix(s.Vault.ID, "arn:") {
		if in := strings.SplitN(s.Vault.ID, ":", 6)[3]; in != s.Vault.Region {
			p.r.ProblemAt(m.KeyPos("region"), n.Path(), fmt.Sprintf("the region is %s and that of the ARN %s", s.Vault.Region, in), "the ARN says it already")
		}
	}
}
