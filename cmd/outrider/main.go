// Command outrider runs customer journeys on schedules, exports what it saw as metrics, and pages the team
// whose journey breaks.
//
// The work is in the packages; here is what a person types and reads, one file for each subcommand. Its one
// rule: what is wrong is said as `outrider: error:` with a hint where there is one, never as a stack trace, and
// the exit code says whose fault it was: 1 the target's, 2 the file's or the typist's, 3 the monitor's.
package main

import (
	"errors"
	"os"

	"github.com/alecthomas/kong"
)

// commands are all subcommands; each has a file of its own.
type commands struct {
	Check       checkCommand       `cmd:"" help:"Check journeys and configurations; silent when all is well."`
	Run         runCommand         `cmd:"" help:"Run journeys once, now, and show each step."`
	Serve       serveCommand       `cmd:"" help:"Run the monitor."`
	Demo        demoCommand        `cmd:"" help:"Run the bundled shop and the whole monitor."`
	List        listCommand        `cmd:"" help:"List the journeys of a configuration."`
	Schema      schemaCommand      `cmd:"" help:"Print the JSON Schema of journey files, for editors."`
	Rules       rulesCommand       `cmd:"" help:"Print Prometheus rules made of the journeys."`
	Dashboard   dashboardCommand   `cmd:"" help:"Print Grafana dashboards."`
	Import      importCommand      `cmd:"" help:"Make journeys of what other tools recorded or were told."`
	Deploy      deployCommand      `cmd:"" help:"Tell a running monitor of a release, run its journeys, and wait for the verdict."`
	Maintenance maintenanceCommand `cmd:"" help:"Leave journeys alone for a while."`
	Alarms      alarmsCommand      `cmd:"" help:"Keep CloudWatch alarms made of the journeys."`
	Page        pageCommand        `cmd:"" help:"Test pagers."`
	Doctor      doctorCommand      `cmd:"" help:"Find out what would keep the monitor from working here."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	c := newConsole()
	os.Exit(c.finish(run(c, os.Args[1:])))
}

// run does what the arguments say.
func run(c *console, args []string) error {
	var all commands
	parser, err := kong.New(&all,
		kong.Name("outrider"),
		kong.Description("Synthetic monitoring of customer journeys."),
		kong.Writers(c.out, c.err),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, FlagsLast: true}),
		kong.Exit(func(code int) { panic(helpShown(code)) }),
		kong.Bind(c),
		kong.Vars{"demo_listen": demoListen, "demo_receiver": demoReceiver, "control": defaultControl},
	)
	if err != nil {
		return err
	}
	chosen, err := parse(parser, args)
	if err != nil || chosen == nil {
		return err
	}
	return chosen.Run(c)
}

// helpShown is what kong's exit becomes after --help.
type helpShown int

// parse gives nil when help was asked for and shown.
func parse(parser *kong.Kong, args []string) (chosen *kong.Context, err error) {
	defer func() {
		if what := recover(); what != nil {
			if _, ok := what.(helpShown); !ok {
				panic(what)
			}
			chosen, err = nil, nil
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err = parser.Parse(args)
	if err == nil {
		return chosen, nil
	}
	hint := "outrider --help lists the commands"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Command() != "" {
		hint = "outrider " + wrong.Context.Model.Name + " --help says more"
		if node := wrong.Context.Selected(); node != nil {
			hint = "outrider " + node.Path() + " --help says more"
		}
	}
	return nil, usage(err.Error(), hint)
}
