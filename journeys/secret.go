package journeys

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Secret says where a secret comes from. Exactly one of Env, File and Vault is set. The value is never part of
// the model.
type Secret struct {
	Name string
	Env  string
	File string
	// Vault is the service that keeps it.
	Vault *Vaulted
	// Key picks one value of the JSON object that the service keeps: password, or db.password. Empty: the whole text.
	Key string
	Pos document.Pos
}

// Vaulted names a secret that a service keeps. It is comparable: what several journeys read is fetched once.
type Vaulted struct {
	// Vault is the service: SecretsManager or ParameterStore.
	Vault string
	// ID is the secret's name or its ARN; of a parameter, its name.
	ID string
	// Region is where it is. Empty: the monitor's.
	Region string
	// Version is the id of a version in Secrets Manager, a number or a label in Parameter Store. Empty: the current one.
	Version string
	// Stage is a staging label of Secrets Manager, such as AWSPREVIOUS.
	Stage string
}

// The services that keep secrets, spelled as the keys of the file.
const (
	SecretsManager = "secretsmanager"
	ParameterStore = "ssm"
)

// String names the place for messages: "the secret shop/card in AWS Secrets Manager (eu-west-1)".
func (v Vaulted) String() string {
	var text strings.Builder
	if v.Vault == ParameterStore {
		fmt.Fprintf(&text, "the parameter %s in AWS SSM Parameter Store", v.ID)
	} else {
		fmt.Fprintf(&text, "the secret %s in AWS Secrets Manager", v.ID)
	}
	if v.Region != "" {
		fmt.Fprintf(&text, " (%s)", v.Region)
	}
	return text.String()
}
